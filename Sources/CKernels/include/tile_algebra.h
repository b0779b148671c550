#pragma once
#include <stddef.h>

// Linear algebra on a tile block: rows of TILE_CAPACITY doubles, of which the first `count` hold values.
// A "vector" is `fields` neighboring rows; `row` numbers below are those of its first row.

#define TILE_CAPACITY 256

/// Asks for a row to be brought into cache while other work goes on.
void tile_prefetch(const double *row, size_t count);

/// row *= weights, values of weight 0 counting as 0 whatever they are.
void tile_weigh(double *row, const double *weights, size_t count);
/// Writes `outside` where the weight is 0.
void tile_replace_outside(double *row, const double *weights, double outside, size_t count);

/// The sum, largest and smallest of `count` values of one row, added up in eight fixed lanes.
double tile_sum(const double *row, size_t count);
/// The largest of `count ≥ 1` values; NaN if one of them is NaN.
double tile_maximum(const double *row, size_t count);
/// The smallest of `count ≥ 1` values; NaN if one of them is NaN.
double tile_minimum(const double *row, size_t count);
/// The smallest and the largest value in one pass, both NaN if one value is not finite.
void tile_range(const double *row, size_t count, double *smallest, double *largest);
/// The largest absolute difference between two rows, point by point; only where both weights are positive, if there are any.
double tile_largest_difference(const double *a, const double *b, const double *weights_a, const double *weights_b,
                               size_t count);

/// Σ a[i] b[i] weights[i], added up in eight fixed lanes; `weights` may be NULL: 1.
double array_dot(const double *a, const double *b, const double *weights, size_t count);

/// out[i] = Σ_j coefficients[j] · terms[j][i]. `out` may be one of the terms.
void array_combine(double *out, const double *const *terms, const double *coefficients, size_t term_count,
                   size_t count);

/// Sums for an error norm over the points i of one row, with weights (1 if NULL), in fixed lanes:
/// out[0] = Σ w (a − b)², out[1] = Σ w a², out[2] = Σ w old².
void array_error_sums(const double *a, const double *b, const double *old, const double *weights, size_t count,
                      double *out);

/// Richardson extrapolation of a fine and a coarse solution, fine[i] += weight · (fine[i] − coarse[i]), limited so that
/// it does not fall below 0 where both are at least 0.
void array_extrapolate(double *fine, const double *coarse, double weight, size_t count);

/// Sets values of at least 0 but less than `threshold` to 0; returns their sum with weights (1 if NULL), added up in
/// eight fixed lanes.
double array_extinguish(
    double *values, double threshold, const double *weights, size_t count, double *removed);

/// Limits a source so that it takes at most what is there: |source[i]| · step ≤ max(value[i], 0).
void array_limit_source(double *source, const double *value, double step, size_t count);
