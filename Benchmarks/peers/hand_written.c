// What a specialist writes for these two problems and nothing else: ETDRK4 (Cox and Matthews, J. Comput. Phys. 176 (2002)
// 430) with a fixed step, diffusion and linear decay in the exponentials, cosine transforms made for the purpose.
//
//   hand_written PROBLEM POINTS etdrk4 STEP OUT        POINTS a multiple of 16
#include "case.h"
#include "line_blocks.h"

static size_t area;
static double *block, *cosine, *sine;

// MARK: Cosine transforms

static void plan_transforms(const Case *c) {
  plan_lines(c->points, c->points);
  block = new_block();
  cosine = malloc(sizeof(double) * points);
  sine = malloc(sizeof(double) * points);
  for (int k = 0; k < points; k++) {
    cosine[k] = cos(M_PI * k / (2.0 * points));
    sine[k] = sin(M_PI * k / (2.0 * points));
  }
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
    execute(backward_plan, block);
  } else {
    execute(forward_plan, block);
    to_cosines(block);
  }
}

static void transform_rows(double *field, int backward) {
  for (int first = 0; first < points; first += lines) {
    double *rows = field + first * row_stride;
    load_rows(block, rows, backward);
    transform_block(backward);
    store_rows(block, rows, !backward);
  }
}

static void transform_columns(double *field, int backward) {
  for (int first = 0; first < points; first += lines) {
    load_columns(block, field + first, backward);
    transform_block(backward);
    store_columns(block, field + first, !backward);
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

int main(int count, char **words) {
  const Case c = read_case(count, words);
  const double start = seconds_now();
  plan_transforms(&c);
  area = (size_t)points * points;
  const size_t all = 3 * area;
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
