#pragma once
#include <stddef.h>

// Passes of one-dimensional diffusion operators over blocks of lines that stay in cache.

/// Lines that a transform works on at a time: real lines in pairs, as the two parts of complex numbers.
#define TRANSFORM_LANES 16
/// The same where there is a single line.
#define TRANSFORM_PAIR 2
/// Neighboring columns that a kernel pass works on at a time.
#define KERNEL_LANES 32

/// How a line goes on beyond its ends: as at the other end, or reflected there, each reflection at the lower or upper
/// end multiplying by `lower` or `upper` (1 or −1: a slope or a value of 0 at the end).
typedef struct {
  int is_periodic;
  double lower, upper;
} LineContinuation;

/// Convolves one line of `count` values with the symmetric kernel `weights[0…radius]`. `scratch` has room for
/// count + 2·radius values.
void kernel_pass_row(double *line, size_t count, const double *weights, size_t radius, LineContinuation beyond,
                     double *scratch);

/// The same for `lanes` ≤ KERNEL_LANES neighboring lines at once: value i of lane j is lines[i·stride + j].
/// `scratch` has room for (count + 2·radius)·KERNEL_LANES values.
void kernel_pass_columns(double *lines, size_t stride, size_t count, size_t lanes, const double *weights,
                         size_t radius, LineContinuation beyond, double *scratch);

/// Gathers `lanes` ≤ `width` rows into a block, value i of row j to block[order[i]·width + j]. The width of a block is
/// TRANSFORM_LANES or TRANSFORM_PAIR, here and below.
void transform_load_rows(double *block, size_t width, const double *rows, size_t stride, size_t count, size_t lanes,
                         const size_t *order);
void transform_store_rows(const double *block, size_t width, double *rows, size_t stride, size_t count, size_t lanes,
                          const size_t *order);
/// The same for neighboring columns: value i of lane j is columns[i·stride + j].
void transform_load_columns(double *block, size_t width, const double *columns, size_t stride, size_t count, size_t lanes,
                            const size_t *order);
void transform_store_columns(const double *block, size_t width, double *columns, size_t stride, size_t count, size_t lanes,
                             const size_t *order);

/// One pass of a transform of `groups` complex lines of radix·part values, one after the other in a block of TRANSFORM_LANES real
/// lines: from the transforms U_j of every radix-th value, one after the other, j being the first, to
/// V_{k + q·part} = Σ_j e^{−2πi jq/radix} w_jk U_jk, in place. The radix is 2, 3, 4 or 5; `factors` are
/// w_jk = e^{−2πi jk/(radix·part)}, real and imaginary part, for j from 1 on and then for k.
void radix_pass_forward(double *block, size_t radix, size_t part, size_t groups, const double *factors);
/// And back, times the radix, with the same factors.
void radix_pass_backward(double *block, size_t radix, size_t part, size_t groups, const double *factors);

/// Mixes each coefficient with its mirror image: V_k ← a_k V_k + b_k V_{N−k}, with real a and complex b;
/// V_0 ← a_0 V_0 and, for even N, V_{N/2} ← (a + b) V_{N/2}.
void transform_mix(double *block, size_t width, size_t count, const double *a, const double *b_real,
                   const double *b_imaginary);

/// The same with complex a; V_0 is multiplied by (a_0 + b_0).
void transform_mix_complex(double *block, size_t width, size_t count, const double *a_real, const double *a_imaginary,
                           const double *b_real, const double *b_imaginary);

/// From the complex transform of reordered lines to cosine coefficients: V_k ← w V_k + w̄ V_{N−k} with w = c_k − i s_k,
/// c_k = cos πk/2N and s_k = sin πk/2N.
void transform_to_cosines(double *block, size_t width, size_t count, const double *cosines, const double *sines);
/// And back: V_k ← ½ w̄ (V_k − i V_{N−k}), V_0 ← ½ V_0.
void transform_from_cosines(double *block, size_t width, size_t count, const double *cosines, const double *sines);

/// V_k ← a_k V_k.
void transform_scale(double *block, size_t width, size_t count, const double *a);
/// V_k ← a_k V_{N−k}, V_0 ← 0.
void transform_reverse(double *block, size_t width, size_t count, const double *a);
/// sum_i ← sum_i + a_i b_i for `count` values, those of whole blocks.
void transform_add_product(double *sum, const double *a, const double *b, size_t count);
/// sum_i ← sum_i + factor a_i.
void transform_add_multiple(double *sum, double factor, const double *a, size_t count);

