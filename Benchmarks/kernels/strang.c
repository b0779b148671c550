// Strang steps with exact diffusion in a square without flux, as they are written in C for the purpose.
//
//   strang PROBLEM POINTS fused|fftw STEP STEPS        POINTS a multiple of 16
//
// Problem 1 is the heat equation in a unit square; problem 2 that of the peers, immunotherapy: reactions, with their linear decays,
// by the exponential method ETD2RK (Cox and Matthews, J. Comput. Phys. 176 (2002) 430), one step for each flow, without knowing its
// error. `fused` goes through memory once for each axis: the factors between two transforms along an axis take one product in the
// Fourier coefficients of the reordered lines, and columns react while they are in the cache. `fftw` is what is written first: FFTW's own
// cosine transforms of the whole square.
//
// Prints nanoseconds per point, field and step, and the error of problem 1 or the sum of all values of problem 2.
#define _GNU_SOURCE
#include <stdio.h>
#include <time.h>
#include "../peers/line_blocks.h"
#include "../peers/model.h"

static double *fields[3];
static int field_count;
static double length, diffusivity[3] = {1};

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

static double exponential(int field, int k, double step) {
  return exp(-step * diffusivity[field] * pow(M_PI * k / length, 2));
}

// MARK: Reactions

// e^z, h φ₁ and h φ₂ of each field's decay.
typedef struct {
  double e[3], p1[3], p2[3];
} Flow;

static Flow flow_of(double step) {
  Flow flow;
  for (int f = 0; f < 3; f++) {
    double p[3], z = -step * immunotherapy.decay[f];
    phi(z, p);
    flow.e[f] = exp(z), flow.p1[f] = step * p[0], flow.p2[f] = step * p[1];
  }
  return flow;
}

static inline void react(double *restrict u, double *restrict v, double *restrict w, size_t count, const Flow *restrict by) {
  for (size_t i = 0; i < count; i++) {
    double a, b, c, a1, b1, c1;
    immunotherapy_rates(u[i], v[i], w[i], &a, &b, &c);
    const double x = by->e[0] * u[i] + by->p1[0] * a, y = by->e[1] * v[i] + by->p1[1] * b, z = by->e[2] * w[i] + by->p1[2] * c;
    immunotherapy_rates(x, y, z, &a1, &b1, &c1);
    u[i] = x + by->p2[0] * (a1 - a), v[i] = y + by->p2[1] * (b1 - b), w[i] = z + by->p2[2] * (c1 - c);
  }
}

static void react_everywhere(const Flow *by) {
  for (int row = 0; row < points; row++)
    react(fields[0] + row * row_stride, fields[1] + row * row_stride, fields[2] + row * row_stride, points, by);
}

// MARK: Fused

// V_k ← s_k V_k + d_k V_{N−k} is the product with g_k of cosine coefficients, with 2 s_k = g_k + g_{N−k} and
// 2 d_k = (g_k − g_{N−k}) e^{iπk/N}.
typedef struct {
  double *same, *real, *imaginary;
} Factors;

static Factors factors_of(int field, double step) {
  Factors f = {array(points), array(points), array(points)};
  for (int k = 0; k < points; k++) {
    const double g = exponential(field, k, step) / points, mirrored = k ? exponential(field, points - k, step) / points : g;
    f.same[k] = (g + mirrored) / 2;
    f.real[k] = (g - mirrored) / 2 * cos(M_PI * k / points);
    f.imaginary[k] = (g - mirrored) / 2 * sin(M_PI * k / points);
  }
  return f;
}

static inline void multiply(double *block, const Factors *f) {
  for (int j = 0; j < lines; j++) block[j] *= f->same[0];
  for (int k = 1; k <= points / 2; k++) {
    const int m = points - k;
    for (int h = 0; h < lines; h += 8) {
      Lane *p = lane(block + k * lines + h), *q = lane(block + m * lines + h);
      const Lane x = *p, y = *q;
      *p = f->same[k] * x + rotated(y, f->real[k], f->imaginary[k]);
      if (m != k) *q = f->same[m] * y + rotated(x, f->real[m], f->imaginary[m]);
    }
  }
}

static inline void diffuse(double *block, const Factors *f) {
  execute(forward_plan, block);
  multiply(block, f);
  execute(backward_plan, block);
}

