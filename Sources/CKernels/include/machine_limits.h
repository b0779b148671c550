#pragma once
#include <stddef.h>

/// a ← b + s c: what the machine can read and write, on long rows.
void machine_triad(double *a, const double *b, const double *c, double s, size_t count);

/// Multiplies and adds in registers, `machine_operations_per_round` times in each round: what the machine can compute.
/// Without fused operations, which no part of the program uses, so that its bits are the same everywhere.
double machine_multiply_add(size_t rounds);
size_t machine_operations_per_round(void);
