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

/// The stages of one field that have a part in a sum.
typedef struct {
  const double *rows[most_stages];
  double coefficients[most_stages];
  size_t count;
} Terms;

static inline Terms terms_of(const double *stages, size_t fields, size_t field,
                             const double *coefficients, size_t stage_count) {
  Terms terms = {.count = 0};
  for (size_t j = 0; j < stage_count; j++) {
    if (coefficients[j] == 0) continue;
    terms.rows[terms.count] = stages + (j * fields + field) * TILE_CAPACITY;
    terms.coefficients[terms.count++] = coefficients[j];
  }
  return terms;
}

MULTIVERSIONED void tile_combine(double *block, size_t out, size_t base, const double *scales,
                                           const double *stages, size_t fields, const double *coefficients,
                                           size_t stride, size_t stage_count, double step, size_t count) {
  for (size_t field = 0; field < fields; field++) {
    const Terms terms = terms_of(stages, fields, field, coefficients + field * stride, stage_count);
    double *to = row_of(block, out + field);
    const double *from = row_of(block, base + field);
    const double scale = scales ? scales[field] : 1;
#define COMBINE(sum) \
  ELEMENTWISE for (size_t i = 0; i < count; i++) to[i] = scale * from[i] + step * (sum);
    WITH_SUM(COMBINE)
#undef COMBINE
  }
}

MULTIVERSIONED void tile_add(double *out, const double *addend, size_t fields, size_t count) {
  for (size_t field = 0; field < fields; field++) {
    double *to = out + field * TILE_CAPACITY;
    const double *from = row_of(addend, field);
    ELEMENTWISE for (size_t i = 0; i < count; i++) to[i] += from[i];
  }
}

MULTIVERSIONED void tile_add_multiples(double *out, const double *addend, const double *factors, size_t fields,
                                                 size_t count) {
  for (size_t field = 0; field < fields; field++) {
    double *to = out + field * TILE_CAPACITY;
    const double *from = row_of(addend, field);
    const double factor = factors[field];
    ELEMENTWISE for (size_t i = 0; i < count; i++) to[i] += factor * from[i];
  }
}

MULTIVERSIONED double tile_error_norm(const double *block, size_t old_row, size_t new_row,
                                                const double *stages, size_t fields, const double *coefficients,
                                                size_t stride, size_t stage_count, double step, const double *absolute,
                                                double relative, size_t count) {
  LargestLanes lanes = {{0}, {0}};
  double ratios[TILE_CAPACITY];
  for (size_t field = 0; field < fields; field++) {
    const Terms terms = terms_of(stages, fields, field, coefficients + field * stride, stage_count);
    const double *before = row_of(block, old_row + field);
    const double *after = row_of(block, new_row + field);
    const double floor = absolute[field];
#define RATIO(sum)                                                                               \
  ELEMENTWISE for (size_t i = 0; i < count; i++) {                                               \
    const double a = fabs(before[i]), b = fabs(after[i]);                                        \
    ratios[i] = fabs(step * (sum)) / (floor + relative * (a > b ? a : b)) + after[i] * 0.0;      \
  }
    WITH_SUM(RATIO)
#undef RATIO
    for (size_t i = count; i < (count + 7) / 8 * 8; i++) ratios[i] = 0;
    note_largest(&lanes, ratios, (count + 7) / 8 * 8);
  }
  return largest_of(&lanes);
}

MULTIVERSIONED double tile_exponential_error(const double *block, size_t old_row, size_t new_row,
                                                       const double *stages, size_t fields, const double *last,
                                                       const double *spans, double reach, const double *absolute,
                                                       double relative, size_t count) {
  const double limit = reach * reach / 720 < 1.0 / 6 ? reach * reach / 720 : 1.0 / 6;
  LargestLanes lanes = {{0}, {0}};
  double ratios[TILE_CAPACITY];
  for (size_t field = 0; field < fields; field++) {
    const double *before = row_of(block, old_row + field), *after = row_of(block, new_row + field);
    const double *n[5];
    for (size_t j = 0; j < 5; j++) n[j] = stages + (j * fields + field) * TILE_CAPACITY;
    const double weight = last[field], span = spans[field], floor = absolute[field];
    ELEMENTWISE for (size_t i = 0; i < count; i++) {
      const double a = __builtin_fabs(before[i]), b = __builtin_fabs(after[i]);
      const double change = n[0][i] - n[4][i], bend = n[0][i] - n[1][i] - n[2][i] + n[4][i];
      const double rest = change * change - bend * bend;
      // The share is 16 bend²/(720 rest), at most the limit. With its divisor on both sides of the ratio one division does;
      // where that would be too small a number the limit is taken.
      const int is_slow = 16 * bend * bend <= 720 * limit * rest && rest > 1e-200;
      const double share = is_slow ? 16 * bend * bend : limit, divisor = is_slow ? 720 * rest : 1;
      const double error =
          __builtin_fabs(weight * (n[4][i] - n[3][i])) * divisor + span * __builtin_fabs(bend) * share;
      ratios[i] = error / ((floor + relative * (a > b ? a : b)) * divisor) + after[i] * 0.0;
    }
    for (size_t i = count; i < (count + 7) / 8 * 8; i++) ratios[i] = 0;
    note_largest(&lanes, ratios, (count + 7) / 8 * 8);
  }
  return largest_of(&lanes);
}
