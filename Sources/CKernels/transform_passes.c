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

MULTIVERSIONED void transform_load_rows(double *block, const double *rows, size_t stride, size_t count, size_t lanes,
                                        const size_t *order) {
  size_t i = 0;
  if (lanes == TRANSFORM_LANES) {
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
    double *to = block + order[i] * TRANSFORM_LANES;
    for (size_t j = 0; j < TRANSFORM_LANES; j++) to[j] = j < lanes ? rows[j * stride + i] : 0;
  }
}

MULTIVERSIONED void transform_store_rows(const double *block, double *rows, size_t stride, size_t count, size_t lanes,
                                         const size_t *order) {
  size_t i = 0;
  if (lanes == TRANSFORM_LANES) {
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
    const double *from = block + order[i] * TRANSFORM_LANES;
    for (size_t j = 0; j < lanes; j++) rows[j * stride + i] = from[j];
  }
}

MULTIVERSIONED void transform_load_columns(double *block, const double *columns, size_t stride, size_t count,
                                           size_t lanes, const size_t *order) {
  for (size_t i = 0; i < count; i++) {
    double *to = block + order[i] * TRANSFORM_LANES;
    const double *from = columns + i * stride;
    if (lanes == TRANSFORM_LANES) {
      memcpy(to, from, TRANSFORM_LANES * sizeof *to);
    } else {
      for (size_t j = 0; j < TRANSFORM_LANES; j++) to[j] = j < lanes ? from[j] : 0;
    }
  }
}

MULTIVERSIONED void transform_store_columns(const double *block, double *columns, size_t stride, size_t count,
                                            size_t lanes, const size_t *order) {
  for (size_t i = 0; i < count; i++) {
    const double *from = block + order[i] * TRANSFORM_LANES;
    if (lanes == TRANSFORM_LANES) {
      memcpy(columns + i * stride, from, TRANSFORM_LANES * sizeof *from);
    } else {
      memcpy(columns + i * stride, from, lanes * sizeof *from);
    }
  }
}

/// i·v for eight doubles that are four complex numbers, but for the sign of the real parts.
static inline __attribute__((always_inline)) Lanes swapped(Lanes v) {
  return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
}

/// Real parts get the sign −, imaginary parts +, as in i·v.
static const Lanes rotation_signs = {-1, 1, -1, 1, -1, 1, -1, 1};

MULTIVERSIONED void transform_mix(double *block, size_t count, const double *a, const double *b_real,
                                  const double *b_imaginary) {
  for (size_t j = 0; j < TRANSFORM_LANES; j++) block[j] *= a[0];
  for (size_t k = 1; 2 * k <= count; k++) {
    const size_t m = count - k;
    double *p = block + k * TRANSFORM_LANES, *q = block + m * TRANSFORM_LANES;
    for (size_t j = 0; j < TRANSFORM_LANES; j += lanes_at_once) {
      const Lanes u = lanes_load(p + j), v = lanes_load(q + j);
      const Lanes iu = swapped(u) * rotation_signs, iv = swapped(v) * rotation_signs;
      lanes_store(p + j, a[k] * u + (b_real[k] * v + b_imaginary[k] * iv));
      if (m != k) lanes_store(q + j, a[m] * v + (b_real[m] * u + b_imaginary[m] * iu));
    }
  }
}

MULTIVERSIONED void transform_mix_complex(double *block, size_t count, const double *a_real,
                                          const double *a_imaginary, const double *b_real,
                                          const double *b_imaginary) {
  for (size_t k = 0; 2 * k <= count; k++) {
    const size_t m = k == 0 ? 0 : count - k;
    double *p = block + k * TRANSFORM_LANES, *q = block + m * TRANSFORM_LANES;
    for (size_t j = 0; j < TRANSFORM_LANES; j += lanes_at_once) {
      const Lanes u = lanes_load(p + j), v = lanes_load(q + j);
      const Lanes iu = swapped(u) * rotation_signs, iv = swapped(v) * rotation_signs;
      lanes_store(p + j, (a_real[k] * u + a_imaginary[k] * iu) + (b_real[k] * v + b_imaginary[k] * iv));
      if (m != k) lanes_store(q + j, (a_real[m] * v + a_imaginary[m] * iv) + (b_real[m] * u + b_imaginary[m] * iu));
    }
  }
}

MULTIVERSIONED void transform_to_cosines(double *block, size_t count, const double *cosines, const double *sines) {
  for (size_t j = 0; j < TRANSFORM_LANES; j++) block[j] *= 2;
  for (size_t k = 1; 2 * k <= count; k++) {
    const double c = cosines[k], s = sines[k];
    double *p = block + k * TRANSFORM_LANES, *q = block + (count - k) * TRANSFORM_LANES;
    for (size_t j = 0; j < TRANSFORM_LANES; j += lanes_at_once) {
      const Lanes u = lanes_load(p + j), v = lanes_load(q + j);
      const Lanes sum = u + v, turned = swapped(v - u) * rotation_signs;
      // Where p is q, both are the same.
      lanes_store(p + j, c * sum + s * turned);
      lanes_store(q + j, s * sum - c * turned);
    }
  }
}

MULTIVERSIONED void transform_from_cosines(double *block, size_t count, const double *cosines, const double *sines) {
  for (size_t j = 0; j < TRANSFORM_LANES; j++) block[j] *= 0.5;
  for (size_t k = 1; 2 * k <= count; k++) {
    const double c = 0.5 * cosines[k], s = 0.5 * sines[k];
    double *p = block + k * TRANSFORM_LANES, *q = block + (count - k) * TRANSFORM_LANES;
    for (size_t j = 0; j < TRANSFORM_LANES; j += lanes_at_once) {
      const Lanes u = lanes_load(p + j), v = lanes_load(q + j);
      const Lanes iu = swapped(u) * rotation_signs, iv = swapped(v) * rotation_signs;
      lanes_store(p + j, c * (u - iv) + s * (v + iu));
      lanes_store(q + j, s * (v - iu) + c * (u + iv));
    }
  }
}

MULTIVERSIONED void transform_scale(double *block, size_t count, const double *a) {
  for (size_t k = 0; k < count; k++)
    for (size_t j = 0; j < TRANSFORM_LANES; j++) block[k * TRANSFORM_LANES + j] *= a[k];
}

MULTIVERSIONED void transform_reverse(double *block, size_t count, const double *a) {
  for (size_t j = 0; j < TRANSFORM_LANES; j++) block[j] = 0;
  for (size_t k = 1; k <= count / 2; k++) {
    double *one = block + k * TRANSFORM_LANES, *other = block + (count - k) * TRANSFORM_LANES;
    for (size_t j = 0; j < TRANSFORM_LANES; j++) {
      const double value = a[k] * other[j];
      other[j] = a[count - k] * one[j];
      one[j] = value;
    }
  }
}

MULTIVERSIONED void transform_add_product(double *sum, const double *a, const double *b, size_t count) {
  for (size_t i = 0; i < count * TRANSFORM_LANES; i++) sum[i] += a[i] * b[i];
}

MULTIVERSIONED void transform_add_multiple(double *sum, double factor, const double *a, size_t count) {
  for (size_t i = 0; i < count * TRANSFORM_LANES; i++) sum[i] += factor * a[i];
}
