#pragma once
#include <stdint.h>
#include <string.h>

// Numbers as bits, floor, and sums and products with their rounding errors.

// A loop becomes vector instructions only if all that it calls is inlined, however much that is.
#define INLINED __attribute__((always_inline)) static inline

INLINED uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

INLINED double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

#define SIGN_BIT 0x8000000000000000u
// Added and subtracted, it rounds to an integer, which then lies in the low bits: 1.5 · 2^52.
#define ROUNDER 0x1.8p52

INLINED double with_sign_of(double magnitude, double sign) {
  return from_bits(bits_of(magnitude) | (bits_of(sign) & SIGN_BIT));
}

/// 2^n for −1022 ≤ n ≤ 1023, n being taken modulo 2^64: for NaN it is any number, and must not overflow.
INLINED double power_of_two(uint64_t n) { return from_bits((n + 1023) << 52); }

INLINED double vector_floor(double x) {
  const double magnitude = __builtin_fabs(x);
  const double integer = magnitude + 0x1p52 - 0x1p52;
  const double rounded = with_sign_of(integer, x);
  const double lower = rounded - (rounded > x ? 1.0 : 0.0);
  // Numbers from 2^52 on are integers; the sign is copied, so that −0 stays.
  return magnitude < 0x1p52 ? with_sign_of(__builtin_fabs(lower), x) : x;
}

/// The value high + low.
struct double_double {
  double high, low;
};

INLINED double upper_half(double x) { return from_bits(bits_of(x) & ~0x7ffffffull); }

INLINED struct double_double exact_product(double a, double b) {
  const double a1 = upper_half(a), a2 = a - a1, b1 = upper_half(b), b2 = b - b1;
  const double product = a * b;
  return (struct double_double){product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}

/// a + b for |a| ≥ |b|.
INLINED struct double_double exact_sum(double a, double b) {
  const double sum = a + b;
  return (struct double_double){sum, b - (sum - a)};
}
