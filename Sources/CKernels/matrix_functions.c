#include "matrix_functions.h"

#include <math.h>
#include <string.h>

#include "multiversion.h"

/// Where the Taylor series below is exact to rounding.
static const double series_radius = 0.5;

/// `out = a b`; all may be the same.
static inline __attribute__((always_inline)) void product(double *out, const double *a, const double *b, size_t n) {
  double found[matrix_functions_most * matrix_functions_most];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
      found[i * n + j] = sum;
    }
  memcpy(out, found, n * n * sizeof *found);
}

static inline __attribute__((always_inline)) void add_to_diagonal(double *a, double value, size_t n) {
  for (size_t i = 0; i < n; i++) a[i * (n + 1)] += value;
}

/// The functions of one matrix, by the series of a 2⁻ˢ-th part of it and s doublings:
/// φ_k(2z) = 2⁻ᵏ (eᶻ φ_k(z) + Σ_{j ≤ k} φ_j(z)/(k − j)!).
///
/// B. V. Minchev & W. M. Wright, A review of exponential integrators for first order semi-linear problems, NTNU Numerics 2/2005.
static inline __attribute__((always_inline)) void functions_of(double *a, double *const *out, size_t n) {
  const size_t size = n * n;
  double norm = 0;
  for (size_t i = 0; i < n; i++) {
    double sum = 0;
    for (size_t j = 0; j < n; j++) sum += fabs(a[i * n + j]);
    norm = sum > norm ? sum : norm;
  }
  int doublings = norm > 2 * series_radius ? ilogb(norm / series_radius) + 1 : 1;
  if (!(norm < 0x1p1000)) doublings = 1;
  for (size_t i = 0; i < size; i++) a[i] = ldexp(a[i], -doublings);
  double e[matrix_functions_most * matrix_functions_most], p1[sizeof e / sizeof *e], p2[sizeof e / sizeof *e],
      p3[sizeof e / sizeof *e], next[sizeof e / sizeof *e];
  // φ₃ = Σ Aᵏ/(k + 3)!
  double factor = 1.0 / 20922789888000;  // 1/16!
  memset(p3, 0, size * sizeof *p3);
  add_to_diagonal(p3, factor, n);
  for (int k = 15; k >= 3; k--) {
    factor *= k + 1;
    product(p3, a, p3, n);
    add_to_diagonal(p3, factor, n);
  }
  product(p2, a, p3, n);
  add_to_diagonal(p2, 0.5, n);
  product(p1, a, p2, n);
  add_to_diagonal(p1, 1, n);
  product(e, a, p1, n);
  add_to_diagonal(e, 1, n);
  for (int i = 1; i <= doublings; i++) {
    if (i == doublings) {
      for (size_t k = 0; k < size; k++) out[0][k] = 0.5 * p1[k];
      memcpy(out[1], p2, size * sizeof *p2);
    }
    product(next, e, p3, n);
    for (size_t k = 0; k < size; k++) p3[k] = 0.125 * (next[k] + p3[k] + p2[k] + 0.5 * p1[k]);
    product(next, e, p2, n);
    for (size_t k = 0; k < size; k++) p2[k] = 0.25 * (next[k] + p2[k] + p1[k]);
    product(next, e, p1, n);
    for (size_t k = 0; k < size; k++) p1[k] = 0.5 * (next[k] + p1[k]);
    product(e, e, e, n);
  }
  memcpy(out[2], p1, size * sizeof *p1);
  memcpy(out[3], p2, size * sizeof *p2);
  memcpy(out[4], p3, size * sizeof *p3);
}

MULTIVERSIONED static void all_functions(double *a, double *const *out, size_t n) {
  // Known sizes are unrolled.
  switch (n) {
    case 1: functions_of(a, out, 1); break;
    case 2: functions_of(a, out, 2); break;
    case 3: functions_of(a, out, 3); break;
    case 4: functions_of(a, out, 4); break;
    default: functions_of(a, out, n);
  }
}

void matrix_functions_row(double *table, const double *jacobian, const double *coupling, const double *const *first,
                          const double *rests, const double *waves, double rest, double step, size_t n, size_t count) {
  double a[matrix_functions_most * matrix_functions_most], found[matrix_functions_count][sizeof a / sizeof *a];
  double *out[matrix_functions_count];
  for (size_t f = 0; f < matrix_functions_count; f++) out[f] = found[f];
  const size_t size = n * n;
  for (size_t m = 0; m < count; m++) {
    const double wave = waves[m] + rest;
    for (size_t k = 0; k < size; k++) a[k] = step * (jacobian[k] - coupling[k] * wave);
    for (size_t i = 0; i < n; i++) a[i * (n + 1)] += step * (first[i][m] + rests[i]);
    all_functions(a, out, n);
    for (size_t f = 0; f < matrix_functions_count; f++)
      for (size_t k = 0; k < size; k++) table[(f * size + k) * count + m] = found[f][k];
  }
}

MULTIVERSIONED void matrix_combine_row(double *const *out, const double *const *base, const double *table,
                                       const MatrixTerm *terms, size_t term_count, double step, size_t n, size_t count) {
  enum { piece = 64 };
  for (size_t start = 0; start < count; start += piece) {
    const size_t length = count - start < piece ? count - start : piece;
    for (size_t i = 0; i < n; i++) {
      double sum[piece] = {0};
      for (size_t t = 0; t < term_count; t++)
        for (size_t j = 0; j < n; j++) {
          const double *function = table + ((terms[t].function * n + i) * n + j) * count + start;
          const double *values = terms[t].values[j] + start;
          const double weight = step * terms[t].weight;
          for (size_t m = 0; m < length; m++) sum[m] += weight * function[m] * values[m];
        }
      double *to = out[i] + start;
      if (!base) {
        memcpy(to, sum, length * sizeof *to);
        continue;
      }
      const double *from = base[i] + start;
      for (size_t m = 0; m < length; m++) to[m] = from[m] + sum[m];
    }
  }
}
