#pragma once
#include <stddef.h>

// Fluxes of directed movement through the faces of one axis, row by row. Face i lies between the values before it and
// the values behind it.

/// The values at two points before the faces of a row and at two points behind them. `volumes` may be NULL; where one is
/// 0 there is no tissue.
typedef struct {
  const double *values[4];
  const double *volumes[4];
} FaceRows;

/// The values at the faces, seen from the points before and behind: second order by the limiter of B. Koren (1993),
/// which makes no new extrema; next to the edge of the tissue of first order.
void taxis_face_values(double *before, double *behind, const FaceRows *rows, size_t count);

/// flux = max(forward, 0) · (value from before) + min(backward, 0) · (value from behind), `forward` being the velocity if
/// it moves into the points behind, `backward` if it moves into those before; 0 at the edge of the tissue. NaN stays.
void taxis_fluxes(double *flux, const FaceRows *rows, const double *forward, const double *backward, size_t count);

/// velocity += sensitivity · (behind − before) · scale.
void taxis_add_velocity(double *velocity, const double *sensitivity, const double *before, const double *behind,
                        double scale, size_t count);

/// rate += factor · (max(forward velocity of the upper faces, 0) + max(−backward velocity of the lower faces, 0)). NaN stays.
void taxis_add_outflow(double *rate, const double *forward_above, const double *backward_below, double factor,
                       size_t count);
