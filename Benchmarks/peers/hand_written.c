// What a specialist writes for these two problems and nothing else: ETDRK4 (Cox and Matthews, J. Comput. Phys. 176 (2002)
// 430) with a fixed step, diffusion and linear decay in the exponentials, cosine transforms made for the purpose.
//
//   hand_written PROBLEM POINTS etdrk4 STEP OUT        POINTS a multiple of 16
//
// Cosine transform: Makhoul's reordering (IEEE Trans. ASSP 28 (1980) 27) makes a line of N values a Fourier transform of
// length N; two real lines are one complex line, which the twiddles respect, as they are applied with real and imaginary
// part of the pair alike. Sixteen lines at a time stay in the cache.
#include "case.h"
#include <fftw3.h>

enum { lines = 16 };
typedef double Lane __attribute__((vector_size(64), aligned(8), may_alias));

static int points;
static size_t area;
static double *block, *cosine, *sine;
static int *order;
static fftw_plan forward_plan, backward_plan;

// MARK: Cosine transforms

static void plan_transforms(void) {
  block = fftw_malloc(sizeof(double) * points * lines);
  fftw_complex *complex_block = (fftw_complex *)block;
  const int half = lines / 2;
  for (int backward = 0; backward < 2; backward++) {
    fftw_plan plan = fftw_plan_many_dft(
      1, &points, half, complex_block, 0, half, 1, complex_block, 0, half, 1, backward ? FFTW_BACKWARD : FFTW_FORWARD, FFTW_MEASURE
    );
    *(backward ? &backward_plan : &forward_plan) = plan;
  }
  order = malloc(sizeof(int) * points);
  cosine = malloc(sizeof(double) * points);
  sine = malloc(sizeof(double) * points);
  for (int k = 0; k < points; k++) {
    order[k] = k % 2 ? points - 1 - k / 2 : k / 2;
    cosine[k] = cos(M_PI * k / (2.0 * points));
    sine[k] = sin(M_PI * k / (2.0 * points));
  }
}

static inline Lane *lane(double *at) { return (Lane *)at; }

// Four complex numbers times c + i s.
static inline Lane rotated(Lane x, double c, double s) {
  const Lane swapped = __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
  const Lane signs = {-s, s, -s, s, -s, s, -s, s};
  return c * x + signs * swapped;
}

// Fourier to cosine coefficients of the block: Y_k = w V_k + w* V_{N-k}, w = exp(-iπk/2N).
static void to_cosines(double *b) {
  for (int j = 0; j < lines; j++) b[j] *= 2;
  for (int k = 1; k <= points / 2; k++) {
    const int m = points - k;
    for (int h = 0; h < lines; h += 8) {
      Lane *p = lane(b + k * lines + h), *q = lane(b + m * lines + h);
      const Lane x = *p, y = *q;
      *p = rotated(x, cosine[k], -sine[k]) + rotated(y, cosine[k], sine[k]);
      if (m != k) *q = rotated(y, cosine[m], -sine[m]) + rotated(x, cosine[m], sine[m]);
    }
  }
}

// And back: V_k = w* (Y_k - i Y_{N-k}).
static void from_cosines(double *b) {
  for (int k = 1; k <= points / 2; k++) {
    const int m = points - k;
    for (int h = 0; h < lines; h += 8) {
      Lane *p = lane(b + k * lines + h), *q = lane(b + m * lines + h);
      const Lane x = *p, y = *q;
      *p = rotated(x, cosine[k], sine[k]) + rotated(y, sine[k], -cosine[k]);
      if (m != k) *q = rotated(y, cosine[m], sine[m]) + rotated(x, sine[m], -cosine[m]);
    }
  }
}

static void transform_block(int backward) {
  if (backward) {
    from_cosines(block);
    fftw_execute(backward_plan);
  } else {
    fftw_execute(forward_plan);
    to_cosines(block);
  }
}

