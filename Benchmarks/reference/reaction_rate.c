// The right-hand side of the immunotherapy model written out, over 3 × 512² values: what a vector program is compared to.
// Prints nanoseconds per point, with 256 points again and again ("cache") and with all ("memory"), and a sum.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { points = 512 * 512, few = 256 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void rates(const double *restrict u, const double *restrict v, const double *restrict w, double *restrict du,
                  double *restrict dv, double *restrict dw, int count) {
  const double alpha = 0.07, mu_u = 0.167, rho_u = 0.692, sigma_u = 0.01, K_u = 0, gamma_v = 0.1;
  const double rho_w = 2.5, gamma_w = 0.001, mu_w = 55.56, sigma_w = 0.5, K_w = 0, t = 0;
  for (int i = 0; i < count; i++) {
    du[i] = alpha * v[i] - mu_u * u[i] + rho_u * u[i] * w[i] / (1 + w[i]) + sigma_u + K_u * t;
    dv[i] = v[i] * (1 - v[i]) - u[i] * v[i] / (gamma_v + v[i]);
    dw[i] = rho_w * u[i] * v[i] / (gamma_w + v[i]) - mu_w * w[i] + sigma_w + K_w * t;
  }
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// The median over passes of nanoseconds per point, all points being done `count` at a time where the first ones lie.
static double median_time(double *field[6], int count, int repeats) {
  double *times = malloc(sizeof(double) * (size_t)repeats);
  for (int n = -1; n < repeats; n++) {
    const double start = now();
    for (int i = 0; i < points; i += count) {
      rates(field[0], field[1], field[2], field[3], field[4], field[5], count);
      __asm__ volatile("" ::: "memory");
    }
    if (n >= 0) times[n] = (now() - start) * 1e9 / points;
  }
  qsort(times, (size_t)repeats, sizeof *times, ascending);
  const double median = times[repeats / 2];
  free(times);
  return median;
}

int main(int count, char **arguments) {
  const int repeats = count > 1 ? atoi(arguments[1]) : 50;
  double *field[6];
  for (int f = 0; f < 6; f++) {
    field[f] = aligned_alloc(64, sizeof(double) * points);
    for (int i = 0; i < points; i++) field[f][i] = 0.1 + 1e-3 * (i % (101 + f));
  }
  printf("cache %.17g\n", median_time(field, few, repeats));
  printf("memory %.17g\n", median_time(field, points, repeats));
  double sum = 0;
  for (int f = 3; f < 6; f++)
    for (int i = 0; i < points; i++) sum += field[f][i];
  printf("sum %.17g\n", sum);
}