static void step_fused(double *const *blocks, const Factors *f, const Flow *flow) {
  for (int first = 0; first < points; first += lines)
    for (int field = 0; field < field_count; field++) {
      double *rows = fields[field] + first * row_stride;
      load_rows(blocks[0], rows, 0);
      diffuse(blocks[0], f + field);
      store_rows(blocks[0], rows, 0);
    }
  for (int first = 0; first < points; first += lines) {
    for (int field = 0; field < field_count; field++) {
      load_columns(blocks[field], fields[field] + first, 0);
      diffuse(blocks[field], f + field);
    }
    if (field_count == 3) react(blocks[0], blocks[1], blocks[2], (size_t)points * lines, flow);
    for (int field = 0; field < field_count; field++) store_columns(blocks[field], fields[field] + first, 0);
  }
}

// MARK: FFTW's own transforms

typedef struct {
  fftw_plan forward, backward;
  double *symbol;
} Square;

static Square square_of(int field, double step) {
  double *values = fields[field];
  Square s = {
    fftw_plan_r2r_2d(points, points, values, values, FFTW_REDFT10, FFTW_REDFT10, FFTW_MEASURE),
    fftw_plan_r2r_2d(points, points, values, values, FFTW_REDFT01, FFTW_REDFT01, FFTW_MEASURE),
    array((size_t)points * points),
  };
  for (int k = 0; k < points; k++)
    for (int l = 0; l < points; l++)
      s.symbol[(size_t)k * points + l] = exponential(field, k, step) * exponential(field, l, step) / (4.0 * points * points);
  return s;
}

static void step_fftw(const Square *squares, const Flow *flow) {
  for (int field = 0; field < field_count; field++) {
    fftw_execute(squares[field].forward);
    for (size_t i = 0; i < (size_t)points * points; i++) fields[field][i] *= squares[field].symbol[i];
    fftw_execute(squares[field].backward);
  }
  if (field_count == 3) react_everywhere(flow);
}

// MARK: Start and end

static void set_values(int problem) {
  const double spacing = length / points;
  for (int i = 0; i < points; i++)
    for (int j = 0; j < points; j++) {
      const double x = (j + 0.5) * spacing, y = (i + 0.5) * spacing;
      double values[3] = {1 + cos(2 * M_PI * x) * cos(4 * M_PI * y)};
      if (problem == 2) initial_values(2, x, y, values);
      for (int f = 0; f < field_count; f++) fields[f][i * row_stride + j] = values[f];
    }
}

// The relative error of the heat equation at a time; the sum of all values of other problems.
static double check(int problem, double time) {
  double error = 0, size = 0, sum = 0;
  for (int i = 0; i < points; i++)
    for (int j = 0; j < points; j++) {
      const double x = (j + 0.5) / points, y = (i + 0.5) / points;
      const double exact = 1 + exp(-20 * M_PI * M_PI * time) * cos(2 * M_PI * x) * cos(4 * M_PI * y);
      error += pow(fields[0][i * row_stride + j] - exact, 2), size += exact * exact;
      for (int f = 0; f < field_count; f++) sum += fields[f][i * row_stride + j];
    }
  return problem == 1 ? sqrt(error / size) : sum;
}

int main(int count, char **words) {
  if (count < 6) {
    fprintf(stderr, "usage: %s PROBLEM POINTS fused|fftw STEP STEPS\n", words[0]);
    return 64;
  }
  const int problem = atoi(words[1]), isFused = !strcmp(words[3], "fused");
  const double step = atof(words[4]);
  const long steps = atol(words[5]);
  field_count = problem == 2 ? 3 : 1;
  length = problem == 2 ? immunotherapy.length : 1;
  if (problem == 2) memcpy(diffusivity, immunotherapy.diffusivity, sizeof diffusivity);
  const int n = atoi(words[2]);
  // Eight doubles more keep rows of a power of two out of each other's places in the cache.
  plan_lines(n, isFused ? n + 8 : n);
  double *blocks[3];
  Factors factors[3];
  Square squares[3];
  for (int f = 0; f < field_count; f++) {
    fields[f] = array(points * row_stride);
    blocks[f] = new_block();
    if (isFused) factors[f] = factors_of(f, step);
    else squares[f] = square_of(f, step);
  }
  set_values(problem);
  const Flow half = flow_of(step / 2), whole = flow_of(step);
  const double start = seconds_now();
  if (problem == 2) react_everywhere(&half);
  for (long s = 0; s < steps; s++) {
    const Flow *flow = s + 1 < steps ? &whole : &half;
    if (isFused) step_fused(blocks, factors, flow);
    else step_fftw(squares, flow);
  }
  const double seconds = seconds_now() - start;
  printf("%.4f %.15e\n", seconds * 1e9 / ((double)points * points * field_count * steps), check(problem, step * steps));
}
