#include "include/propagators.h"
#include "lanes.h"
#include "multiversion.h"
#include "vector_math_exponential.h"

// Rows of coefficients, multiplied by functions of a diffusion operator.

/// φ₁(z) = (e^z − 1)/z.
static inline __attribute__((always_inline)) double phi_1(double z, double exp_minus_one) {
  return z == 0 ? 1.0 : exp_minus_one / z;
}

/// φ₃(z) for −1 ≤ z ≤ 0: the polynomial of degree 10 in z + ½ through its values at Chebyshev's points, 7e-17 from it.
static inline __attribute__((always_inline)) double phi_3_near(double z) {
  const double t = z + 0.5;
  double sum = 1.0892387377145797e-10;
  sum = 1.4286904838390857e-09 + sum * t;
  sum = 1.7249398833618942e-08 + sum * t;
  sum = 1.919625242894298e-07 + sum * t;
  sum = 1.9466224950022833e-06 + sum * t;
  sum = 1.7821040278981377e-05 + sum * t;
  sum = 0.00014563897368128256 + sum * t;
  sum = 0.0010477397022716846 + sum * t;
  sum = 0.006519030117444646 + sum * t;
  sum = 0.03428305609252836 + sum * t;
  return 0.1477547222989326 + sum * t;
}

/// φ₁(z), φ₂(z), φ₃(z), with φ_k(z) = (φ_{k−1}(z) − 1/(k−1)!)/z and φ₀ = e^z, for z ≤ 0.
///
/// Where |z| < 1 the differences would lose digits: there φ₃ is a polynomial and the others follow by the recurrence the
/// other way round, which loses none.
static inline __attribute__((always_inline)) void phi_functions(double z, double *exponential, double *phi_1,
                                                               double *phi_2, double *phi_3) {
  const double near_3 = phi_3_near(z), near_2 = z * near_3 + 0.5, near_1 = z * near_2 + 1;
  const double m = vector_exp_minus_one(z);
  const double inverse = 1 / z, far_1 = m * inverse, far_2 = (far_1 - 1) * inverse, far_3 = (far_2 - 0.5) * inverse;
  const int is_near = z > -1;
  *exponential = m + 1;
  *phi_1 = is_near ? near_1 : far_1;
  *phi_2 = is_near ? near_2 : far_2;
  *phi_3 = is_near ? near_3 : far_3;
}

void exponential_functions(double z, double values[4]) {
  phi_functions(z, values, values + 1, values + 2, values + 3);
}

MULTIVERSIONED void bend_sums(const double *n_0, const double *n_middle, const double *n_1, const double *u,
                              double factor, const double *weights, size_t count, double sums[3]) {
  const double *const all[4] = {n_0, n_middle, n_1, u};
  Lanes sum[3] = {{0}};
  for (size_t i = 0; i < count; i += lanes_at_once) {
    const size_t length = count - i < lanes_at_once ? count - i : lanes_at_once;
    Lanes v[4];
    for (size_t j = 0; j < 4; j++) v[j] = length == lanes_at_once ? lanes_load(all[j] + i) : lanes_load_some(all[j] + i, length);
    const Lanes change = v[0] - v[2], bend = (v[0] + v[2]) - factor * v[1];
    Lanes squares[3] = {bend * bend, change * change, v[3] * v[3]};
    if (weights) {
      const Lanes weight = length == lanes_at_once ? lanes_load(weights + i) : lanes_load_some(weights + i, length);
      for (size_t k = 0; k < 3; k++) squares[k] *= weight;
    }
    for (size_t k = 0; k < 3; k++) sum[k] += squares[k];
  }
  for (size_t k = 0; k < 3; k++) sums[k] = lanes_sum(sum[k]);
}

/// φ₁, φ₂ and φ₃ of some numbers z ≤ 0 and their exponentials; those are precise enough where z is not near 0.
static inline __attribute__((always_inline)) void all_phi_functions(const double *z, const double *exponential,
                                                                   double *phi_1, double *phi_2, double *phi_3,
                                                                   size_t count) {
  size_t near = 0;
  for (size_t i = 0; i < count; i++) near += z[i] > -1;
  if (near < count)
    for (size_t i = 0; i < count; i++) {
      const double inverse = 1 / z[i];
      phi_1[i] = (exponential[i] - 1) * inverse;
      phi_2[i] = (phi_1[i] - 1) * inverse;
      phi_3[i] = (phi_2[i] - 0.5) * inverse;
    }
  if (near > 0)
    for (size_t i = 0; i < count; i++) {
      const double near_3 = phi_3_near(z[i]), near_2 = z[i] * near_3 + 0.5, near_1 = z[i] * near_2 + 1;
      const int is_near = z[i] > -1;
      phi_1[i] = is_near ? near_1 : phi_1[i];
      phi_2[i] = is_near ? near_2 : phi_2[i];
      phi_3[i] = is_near ? near_3 : phi_3[i];
    }
}

