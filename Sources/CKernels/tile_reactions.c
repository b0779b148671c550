#include "include/tile_reactions.h"

#include "include/tile_algebra.h"
#include "largest_lanes.h"
#include "multiversion.h"
#include "tile_rows.h"
#include "vector_math.h"

MULTIVERSIONED void tile_cubic_middle(double *block, size_t out, size_t old_row, size_t new_row, size_t old_rate,
                                      size_t new_rate, double step, size_t fields, size_t count) {
  for (size_t field = 0; field < fields; field++) {
    double *to = row_of(block, out + field);
    const double *before = row_of(block, old_row + field), *after = row_of(block, new_row + field);
    const double *first = row_of(block, old_rate + field), *last = row_of(block, new_rate + field);
    ELEMENTWISE for (size_t i = 0; i < count; i++) {
      const double a = __builtin_fabs(before[i]), b = __builtin_fabs(after[i]);
      const double limit = 0.5 * (__builtin_fabs(after[i] - before[i]) + (a < b ? a : b));
      const double bend = 0.125 * step * (first[i] - last[i]);
      const double most = bend < limit ? bend : limit;
      to[i] = 0.5 * (before[i] + after[i]) + (most > -limit ? most : -limit);
    }
  }
}

MULTIVERSIONED bool tile_has_false_negative(const double *block, size_t old_row, size_t new_row, size_t source_row,
                                            bool has_source, const bool *is_positive, size_t fields, size_t count) {
  // Mostly nothing is negative at all.
  int is_below = 0;
  for (size_t field = 0; field < fields; field++) {
    if (!is_positive[field]) continue;
    const double *after = row_of(block, new_row + field);
    for (size_t i = 0; i < count; i++) is_below |= after[i] < 0;
  }
  if (!is_below) return false;
  // The least of what must not be negative, and of what allows it to be if it is.
  double least[TILE_CAPACITY], excuse[TILE_CAPACITY];
  for (size_t i = 0; i < count; i++) least[i] = excuse[i] = 0;
  for (size_t field = 0; field < fields; field++) {
    const double *before = row_of(block, old_row + field);
    const double *after = row_of(block, new_row + field);
    double *where = is_positive[field] ? least : excuse;
    ELEMENTWISE for (size_t i = 0; i < count; i++) excuse[i] = before[i] < excuse[i] ? before[i] : excuse[i];
    ELEMENTWISE for (size_t i = 0; i < count; i++) where[i] = after[i] < where[i] ? after[i] : where[i];
    if (!has_source) continue;
    const double *source = row_of(block, source_row + field);
    ELEMENTWISE for (size_t i = 0; i < count; i++) excuse[i] = source[i] < excuse[i] ? source[i] : excuse[i];
  }
  int found = 0;
  for (size_t i = 0; i < count; i++) found |= (least[i] < 0) & (excuse[i] >= 0);
  return found;
}

MULTIVERSIONED void tile_shifted_jacobian(double *block, size_t matrix, size_t n, const int32_t *entries,
                                          size_t jacobian, double shift, size_t count) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double *to = row_of(block, matrix + i * n + j);
      const double diagonal = i == j ? shift : 0;
      const int32_t entry = entries[i * n + j];
      if (entry < 0) {
        for (size_t p = 0; p < count; p++) to[p] = diagonal;
      } else {
        const double *from = row_of(block, jacobian + (size_t)entry);
        ELEMENTWISE for (size_t p = 0; p < count; p++) to[p] = diagonal - from[p];
      }
    }
}

MULTIVERSIONED void tile_factor(double *block, size_t matrix, size_t n, const bool *pattern, size_t count) {
  for (size_t k = 0; k < n; k++) {
    double *pivot = row_of(block, matrix + k * n + k);
    for (size_t p = 0; p < count; p++) pivot[p] = 1 / pivot[p];
    for (size_t i = k + 1; i < n; i++) {
      if (!pattern[i * n + k]) continue;
      double *factor = row_of(block, matrix + i * n + k);
      ELEMENTWISE for (size_t p = 0; p < count; p++) factor[p] *= pivot[p];
      for (size_t j = k + 1; j < n; j++) {
        if (!pattern[k * n + j]) continue;
        double *element = row_of(block, matrix + i * n + j);
        const double *upper = row_of(block, matrix + k * n + j);
        ELEMENTWISE for (size_t p = 0; p < count; p++) element[p] -= factor[p] * upper[p];
      }
    }
  }
}

