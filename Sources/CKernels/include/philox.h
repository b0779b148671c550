#pragma once
#include <stdint.h>

/// Four random words in place of a counter (x, y, z, w) under a key: ten rounds of multiplying, mixing, and moving the key on.
///
/// Source: J. K. Salmon, M. A. Moraes, R. O. Dror & D. E. Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011 (Philox 4×32).
static inline __attribute__((always_inline)) void philox(uint32_t *x, uint32_t *y, uint32_t *z, uint32_t *w, uint64_t key) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t even = (uint64_t)*x * 0xD2511F53u, odd = (uint64_t)*z * 0xCD9E8D57u;
    *x = (uint32_t)(odd >> 32) ^ *y ^ k0;
    *z = (uint32_t)(even >> 32) ^ *w ^ k1;
    *y = (uint32_t)odd;
    *w = (uint32_t)even;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}
