#include "include/random_normals.h"

#include "include/expression_program.h"
#include "include/philox.h"
#include "multiversion.h"

enum { CAPACITY = 256 };

/// 53 bits of two words, as a number in [0, 1).
static inline double fraction(uint32_t high, uint32_t low) {
  return (double)(int64_t)(((uint64_t)high << 32 | low) >> 11) * 0x1p-53;
}

/// Two uniform numbers for each point: 1 − the first, which is in (0, 1], and the second, in [0, 1).
static inline __attribute__((always_inline)) void fill_uniform(double *restrict radii, double *restrict angles,
                                                               uint64_t key, uint64_t event, uint64_t first,
                                                               size_t points) {
  for (size_t i = 0; i < points; i++) {
    const uint64_t point = first + i;
    uint32_t x = (uint32_t)point, y = (uint32_t)(point >> 32), z = (uint32_t)event, w = (uint32_t)(event >> 32);
    philox(&x, &y, &z, &w, key);
    radii[i] = 1.0 - fraction(x, y);
    angles[i] = fraction(z, w);
  }
}

MULTIVERSIONED void add_normals(double *row, double weight, uint64_t key, uint64_t event, uint64_t first, size_t points) {
  _Alignas(64) double radii[CAPACITY], angles[CAPACITY];
  if (points == 0) return;
  fill_uniform(radii, angles, key, event, first, points);
  // The functions of the expression language, whose bits are the same on all machines.
  static const struct expression_instruction program[] = {
      {EXPRESSION_LOG, 0, 0, 0, 0, 0, 0},
      {EXPRESSION_MULTIPLY, EXPRESSION_SCALAR_X, 0, 0, 0, 0, 0},
      {EXPRESSION_SQUARE_ROOT, 0, 0, 0, 0, 0, 0},
      {EXPRESSION_MULTIPLY, EXPRESSION_SCALAR_X, 1, 1, 1, 0, 0},
      {EXPRESSION_COSINE, 0, 1, 1, 0, 0, 0},
      {EXPRESSION_MULTIPLY, 0, 0, 0, 1, 0, 0},
      {EXPRESSION_MULTIPLY_ADD, EXPRESSION_SCALAR_X, 2, 2, 0, 2, 0},
  };
  double *const rows[] = {radii, angles, row};
  const double scalars[] = {-2.0, 6.283185307179586, weight};
  expression_run(program, sizeof program / sizeof *program, rows, scalars, points);
}
