#include "include/line_functions.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "lanes.h"
#include "multiversion.h"

_Static_assert((int)line_poles == (int)lanes_at_once, "one vector holds a number for each pole");

#if defined(__x86_64__)
/// Makes the processor take subnormal numbers for 0; returns the state before.
static unsigned flush_subnormals(void) {
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | _MM_FLUSH_ZERO_ON | 0x0040);
  return before;
}
static void restore_state(unsigned before) { _mm_setcsr(before); }
#else
static unsigned flush_subnormals(void) { return 0; }
static void restore_state(unsigned before) { (void)before; }
#endif

/// The sums of V u and V |u|.
LANES_INLINE void masses(const double *u, const double *volumes, size_t count, double *plain, double *size) {
  Lanes sum[2] = {{0}, {0}};
  for (size_t i = 0; i < count; i += lanes_at_once) {
    const size_t length = count - i < lanes_at_once ? count - i : lanes_at_once;
    const int isWhole = length == lanes_at_once;
    const Lanes v = isWhole ? lanes_load(volumes + i) : lanes_load_some(volumes + i, length);
    const Lanes product = v * (isWhole ? lanes_load(u + i) : lanes_load_some(u + i, length));
    sum[0] += product;
    for (size_t j = 0; j < lanes_at_once; j++) sum[1][j] += product[j] < 0 ? -product[j] : product[j];
  }
  *plain = lanes_sum(sum[0]), *size = lanes_sum(sum[1]);
}

/// Adds to all values a share of their sizes, so that Σ_i V_i u_i is `mass`: values of 0 stay.
LANES_INLINE void set_mass(double *u, const double *volumes, size_t count, double mass) {
  double found, size;
  masses(u, volumes, count, &found, &size);
  const double share = size > 0 ? (mass - found) / size : 0;
  if (share == 0) return;
  for (size_t i = 0; i < count; i++) u[i] += share * (u[i] < 0 ? -u[i] : u[i]);
}

MULTIVERSIONED double line_mass(const double *u, const double *volumes, size_t count) {
  double mass, size;
  masses(u, volumes, count, &mass, &size);
  return mass;
}

MULTIVERSIONED void line_set_mass(double *u, const double *volumes, size_t count, double mass) {
  set_mass(u, volumes, count, mass);
}

MULTIVERSIONED void line_apply(double *out, const double *u, LineOperator line, double factor, double shift) {
  const size_t last = line.count - 1;
  for (size_t i = 0; i < line.count; i++) {
    const double lower = i > 0 ? u[i - 1] : 0, upper = i < last ? u[i + 1] : 0;
    out[i] = factor * (line.above[i] * (upper - u[i]) - line.below[i] * (u[i] - lower)) - shift * u[i];
  }
}

/// One complex number for each pole.
typedef struct {
  Lanes re, im;
} Poles;

LANES_INLINE Poles poles_load(const double *from) { return (Poles){lanes_load(from), lanes_load(from + line_poles)}; }

LANES_INLINE void poles_store(double *to, Poles a) {
  lanes_store(to, a.re);
  lanes_store(to + line_poles, a.im);
}