MULTIVERSIONED void exponential_row(const double *eigenvalues, double shift, double step, double *exponentials,
                                    size_t count) {
  for (size_t i = 0; i < count; i++) exponentials[i] = vector_exp_minus_one(step * (eigenvalues[i] + shift)) + 1;
}

enum { stage_block = 64 };

/// φ₁, φ₂ and φ₃ of up to `stage_block` coefficients of a row from `start` on: where they are written down, or in `space`.
typedef struct {
  const double *phi_1, *phi_2, *phi_3;
  double space[3][stage_block];
} StageFunctions;

static inline __attribute__((always_inline)) void find_stage_functions(StageFunctions *f, const StageCoefficients *all,
                                                                      size_t row, size_t start, size_t count) {
  if (all->phi_1) {
    const size_t offset = row * all->stride + start;
    f->phi_1 = all->phi_1 + offset;
    f->phi_2 = all->phi_2 + offset;
    f->phi_3 = all->phi_3 + offset;
    return;
  }
  double z[stage_block], exponential[stage_block];
  const double rest = all->rests[row] - all->decay;
  for (size_t i = 0; i < count; i++) {
    z[i] = all->step * (all->eigenvalues[start + i] + rest);
    exponential[i] = all->exponentials[start + i] * all->rest_exponentials[row];
  }
  all_phi_functions(z, exponential, f->space[0], f->space[1], f->space[2], count);
  f->phi_1 = f->space[0];
  f->phi_2 = f->space[1];
  f->phi_3 = f->space[2];
}

// What is w₁ φ₁ + w₂ φ₂ + w₃ φ₃ of coefficient i, without the parts whose weights are 0.
#define WITH_WEIGHTS(work)                                                     \
  if (w[2] == 0) {                                                             \
    if (w[1] == 0) {                                                           \
      work(w[0] * phi_1[i])                                                    \
    } else if (w[0] == 0) {                                                    \
      work(w[1] * phi_2[i])                                                    \
    } else {                                                                   \
      work(w[0] * phi_1[i] + w[1] * phi_2[i])                                  \
    }                                                                          \
  } else if (w[0] == 0) {                                                      \
    work(w[1] * phi_2[i] + w[2] * phi_3[i])                                    \
  } else {                                                                     \
    work((w[0] * phi_1[i] + w[1] * phi_2[i]) + w[2] * phi_3[i])                \
  }

MULTIVERSIONED void exponential_functions_row(double *phi_1, double *phi_2, double *phi_3,
                                              const StageCoefficients *functions, size_t row) {
  StageFunctions f;
  const size_t offset = row * functions->stride;
  for (size_t start = 0; start < functions->count; start += stage_block) {
    const size_t left = functions->count - start, length = left < stage_block ? left : stage_block;
    find_stage_functions(&f, functions, row, start, length);
    memcpy(phi_1 + offset + start, f.phi_1, length * sizeof *phi_1);
    memcpy(phi_2 + offset + start, f.phi_2, length * sizeof *phi_2);
    memcpy(phi_3 + offset + start, f.phi_3, length * sizeof *phi_3);
  }
}

/// The sum of the terms of eight coefficients, or of `count` of them, from `at` on, each times w₁ φ₁ + w₂ φ₂ + w₃ φ₃, none of which
/// has more than the first `used` weights.
LANES_INLINE Lanes sum_terms(const StageFunctions *f, const double *const *terms, const double *weights, size_t term_count,
                             size_t used, size_t offset, size_t at, size_t count) {
#define SOME(from) (count == lanes_at_once ? lanes_load(from) : lanes_load_some(from, count))
  const Lanes none = {0};
  const Lanes phi_1 = SOME(f->phi_1 + at), phi_2 = used > 1 ? SOME(f->phi_2 + at) : none,
              phi_3 = used > 2 ? SOME(f->phi_3 + at) : none;
  Lanes sum = none;
  for (size_t j = 0; j < term_count; j++) {
    const double *w = weights + 3 * j;
    Lanes weight = w[0] * phi_1;
    if (used > 1) weight += w[1] * phi_2;
    if (used > 2) weight += w[2] * phi_3;
    sum += weight * SOME(terms[j] + offset + at);
  }
  return sum;
#undef SOME
}

LANES_INLINE void sum_all_terms(double *sum, const StageFunctions *f, const double *const *terms, const double *weights,
                                size_t term_count, size_t used, size_t offset, size_t length) {
  size_t i = 0;
  for (; i + lanes_at_once <= length; i += lanes_at_once)
    lanes_store(sum + i, sum_terms(f, terms, weights, term_count, used, offset, i, lanes_at_once));
  // There is room for eight.
  if (i < length) lanes_store(sum + i, sum_terms(f, terms, weights, term_count, used, offset, i, length - i));
}

