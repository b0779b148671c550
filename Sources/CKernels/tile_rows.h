#pragma once
// Rows of a tile block, for the files that work on tiles.

#include "include/tile_algebra.h"

// Rows that are written may be rows that are read, at the same element.
#if defined(__clang__)
#define ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")
#else
#define ELEMENTWISE _Pragma("GCC ivdep")
#endif

static inline double *row_of(const double *block, size_t row) { return (double *)block + row * TILE_CAPACITY; }
