#pragma once
#include <stddef.h>

// Functions of a tridiagonal operator, applied to numbers along one line of points in a time that goes as their count.
//
// (L u)_i = above_i (u_{i+1} − u_i) − below_i (u_i − u_{i−1}), with 0 beyond both ends. Numbers below 2⁻¹⁰²² count as 0, which
// would take a hundred times as long where little of the line is filled.

/// Poles in the upper half of the plane of the rational functions that stand for the exponential and the φ functions.
enum { line_poles = 8 };
/// Doubles of a number for each pole: the real parts, then the imaginary ones.
enum { line_pole_numbers = 2 * line_poles };

typedef struct {
  const double *below, *above;
  size_t count;
} LineOperator;

/// out ← factor·L u − shift·u.
void line_apply(double *out, const double *u, LineOperator line, double factor, double shift);

/// Σ_i V_i u_i.
double line_mass(const double *u, const double *volumes, size_t count);

/// Adds to all values the same share of their sizes, so that Σ_i V_i u_i is `mass`; values of 0 stay.
void line_set_mass(double *u, const double *volumes, size_t count, double mass);

/// The inverse pivots of p − z, z = step·L − shift, of all poles p: `line_pole_numbers` for each point, eliminated from both
/// ends towards the point count/2.
void line_factor(double *inverses, LineOperator line, double step, double shift, const double *poles);

/// out ← base + Σ_t Σ_k Re w_tk (p_k − z)⁻¹ term_t, by the inverse pivots for z = step·L − shift.
///
/// `base` may be NULL; `weights` are `line_pole_numbers` for each term. `out` may be `base` or a term. `scratch` has room for
/// count·line_pole_numbers doubles.
void line_solve(double *out, const double *base, const double *const *terms, const double *weights, size_t term_count,
                const double *inverses, LineOperator line, double step, double *scratch);

/// u ← Σ_k w_k (1 + L/q)^k u for k from 0 to before `weight_count`: no number is subtracted where q is at least the largest
/// sum below_i + above_i.
///
/// `scratch` has room for 5·(count + 2) doubles.
void line_series(double *u, LineOperator line, double q, const double *weights, size_t weight_count, double *scratch);

/// Makes of a solution what a mean of non-negative numbers can be, `before` being those numbers: where all of them are
/// non-negative, no value is below 0; where none is within `reach` points, the value is 0; and Σ_i V_i u_i is that of
/// before, if the volumes V are given.
void line_restore(double *u, const double *before, const double *volumes, size_t count, size_t reach, double *scratch);
