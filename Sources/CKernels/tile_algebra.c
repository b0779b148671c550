#include "include/tile_algebra.h"

#include <math.h>

#include "lanes.h"
#include "largest_lanes.h"
#include "multiversion.h"
#include "tile_rows.h"

void tile_prefetch(const double *row, size_t count) {
  for (size_t i = 0; i < count; i += 8) __builtin_prefetch(row + i, 0, 2);
}

void tile_weigh(double *row, const double *weights, size_t count) {
  for (size_t i = 0; i < count; i++) row[i] = weights[i] == 0 ? 0 : weights[i] * row[i];
}

void tile_replace_outside(double *row, const double *weights, double outside, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (weights[i] == 0) row[i] = outside;
}

MULTIVERSIONED double tile_sum(const double *row, size_t count) {
  Lanes sum = {0};
  size_t i = 0;
  for (; i + lanes_at_once <= count; i += lanes_at_once) sum += lanes_load(row + i);
  for (size_t j = 0; i < count; i++, j++) sum[j] += row[i];
  return lanes_sum(sum);
}

/// The least of a row, or with the sign −1 that of its negative; NaN if there is one.
static inline __attribute__((always_inline)) double least_of(const double *row, double sign, size_t count) {
  double least[lanes_at_once];
  long long none[lanes_at_once];
  for (size_t j = 0; j < lanes_at_once; j++) {
    least[j] = sign * row[0];
    none[j] = 0;
  }
  size_t i = 0;
  for (; i + lanes_at_once <= count; i += lanes_at_once)
    for (size_t j = 0; j < lanes_at_once; j++) {
      const double value = sign * row[i + j];
      least[j] = value < least[j] ? value : least[j];
      none[j] |= value != value;
    }
  for (size_t j = 0; i < count; i++, j++) {
    least[j] = sign * row[i] < least[j] ? sign * row[i] : least[j];
    none[j] |= row[i] != row[i];
  }
  double result = least[0];
  long long is_none = row[0] != row[0];
  for (size_t j = 0; j < lanes_at_once; j++) {
    result = least[j] < result ? least[j] : result;
    is_none |= none[j];
  }
  return is_none ? NAN : result;
}

MULTIVERSIONED double tile_maximum(const double *row, size_t count) { return -least_of(row, -1, count); }

MULTIVERSIONED double tile_minimum(const double *row, size_t count) { return least_of(row, 1, count); }

MULTIVERSIONED void tile_range(const double *row, size_t count, double *smallest, double *largest) {
  // 16 lanes: the smallest and the largest value, and a number that becomes NaN with the first that is not finite.
  enum { lanes = 16 };
  double low[lanes], high[lanes], poison[lanes];
  for (size_t j = 0; j < lanes; j++) {
    low[j] = high[j] = row[0];
    poison[j] = 0;
  }
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (size_t j = 0; j < lanes; j++) {
      const double value = row[i + j];
      low[j] = value < low[j] ? value : low[j];
      high[j] = value > high[j] ? value : high[j];
      poison[j] += value * 0.0;
    }
  for (size_t j = 0; i < count; i++, j++) {
    low[j] = row[i] < low[j] ? row[i] : low[j];
    high[j] = row[i] > high[j] ? row[i] : high[j];
    poison[j] += row[i] * 0.0;
  }
  double least = low[0], most = high[0], sum = row[0] * 0.0;
  for (size_t j = 0; j < lanes; j++) {
    least = low[j] < least ? low[j] : least;
    most = high[j] > most ? high[j] : most;
    sum += poison[j];
  }
  *smallest = least + sum;
  *largest = most + sum;
}

MULTIVERSIONED double tile_largest_difference(const double *a, const double *b, const double *weights_a,
                                              const double *weights_b, size_t count) {
  double largest = 0;
  if (weights_a) {
    for (size_t i = 0; i < count; i++) {
      const double difference = weights_a[i] > 0 && weights_b[i] > 0 ? fabs(a[i] - b[i]) : 0;
      largest = difference > largest ? difference : largest;
    }
    return largest;
  }
  double lane[8] = {0};
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (size_t j = 0; j < 8; j++) {
      const double difference = fabs(a[i + j] - b[i + j]);
      lane[j] = difference > lane[j] ? difference : lane[j];
    }
  for (; i < count; i++) {
    const double difference = fabs(a[i] - b[i]);
    largest = difference > largest ? difference : largest;
  }
  for (size_t j = 0; j < 8; j++) largest = lane[j] > largest ? lane[j] : largest;
  return largest;
}

