#pragma once
#include <stddef.h>

// Passes of one-dimensional diffusion operators over blocks of lines that stay in cache.

/// Lines that a transform works on at a time: real lines in pairs, as the two parts of complex numbers.
#define TRANSFORM_LANES 16
/// Neighboring columns that a kernel pass works on at a time.
#define KERNEL_LANES 32

/// Convolves one line of `count` values with the symmetric kernel `weights[0…radius]`, the line being continued by
/// reflection at its ends or periodically. `scratch` has room for count + 2·radius values.
void kernel_pass_row(double *line, size_t count, const double *weights, size_t radius, int is_periodic,
                     double *scratch);

/// The same for `lanes` ≤ KERNEL_LANES neighboring lines at once: value i of lane j is lines[i·stride + j].
/// `scratch` has room for (count + 2·radius)·KERNEL_LANES values.
void kernel_pass_columns(double *lines, size_t stride, size_t count, size_t lanes, const double *weights,
                         size_t radius, int is_periodic, double *scratch);

/// Gathers `lanes` ≤ TRANSFORM_LANES rows into a block, value i of row j to block[order[i]·TRANSFORM_LANES + j].
void transform_load_rows(double *block, const double *rows, size_t stride, size_t count, size_t lanes,
                         const size_t *order);
void transform_store_rows(const double *block, double *rows, size_t stride, size_t count, size_t lanes,
                          const size_t *order);
/// The same for neighboring columns: value i of lane j is columns[i·stride + j].
void transform_load_columns(double *block, const double *columns, size_t stride, size_t count, size_t lanes,
                            const size_t *order);
void transform_store_columns(const double *block, double *columns, size_t stride, size_t count, size_t lanes,
                             const size_t *order);

/// Mixes each coefficient with its mirror image: V_k ← a_k V_k + b_k V_{N−k}, with real a and complex b;
/// V_0 ← a_0 V_0 and, for even N, V_{N/2} ← (a + b) V_{N/2}.
void transform_mix(double *block, size_t count, const double *a, const double *b_real, const double *b_imaginary);

/// The same with complex a; V_0 is multiplied by (a_0 + b_0).
void transform_mix_complex(double *block, size_t count, const double *a_real, const double *a_imaginary,
                           const double *b_real, const double *b_imaginary);

/// V_k ← a_k V_k.
void transform_scale(double *block, size_t count, const double *a);

/// One row of coefficients of e^{hL}u − hφ₁(hL)c: u ← norm·(e^z u − step·φ₁(z) c) with
/// z = step·(eigenvalues[i] + rest).
void transform_source_row(double *u, const double *c, const double *eigenvalues, double rest, double step, double norm,
                          size_t count);
