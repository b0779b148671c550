#include "include/propagators.h"
#include "lanes.h"
#include "multiversion.h"

// Passes of a mixed-radix transform of complex lines side by side, real and imaginary parts in turn.

LANES_INLINE Lanes swapped(Lanes v) { return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6); }

/// (c + i s) v.
LANES_INLINE Lanes times(Lanes v, double c, double s) {
  const Lanes turned = {-s, s, -s, s, -s, s, -s, s};
  return c * v + turned * swapped(v);
}

/// i s v for real s.
LANES_INLINE Lanes times_imaginary(Lanes v, double s) {
  const Lanes turned = {-s, s, -s, s, -s, s, -s, s};
  return turned * swapped(v);
}

/// t_q ← Σ_j t_j e^{∓2πi jq/R}, the upper sign for sign = −1.
LANES_INLINE void butterfly(Lanes *t, size_t radix, double sign) {
  if (radix == 2) {
    const Lanes a = t[0], b = t[1];
    t[0] = a + b;
    t[1] = a - b;
  } else if (radix == 3) {
    const double sine = 0.86602540378443864676;
    const Lanes sum = t[1] + t[2], a = t[0] - 0.5 * sum, b = times_imaginary(t[1] - t[2], sign * sine);
    t[0] = t[0] + sum;
    t[1] = a + b;
    t[2] = a - b;
  } else if (radix == 4) {
    const Lanes a = t[0] + t[2], b = t[0] - t[2], c = t[1] + t[3], d = times_imaginary(t[1] - t[3], sign);
    t[0] = a + c;
    t[1] = b + d;
    t[2] = a - c;
    t[3] = b - d;
  } else {
    const double c_1 = 0.30901699437494742410, c_2 = -0.80901699437494742410, s_1 = 0.95105651629515357212,
                 s_2 = 0.58778525229247312917;
    const Lanes p = t[1] + t[4], q = t[2] + t[3], u = t[1] - t[4], v = t[2] - t[3];
    const Lanes a = t[0] + (c_1 * p + c_2 * q), b = t[0] + (c_2 * p + c_1 * q);
    const Lanes d = times_imaginary(s_1 * u + s_2 * v, sign), e = times_imaginary(s_2 * u - s_1 * v, sign);
    t[0] = t[0] + (p + q);
    t[1] = a + d;
    t[2] = b + e;
    t[3] = b - e;
    t[4] = a - d;
  }
}

LANES_INLINE void pass(double *block, size_t radix, size_t part, size_t groups, const double *factors, int backward) {
  enum { largest = 5 };
  const size_t step = part * TRANSFORM_LANES;
  for (size_t group = 0; group < groups; group++, block += radix * step)
    for (size_t k = 0; k < part; k++) {
      const double *w = factors + 2 * (radix - 1) * k;
      for (size_t half = 0; half < TRANSFORM_LANES; half += lanes_at_once) {
        double *at = block + k * TRANSFORM_LANES + half;
        Lanes t[largest];
        for (size_t j = 0; j < radix; j++) t[j] = lanes_load(at + j * step);
        if (!backward)
          for (size_t j = 1; j < radix; j++) t[j] = times(t[j], w[2 * j - 2], w[2 * j - 1]);
        butterfly(t, radix, backward ? 1 : -1);
        if (backward)
          for (size_t j = 1; j < radix; j++) t[j] = times(t[j], w[2 * j - 2], -w[2 * j - 1]);
        for (size_t j = 0; j < radix; j++) lanes_store(at + j * step, t[j]);
      }
    }
}

#define EACH_RADIX(backward)                                                  \
  switch (radix) {                                                            \
    case 2: pass(block, 2, part, groups, factors, backward); break;           \
    case 3: pass(block, 3, part, groups, factors, backward); break;           \
    case 4: pass(block, 4, part, groups, factors, backward); break;           \
    default: pass(block, 5, part, groups, factors, backward); break;          \
  }

MULTIVERSIONED void radix_pass_forward(double *block, size_t radix, size_t part, size_t groups, const double *factors) {
  EACH_RADIX(0)
}

MULTIVERSIONED void radix_pass_backward(double *block, size_t radix, size_t part, size_t groups, const double *factors) {
  EACH_RADIX(1)
}
