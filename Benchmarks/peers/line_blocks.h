// Lines of a square of values, sixteen at a time in a block that stays in the cache, and their Fourier transforms; for the programs
// in C that stand beside Oncofield.
//
// Cosine transform: Makhoul's reordering (IEEE Trans. ASSP 28 (1980) 27) makes a line of N values a Fourier transform of
// length N; two real lines are one complex line, which all factors respect that are applied to real and imaginary part of the
// pair alike.
#pragma once
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { lines = 16 };
typedef double Lane __attribute__((vector_size(64), aligned(8), may_alias));

static int points;
// Doubles from one row to the next.
static size_t row_stride;
static int *order;
static fftw_plan forward_plan, backward_plan;

static double *array(size_t count) {
  double *values = fftw_malloc(sizeof(double) * count);
  memset(values, 0, sizeof(double) * count);
  return values;
}

static double *new_block(void) { return array((size_t)points * lines); }

static void plan_lines(int count, size_t stride) {
  points = count;
  row_stride = stride;
  fftw_complex *block = (fftw_complex *)new_block();
  const int half = lines / 2;
  for (int backward = 0; backward < 2; backward++) {
    fftw_plan plan = fftw_plan_many_dft(
      1, &points, half, block, 0, half, 1, block, 0, half, 1, backward ? FFTW_BACKWARD : FFTW_FORWARD, FFTW_MEASURE
    );
    *(backward ? &backward_plan : &forward_plan) = plan;
  }
  fftw_free(block);
  order = malloc(sizeof(int) * points);
  for (int k = 0; k < points; k++) order[k] = k % 2 ? points - 1 - k / 2 : k / 2;
}

static inline void execute(fftw_plan plan, double *block) {
  fftw_execute_dft(plan, (fftw_complex *)block, (fftw_complex *)block);
}

static inline Lane *lane(double *at) { return (Lane *)at; }

// Four complex numbers times c + i s.
static inline Lane rotated(Lane x, double c, double s) {
  const Lane swapped = __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
  const Lane signs = {-s, s, -s, s, -s, s, -s, s};
  return c * x + signs * swapped;
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
static inline double *place(double *block, int n, int isCoefficient) {
  return block + (isCoefficient ? n : order[n]) * lines;
}

static inline void load_rows(double *block, const double *rows, int areCoefficients) {
  Lane square[8];
  for (int n = 0; n < points; n += 8)
    for (int h = 0; h < lines; h += 8) {
      transpose(rows + h * row_stride + n, row_stride, square);
      for (int q = 0; q < 8; q++) *lane(place(block, n + q, areCoefficients) + h) = square[q];
    }
}

static inline void store_rows(double *block, double *rows, int areCoefficients) {
  Lane square[8];
  for (int n = 0; n < points; n += 8)
    for (int h = 0; h < lines; h += 8) {
      double copy[64];
      for (int q = 0; q < 8; q++) *lane(copy + 8 * q) = *lane(place(block, n + q, areCoefficients) + h);
      transpose(copy, 8, square);
      for (int q = 0; q < 8; q++) *lane(rows + (h + q) * row_stride + n) = square[q];
    }
}

static inline void load_columns(double *block, const double *column, int areCoefficients) {
  for (int n = 0; n < points; n++)
    memcpy(place(block, n, areCoefficients), column + n * row_stride, sizeof(double) * lines);
}

static inline void store_columns(double *block, double *column, int areCoefficients) {
  for (int n = 0; n < points; n++)
    memcpy(column + n * row_stride, place(block, n, areCoefficients), sizeof(double) * lines);
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
