#include "include/machine_limits.h"

#include "lanes.h"
#include "multiversion.h"

MULTIVERSIONED void machine_triad(double *a, const double *b, const double *c, double s, size_t count) {
  for (size_t i = 0; i < count; i++) a[i] = b[i] + s * c[i];
}

// More chains than an addition and a multiplication take cycles, so that none waits for another.
enum { chains = 12 };

MULTIVERSIONED double machine_multiply_add(size_t rounds) {
  Lanes value[chains];
  for (size_t j = 0; j < chains; j++)
    for (size_t k = 0; k < lanes_at_once; k++) value[j][k] = 1 + (double)j / (double)(k + 1);
  const Lanes factor = {0.999, 0.998, 0.997, 0.996, 0.995, 0.994, 0.993, 0.992};
  for (size_t i = 0; i < rounds; i++)
    for (size_t j = 0; j < chains; j++) value[j] = value[j] * factor + factor;
  double sum = 0;
  for (size_t j = 0; j < chains; j++) sum += lanes_sum(value[j]);
  return sum;
}

size_t machine_operations_per_round(void) { return 2 * chains * lanes_at_once; }
