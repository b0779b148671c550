#pragma once
#include "vector_math_bits.h"
#include "vector_math_exponential.h"

// log, and logarithms to twice the precision for log10 and powers.

/// x > 0 as 2^exponent · (1 + fraction) with 1 + fraction in [√½, √2).
struct split_number {
  double exponent, fraction;
};

INLINED struct split_number split(double x) {
  const int tiny = x < 0x1p-1022;
  const uint64_t bits = bits_of(tiny ? x * 0x1p54 : x) - bits_of(0x1.6a09e667f3bcdp-1) + (1023ull << 52);
  const double biased = from_bits((bits >> 52) | bits_of(0x1p52)) - 0x1p52;
  const double mantissa = from_bits((bits & 0xfffffffffffffull) + bits_of(0x1.6a09e667f3bcdp-1));
  return (struct split_number){biased - (tiny ? 1023.0 + 54.0 : 1023.0), mantissa - 1.0};
}

/// Σ_{k ≥ 0} q^k/(2k + 5): the tail of atanh(s) = s + s³/3 + s⁵ · tail(s²), for s² ≤ 0.0295.
INLINED double atanh_tail(double q) {
  double p = 1.0 / 25.0;
  p = p * q + 1.0 / 23.0;
  p = p * q + 1.0 / 21.0;
  p = p * q + 1.0 / 19.0;
  p = p * q + 1.0 / 17.0;
  p = p * q + 1.0 / 15.0;
  p = p * q + 1.0 / 13.0;
  p = p * q + 1.0 / 11.0;
  p = p * q + 1.0 / 9.0;
  p = p * q + 1.0 / 7.0;
  return p * q + 1.0 / 5.0;
}

/// The logarithm of 0, negative numbers, infinity and NaN; others as computed.
INLINED double log_at_edges(double x, double computed) {
  const double positive = x < __builtin_inf() ? computed : x;  // ∞ and NaN stay
  const double zero = x == 0.0 ? -__builtin_inf() : positive;
  return x < 0.0 ? __builtin_nan("") : zero;
}

/// log(2^e (1 + f)) = e log 2 + 2 atanh(s), s = f/(2 + f), arranged as f − (f²/2 − s (f²/2 + R)).
INLINED double vector_log(double x) {
  const struct split_number number = split(x);
  const double f = number.fraction, e = number.exponent;
  const double s = f / (2.0 + f), q = s * s;
  const double r = 2.0 * q * (1.0 / 3.0 + q * atanh_tail(q));
  const double half = 0.5 * f * f;
  return log_at_edges(x, e * LN2_HIGH - ((half - (s * (half + r) + e * LN2_LOW)) - f));
}

/// log x to about 2^-66 of itself, for finite x > 0.
INLINED struct double_double precise_log(double x) {
  const struct split_number number = split(x);
  const double f = number.fraction, e = number.exponent;
  // s = f/(2 + f) and its remainder
  const struct double_double divisor = exact_sum(2.0, f);
  const double s1 = f / divisor.high;
  const struct double_double back = exact_product(s1, divisor.high);
  const double s2 = ((f - back.high) - back.low - s1 * divisor.low) / divisor.high;
  // q = s²
  const struct double_double square = exact_product(s1, s1);
  const double q1 = square.high, q2 = square.low + 2.0 * s1 * s2;
  // 1 + q/3 + q² tail, without the 1
  const struct double_double third = exact_product(q1, 0x1.5555555555555p-2);
  const double low_third = third.low + q1 * 0x1.5555555555555p-56 + q2 * 0x1.5555555555555p-2;
  const struct double_double c = exact_sum(third.high, q1 * q1 * atanh_tail(q1) + low_third);
  // 2s (1 + c)
  const struct double_double sc = exact_product(s1, c.high);
  const struct double_double t = exact_sum(s1, sc.high);
  const double t2 = t.low + (sc.low + s1 * c.low + s2 + s2 * c.high);
  const struct double_double sum = exact_sum(e * LN2_HIGH, 2.0 * t.high);
  const struct double_double swapped = exact_sum(2.0 * t.high, e * LN2_HIGH);
  const struct double_double total = e == 0.0 ? swapped : sum;
  return exact_sum(total.high, total.low + (e * LN2_LOW + 2.0 * t2));
}

INLINED double vector_log10(double x) {
  const struct double_double log = precise_log(x);
  const struct double_double product = exact_product(log.high, 0x1.bcb7b1526e50ep-2);
  const double low = product.low + (log.high * 0x1.95355baaafad3p-57 + log.low * 0x1.bcb7b1526e50ep-2);
  return log_at_edges(x, product.high + low);
}
