#include "include/propagators.h"
#include "lanes.h"
#include "multiversion.h"
#include "vector_math_exponential.h"

/// Exchanges rows and columns of eight times eight numbers.
static inline __attribute__((always_inline)) void transpose(Lanes r[8]) {
  Lanes s[8], t[8];
  for (int i = 0; i < 8; i += 2) {
    s[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    s[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int j = 0; j < 2; j++) {
      t[i + j] = __builtin_shufflevector(s[i + j], s[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      t[i + j + 2] = __builtin_shufflevector(s[i + j], s[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int i = 0; i < 4; i++) {
    r[i] = __builtin_shufflevector(t[i], t[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    r[i + 4] = __builtin_shufflevector(t[i], t[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

MULTIVERSIONED void transform_load_rows(double *block, size_t width, const double *rows, size_t stride, size_t count,
                                        size_t lanes, const size_t *order) {
  size_t i = 0;
  if (lanes == 1 && width == TRANSFORM_PAIR) {
    for (; i < count; i++) pair_store(block + order[i] * TRANSFORM_PAIR, (Pair){rows[i], 0});
  } else if (lanes == TRANSFORM_LANES) {
    for (; i + lanes_at_once <= count; i += lanes_at_once) {
      for (size_t half = 0; half < TRANSFORM_LANES; half += lanes_at_once) {
        Lanes r[8];
        for (size_t j = 0; j < 8; j++) r[j] = lanes_load(rows + (half + j) * stride + i);
        transpose(r);
        for (size_t j = 0; j < 8; j++) lanes_store(block + order[i + j] * TRANSFORM_LANES + half, r[j]);
      }
    }
  }
  for (; i < count; i++) {
    double *to = block + order[i] * width;
    for (size_t j = 0; j < width; j++) to[j] = j < lanes ? rows[j * stride + i] : 0;
  }
}

MULTIVERSIONED void transform_store_rows(const double *block, size_t width, double *rows, size_t stride, size_t count,
                                         size_t lanes, const size_t *order) {
  size_t i = 0;
  if (lanes == 1 && width == TRANSFORM_PAIR) {
    for (; i < count; i++) rows[i] = block[order[i] * TRANSFORM_PAIR];
  } else if (lanes == TRANSFORM_LANES) {
    for (; i + lanes_at_once <= count; i += lanes_at_once) {
      for (size_t half = 0; half < TRANSFORM_LANES; half += lanes_at_once) {
        Lanes r[8];
        for (size_t j = 0; j < 8; j++) r[j] = lanes_load(block + order[i + j] * TRANSFORM_LANES + half);
        transpose(r);
        for (size_t j = 0; j < 8; j++) lanes_store(rows + (half + j) * stride + i, r[j]);
      }
    }
  }
  for (; i < count; i++) {
    const double *from = block + order[i] * width;
    for (size_t j = 0; j < lanes; j++) rows[j * stride + i] = from[j];
  }
}

MULTIVERSIONED void transform_load_columns(double *block, size_t width, const double *columns, size_t stride,
                                           size_t count, size_t lanes, const size_t *order) {
  for (size_t i = 0; i < count; i++) {
    double *to = block + order[i] * width;
    const double *from = columns + i * stride;
    if (lanes == TRANSFORM_LANES) {
      for (size_t j = 0; j < TRANSFORM_LANES; j += lanes_at_once) lanes_store(to + j, lanes_load(from + j));
    } else {
      for (size_t j = 0; j < width; j++) to[j] = j < lanes ? from[j] : 0;
    }
  }
}

MULTIVERSIONED void transform_store_columns(const double *block, size_t width, double *columns, size_t stride,
                                            size_t count, size_t lanes, const size_t *order) {
  for (size_t i = 0; i < count; i++) {
    const double *from = block + order[i] * width;
    double *to = columns + i * stride;
    if (lanes == TRANSFORM_LANES) {
      for (size_t j = 0; j < TRANSFORM_LANES; j += lanes_at_once) lanes_store(to + j, lanes_load(from + j));
    } else {
      memcpy(to, from, lanes * sizeof *from);
    }
  }
}

/// i·v for complex numbers, real and imaginary parts in turn.
LANES_INLINE Lanes turned_of_all(Lanes v) {
  const Lanes signs = {-1, 1, -1, 1, -1, 1, -1, 1};
  return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6) * signs;
}

LANES_INLINE Pair turned_of_pair(Pair v) {
  const Pair signs = {-1, 1};
  return __builtin_shufflevector(v, v, 1, 0) * signs;
}

#define WIDTH TRANSFORM_LANES
#define VECTOR Lanes
#define NAME(name) name##_of_all
#include "transform_mixing.h"

#define WIDTH TRANSFORM_PAIR
#define VECTOR Pair
#define NAME(name) name##_of_pair
#include "transform_mixing.h"

MULTIVERSIONED void transform_mix(double *block, size_t width, size_t count, const double *a, const double *b_real,
                                  const double *b_imaginary) {
  if (width == TRANSFORM_LANES) {
    mix_of_all(block, count, a, b_real, b_imaginary);
  } else {
    mix_of_pair(block, count, a, b_real, b_imaginary);
  }
}

MULTIVERSIONED void transform_mix_complex(double *block, size_t width, size_t count, const double *a_real,
                                          const double *a_imaginary, const double *b_real,
                                          const double *b_imaginary) {
  if (width == TRANSFORM_LANES) {
    mix_complex_of_all(block, count, a_real, a_imaginary, b_real, b_imaginary);
  } else {
    mix_complex_of_pair(block, count, a_real, a_imaginary, b_real, b_imaginary);
  }
}

MULTIVERSIONED void transform_to_cosines(double *block, size_t width, size_t count, const double *cosines,
                                         const double *sines) {
  if (width == TRANSFORM_LANES) {
    to_cosines_of_all(block, count, cosines, sines);
  } else {
    to_cosines_of_pair(block, count, cosines, sines);
  }
}

MULTIVERSIONED void transform_from_cosines(double *block, size_t width, size_t count, const double *cosines,
                                           const double *sines) {
  if (width == TRANSFORM_LANES) {
    from_cosines_of_all(block, count, cosines, sines);
  } else {
    from_cosines_of_pair(block, count, cosines, sines);
  }
}

MULTIVERSIONED void transform_scale(double *block, size_t width, size_t count, const double *a) {
  for (size_t k = 0; k < count; k++)
    for (size_t j = 0; j < width; j++) block[k * width + j] *= a[k];
}

MULTIVERSIONED void transform_reverse(double *block, size_t width, size_t count, const double *a) {
  for (size_t j = 0; j < width; j++) block[j] = 0;
  for (size_t k = 1; k <= count / 2; k++) {
    double *one = block + k * width, *other = block + (count - k) * width;
    for (size_t j = 0; j < width; j++) {
      const double value = a[k] * other[j];
      other[j] = a[count - k] * one[j];
      one[j] = value;
    }
  }
}

MULTIVERSIONED void transform_add_product(double *sum, const double *a, const double *b, size_t count) {
  for (size_t i = 0; i < count; i++) sum[i] += a[i] * b[i];
}

MULTIVERSIONED void transform_add_multiple(double *sum, double factor, const double *a, size_t count) {
  for (size_t i = 0; i < count; i++) sum[i] += factor * a[i];
}
