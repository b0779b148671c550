// What integrators do with the stages of a tile, once for each kind of number that these have: STAGE, OF_STAGE(name) being what
// a function is called. Values have double precision.

/// The stages of one field that have a part in a sum.
typedef struct {
  const STAGE *rows[most_stages];
  STAGE coefficients[most_stages];
  size_t count;
} OF_STAGE(Terms);

static inline OF_STAGE(Terms) OF_STAGE(terms_of)(const STAGE *stages, size_t fields, size_t field,
                                                 const double *coefficients, size_t stage_count) {
  OF_STAGE(Terms) terms = {.count = 0};
  for (size_t j = 0; j < stage_count; j++) {
    if (coefficients[j] == 0) continue;
    terms.rows[terms.count] = stages + (j * fields + field) * TILE_CAPACITY;
    terms.coefficients[terms.count++] = (STAGE)coefficients[j];
  }
  return terms;
}

MULTIVERSIONED void OF_STAGE(tile_combine)(double *block, size_t out, size_t base, const double *scales,
                                           const STAGE *stages, size_t fields, const double *coefficients,
                                           size_t stride, size_t stage_count, double step, size_t count) {
  for (size_t field = 0; field < fields; field++) {
    const OF_STAGE(Terms) terms = OF_STAGE(terms_of)(stages, fields, field, coefficients + field * stride, stage_count);
    double *to = row_of(block, out + field);
    const double *from = row_of(block, base + field);
    const double scale = scales ? scales[field] : 1;
#define COMBINE(sum) \
  ELEMENTWISE for (size_t i = 0; i < count; i++) to[i] = scale * from[i] + step * (sum);
    WITH_SUM(COMBINE)
#undef COMBINE
  }
}

MULTIVERSIONED void OF_STAGE(tile_add)(STAGE *out, const double *addend, size_t fields, size_t count) {
  for (size_t field = 0; field < fields; field++) {
    STAGE *to = out + field * TILE_CAPACITY;
    const double *from = row_of(addend, field);
    ELEMENTWISE for (size_t i = 0; i < count; i++) to[i] += (STAGE)from[i];
  }
}

MULTIVERSIONED void OF_STAGE(tile_add_multiples)(STAGE *out, const double *addend, const double *factors, size_t fields,
                                                 size_t count) {
  for (size_t field = 0; field < fields; field++) {
    STAGE *to = out + field * TILE_CAPACITY;
    const double *from = row_of(addend, field);
    const STAGE factor = (STAGE)factors[field];
    ELEMENTWISE for (size_t i = 0; i < count; i++) to[i] += factor * (STAGE)from[i];
  }
}

MULTIVERSIONED double OF_STAGE(tile_error_norm)(const double *block, size_t old_row, size_t new_row,
                                                const STAGE *stages, size_t fields, const double *coefficients,
                                                size_t stride, size_t stage_count, double step, const double *absolute,
                                                double relative, size_t count) {
  LargestLanes lanes = {{0}, {0}};
  double ratios[TILE_CAPACITY];
  for (size_t field = 0; field < fields; field++) {
    const OF_STAGE(Terms) terms = OF_STAGE(terms_of)(stages, fields, field, coefficients + field * stride, stage_count);
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

MULTIVERSIONED double OF_STAGE(tile_exponential_error)(const double *block, size_t old_row, size_t new_row,
                                                       const STAGE *stages, size_t fields, const double *last,
                                                       const double *spans, double reach, const double *absolute,
                                                       double relative, size_t count) {
  const double limit = reach * reach / 720 < 1.0 / 6 ? reach * reach / 720 : 1.0 / 6;
  LargestLanes lanes = {{0}, {0}};
  double ratios[TILE_CAPACITY];
  for (size_t field = 0; field < fields; field++) {
    const double *before = row_of(block, old_row + field), *after = row_of(block, new_row + field);
    const STAGE *n[5];
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

#undef OF_STAGE
#undef STAGE
