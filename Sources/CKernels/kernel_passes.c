#include <string.h>

#include "include/propagators.h"
#include "multiversion.h"

/// Index within 0…count−1 of a point beyond the ends of a line.
static inline size_t continued(ptrdiff_t index, ptrdiff_t count, int is_periodic) {
  if (is_periodic) return (size_t)(((index % count) + count) % count);
  const ptrdiff_t period = 2 * count;
  const ptrdiff_t place = ((index % period) + period) % period;
  return (size_t)(place < count ? place : period - 1 - place);
}

MULTIVERSIONED void kernel_pass_row(double *line, size_t count, const double *weights, size_t radius,
                                    int is_periodic, double *scratch) {
  enum { block = 64 };
  memcpy(scratch + radius, line, count * sizeof *line);
  for (size_t i = 0; i < radius; i++) {
    scratch[i] = line[continued((ptrdiff_t)i - (ptrdiff_t)radius, (ptrdiff_t)count, is_periodic)];
    scratch[radius + count + i] = line[continued((ptrdiff_t)(count + i), (ptrdiff_t)count, is_periodic)];
  }
  for (size_t start = 0; start < count; start += block) {
    const size_t length = count - start < block ? count - start : block;
    const double *center = scratch + radius + start;
    double sum[block];
    if (length == block) {
      for (size_t i = 0; i < block; i++) sum[i] = weights[0] * center[i];
      for (size_t k = 1; k <= radius; k++) {
        const double weight = weights[k];
        const double *left = center - k, *right = center + k;
        for (size_t i = 0; i < block; i++) sum[i] += weight * (left[i] + right[i]);
      }
      memcpy(line + start, sum, sizeof sum);
    } else {
      for (size_t i = 0; i < length; i++) sum[i] = weights[0] * center[i];
      for (size_t k = 1; k <= radius; k++)
        for (size_t i = 0; i < length; i++) sum[i] += weights[k] * ((center - k)[i] + (center + k)[i]);
      memcpy(line + start, sum, length * sizeof *sum);
    }
  }
}

MULTIVERSIONED void kernel_pass_columns(double *lines, size_t stride, size_t count, size_t lanes,
                                        const double *weights, size_t radius, int is_periodic, double *scratch) {
  for (size_t i = 0; i < count + 2 * radius; i++) {
    const size_t from = i >= radius && i < radius + count
                            ? i - radius
                            : continued((ptrdiff_t)i - (ptrdiff_t)radius, (ptrdiff_t)count, is_periodic);
    double *to = scratch + i * KERNEL_LANES;
    memcpy(to, lines + from * stride, lanes * sizeof *lines);
    for (size_t j = lanes; j < KERNEL_LANES; j++) to[j] = 0;
  }
  for (size_t i = 0; i < count; i++) {
    const double *center = scratch + (i + radius) * KERNEL_LANES;
    double sum[KERNEL_LANES];
    for (size_t j = 0; j < KERNEL_LANES; j++) sum[j] = weights[0] * center[j];
    for (size_t k = 1; k <= radius; k++) {
      const double weight = weights[k];
      const double *below = center - k * KERNEL_LANES, *above = center + k * KERNEL_LANES;
      for (size_t j = 0; j < KERNEL_LANES; j++) sum[j] += weight * (below[j] + above[j]);
    }
    memcpy(lines + i * stride, sum, lanes * sizeof *sum);
  }
}