MULTIVERSIONED void tile_solve(double *block, size_t matrix, size_t n, const bool *pattern, size_t rhs, size_t count) {
  for (size_t i = 0; i < n; i++) {
    double *value = row_of(block, rhs + i);
    for (size_t j = 0; j < i; j++) {
      if (!pattern[i * n + j]) continue;
      const double *factor = row_of(block, matrix + i * n + j), *known = row_of(block, rhs + j);
      ELEMENTWISE for (size_t p = 0; p < count; p++) value[p] -= factor[p] * known[p];
    }
  }
  for (size_t i = n; i-- > 0;) {
    double *value = row_of(block, rhs + i);
    for (size_t j = i + 1; j < n; j++) {
      if (!pattern[i * n + j]) continue;
      const double *factor = row_of(block, matrix + i * n + j), *known = row_of(block, rhs + j);
      ELEMENTWISE for (size_t p = 0; p < count; p++) value[p] -= factor[p] * known[p];
    }
    const double *inverse = row_of(block, matrix + i * n + i);
    ELEMENTWISE for (size_t p = 0; p < count; p++) value[p] *= inverse[p];
  }
}

/// (e^x − 1)/x and ((e^x − 1)/x − 1)/x.
typedef struct {
  double first, second;
} Phi;

/// To 2 ulp and 5 ulp for x ≤ 20: Taylor's series for |x| < 1, whose first term left out is 1e-18 of the sum.
INLINED Phi vector_phi(double x) {
  const double small = __builtin_fabs(x) < 1 ? x : 0;
  double series = 1.0 / 121645100408832000.0;
  series = series * small + 1.0 / 6402373705728000.0;
  series = series * small + 1.0 / 355687428096000.0;
  series = series * small + 1.0 / 20922789888000.0;
  series = series * small + 1.0 / 1307674368000.0;
  series = series * small + 1.0 / 87178291200.0;
  series = series * small + 1.0 / 6227020800.0;
  series = series * small + 1.0 / 479001600.0;
  series = series * small + 1.0 / 39916800.0;
  series = series * small + 1.0 / 3628800.0;
  series = series * small + 1.0 / 362880.0;
  series = series * small + 1.0 / 40320.0;
  series = series * small + 1.0 / 5040.0;
  series = series * small + 1.0 / 720.0;
  series = series * small + 1.0 / 120.0;
  series = series * small + 1.0 / 24.0;
  series = series * small + 1.0 / 6.0;
  series = series * small + 0.5;
  const double large = __builtin_fabs(x) < 1 ? 1 : x;
  const double first = (vector_exp(large) - 1) / large;
  const int is_small = __builtin_fabs(x) < 1;
  return (Phi){is_small ? 1 + small * series : first, is_small ? series : (first - 1) / large};
}

MULTIVERSIONED void tile_relax(double *block, size_t out, size_t old_row, size_t production, size_t loss, double step,
                               size_t count) {
  double *to = row_of(block, out);
  const double *u = row_of(block, old_row), *p = row_of(block, production), *l = row_of(block, loss);
  ELEMENTWISE for (size_t i = 0; i < count; i++) {
    const double z = -step * l[i];
    to[i] = u[i] * vector_exp(z) + step * vector_phi(z).first * p[i];
  }
}

MULTIVERSIONED void tile_relax_again(double *block, size_t out, size_t old_row, size_t production, size_t loss,
                                     size_t next_production, size_t next_loss, double step, size_t count) {
  double *to = row_of(block, out);
  const double *u = row_of(block, old_row), *p = row_of(block, production), *l = row_of(block, loss);
  const double *q = row_of(block, next_production), *m = row_of(block, next_loss);
  ELEMENTWISE for (size_t i = 0; i < count; i++) {
    const double z = -step * (0.5 * (l[i] + m[i]));
    const Phi phi = vector_phi(z);
    to[i] = u[i] * vector_exp(z) + step * ((phi.first - phi.second) * p[i] + phi.second * q[i]);
  }
}

MULTIVERSIONED void tile_add_source(double *block, size_t production, size_t loss, size_t source, size_t amount,
                                    size_t count) {
  double *p = row_of(block, production), *l = row_of(block, loss);
  const double *s = row_of(block, source), *u = row_of(block, amount);
  ELEMENTWISE for (size_t i = 0; i < count; i++) {
    // Where nothing is there, nothing is taken.
    p[i] += s[i] < 0 && u[i] >= 0 ? 0 : s[i];
    l[i] -= s[i] < 0 && u[i] > 0 ? s[i] / u[i] : 0;
  }
}

MULTIVERSIONED void tile_closed_flow(double *block, size_t field, size_t supply, size_t growth, size_t square,
                                     double step, size_t count) {
  double *u = row_of(block, field);
  const double *a = row_of(block, supply), *b = row_of(block, growth), *c = row_of(block, square);
  ELEMENTWISE for (size_t i = 0; i < count; i++) {
    const double z = step * b[i];
    const double reach = step * vector_phi(z).first;
    u[i] = (u[i] * vector_exp(z) + a[i] * reach) / (1 - c[i] * u[i] * reach);
  }
}
