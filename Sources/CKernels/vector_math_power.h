#pragma once
#include "vector_math_exponential.h"
#include "vector_math_logarithm.h"

/// |x|^y by e^(y log|x|), the product with 2^-64; then the cases of signs, zeros and infinities of C's pow.
INLINED double vector_power(double x, double y) {
  const double base = __builtin_fabs(x);
  const struct double_double log = precise_log(base);
  const struct double_double product = exact_product(log.high, y);
  const double rough = log_at_edges(base, log.high) * y;
  const double bounded = clamp_exponent(rough);
  const double low = bounded == product.high ? product.low + log.low * y : 0.0;
  const double power = exp_of_sum(bounded, low);
  const double size = __builtin_fabs(y);
  const int is_integer = (size >= 0x1p52) | (size + 0x1p52 - 0x1p52 == size);
  const uint64_t unit = bits_of(size < 0x1p52 ? size + 0x1p52 : size) & 1;
  const uint64_t is_odd = (size < 0x1p53) & is_integer ? unit : 0;
  const double negative = is_integer ? from_bits(bits_of(power) | is_odd << 63) : __builtin_nan("");
  const int at_end = (base == 0.0) | (base == __builtin_inf()) | (size == __builtin_inf());
  const double infinite = at_end ? power : negative;
  const double edge = is_odd ? with_sign_of(infinite, x) : infinite;
  const double signed_power = bits_of(x) >> 63 ? edge : power;
  const int is_one = (y == 0.0) | (x == 1.0) | ((base == 1.0) & (size == __builtin_inf()));
  return is_one ? 1.0 : signed_power;
}
