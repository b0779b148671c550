#include "matrix_functions.h"

#include <math.h>
#include <string.h>

#include "lanes.h"
#include "multiversion.h"

/// A norm up to which the series below is exact to rounding.
static const double series_radius = 0.5;

enum { most_elements = matrix_functions_most * matrix_functions_most };

LANES_INLINE void store(double *to, Lanes values, size_t length) {
  if (length == lanes_at_once) {
    lanes_store(to, values);
  } else {
    memcpy(to, &values, length * sizeof *to);
  }
}

LANES_INLINE Lanes load(const double *from, size_t length) {
  return length == lanes_at_once ? lanes_load(from) : lanes_load_some(from, length);
}

/// `out = a b` for eight matrices at a time; all may be the same.
LANES_INLINE void product(Lanes *out, const Lanes *a, const Lanes *b, size_t n) {
  Lanes found[most_elements];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      Lanes sum = a[i * n] * b[j];
      for (size_t k = 1; k < n; k++) sum += a[i * n + k] * b[k * n + j];
      found[i * n + j] = sum;
    }
  memcpy(out, found, n * n * sizeof *found);
}

LANES_INLINE void add_to_diagonal(Lanes *a, double value, size_t n) {
  for (size_t i = 0; i < n; i++) a[i * (n + 1)] += value;
}

/// The largest sum of magnitudes in a row of any of eight matrices.
LANES_INLINE double largest_norm(const Lanes *a, size_t n) {
  double norm = 0;
  for (size_t i = 0; i < n; i++) {
    Lanes sum = {0};
    for (size_t j = 0; j < n; j++) {
      const Lanes v = a[i * n + j];
      for (size_t k = 0; k < lanes_at_once; k++) sum[k] += fabs(v[k]);
    }
    for (size_t k = 0; k < lanes_at_once; k++) norm = sum[k] > norm ? sum[k] : norm;
  }
  return norm;
}

/// The functions of eight matrices, which are lost, by the series of a 2⁻ˢ-th part of them and s doublings:
/// φ_k(2z) = 2⁻ᵏ (eᶻ φ_k(z) + Σ_{j ≤ k} φ_j(z)/(k − j)!).
///
/// B. V. Minchev & W. M. Wright, A review of exponential integrators for first order semi-linear problems, NTNU Numerics 2/2005.
LANES_INLINE void functions_of(Lanes *a, Lanes *const *out, size_t n) {
  const size_t size = n * n;
  const double norm = largest_norm(a, n);
  const int doublings = norm > 2 * series_radius && norm < 0x1p1000 ? ilogb(norm / series_radius) + 1 : 1;
  const double part = ldexp(1, -doublings);
  for (size_t i = 0; i < size; i++) a[i] *= part;
  Lanes e[most_elements], p1[most_elements], p2[most_elements], p3[most_elements], next[most_elements];
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
      memcpy(out[0], p1, size * sizeof *p1);
      memcpy(out[1], p2, size * sizeof *p2);
      memcpy(out[2], p3, size * sizeof *p3);
    }
    product(next, e, p3, n);
    for (size_t k = 0; k < size; k++) p3[k] = 0.125 * (next[k] + p3[k] + p2[k] + 0.5 * p1[k]);
    product(next, e, p2, n);
    for (size_t k = 0; k < size; k++) p2[k] = 0.25 * (next[k] + p2[k] + p1[k]);
    product(next, e, p1, n);
    for (size_t k = 0; k < size; k++) p1[k] = 0.5 * (next[k] + p1[k]);
    if (i < doublings) product(e, e, e, n);
  }
  memcpy(out[3], p1, size * sizeof *p1);
  memcpy(out[4], p2, size * sizeof *p2);
  memcpy(out[5], p3, size * sizeof *p3);
}

LANES_INLINE void all_functions(Lanes *a, Lanes *const *out, size_t n) {
  // Loops of known length.
  switch (n) {
    case 1: functions_of(a, out, 1); break;
    case 2: functions_of(a, out, 2); break;
    case 3: functions_of(a, out, 3); break;
    case 4: functions_of(a, out, 4); break;
    default: functions_of(a, out, n);
  }
}

MULTIVERSIONED void matrix_functions_row(double *table, const int places[matrix_functions_count], const double *jacobian,
                                         const double *coupling, const double *const *first, const double *rests,
                                         const double *waves, double rest, double step, size_t n, size_t count) {
  Lanes a[most_elements], found[matrix_functions_count][most_elements];
  Lanes *out[matrix_functions_count];
  for (size_t f = 0; f < matrix_functions_count; f++) out[f] = found[f];
  const size_t size = n * n;
  for (size_t m = 0; m < count; m += lanes_at_once) {
    const size_t length = count - m < lanes_at_once ? count - m : lanes_at_once;
    const Lanes wave = load(waves + m, length) + rest;
    for (size_t k = 0; k < size; k++) a[k] = step * (jacobian[k] - coupling[k] * wave);
    for (size_t i = 0; i < n; i++) a[i * (n + 1)] += step * (load(first[i] + m, length) + rests[i]);
    all_functions(a, out, n);
    for (size_t f = 0; f < matrix_functions_count; f++) {
      if (places[f] < 0) continue;
      for (size_t k = 0; k < size; k++)
        store(table + ((size_t)places[f] * size + k) * count + m, found[f][k], length);
    }
  }
}

/// Some coefficients of all rows of the sum.
LANES_INLINE void combine(double *const *out, const double *const *base, const double *table, const MatrixTerm *terms,
                          size_t term_count, double step, size_t n, size_t count, size_t at, size_t length) {
  Lanes found[matrix_functions_most];
  for (size_t i = 0; i < n; i++) {
    Lanes sum = {0};
    for (size_t t = 0; t < term_count; t++) {
      const double *functions = table + (terms[t].function * n + i) * n * count + at;
      Lanes one = {0};
      for (size_t j = 0; j < n; j++) one += load(functions + j * count, length) * load(terms[t].values[j] + at, length);
      sum += step * terms[t].weight * one;
    }
    found[i] = base ? load(base[i] + at, length) + sum : sum;
  }
  // What is written may be among what is read.
  for (size_t i = 0; i < n; i++) store(out[i] + at, found[i], length);
}

MULTIVERSIONED void matrix_combine_row(double *const *out, const double *const *base, const double *table,
                                       const MatrixTerm *terms, size_t term_count, double step, size_t n, size_t count) {
  size_t at = 0;
  for (; at + lanes_at_once <= count; at += lanes_at_once)
    combine(out, base, table, terms, term_count, step, n, count, at, lanes_at_once);
  if (at < count) combine(out, base, table, terms, term_count, step, n, count, at, count - at);
}