/// One row of coefficients of e^{hL}u − hφ₁(hL)c: u ← norm·(e^z u − step·φ₁(z) c) with
/// z = step·(eigenvalues[i] + rest).
void transform_source_row(double *u, const double *c, const double *eigenvalues, double rest, double step, double norm,
                          size_t count);

/// One row of coefficients of h(φ₁(hL)b + φ₂(hL)d), with the same z: b ← norm·step·(φ₁(z) b + φ₂(z) d).
void transform_supply_row(double *b, const double *d, const double *eigenvalues, double rest, double step, double norm,
                          size_t count);

/// One row of coefficients of (shift − L)⁻¹b, L having the eigenvalues eigenvalues[i] + rest: b ← norm·b/(shift − …), and
/// 0 where that is a division by 0.
void transform_resolvent_row(double *b, const double *eigenvalues, double rest, double shift, double norm, size_t count);

/// e^z, φ₁(z), φ₂(z), φ₃(z) for z ≤ 0.
void exponential_functions(double z, double values[4]);

/// Of one row the sums of the squares of n₀ − factor·n_middle + n₁, of n₀ − n₁ and of u, each in eight fixed lanes; times
/// `weights`, unless that is NULL.
void bend_sums(const double *n_0, const double *n_middle, const double *n_1, const double *u, double factor,
               const double *weights, size_t count, double sums[3]);

/// e^(step·(eigenvalue + shift)) of many eigenvalues, for the functions below.
void exponential_row(const double *eigenvalues, double shift, double step, double *exponentials, size_t count);

/// What a stage of an exponential Runge–Kutta method multiplies coefficients by: functions of
/// z = step·(eigenvalues[i] + rests[row] − decay) ≤ 0, with `exponentials[i]·rest_exponentials[row]` for e^z. Rows are `count`
/// numbers, `stride` apart; φ₁, φ₂ and φ₃ of all rows are computed where they are NULL.
typedef struct {
  const double *eigenvalues, *exponentials, *rests, *rest_exponentials;
  double decay, step;
  size_t count, stride;
  const double *phi_1, *phi_2, *phi_3;
} StageCoefficients;

/// What a stage multiplies its base by: 0, 1, e^z, or e^z − 1.
typedef enum {
  stage_base_zero,
  stage_base_one,
  stage_base_exponential,
  stage_base_exponential_less_one
} StageBaseFactor;

/// Of rows from `first` to before `end`: out ← b(z) base + factor·Σ_j (w_j1 φ₁(z) + w_j2 φ₂(z) + w_j3 φ₃(z)) term_j, three
/// weights for each term. `out` may be `base` or a term.
void exponential_combine_rows(double *out, const double *base, StageBaseFactor b, const double *const *terms,
                              const double *weights, size_t term_count, const StageCoefficients *functions,
                              double factor, size_t first, size_t end);

/// Writes down φ₁, φ₂ and φ₃ of a row.
void exponential_functions_row(double *phi_1, double *phi_2, double *phi_3, const StageCoefficients *functions, size_t row);

/// Sums for an error norm over one row, each square times `squares[i]`, in fixed lanes: of
/// factor·(w₁ φ₁ + w₂ φ₂ + w₃ φ₃)(a − b), of `new` and of `old`.
void exponential_error_row(const double *new, const double *old, const double *a, const double *b, const double weights[3],
                           const StageCoefficients *functions, double factor, const double *squares, size_t row,
                           double sums[3]);

/// Rows of a matrix that are worked on together.
#define MATRIX_ROWS 4

/// out ← M lines, for a block of `lanes` lines. The rows of M come MATRIX_ROWS together, group g having entries
/// in `width[g]` columns from `first[g]` on, column by column from weights[start[g]] on.
void matrix_pass(double *out, const double *lines, size_t lanes, const double *weights, const size_t *first,
                 const size_t *width, const size_t *start, size_t count);

/// product += a², for matrices of positive numbers of which row i has entries from first[i] to before end[i]; both are
/// brought up to date, entries below the threshold at their ends being left out.
void band_square(const double *a, double *product, size_t *first, size_t *end, size_t count, double threshold);

/// Turns two rows against each other: upper ← sine·lower + cosine·upper, lower ← cosine·lower − sine·upper.
void rotate_rows(double *lower, double *upper, double cosine, double sine, size_t count);
