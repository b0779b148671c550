#pragma once
#include <stddef.h>
#include <stdint.h>

/// Adds `weight` times normally distributed numbers of mean 0 and variance 1 to a row of at most 256 points.
///
/// Philox 4×32 with 10 rounds and the transform of Box and Muller: the numbers are those of the counter
/// (first, first + 1, …; event) under the key, whatever is computed together.
void add_normals(double *row, double weight, uint64_t key, uint64_t event, uint64_t first, size_t points);
