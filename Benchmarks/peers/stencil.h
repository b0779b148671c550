// The right-hand side at one point by central differences of fourth order, for the integrators that leave space to us. The
// problems are even and periodic, so that periodic neighbors give the solution between no-flux walls.
#pragma once
#include "case.h"

// The three fields at the point and at -2, -1, +1, +2 along each axis.
typedef struct {
  const double *center, *x[4], *y[4];
} Stencil;

static inline double laplacian(const Case *c, const Stencil *s, int f) {
  const double near = s->x[1][f] + s->x[2][f] + s->y[1][f] + s->y[2][f];
  const double far = s->x[0][f] + s->x[3][f] + s->y[0][f] + s->y[3][f];
  return (16 * near - far - 60 * s->center[f]) / (12 * c->spacing * c->spacing);
}

// Minus the diagonal of the Laplacian.
static inline double laplacian_diagonal(const Case *c) { return 60 / (12 * c->spacing * c->spacing); }

static inline double slope(const Case *c, const double *const *along, int f) {
  return (8 * (along[2][f] - along[1][f]) - (along[3][f] - along[0][f])) / (12 * c->spacing);
}

// Rates of change besides diffusion and linear decay.
static inline void other_rates(const Case *c, const Stencil *s, double supply, double *out) {
  const double *v = s->center;
  if (c->number == 2) {
    immunotherapy_rates(v[0], v[1], v[2], out, out + 1, out + 2);
    return;
  }
  chemotaxis_rates(v[0], v[2], supply, out, out + 1, out + 2);
  const double climb = slope(c, s->x, 0) * slope(c, s->x, 1) + slope(c, s->y, 0) * slope(c, s->y, 1);
  out[0] -= sensitivity * (climb + v[0] * laplacian(c, s, 1));
}

static inline double diffusion_and_decay(const Case *c, const Stencil *s, int f) {
  return c->problem.diffusivity[f] * laplacian(c, s, f) - c->problem.decay[f] * s->center[f];
}
