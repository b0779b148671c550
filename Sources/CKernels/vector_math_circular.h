#pragma once
#include "vector_math_bits.h"

// sin, cos, tan.

/// An angle as quarter · π/2 + r + low, |r| ≤ π/4.
struct reduced_angle {
  double r, low;
  uint64_t quarter;
};

/// Largest angle that `vector_reduce` reduces: its quarters, below 2^20, times 33 bits are exact.
#define VECTOR_REDUCE_LIMIT 0x1.8p20

/// Takes off multiples of π/2, of which 3 · 33 bits and the rest are stored.
INLINED struct reduced_angle vector_reduce(double x) {
  const double shifted = x * 0x1.45f306dc9c883p-1 + ROUNDER;
  const double n = shifted - ROUNDER;
  const double first = x - n * 0x1.921fb54400000p+0;
  const double second = n * 0x1.0b4611a600000p-34;
  const double a = first - second;
  const double a_low = (first - a) - second;
  const double third = n * 0x1.3198a2e000000p-69;
  const double b = a - third;
  const double b_low = ((a - b) - third) + (a_low - n * 0x1.b839a252049c1p-104);
  const double r = b_low == 0.0 ? b : b + b_low;  // keeps −0
  return (struct reduced_angle){r, (b - r) + b_low, bits_of(shifted) - bits_of(ROUNDER)};
}

/// The same for angles of any size, after Payne and Hanek (SIGNUM Newsletter 18, 1983): only those bits of 2/π are
/// multiplied that decide the result. NaN for infinity and NaN.
struct reduced_angle reduce_far(double x);

/// sin(r + low), by its Taylor series; the first term left out is 1e-19 of the result.
INLINED double sine_near(double r, double low) {
  const double q = r * r;
  double p = 1.0 / 355687428096000.0;
  p = p * q - 1.0 / 1307674368000.0;
  p = p * q + 1.0 / 6227020800.0;
  p = p * q - 1.0 / 39916800.0;
  p = p * q + 1.0 / 362880.0;
  p = p * q - 1.0 / 5040.0;
  p = p * q + 1.0 / 120.0;
  p = p * q - 1.0 / 6.0;
  return q == 0.0 ? r : r + (r * q * p + low * (1.0 - 0.5 * q));
}

/// cos(r + low), likewise.
INLINED double cosine_near(double r, double low) {
  const double q = r * r;
  double p = 1.0 / 20922789888000.0;
  p = p * q - 1.0 / 87178291200.0;
  p = p * q + 1.0 / 479001600.0;
  p = p * q - 1.0 / 3628800.0;
  p = p * q + 1.0 / 40320.0;
  p = p * q - 1.0 / 720.0;
  p = p * q + 1.0 / 24.0;
  const double half = 0.5 * q, one = 1.0 - half;
  return one + (((1.0 - one) - half) + (q * q * p - r * low));
}

INLINED double vector_sine(struct reduced_angle angle) {
  const double sine = sine_near(angle.r, angle.low), cosine = cosine_near(angle.r, angle.low);
  return from_bits(bits_of(angle.quarter & 1 ? cosine : sine) ^ (angle.quarter & 2) << 62);
}

INLINED double vector_cosine(struct reduced_angle angle) {
  angle.quarter += 1;
  return vector_sine(angle);
}

INLINED double vector_tangent(struct reduced_angle angle) {
  const double sine = sine_near(angle.r, angle.low), cosine = cosine_near(angle.r, angle.low);
  const int odd = angle.quarter & 1;
  return (odd ? -cosine : sine) / (odd ? sine : cosine);
}
