#pragma once
#include <stddef.h>

// Sums of stages of an integrator on a tile block (tile_algebra.h says what that is), and errors that they show. Stages are
// vectors of `fields` rows one after the other, from `stages` on, in the block itself or elsewhere. Field f has the coefficients from coefficients[f · stride] on, of which
// at most eight may differ from 0.

/// out = scales[f] · base + step · Σ_j coefficients[j] · stage_j; no scales (NULL) are scales of 1. `out` may be `base`, and
/// must not overlap a stage of the sum.
void tile_combine(double *block, size_t out, size_t base, const double *scales, const double *stages, size_t fields,
                  const double *coefficients, size_t stride, size_t stage_count, double step, size_t count);

/// out += addend, for `fields` rows.
void tile_add(double *out, const double *addend, size_t fields, size_t count);

/// out += factors[f] · addend, for `fields` rows.
void tile_add_multiples(double *out, const double *addend, const double *factors, size_t fields, size_t count);

/// max over fields f and points of |step · Σ_j coefficients[j] · stage_j| / (absolute[f] + relative · max(|old|, |new|)),
/// or NaN if any value involved is not finite.
double tile_error_norm(const double *block, size_t old_row, size_t new_row, const double *stages, size_t fields,
                       const double *coefficients, size_t stride, size_t stage_count, double step,
                       const double *absolute, double relative, size_t count);

/// The error of a substep of the exponential Runge–Kutta method, as tile_error_norm measures it: the largest of
/// e / (absolute[f] + relative · max(|old|, |new|)), or NaN if any value involved is not finite, with
/// e = |last[f] · (n₄ − n₃)| + spans[f] · |d| · min(16 d² / (720 (c² − d²)), reach²/720, 1/6),
/// where n₀ … n₄ are five stages, d = n₀ − n₁ − n₂ + n₄, c = n₀ − n₄, and the first of the three is infinite for |c| ≤ |d|.
double tile_exponential_error(const double *block, size_t old_row, size_t new_row, const double *stages, size_t fields,
                              const double *last, const double *spans, double reach, const double *absolute,
                              double relative, size_t count);
