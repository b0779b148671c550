#pragma once
#include <stddef.h>

// Diffusion operators of finite volumes, row by row: `(L u)_i = Σ_faces g (u_neighbor − u_i) / V_i − loss_i u_i`.

/// The rows next to a row along one of the other axes, and the conductances of the faces between; NULL where there is
/// no such row.
typedef struct {
  const double *below, *above;
  const double *conductances_below, *conductances_above;
} NeighborRows;

/// One row of an operator. `conductances[i]` belongs to the face between the points i − 1 and i; that of index 0 joins
/// the two ends of a periodic row, and is 0 else. `inverse_volumes` and `loss` may be NULL: 1 and 0.
typedef struct {
  const double *conductances;
  NeighborRows neighbors[2];
  size_t neighbor_count;
  const double *inverse_volumes;
  const double *loss;
  size_t count;
} FiniteVolumeRow;

/// out = scale · L u, or out += scale · L u.
void finite_volume_apply(double *out, int accumulates, double scale, const double *u, const FiniteVolumeRow *row);

/// The shares of the parts of a stage of super-time-stepping.
typedef struct {
  double latest, earlier, start, change, first;
} StageShares;

/// out = the sum of the parts, each times its share. `out` may be one of the parts.
void super_time_stage(double *out, const double *latest, const double *earlier, const double *start,
                      const double *change, const double *first, StageShares shares, size_t count);

/// out = Σ g / V + loss: the diagonal of the operator, with the other sign.
void finite_volume_decay(double *out, const FiniteVolumeRow *row);

/// The largest of 2 Σ g / V + loss, which bounds the spectral radius.
double finite_volume_bound(const FiniteVolumeRow *row);

/// out[i] = scale · mean of below[i] and above[i]: the harmonic one (0 if one of them is 0) or the arithmetic one. Where
/// one of the volumes is 0 (they may be NULL), there is no face: 0.
void finite_volume_faces(double *out, const double *below, const double *above, int is_harmonic, double scale,
                         const double *volumes_below, const double *volumes_above, size_t count);
