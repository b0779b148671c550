#pragma once
#include "vector_math_bits.h"

// exp, tanh, erf.

#define LOG2_E 0x1.71547652b82fep+0
// log 2 in two parts; the first has 42 bits, so that its product with an exponent is exact.
#define LN2_HIGH 0x1.62e42fefa3800p-1
#define LN2_LOW 0x1.ef35793c76730p-45

/// (e^r − 1 − r)/r² for |r| ≤ log(2)/2: Taylor series; the first term left out is 2e-18 of the result.
INLINED double exp_tail(double r) {
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  return p * r + 0.5;
}

/// e^(x + low) for |low| far below |x|; −746 ≤ x ≤ 710 or NaN.
INLINED double exp_of_sum(double x, double low) {
  const double shifted = x * LOG2_E + ROUNDER;
  const double n = shifted - ROUNDER;
  const uint64_t integer = bits_of(shifted) - bits_of(ROUNDER);
  const double rest = n * LN2_LOW - low;
  const double high = x - n * LN2_HIGH;
  const double r = high - rest;
  const double correction = (high - r) - rest;
  const double e = 1.0 + (r + (r * r * exp_tail(r) + correction));
  // 2^n in two factors, since n leaves the range of normal exponents at both ends. Shifted to be positive, because
  // AVX2 has no arithmetic shift of 64 bits.
  const uint64_t half = ((integer + 4096) >> 1) - 2048;
  return e * power_of_two(half) * power_of_two(integer - half);
}

INLINED double clamp_exponent(double x) {
  const double upper = x > 710.0 ? 710.0 : x;
  return upper < -746.0 ? -746.0 : upper;
}

INLINED double vector_exp(double x) { return exp_of_sum(clamp_exponent(x), 0.0); }

/// e^x − 1 for −50 ≤ x ≤ 50 (below, −1), which keeps its digits for small x.
INLINED double vector_exp_minus_one(double x) {
  const double lower = x < -50.0 ? -50.0 : x;
  const double shifted = lower * LOG2_E + ROUNDER;
  const double n = shifted - ROUNDER;
  const double scale = power_of_two(bits_of(shifted) - bits_of(ROUNDER));
  const double r = (lower - n * LN2_HIGH) - n * LN2_LOW;
  return scale * (r + r * r * exp_tail(r)) + (scale - 1.0);
}

/// expm1(2a)/(expm1(2a) + 2); 1 from a = 20 on.
INLINED double vector_tanh(double x) {
  const double magnitude = __builtin_fabs(x);
  const double a = magnitude > 20.0 ? 20.0 : magnitude;
  const double less_one = vector_exp_minus_one(2.0 * a);
  return with_sign_of(less_one / (less_one + 2.0), x);
}

/// |x| ≤ 1: x · polynomial(x²); beyond: 1 − e^(−x²) · polynomial((|x| − 3)/(|x| + 3)). Both interpolate at Chebyshev
/// points, with 8e-18 and 1e-16 of relative error; erf is 1 from |x| = 6 on.
INLINED double vector_erf(double x) {
  const double a = __builtin_fabs(x);
  const double q = a * a;
  double p = -0x1.ac9585a44fe29p-31;
  p = p * q + 0x1.d76af6ca49787p-27;
  p = p * q - 0x1.5c131500d3f88p-23;
  p = p * q + 0x1.b981d78881a5dp-20;
  p = p * q - 0x1.f4ca838adb73bp-17;
  p = p * q + 0x1.f9a2be4f731a1p-14;
  p = p * q - 0x1.c02db0665e53dp-11;
  p = p * q + 0x1.565bccfa44156p-8;
  p = p * q - 0x1.b82ce31203772p-6;
  p = p * q + 0x1.ce2f21a040f66p-4;
  p = p * q - 0x1.812746b0379c1p-2;
  p = p * q + 0x1.20dd750429b6dp+0;
  const double b = a > 6.0 ? 6.0 : a;
  const double t = (b - 3.0) / (b + 3.0);
  double c = 0x1.57a5fe2b9b75ep-20;
  c = c * t + 0x1.0f9a79cee3e31p-19;
  c = c * t - 0x1.0cb4611cc29f6p-17;
  c = c * t - 0x1.af2329d757293p-17;
  c = c * t + 0x1.0cb1db32e0c9fp-14;
  c = c * t + 0x1.7b9fc8eb630e9p-15;
  c = c * t - 0x1.39085a31b18abp-11;
  c = c * t + 0x1.73101ea8fe252p-11;
  c = c * t + 0x1.17c838fea5806p-8;
  c = c * t - 0x1.8fa58eb5bd68fp-6;
  c = c * t + 0x1.258b13b0139fep-4;
  c = c * t - 0x1.336ffbef08cbbp-3;
  c = c * t + 0x1.f6ff20410599bp-3;
  c = c * t - 0x1.4e102b9cf8512p-2;
  c = c * t + 0x1.6e9827d229d2dp-3;
  const double far = with_sign_of(1.0 - exp_of_sum(-(b * b), 0.0) * c, x);
  return a < 1.0 ? x * p : a == a ? far : x;
}
