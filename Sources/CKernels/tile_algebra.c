#include "include/tile_algebra.h"

#include <math.h>

#include "multiversion.h"

static inline double *row_of(const double *block, size_t row) { return (double *)block + row * TILE_CAPACITY; }

static inline void sum_of_stages(const double *block, size_t first_stage, size_t fields, size_t field,
                                 const double *coefficients, size_t stages, size_t count, double *restrict sum) {
  for (size_t i = 0; i < count; i++) sum[i] = 0;
  for (size_t j = 0; j < stages; j++) {
    if (coefficients[j] == 0) continue;
    const double *restrict stage = row_of(block, first_stage + j * fields + field);
    const double coefficient = coefficients[j];
    for (size_t i = 0; i < count; i++) sum[i] += coefficient * stage[i];
  }
}

MULTIVERSIONED void tile_combine(double *block, size_t out, size_t base, size_t first_stage, size_t fields,
                                 const double *coefficients, size_t stages, double step, size_t count) {
  double sum[TILE_CAPACITY];
  for (size_t field = 0; field < fields; field++) {
    sum_of_stages(block, first_stage, fields, field, coefficients, stages, count, sum);
    double *to = row_of(block, out + field);
    const double *from = row_of(block, base + field);
    for (size_t i = 0; i < count; i++) to[i] = from[i] + step * sum[i];
  }
}

MULTIVERSIONED double tile_error_norm(const double *block, size_t old_row, size_t new_row, size_t first_stage,
                                      size_t fields, const double *coefficients, size_t stages, double step,
                                      const double *absolute, double relative, size_t count) {
  double sum[TILE_CAPACITY];
  double largest = 0;
  double poison = 0;  // becomes NaN with the first value that is not finite
  for (size_t field = 0; field < fields; field++) {
    sum_of_stages(block, first_stage, fields, field, coefficients, stages, count, sum);
    const double *restrict before = row_of(block, old_row + field);
    const double *restrict after = row_of(block, new_row + field);
    const double floor = absolute[field];
    for (size_t i = 0; i < count; i++) {
      const double a = fabs(before[i]), b = fabs(after[i]);
      const double ratio = fabs(step * sum[i]) / (floor + relative * (a > b ? a : b));
      largest = ratio > largest ? ratio : largest;
      poison += ratio * 0.0 + after[i] * 0.0;
    }
  }
  return largest + poison;
}

MULTIVERSIONED void tile_add(double *block, size_t out, size_t addend, size_t fields, size_t count) {
  for (size_t field = 0; field < fields; field++) {
    double *restrict to = row_of(block, out + field);
    const double *restrict from = row_of(block, addend + field);
    for (size_t i = 0; i < count; i++) to[i] += from[i];
  }
}

MULTIVERSIONED double tile_sum(const double *row, size_t count) {
  double lane[8] = {0};
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (size_t j = 0; j < 8; j++) lane[j] += row[i + j];
  for (size_t j = 0; i < count; i++, j++) lane[j] += row[i];
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

double tile_maximum(const double *row, size_t count) {
  double largest = row[0];
  for (size_t i = 1; i < count; i++)
    if (!(row[i] <= largest)) largest = isnan(largest) ? largest : row[i];
  return largest;
}

double tile_minimum(const double *row, size_t count) {
  double smallest = row[0];
  for (size_t i = 1; i < count; i++)
    if (!(row[i] >= smallest)) smallest = isnan(smallest) ? smallest : row[i];
  return smallest;
}

MULTIVERSIONED void array_combine(double *out, const double *const *terms, const double *coefficients,
                                  size_t term_count, size_t count) {
  enum { block = 256 };
  double sum[block];
  for (size_t start = 0; start < count; start += block) {
    const size_t length = count - start < block ? count - start : block;
    for (size_t i = 0; i < length; i++) sum[i] = coefficients[0] * terms[0][start + i];
    for (size_t j = 1; j < term_count; j++)
      for (size_t i = 0; i < length; i++) sum[i] += coefficients[j] * terms[j][start + i];
    for (size_t i = 0; i < length; i++) out[start + i] = sum[i];
  }
}

MULTIVERSIONED void array_limit_source(double *source, const double *value, double step, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const double limit = (value[i] > 0 ? value[i] : 0) / step;
    const double upper = source[i] < limit ? source[i] : limit;
    source[i] = upper > -limit ? upper : -limit;
  }
}
