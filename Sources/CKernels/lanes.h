#pragma once
// Eight doubles at a time, with the same bits on every machine: sums over long rows have eight fixed lanes.

#include <stddef.h>
#include <string.h>

// Functions that take vectors are always inlined, so that the calling convention for them does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

enum { lanes_at_once = 8 };

typedef double Lanes __attribute__((vector_size(64), aligned(8)));
/// One complex number.
typedef double Pair __attribute__((vector_size(16), aligned(8)));

#define LANES_INLINE static inline __attribute__((always_inline))

LANES_INLINE Lanes lanes_load(const double *from) {
  Lanes lanes;
  memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

/// The first `count` of eight, and zeros.
LANES_INLINE Lanes lanes_load_some(const double *from, size_t count) {
  Lanes lanes = {0};
  memcpy(&lanes, from, count * sizeof *from);
  return lanes;
}

LANES_INLINE void lanes_store(double *to, Lanes lanes) { memcpy(to, &lanes, sizeof lanes); }

LANES_INLINE void pair_store(double *to, Pair pair) { memcpy(to, &pair, sizeof pair); }

LANES_INLINE double lanes_sum(Lanes v) { return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])); }