LANES_INLINE Poles product(Poles a, Poles b) {
  return (Poles){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

LANES_INLINE Poles inverse(Poles a) {
  const Lanes size = a.re * a.re + a.im * a.im;
  return (Poles){a.re / size, -a.im / size};
}

LANES_INLINE Poles plus(Poles a, double factor, Poles b) { return (Poles){a.re + factor * b.re, a.im + factor * b.im}; }

/// Eliminates a point of p − z: writes its inverse pivot, and takes `excess`, its sum along the row once the neighbors before are
/// eliminated, into the share of it that the next one sees.
///
/// The pivot is that sum and the coupling to the next point: nothing as large as the entries of z is subtracted (W. K. Grassmann,
/// M. I. Taksar & D. P. Heyman, Oper. Res. 33 (1985) 1107–1116).
LANES_INLINE Poles eliminate(Poles excess, double coupling, double *inverses) {
  const Poles pivot = inverse((Poles){excess.re + coupling, excess.im});
  poles_store(inverses, pivot);
  return product(excess, pivot);
}

MULTIVERSIONED static void factor_line(double *inverses, LineOperator line, double step, double shift,
                                       const double *poles) {
  const size_t n = line.count, middle = n / 2, width = line_pole_numbers;
  Poles shifted = poles_load(poles);
  shifted.re += shift;
  // What leads outside is lost altogether.
  Poles lower = {{0}, {0}}, upper = {{0}, {0}};
  lower.re += 1, upper.re += 1;
  // Both ends at once, so that neither waits for its own divisions.
  for (size_t up = 0; up < middle; up++) {
    const size_t down = n - 1 - up;
    lower = eliminate(plus(shifted, step * line.below[up], lower), step * line.above[up], inverses + up * width);
    if (down > middle)
      upper = eliminate(plus(shifted, step * line.above[down], upper), step * line.below[down], inverses + down * width);
  }
  const Poles center = plus(plus(shifted, step * line.below[middle], lower), step * line.above[middle], upper);
  poles_store(inverses + middle * width, inverse(center));
}

void line_factor(double *inverses, LineOperator line, double step, double shift, const double *poles) {
  const unsigned before = flush_subnormals();
  factor_line(inverses, line, step, shift, poles);
  restore_state(before);
}

/// Σ_t w_t term_t at a point.
LANES_INLINE Poles right_side(const double *const *terms, const double *weights, size_t term_count, size_t i) {
  Poles sum = {{0}, {0}};
  for (size_t t = 0; t < term_count; t++) {
    const Poles weight = poles_load(weights + t * line_pole_numbers);
    const double term = terms[t][i];
    sum.re += weight.re * term, sum.im += weight.im * term;
  }
  return sum;
}

LANES_INLINE void solve_terms(const double *const *terms, const double *weights, size_t term_count, const double *inverses,
                              LineOperator line, double step, double *scratch) {
  const size_t n = line.count, middle = n / 2, width = line_pole_numbers;
  Poles lower = {{0}, {0}}, upper = {{0}, {0}};
  for (size_t up = 0; up < middle; up++) {
    const size_t down = n - 1 - up;
    lower = plus(right_side(terms, weights, term_count, up), step * line.below[up], lower);
    lower = product(lower, poles_load(inverses + up * width));
    poles_store(scratch + up * width, lower);
    if (down > middle) {
      upper = plus(right_side(terms, weights, term_count, down), step * line.above[down], upper);
      upper = product(upper, poles_load(inverses + down * width));
      poles_store(scratch + down * width, upper);
    }
  }
  Poles center = right_side(terms, weights, term_count, middle);
  center = plus(plus(center, step * line.below[middle], lower), step * line.above[middle], upper);
  center = product(center, poles_load(inverses + middle * width));
  lanes_store(scratch + middle * width, center.re);
  lower = upper = center;
  // Back to the ends; of the solution the real part is kept.
  for (size_t k = 1; k <= middle; k++) {
    const size_t up = middle - k, down = middle + k;
    const Poles below = product(poles_load(inverses + up * width),
                                (Poles){step * line.above[up] * lower.re, step * line.above[up] * lower.im});
    const Poles known = poles_load(scratch + up * width);
    lower = (Poles){known.re + below.re, known.im + below.im};
    lanes_store(scratch + up * width, lower.re);
    if (down < n) {
      const Poles above = product(poles_load(inverses + down * width),
                                  (Poles){step * line.below[down] * upper.re, step * line.below[down] * upper.im});
      const Poles other = poles_load(scratch + down * width);
      upper = (Poles){other.re + above.re, other.im + above.im};
      lanes_store(scratch + down * width, upper.re);
    }
  }
}

/// The sums over the poles of eight points.
LANES_INLINE Lanes sum_poles(const double *from) {
  Lanes v[8], s[4], t[2];
  for (size_t j = 0; j < 8; j++) v[j] = lanes_load(from + j * line_pole_numbers);
  // Halves are added and interleaved until one vector has a sum for each point, in the order of `lanes_sum`.
  for (size_t j = 0; j < 4; j++) {
    s[j] = __builtin_shufflevector(v[j], v[j + 4], 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(v[j], v[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
  for (size_t j = 0; j < 2; j++) {
    t[j] = __builtin_shufflevector(s[j], s[j + 2], 0, 1, 8, 9, 4, 5, 12, 13) +
           __builtin_shufflevector(s[j], s[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  return __builtin_shufflevector(t[0], t[1], 0, 8, 2, 10, 4, 12, 6, 14) +
         __builtin_shufflevector(t[0], t[1], 1, 9, 3, 11, 5, 13, 7, 15);
}

MULTIVERSIONED static void solve_line(double *out, const double *base, const double *const *terms, const double *weights,
                                      size_t term_count, const double *inverses, LineOperator line, double step,
                                      double *scratch) {
  // Loops of known length.
  switch (term_count) {
    case 1: solve_terms(terms, weights, 1, inverses, line, step, scratch); break;
    case 2: solve_terms(terms, weights, 2, inverses, line, step, scratch); break;
    case 3: solve_terms(terms, weights, 3, inverses, line, step, scratch); break;
    case 4: solve_terms(terms, weights, 4, inverses, line, step, scratch); break;
    default: solve_terms(terms, weights, term_count, inverses, line, step, scratch);
  }
  size_t i = 0;
  for (; i + lanes_at_once <= line.count; i += lanes_at_once) {
    const Lanes sum = sum_poles(scratch + i * line_pole_numbers);
    lanes_store(out + i, base ? lanes_load(base + i) + sum : sum);
  }
  for (; i < line.count; i++) {
    const double sum = lanes_sum(lanes_load(scratch + i * line_pole_numbers));
    out[i] = base ? base[i] + sum : sum;
  }
}

void line_solve(double *out, const double *base, const double *const *terms, const double *weights, size_t term_count,
                const double *inverses, LineOperator line, double step, double *scratch) {
  const unsigned before = flush_subnormals();
  solve_line(out, base, terms, weights, term_count, inverses, line, step, scratch);
  restore_state(before);
}

/// next ← (1 + L/q) power and total ← total + weight·next, for the points from `low` to before `high`.
MULTIVERSIONED static void series_term(double *restrict next, double *restrict total, const double *restrict power,
                                       const double *restrict keep, const double *restrict below,
                                       const double *restrict above, double inverse, double weight, size_t low,
                                       size_t high) {
  for (size_t i = low; i < high; i++) {
    const double gain = below[i] * power[i] + above[i] * power[i + 2];
    const double value = keep[i] * power[i + 1] + inverse * gain;
    next[i + 1] = value;
    total[i] += weight * value;
  }
}

void line_series(double *u, LineOperator line, double q, const double *weights, size_t weight_count, double *scratch) {
  const size_t n = line.count, width = n + 2;
  size_t low = 0, high = n;
  while (low < n && u[low] == 0) low++;
  if (low == n) return;
  while (u[high - 1] == 0) high--;
  const unsigned before = flush_subnormals();
  // With a 0 at both ends, for the neighbors that are not there.
  double *power = scratch, *next = scratch + width, *total = scratch + 2 * width, *keep = scratch + 3 * width;
  memset(scratch, 0, 3 * width * sizeof *scratch);
  memcpy(power + 1, u, n * sizeof *u);
  for (size_t i = 0; i < n; i++) {
    const double share = 1 - (line.below[i] + line.above[i]) / q;
    keep[i] = share > 0 ? share : 0;
    total[i] = weights[0] * u[i];
  }
  for (size_t k = 1; k < weight_count; k++) {
    if (low > 0) low--;
    if (high < n) high++;
    series_term(next, total, power, keep, line.below, line.above, 1 / q, weights[k], low, high);
    double *other = power;
    power = next, next = other;
  }
  memcpy(u, total, n * sizeof *u);
  restore_state(before);
}

MULTIVERSIONED static void restore_line(double *u, const double *before, const double *volumes, size_t count, size_t reach,
                                        double *scratch) {
  int is_positive = 1, is_full = 1;
  for (size_t i = 0; i < count; i++) {
    is_positive &= before[i] >= 0;
    is_full &= before[i] != 0;
  }
  if (is_positive)
    for (size_t i = 0; i < count; i++) u[i] = u[i] < 0 ? 0 : u[i];
  if (!is_full && reach < count) {
    // Points since the latest one that is not empty, first from below.
    double distance = (double)count;
    for (size_t i = 0; i < count; i++) {
      distance = before[i] != 0 ? 0 : distance + 1;
      scratch[i] = distance;
    }
    distance = (double)count;
    for (size_t i = count; i-- > 0;) {
      distance = before[i] != 0 ? 0 : distance + 1;
      if (distance > (double)reach && scratch[i] > (double)reach) u[i] = 0;
    }
  }
  if (!volumes) return;
  double mass, unused;
  masses(before, volumes, count, &mass, &unused);
  set_mass(u, volumes, count, mass);
}

void line_restore(double *u, const double *before, const double *volumes, size_t count, size_t reach, double *scratch) {
  restore_line(u, before, volumes, count, reach, scratch);
}