MULTIVERSIONED void exponential_combine_rows(double *out, const double *base, StageBaseFactor b,
                                             const double *const *terms, const double *weights, size_t term_count,
                                             const StageCoefficients *functions, double factor, size_t first,
                                             size_t end) {
  StageFunctions f;
  double sum[stage_block];
  size_t used = 1;
  for (size_t j = 0; j < term_count; j++)
    for (size_t k = used; k < 3; k++)
      if (weights[3 * j + k] != 0) used = k + 1;
  for (size_t row = first; row < end; row++) {
    for (size_t start = 0; start < functions->count; start += stage_block) {
      const size_t left = functions->count - start, length = left < stage_block ? left : stage_block;
      const size_t offset = row * functions->stride + start;
      find_stage_functions(&f, functions, row, start, length);
      if (used > 2) {
        sum_all_terms(sum, &f, terms, weights, term_count, 3, offset, length);
      } else if (used > 1) {
        sum_all_terms(sum, &f, terms, weights, term_count, 2, offset, length);
      } else {
        sum_all_terms(sum, &f, terms, weights, term_count, 1, offset, length);
      }
      const double *before = base + offset;
      double *result = out + offset;
      if (b == stage_base_exponential) {
        const double *exponentials = functions->exponentials + start, rest = functions->rest_exponentials[row];
        for (size_t i = 0; i < length; i++) result[i] = exponentials[i] * rest * before[i] + factor * sum[i];
      } else if (b == stage_base_exponential_less_one) {
        const double *eigenvalues = functions->eigenvalues + start, rest = functions->rests[row] - functions->decay;
        for (size_t i = 0; i < length; i++) {
          const double z = functions->step * (eigenvalues[i] + rest);
          result[i] = z * f.phi_1[i] * before[i] + factor * sum[i];
        }
      } else if (b == stage_base_one) {
        for (size_t i = 0; i < length; i++) result[i] = before[i] + factor * sum[i];
      } else {
        for (size_t i = 0; i < length; i++) result[i] = factor * sum[i];
      }
    }
  }
}

MULTIVERSIONED void exponential_error_row(const double *new, const double *old, const double *a, const double *b,
                                          const double weights[3], const StageCoefficients *functions, double factor,
                                          const double *squares, size_t row, double sums[3]) {
  const double *w = weights;
  StageFunctions f;
  double error[stage_block];
  Lanes sum[3] = {{0}};
  for (size_t start = 0; start < functions->count; start += stage_block) {
    const size_t left = functions->count - start, length = left < stage_block ? left : stage_block;
    const size_t offset = row * functions->stride + start;
    find_stage_functions(&f, functions, row, start, length);
    const double *phi_1 = f.phi_1, *phi_2 = f.phi_2, *phi_3 = f.phi_3;
#define NOTE_ERROR(weight) \
  for (size_t i = 0; i < length; i++) error[i] = factor * (weight) * (a[offset + i] - b[offset + i]);
    WITH_WEIGHTS(NOTE_ERROR)
    for (size_t i = 0; i < length; i += lanes_at_once) {
      const size_t at = offset + i, rest = length - i;
      Lanes value[3], square;
      if (rest >= lanes_at_once) {
        value[0] = lanes_load(error + i), value[1] = lanes_load(new + at), value[2] = lanes_load(old + at);
        square = lanes_load(squares + start + i);
      } else {
        value[0] = lanes_load_some(error + i, rest), value[1] = lanes_load_some(new + at, rest);
        value[2] = lanes_load_some(old + at, rest), square = lanes_load_some(squares + start + i, rest);
      }
      for (size_t k = 0; k < 3; k++) sum[k] += square * value[k] * value[k];
    }
  }
  for (size_t k = 0; k < 3; k++) sums[k] = lanes_sum(sum[k]);
}

MULTIVERSIONED void transform_source_row(double *u, const double *c, const double *eigenvalues, double rest,
                                         double step, double norm, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const double z = step * (eigenvalues[i] + rest);
    const double m = vector_exp_minus_one(z);
    u[i] = norm * ((m + 1.0) * u[i] - step * phi_1(z, m) * c[i]);
  }
}

MULTIVERSIONED void transform_supply_row(double *b, const double *d, const double *eigenvalues, double rest,
                                         double step, double norm, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const double z = step * (eigenvalues[i] + rest);
    double exponential, phi_1, phi_2, phi_3;
    phi_functions(z, &exponential, &phi_1, &phi_2, &phi_3);
    b[i] = norm * step * (phi_1 * b[i] + phi_2 * d[i]);
  }
}

MULTIVERSIONED void transform_resolvent_row(double *b, const double *eigenvalues, double rest, double shift, double norm,
                                            size_t count) {
  for (size_t i = 0; i < count; i++) {
    const double divisor = shift - (eigenvalues[i] + rest);
    b[i] = divisor > 0 ? norm * b[i] / divisor : 0;
  }
}
