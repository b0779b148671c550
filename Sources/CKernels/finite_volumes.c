#include "include/finite_volumes.h"

#include "multiversion.h"

enum { block_length = 256 };

/// The work on at most block_length points from `start` on; sums of g (u_neighbor − u), or of g if `u` is NULL.
static inline __attribute__((always_inline)) void add_faces(double *sum, const double *u, const FiniteVolumeRow *row,
                                                            size_t start, size_t length) {
  const double *g = row->conductances;
  const size_t last = row->count - 1;
  // The first and the last point of the row have a neighbor only if the row is periodic.
  const size_t from = start == 0 ? 1 : 0;
  const size_t to = start + length == row->count ? length - 1 : length;
  if (u) {
    for (size_t i = from; i < to; i++) {
      const size_t p = start + i;
      sum[i] = g[p] * (u[p - 1] - u[p]) + g[p + 1] * (u[p + 1] - u[p]);
    }
    if (start == 0) sum[0] = g[0] * (u[last] - u[0]) + (last > 0 ? g[1] * (u[1] - u[0]) : 0);
    if (start + length == row->count && last > 0)
      sum[length - 1] = g[last] * (u[last - 1] - u[last]) + g[0] * (u[0] - u[last]);
    for (size_t k = 0; k < row->neighbor_count; k++) {
      const NeighborRows *rows = &row->neighbors[k];
      const double *center = u + start;
      if (rows->below) {
        const double *other = rows->below + start, *c = rows->conductances_below + start;
        for (size_t i = 0; i < length; i++) sum[i] += c[i] * (other[i] - center[i]);
      }
      if (rows->above) {
        const double *other = rows->above + start, *c = rows->conductances_above + start;
        for (size_t i = 0; i < length; i++) sum[i] += c[i] * (other[i] - center[i]);
      }
    }
  } else {
    for (size_t i = 0; i < length; i++) sum[i] = g[start + i] + (start + i < last ? g[start + i + 1] : g[0]);
    for (size_t k = 0; k < row->neighbor_count; k++) {
      const NeighborRows *rows = &row->neighbors[k];
      if (rows->below)
        for (size_t i = 0; i < length; i++) sum[i] += rows->conductances_below[start + i];
      if (rows->above)
        for (size_t i = 0; i < length; i++) sum[i] += rows->conductances_above[start + i];
    }
  }
  if (row->inverse_volumes)
    for (size_t i = 0; i < length; i++) sum[i] *= row->inverse_volumes[start + i];
}

MULTIVERSIONED void finite_volume_apply(double *out, int accumulates, double scale, const double *u,
                                        const FiniteVolumeRow *row) {
  for (size_t start = 0; start < row->count; start += block_length) {
    const size_t length = row->count - start < block_length ? row->count - start : block_length;
    double sum[block_length];
    add_faces(sum, u, row, start, length);
    if (row->loss)
      for (size_t i = 0; i < length; i++) sum[i] -= row->loss[start + i] * u[start + i];
    if (accumulates)
      for (size_t i = 0; i < length; i++) out[start + i] += scale * sum[i];
    else
      for (size_t i = 0; i < length; i++) out[start + i] = scale * sum[i];
  }
}

MULTIVERSIONED void super_time_stage(double *out, const double *latest, const double *earlier, const double *start,
                                     const double *change, const double *first, StageShares shares, size_t count) {
#pragma clang loop vectorize(assume_safety)
  for (size_t i = 0; i < count; i++)
    out[i] = shares.latest * latest[i] + shares.earlier * earlier[i] + shares.start * start[i] +
             shares.change * change[i] + shares.first * first[i];
}

MULTIVERSIONED void finite_volume_decay(double *out, const FiniteVolumeRow *row) {
  for (size_t start = 0; start < row->count; start += block_length) {
    const size_t length = row->count - start < block_length ? row->count - start : block_length;
    add_faces(out + start, 0, row, start, length);
    if (row->loss)
      for (size_t i = 0; i < length; i++) out[start + i] += row->loss[start + i];
  }
}

MULTIVERSIONED double finite_volume_bound(const FiniteVolumeRow *row) {
  double largest = 0;
  for (size_t start = 0; start < row->count; start += block_length) {
    const size_t length = row->count - start < block_length ? row->count - start : block_length;
    double sum[block_length];
    add_faces(sum, 0, row, start, length);
    for (size_t i = 0; i < length; i++) {
      const double rate = 2 * sum[i] + (row->loss ? row->loss[start + i] : 0);
      // Written so that a NaN stays.
      largest = largest != largest || rate <= largest ? largest : rate;
    }
  }
  return largest;
}

MULTIVERSIONED void finite_volume_faces(double *out, const double *below, const double *above, int is_harmonic,
                                        double scale, const double *volumes_below, const double *volumes_above,
                                        size_t count) {
  if (is_harmonic) {
    for (size_t i = 0; i < count; i++) {
      const double sum = below[i] + above[i];
      // Not 2ab/(a + b), whose product can underflow.
      out[i] = scale * (sum > 0 ? 2 * below[i] * (above[i] / sum) : sum);
    }
  } else {
    for (size_t i = 0; i < count; i++) out[i] = 0.5 * scale * (below[i] + above[i]);
  }
  if (volumes_below && volumes_above)
    for (size_t i = 0; i < count; i++)
      if (!(volumes_below[i] > 0 && volumes_above[i] > 0)) out[i] = 0;
}
