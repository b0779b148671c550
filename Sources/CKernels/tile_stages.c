#include "include/tile_stages.h"

#include <math.h>

#include "largest_lanes.h"
#include "multiversion.h"
#include "tile_rows.h"

enum { most_stages = 8 };

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

#define STAGE double
#define OF_STAGE(name) name
#include "tile_stages_of.h"

#define STAGE float
#define OF_STAGE(name) name##_single
#include "tile_stages_of.h"

MULTIVERSIONED void tile_round(float *out, const double *row, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = (float)row[i];
}

void tile_clear_outside_single(float *row, const double *weights, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (weights[i] == 0) row[i] = 0;
}
