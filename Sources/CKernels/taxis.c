#include "include/taxis.h"

#include "multiversion.h"

static inline double minimum(double a, double b) { return a < b ? a : b; }
static inline double maximum(double a, double b) { return a > b ? a : b; }

/// The part of a velocity in one direction. Written so that a NaN stays: a comparison with it is false.
static inline double positive_part(double a) { return a <= 0 ? 0 : a; }
static inline double negative_part(double a) { return a >= 0 ? 0 : a; }

/// Half of the limited difference: the one of the three with the smallest absolute value, 0 if signs differ.
static inline double half_slope(double behind, double ahead) {
  const double third = (behind + 2 * ahead) * (1.0 / 3);
  const double up = minimum(minimum(2 * behind, 2 * ahead), third);
  const double down = maximum(maximum(2 * behind, 2 * ahead), third);
  return 0.5 * (maximum(up, 0) + minimum(down, 0));
}

typedef struct {
  double before, behind;
} FaceValues;

static inline FaceValues face_values(double a, double b, double c, double d) {
  return (FaceValues){b + half_slope(b - a, c - b), c - half_slope(d - c, c - b)};
}

#define FACE_LOOP(work)                                                                                      \
  const double *a = rows->values[0], *b = rows->values[1], *c = rows->values[2], *d = rows->values[3];       \
  if (rows->volumes[0]) {                                                                                    \
    const double *va = rows->volumes[0], *vb = rows->volumes[1], *vc = rows->volumes[2], *vd = rows->volumes[3]; \
    for (size_t i = 0; i < count; i++) {                                                                     \
      const FaceValues face = face_values(va[i] > 0 ? a[i] : b[i], b[i], c[i], vd[i] > 0 ? d[i] : c[i]);     \
      const double inside = vb[i] > 0 && vc[i] > 0 ? 1 : 0;                                                  \
      work                                                                                                   \
    }                                                                                                        \
  } else {                                                                                                   \
    for (size_t i = 0; i < count; i++) {                                                                     \
      const FaceValues face = face_values(a[i], b[i], c[i], d[i]);                                           \
      const double inside = 1;                                                                               \
      work                                                                                                   \
    }                                                                                                        \
  }

MULTIVERSIONED void taxis_face_values(double *before, double *behind, const FaceRows *rows, size_t count) {
  FACE_LOOP({
    (void)inside;
    before[i] = face.before;
    behind[i] = face.behind;
  })
}

MULTIVERSIONED void taxis_fluxes(double *flux, const FaceRows *rows, const double *forward, const double *backward,
                                 size_t count) {
  FACE_LOOP({
    const double sum = positive_part(forward[i]) * face.before + negative_part(backward[i]) * face.behind;
    // Not a product: what is no tissue may be no number.
    flux[i] = inside != 0 ? sum : 0;
  })
}

MULTIVERSIONED void taxis_add_velocity(double *velocity, const double *sensitivity, const double *before,
                                       const double *behind, double scale, size_t count) {
  for (size_t i = 0; i < count; i++) velocity[i] += sensitivity[i] * ((behind[i] - before[i]) * scale);
}

MULTIVERSIONED void taxis_add_outflow(double *rate, const double *forward_above, const double *backward_below,
                                      double factor, size_t count) {
  for (size_t i = 0; i < count; i++)
    rate[i] += factor * (positive_part(forward_above[i]) - negative_part(backward_below[i]));
}
