// The two problems of problems.py once more, for the programs in C: parameters, initial values, rates. Fields are numbered
// u, v, w (problem 2) and E, a, T (problem 3); y is the slow axis.
#pragma once
#include <math.h>

typedef struct {
  double length, end, diffusivity[3], decay[3];
} Problem;

static const Problem immunotherapy = {100, 20, {10, 1, 100}, {0.167, 0, 55.556}};
static const Problem chemotaxis = {10, 10, {0.1, 0.2, 0.05}, {0.3, 0.5, 0}};
static const double sensitivity = 0.5;  // of E to the gradient of a

static inline void initial_values(int problem, double x, double y, double *values) {
  if (problem == 2) {
    const double k = 2 * M_PI / immunotherapy.length;
    values[0] = 0.14 * (1 + 0.3 * cos(k * x) * cos(2 * k * y) + 0.1 * cos(3 * k * x));
    values[1] = 0.06 + 0.03 * cos(2 * k * x) * cos(k * y) + 0.01 * cos(4 * k * y);
    values[2] = 0.07 * (1 + 0.2 * cos(k * x) + 0.2 * cos(2 * k * y));
  } else {
    const double k = 2 * M_PI / chemotaxis.length;
    values[0] = 0.2 * (1 - 0.5 * cos(k * x) * cos(k * y));
    values[1] = 0.1 * (1 + 0.5 * cos(k * x) + 0.3 * cos(2 * k * y));
    values[2] = 0.4 * exp(-3 * (2 - cos(k * (x - 5)) - cos(k * (y - 5)))) + 0.05 * (1 + cos(2 * k * x)) * (1 + cos(k * y));
  }
}

static inline double supply(double x, double y) {
  const double k = 2 * M_PI / chemotaxis.length;
  return 0.1 * 0.5 * (1 - 0.5 * cos(k * x) - 0.5 * cos(k * y));
}

// Rates of change besides diffusion, linear decay and taxis.
static inline __attribute__((always_inline)) void immunotherapy_rates(
  double u, double v, double w, double *restrict du, double *restrict dv, double *restrict dw
) {
  *du = 0.3 * v + 0.692 * u * w / (1 + w);
  *dv = v * (1 - v) - u * v / (0.1 + v);
  *dw = 27.778 * u * v / (0.001 + v);
}

static inline __attribute__((always_inline)) void chemotaxis_rates(
  double E, double T, double supply, double *restrict dE, double *restrict da, double *restrict dT
) {
  *dE = supply + 0.5 * E * E * T;
  *da = E * T;
  *dT = T * (1 - T) - 1.5 * E * T;
}