// 8 × 8 values: out[column] = the eight rows of that column.
static inline void transpose(const double *rows, size_t stride, Lane *out) {
  Lane t[8];
  for (int i = 0; i < 8; i += 2) {
    const Lane a = *lane((double *)rows + i * stride), b = *lane((double *)rows + (i + 1) * stride);
    t[i] = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
    t[i + 1] = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int h = 0; h < 2; h++) {
    const Lane a = __builtin_shufflevector(t[h], t[2 + h], 0, 1, 4, 5, 8, 9, 12, 13);
    const Lane b = __builtin_shufflevector(t[h], t[2 + h], 2, 3, 6, 7, 10, 11, 14, 15);
    const Lane c = __builtin_shufflevector(t[4 + h], t[6 + h], 0, 1, 4, 5, 8, 9, 12, 13);
    const Lane d = __builtin_shufflevector(t[4 + h], t[6 + h], 2, 3, 6, 7, 10, 11, 14, 15);
    out[h] = __builtin_shufflevector(a, c, 0, 1, 4, 5, 8, 9, 12, 13);
    out[4 + h] = __builtin_shufflevector(a, c, 2, 3, 6, 7, 10, 11, 14, 15);
    out[2 + h] = __builtin_shufflevector(b, d, 0, 1, 4, 5, 8, 9, 12, 13);
    out[6 + h] = __builtin_shufflevector(b, d, 2, 3, 6, 7, 10, 11, 14, 15);
  }
}

// Where the n-th value of a line, or its n-th coefficient, is in the block.
static inline double *place(int n, int isCoefficient) { return block + (isCoefficient ? n : order[n]) * lines; }

static void transform_rows(double *field, int backward) {
  for (int first = 0; first < points; first += lines) {
    double *rows = field + (size_t)first * points;
    Lane square[8];
    for (int n = 0; n < points; n += 8)
      for (int h = 0; h < lines; h += 8) {
        transpose(rows + (size_t)h * points + n, points, square);
        for (int q = 0; q < 8; q++) *lane(place(n + q, backward) + h) = square[q];
      }
    transform_block(backward);
    for (int n = 0; n < points; n += 8)
      for (int h = 0; h < lines; h += 8) {
        double copy[64];
        for (int q = 0; q < 8; q++) *lane(copy + 8 * q) = *lane(place(n + q, !backward) + h);
        transpose(copy, 8, square);
        for (int q = 0; q < 8; q++) *lane(rows + (size_t)(h + q) * points + n) = square[q];
      }
  }
}

static void transform_columns(double *field, int backward) {
  for (int first = 0; first < points; first += lines) {
    for (int n = 0; n < points; n++) memcpy(place(n, backward), field + (size_t)n * points + first, sizeof(double) * lines);
    transform_block(backward);
    for (int n = 0; n < points; n++) memcpy(field + (size_t)n * points + first, place(n, !backward), sizeof(double) * lines);
  }
}

static void forward(double *field) {
  transform_rows(field, 0);
  transform_columns(field, 0);
}

static void backward(double *field) {
  transform_columns(field, 1);
  transform_rows(field, 1);
}

// MARK: The equations

static double *symbol, *supplied, *work;

static void immunotherapy_nonlinear(double *restrict out, double scale) {
  double *restrict u = out, *restrict v = out + area, *restrict w = out + 2 * area;
  for (size_t i = 0; i < area; i++) {
    double du, dv, dw;
    immunotherapy_rates(u[i], v[i], w[i], &du, &dv, &dw);
    u[i] = du * scale, v[i] = dv * scale, w[i] = dw * scale;
  }
  for (int f = 0; f < 3; f++) forward(out + f * area);
}

// div(E grad a) = (lap(E a) + E lap a - a lap E) / 2 needs cosine transforms only.
static void chemotaxis_nonlinear(const double *coefficients, double *restrict out, double scale) {
  double *restrict curvature_E = work, *restrict curvature_a = work + area, *restrict product = work + 2 * area;
  for (size_t i = 0; i < 2 * area; i++) work[i] = symbol[i % area] * coefficients[i];
  backward(curvature_E);
  backward(curvature_a);
  double *restrict E = out, *restrict a = out + area, *restrict T = out + 2 * area;
  for (size_t i = 0; i < area; i++) {
    double dE, da, dT;
    chemotaxis_rates(E[i], T[i], supplied[i], &dE, &da, &dT);
    product[i] = E[i] * a[i] * scale;
    dE -= 0.5 * sensitivity * (E[i] * curvature_a[i] - a[i] * curvature_E[i]);
    E[i] = dE * scale, a[i] = da * scale, T[i] = dT * scale;
  }
  for (int f = 0; f < 3; f++) forward(out + f * area);
  forward(product);
  for (size_t i = 0; i < area; i++) out[i] -= 0.5 * sensitivity * symbol[i] * product[i];
}

