#pragma once
// Elementary functions without branches, so that loops over them are compiled to vector instructions, with the same
// bits on every width. Errors in units of the last place were measured over the whole range by the tests.
#include <math.h>
#include <stdint.h>
#include <string.h>

static inline int64_t double_bits(double x) {
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double double_from_bits(int64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// 2^k for −1022 ≤ k ≤ 1023.
static inline double power_of_two(int64_t k) { return double_from_bits((k + 1023) << 52); }

// ln 2 in two parts; the first has 20 trailing zero bits, so that its product with an exponent is exact.
#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10
// Adding and taking away 1.5·2^52 rounds to a whole number, which the low bits of the sum hold.
#define ROUNDING 6755399441055744.0

/// exp(r) − 1 for |r| ≤ ½ ln 2, by its series to the 13th power.
static inline double exp_minus_one_reduced(double r) {
  double s = 1.0 / 6227020800.0;
  s = s * r + 1.0 / 479001600.0;
  s = s * r + 1.0 / 39916800.0;
  s = s * r + 1.0 / 3628800.0;
  s = s * r + 1.0 / 362880.0;
  s = s * r + 1.0 / 40320.0;
  s = s * r + 1.0 / 5040.0;
  s = s * r + 1.0 / 720.0;
  s = s * r + 1.0 / 120.0;
  s = s * r + 1.0 / 24.0;
  s = s * r + 1.0 / 6.0;
  s = s * r + 0.5;
  return r + r * r * s;
}

/// e^x = 2^k e^r with k whole and |r| ≤ ½ ln 2.
static inline double vector_exp(double x) {
  double clamped = x < -746.0 ? -746.0 : x;
  clamped = clamped > 710.0 ? 710.0 : clamped;
  const double shifted = clamped * 1.44269504088896338700 + ROUNDING;
  const double n = shifted - ROUNDING;
  const double r = (clamped - n * LN2_HIGH) - n * LN2_LOW;
  const int64_t k = double_bits(shifted) - double_bits(ROUNDING);
  // In two halves, so that results near the ends of the range come out right.
  const int64_t half = (k + 2048) / 2 - 1024;
  return (1.0 + exp_minus_one_reduced(r)) * power_of_two(half) * power_of_two(k - half);
}

/// ln x = k ln 2 + 2 artanh(f / (2 + f)) with x = 2^k (1 + f) and √½ ≤ 1 + f < √2.
static inline double vector_log(double x) {
  const int is_tiny = x < 2.2250738585072014e-308;
  const double scaled = is_tiny ? x * 18014398509481984.0 : x;
  const int64_t bits = double_bits(scaled);
  // The exponent, one more where the fraction is above √2.
  const int64_t shift = bits - 0x3FE6A09E667F3BCD;
  const int64_t k = shift >> 52;
  const double m = double_from_bits(bits - (k << 52));
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double p = 1.0 / 23.0;
  p = p * z + 1.0 / 21.0;
  p = p * z + 1.0 / 19.0;
  p = p * z + 1.0 / 17.0;
  p = p * z + 1.0 / 15.0;
  p = p * z + 1.0 / 13.0;
  p = p * z + 1.0 / 11.0;
  p = p * z + 1.0 / 9.0;
  p = p * z + 1.0 / 7.0;
  p = p * z + 1.0 / 5.0;
  p = p * z + 1.0 / 3.0;
  // ln(1 + f) = f − f²/2 + s (f²/2 + 2 z p): the leading terms without the rounding of s.
  const double half_square = 0.5 * f * f;
  // A whole number as a double, without a conversion that older vector units lack.
  const double n = double_from_bits(k + double_bits(ROUNDING)) - ROUNDING - (is_tiny ? 54.0 : 0.0);
  double result = n * LN2_HIGH - ((half_square - (s * (half_square + 2.0 * z * p) + n * LN2_LOW)) - f);
  result = x == 0.0 ? -INFINITY : result;
  result = x < 0.0 ? NAN : result;
  result = x == INFINITY ? x : result;
  return x != x ? x : result;
}

/// e^x − 1 for x ≤ 700, which keeps its digits for small x.
static inline double vector_exp_minus_one(double x) {
  const double y = x < -50.0 ? -50.0 : x;
  const double shifted = y * 1.44269504088896338700 + ROUNDING;
  const double n = shifted - ROUNDING;
  const double r = (y - n * LN2_HIGH) - n * LN2_LOW;
  const double scale = power_of_two(double_bits(shifted) - double_bits(ROUNDING));
  return scale * exp_minus_one_reduced(r) + (scale - 1.0);
}

/// tanh x = m / (m + 2) with m = e^{2x} − 1, which keeps its digits for small x.
static inline double vector_tanh(double x) {
  const double y = 2.0 * x;
  const double m = vector_exp_minus_one(y > 50.0 ? 50.0 : y);
  const double result = m / (m + 2.0);
  return x == 0.0 ? x : result;
}
