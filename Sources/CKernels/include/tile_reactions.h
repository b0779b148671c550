#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the integrators of reactions do to a tile block besides its linear algebra (tile_algebra.h, which says what a
// block and its rows are).

/// The middle of a cubic from the values and slopes at its ends: out = ½ (old + new) + ⅛ step (old_rate − new_rate), for
/// `fields` rows; the second part is limited to ½ (|new − old| + min(|old|, |new|)), so that no sign is lost.
void tile_cubic_middle(double *block, size_t out, size_t old_row, size_t new_row, size_t old_rate, size_t new_rate,
                       double step, size_t fields, size_t count);

/// Whether a value of a field with `is_positive` is negative at a point where no old value is, nor a new one of the other
/// fields, nor the source (if `has_source`).
bool tile_has_false_negative(const double *block, size_t old_row, size_t new_row, size_t source_row, bool has_source,
                             const bool *is_positive, size_t fields, size_t count);

/// The n × n matrix `shift · I − J` of each point, one row of the block per element, row by row; `entries[i · n + j]` is
/// the row of the element of J counted from `jacobian`, or −1 where it is 0.
void tile_shifted_jacobian(double *block, size_t matrix, size_t n, const int32_t *entries, size_t jacobian,
                           double shift, size_t count);

/// Replaces the matrix of each point by its factors L and U without pivoting, the inverses of the pivots on the diagonal.
/// `pattern` tells which elements may differ from 0, those that arise on the way included.
void tile_factor(double *block, size_t matrix, size_t n, const bool *pattern, size_t count);

/// Solves the equations of each point for the right-hand side in the n rows from `rhs` on, which the solution replaces.
void tile_solve(double *block, size_t matrix, size_t n, const bool *pattern, size_t rhs, size_t count);

/// One field of the α-QSS method, with z = step · loss and φ₁, φ₂ of −z:
/// out = old e^{−z} + step φ₁ production.
void tile_relax(double *block, size_t out, size_t old_row, size_t production, size_t loss, double step, size_t count);
/// The second stage, with the mean of both losses in z:
/// out = old e^{−z} + step ((φ₁ − φ₂) production + φ₂ next_production).
void tile_relax_again(double *block, size_t out, size_t old_row, size_t production, size_t loss,
                      size_t next_production, size_t next_loss, double step, size_t count);

/// Adds a source to a production where it is positive, and takes it from the loss, as a share of `amount`, where it is
/// negative.
void tile_add_source(double *block, size_t production, size_t loss, size_t source, size_t amount, size_t count);

/// The exact flow of u' = growth · u + square · u² + supply · 1, where square or supply is 0: logistic, or linear.
void tile_closed_flow(double *block, size_t field, size_t supply, size_t growth, size_t square, double step,
                      size_t count);