static void nonlinear(const Case *c, const double *coefficients, double *out) {
  const double scale = 1 / (4.0 * area);
  memcpy(out, coefficients, sizeof(double) * 3 * area);
  for (int f = 0; f < 3; f++) backward(out + f * area);
  if (c->number == 2) immunotherapy_nonlinear(out, scale);
  else chemotaxis_nonlinear(coefficients, out, scale);
}

// MARK: Steps

static double *array(size_t count) {
  double *values = fftw_malloc(sizeof(double) * count);
  memset(values, 0, sizeof(double) * count);
  return values;
}

// phi_1, phi_2, phi_3 at z <= 0: a series near 0, else the recurrence.
static void phi(double z, double *p) {
  if (fabs(z) >= 0.5) {
    p[0] = expm1(z) / z;
    p[1] = (p[0] - 1) / z;
    p[2] = (p[1] - 0.5) / z;
    return;
  }
  for (int n = 1; n <= 3; n++) {
    double term = 1 / tgamma(n + 1), sum = 0;
    for (int k = 1; k < 20; k++) sum += term, term *= z / (n + k);
    p[n - 1] = sum;
  }
}

int main(int count, char **words) {
  const Case c = read_case(count, words);
  const double start = seconds_now();
  points = c.points;
  area = (size_t)points * points;
  const size_t all = 3 * area;
  plan_transforms();
  symbol = array(area), work = array(all), supplied = supplies(&c);
  for (size_t i = 0; i < area; i++) symbol[i] = -pow(M_PI / c.problem.length, 2) * (pow(i / points, 2) + pow(i % points, 2));
  const long steps = lround(c.problem.end / c.control);
  const double dt = c.problem.end / steps;
  double *whole = array(all), *half = array(all), *q = array(all), *f1 = array(all), *f2 = array(all), *f3 = array(all);
  for (size_t i = 0; i < all; i++) {
    double p[3], z = dt * (c.problem.diffusivity[i / area] * symbol[i % area] - c.problem.decay[i / area]);
    phi(z / 2, p);
    whole[i] = exp(z), half[i] = exp(z / 2), q[i] = dt / 2 * p[0];
    phi(z, p);
    f1[i] = dt * (p[0] - 3 * p[1] + 4 * p[2]), f2[i] = dt * (2 * p[1] - 4 * p[2]), f3[i] = dt * (4 * p[2] - p[1]);
  }
  double *s = array(all), *a = array(all), *b = array(all);
  double *n0 = array(all), *n1 = array(all), *n2 = array(all), *n3 = array(all);
  for_initial_values(&c, s, area, 1);
  for (int f = 0; f < 3; f++) forward(s + f * area);
  for (size_t i = 0; i < all; i++) s[i] /= 4.0 * area;
  const double ready = seconds_now();
  for (long step = 0; step < steps; step++) {
    nonlinear(&c, s, n0);
    for (size_t i = 0; i < all; i++) a[i] = half[i] * s[i] + q[i] * n0[i];
    nonlinear(&c, a, n1);
    for (size_t i = 0; i < all; i++) b[i] = half[i] * s[i] + q[i] * n1[i];
    nonlinear(&c, b, n2);
    for (size_t i = 0; i < all; i++) b[i] = half[i] * a[i] + q[i] * (2 * n2[i] - n0[i]);
    nonlinear(&c, b, n3);
    for (size_t i = 0; i < all; i++) s[i] = whole[i] * s[i] + f1[i] * n0[i] + f2[i] * (n1[i] + n2[i]) + f3[i] * n3[i];
  }
  for (int f = 0; f < 3; f++) backward(s + f * area);
  write_result(&c, s, area, 1, ready - start, seconds_now() - ready, steps, "", fftw_version);
}