MULTIVERSIONED void array_combine(double *out, const double *const *terms, const double *coefficients,
                                  size_t term_count, size_t count) {
  const double *const *t = terms, *c = coefficients;
  // In one go where there are few; always added from the first to the last.
#define COMBINE(SUM) ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = (SUM);
  switch (term_count) {
    case 1: COMBINE(c[0] * t[0][i]) return;
    case 2: COMBINE(c[0] * t[0][i] + c[1] * t[1][i]) return;
    case 3: COMBINE(c[0] * t[0][i] + c[1] * t[1][i] + c[2] * t[2][i]) return;
  }
  enum { block = 256 };
  double sum[block];
  for (size_t start = 0; start < count; start += block) {
    const size_t length = count - start < block ? count - start : block;
    for (size_t i = 0; i < length; i++) sum[i] = c[0] * t[0][start + i];
    for (size_t j = 1; j < term_count; j++)
      for (size_t i = 0; i < length; i++) sum[i] += c[j] * t[j][start + i];
    for (size_t i = 0; i < length; i++) out[start + i] = sum[i];
  }
}

MULTIVERSIONED double array_extinguish(
    double *values, double threshold, const double *weights, size_t count, double *removed) {
  Lanes sum = {0}, number = {0};
  for (size_t i = 0; i < count; i++) {
    const double value = values[i];
    const int vanishes = value > -threshold && value < threshold;
    sum[i % lanes_at_once] += vanishes ? value * (weights ? weights[i] : 1) : 0;
    number[i % lanes_at_once] += vanishes && value != 0 ? 1 : 0;
    values[i] = vanishes ? 0 : value;
  }
  *removed = lanes_sum(number);
  return lanes_sum(sum);
}

MULTIVERSIONED void array_limit_source(double *source, const double *value, double step, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const double limit = (value[i] > 0 ? value[i] : 0) / step;
    const double upper = source[i] < limit ? source[i] : limit;
    source[i] = upper > -limit ? upper : -limit;
  }
}

MULTIVERSIONED void array_error_sums(const double *a, const double *b, const double *old, const double *weights,
                                     size_t count, double *out) {
  Lanes sum[3] = {{0}};
  for (size_t i = 0; i < count; i += lanes_at_once) {
    const size_t length = count - i < lanes_at_once ? count - i : lanes_at_once;
    const int is_whole = length == lanes_at_once;
    const Lanes u = is_whole ? lanes_load(a + i) : lanes_load_some(a + i, length);
    const Lanes d = u - (is_whole ? lanes_load(b + i) : lanes_load_some(b + i, length));
    const Lanes v = is_whole ? lanes_load(old + i) : lanes_load_some(old + i, length);
    if (weights) {
      const Lanes w = is_whole ? lanes_load(weights + i) : lanes_load_some(weights + i, length);
      sum[0] += w * d * d;
      sum[1] += w * u * u;
      sum[2] += w * v * v;
    } else {
      sum[0] += d * d;
      sum[1] += u * u;
      sum[2] += v * v;
    }
  }
  for (size_t k = 0; k < 3; k++) out[k] = lanes_sum(sum[k]);
}

MULTIVERSIONED void array_extrapolate(double *fine, const double *coarse, double weight, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const double change = weight * (fine[i] - coarse[i]);
    const double limit = fine[i] >= 0 && coarse[i] >= 0 ? -fine[i] : change;
    fine[i] += change > limit ? change : limit;
  }
}

MULTIVERSIONED double array_dot(const double *a, const double *b, const double *weights, size_t count) {
  Lanes sum = {0};
  size_t i = 0;
  if (weights)
    for (; i + lanes_at_once <= count; i += lanes_at_once)
      sum += lanes_load(a + i) * lanes_load(b + i) * lanes_load(weights + i);
  else
    for (; i + lanes_at_once <= count; i += lanes_at_once) sum += lanes_load(a + i) * lanes_load(b + i);
  for (size_t j = 0; i < count; i++, j++) sum[j] += a[i] * b[i] * (weights ? weights[i] : 1);
  return lanes_sum(sum);
}
