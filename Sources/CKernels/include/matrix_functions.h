#pragma once

#include <stddef.h>

/// Rows of the largest matrix.
enum { matrix_functions_most = 16 };

/// Functions of a matrix A that `matrix_functions_row` computes, in this order: φ₁(A/2), φ₂(A/2), φ₃(A/2), φ₁(A), φ₂(A), φ₃(A), with
/// φ₁(z) = (eᶻ − 1)/z, φ₂(z) = (φ₁(z) − 1)/z, φ₃(z) = (φ₂(z) − ½)/z.
enum { matrix_functions_count = 6 };

/// Writes functions of A_m = h (J + diag(λ_m) − X μ_m) for each of `count` coefficients m of a row, to rounding.
///
/// `table` gets, for each function, each row i and each column j of the matrix, `count` numbers; `places` says which one of the table each
/// function is, and is negative for those that are not written. `jacobian` is J and `coupling` X, n × n row
/// by row. λ_m of field i is `first[i][m] + rests[i]`, μ_m is `waves[m] + rest`.
void matrix_functions_row(double *table, const int places[matrix_functions_count], const double *jacobian,
                          const double *coupling, const double *const *first, const double *rests, const double *waves,
                          double rest, double step, size_t n, size_t count);

/// One term of a sum: a function of the table and n rows that it multiplies.
typedef struct {
  size_t function;
  double weight;
  const double *const *values;
} MatrixTerm;

/// `base` NULL is 0: `out_i = base_i + h Σ_terms weight Σ_j table[function][i][j] values_j`, at each of `count` coefficients of a row; `out` may be `base`.
void matrix_combine_row(double *const *out, const double *const *base, const double *table, const MatrixTerm *terms,
                        size_t term_count, double step, size_t n, size_t count);
