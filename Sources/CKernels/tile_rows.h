#pragma once
// Rows of a tile block, and sums of them, for the files that work on tiles.

#include "include/tile_algebra.h"

// Rows that are written may be rows that are read, at the same element.
#if defined(__clang__)
#define ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")
#else
#define ELEMENTWISE _Pragma("GCC ivdep")
#endif

static inline double *row_of(const double *block, size_t row) { return (double *)block + row * TILE_CAPACITY; }

enum { most_stages = 8 };

/// The stages of one field that have a part in a sum.
typedef struct {
  const double *rows[most_stages];
  double coefficients[most_stages];
  size_t count;
} Terms;

static inline Terms terms_of(const double *block, size_t first_stage, size_t fields, size_t field,
                             const double *coefficients, size_t stages) {
  Terms terms = {.count = 0};
  for (size_t j = 0; j < stages; j++) {
    if (coefficients[j] == 0) continue;
    terms.rows[terms.count] = row_of(block, first_stage + j * fields + field);
    terms.coefficients[terms.count++] = coefficients[j];
  }
  return terms;
}

// Value i of each term, added up from the first to the last: the loop over points is the outer one, so that a sum of
// any length is read once and stays in a register. TERM(j) is 0 beyond the last term.
#define TERM(j) terms.coefficients[j] * terms.rows[j][i]
#define WITH_SUM(work)                                                                                    \
  switch (terms.count) {                                                                                  \
    case 0: work(0.0) break;                                                                              \
    case 1: work(TERM(0)) break;                                                                          \
    case 2: work(TERM(0) + TERM(1)) break;                                                                \
    case 3: work(TERM(0) + TERM(1) + TERM(2)) break;                                                      \
    case 4: work(TERM(0) + TERM(1) + TERM(2) + TERM(3)) break;                                            \
    case 5: work(TERM(0) + TERM(1) + TERM(2) + TERM(3) + TERM(4)) break;                                  \
    case 6: work(TERM(0) + TERM(1) + TERM(2) + TERM(3) + TERM(4) + TERM(5)) break;                        \
    case 7: work(TERM(0) + TERM(1) + TERM(2) + TERM(3) + TERM(4) + TERM(5) + TERM(6)) break;              \
    default: work(TERM(0) + TERM(1) + TERM(2) + TERM(3) + TERM(4) + TERM(5) + TERM(6) + TERM(7)) break;   \
  }
