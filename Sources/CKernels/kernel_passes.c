#include <string.h>

#include "include/propagators.h"
#include "multiversion.h"

/// The point of a line that stands in for one beyond its ends, and the factor that its value gets.
typedef struct {
  size_t index;
  double factor;
} Image;

static inline Image image(ptrdiff_t index, ptrdiff_t count, LineContinuation beyond) {
  if (beyond.is_periodic) return (Image){(size_t)(((index % count) + count) % count), 1};
  Image found = {0, 1};
  while (index < 0 || index >= count) {
    found.factor *= index < 0 ? beyond.lower : beyond.upper;
    index = index < 0 ? -1 - index : 2 * count - 1 - index;
  }
  found.index = (size_t)index;
  return found;
}

MULTIVERSIONED void kernel_pass_row(double *line, size_t count, const double *weights, size_t radius,
                                    LineContinuation beyond, double *scratch) {
  enum { block = 64 };
  memcpy(scratch + radius, line, count * sizeof *line);
  for (size_t i = 0; i < radius; i++) {
    const Image below = image((ptrdiff_t)i - (ptrdiff_t)radius, (ptrdiff_t)count, beyond);
    const Image above = image((ptrdiff_t)(count + i), (ptrdiff_t)count, beyond);
    scratch[i] = below.factor * line[below.index];
    scratch[radius + count + i] = above.factor * line[above.index];
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
                                        const double *weights, size_t radius, LineContinuation beyond, double *scratch) {
  for (size_t i = 0; i < count + 2 * radius; i++) {
    const Image from = image((ptrdiff_t)i - (ptrdiff_t)radius, (ptrdiff_t)count, beyond);
    double *to = scratch + i * KERNEL_LANES;
    memcpy(to, lines + from.index * stride, lanes * sizeof *lines);
    if (from.factor != 1)
      for (size_t j = 0; j < lanes; j++) to[j] = -to[j];
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
