#include <string.h>

#include "include/propagators.h"
#include "multiversion.h"

// Functions that take vectors are always inlined, so that the calling convention for them does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

enum { vector_lanes = 8, vectors = TRANSFORM_LANES / vector_lanes };

typedef double Vector __attribute__((vector_size(64), aligned(8)));
/// One value for each of some rows.
typedef double Rows __attribute__((vector_size(8 * MATRIX_ROWS), aligned(8)));

/// The same for TRANSFORM_PAIR lines.
static inline __attribute__((always_inline)) void matrix_pass_of_pair(double *out, const double *lines, const double *weights,
                                                                     const size_t *first, const size_t *width,
                                                                     const size_t *start, size_t count) {
  for (size_t group = 0; group * MATRIX_ROWS < count; group++) {
    Rows sum[TRANSFORM_PAIR] = {{0}};
    const double *from = lines + first[group] * TRANSFORM_PAIR;
    const double *weight = weights + start[group];
    for (size_t column = 0; column < width[group]; column++) {
      Rows some;
      memcpy(&some, weight + column * MATRIX_ROWS, sizeof some);
      for (size_t j = 0; j < TRANSFORM_PAIR; j++) sum[j] += some * from[column * TRANSFORM_PAIR + j];
    }
    for (size_t row = 0; row < MATRIX_ROWS && group * MATRIX_ROWS + row < count; row++)
      for (size_t j = 0; j < TRANSFORM_PAIR; j++) out[(group * MATRIX_ROWS + row) * TRANSFORM_PAIR + j] = sum[j][row];
  }
}

MULTIVERSIONED void matrix_pass(double *out, const double *lines, size_t lanes, const double *weights, const size_t *first,
                                const size_t *width, const size_t *start, size_t count) {
  if (lanes == TRANSFORM_PAIR) {
    matrix_pass_of_pair(out, lines, weights, first, width, start, count);
    return;
  }
  for (size_t group = 0; group * MATRIX_ROWS < count; group++) {
    Vector sum[MATRIX_ROWS][vectors];
    memset(sum, 0, sizeof sum);
    const double *from = lines + first[group] * TRANSFORM_LANES;
    const double *weight = weights + start[group];
    for (size_t column = 0; column < width[group]; column++) {
      Vector value[vectors];
      memcpy(value, from + column * TRANSFORM_LANES, sizeof value);
      for (size_t row = 0; row < MATRIX_ROWS; row++)
        for (size_t v = 0; v < vectors; v++) sum[row][v] += weight[column * MATRIX_ROWS + row] * value[v];
    }
    const size_t rest = count - group * MATRIX_ROWS;
    memcpy(out + group * MATRIX_ROWS * TRANSFORM_LANES, sum,
           (rest < MATRIX_ROWS ? rest : MATRIX_ROWS) * TRANSFORM_LANES * sizeof *out);
  }
}

MULTIVERSIONED void band_square(const double *a, double *product, size_t *first, size_t *end, size_t count,
                                double threshold) {
  // The rows that a row is made of must keep their old ends until all are done.
  size_t *const ends = __builtin_alloca(2 * count * sizeof *ends);
  for (size_t i = 0; i < count; i++) {
    double *to = product + i * count;
    size_t low = first[i], high = end[i];
    for (size_t k = first[i]; k < end[i]; k++) {
      const double weight = a[i * count + k];
      if (weight == 0) continue;
      const double *from = a + k * count;
      if (first[k] < low) low = first[k];
      if (end[k] > high) high = end[k];
      for (size_t j = first[k]; j < end[k]; j++) to[j] += weight * from[j];
    }
    while (low < i && to[low] < threshold) to[low++] = 0;
    while (high > i + 1 && to[high - 1] < threshold) to[--high] = 0;
    ends[2 * i] = low;
    ends[2 * i + 1] = high;
  }
  for (size_t i = 0; i < count; i++) {
    first[i] = ends[2 * i];
    end[i] = ends[2 * i + 1];
  }
}

MULTIVERSIONED void rotate_rows(double *lower, double *upper, double cosine, double sine, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const double a = lower[i], b = upper[i];
    upper[i] = sine * a + cosine * b;
    lower[i] = cosine * a - sine * b;
  }
}
