#pragma once
#include <stddef.h>

/// The largest of many numbers, in eight fixed lanes, and a number that becomes NaN with the first that is not finite.
typedef struct {
  double largest[8], poison[8];
} LargestLanes;

/// Takes note of `count` numbers, a multiple of eight.
static inline __attribute__((always_inline)) void note_largest(LargestLanes *lanes, const double *values, size_t count) {
  for (size_t i = 0; i < count; i += 8)
    for (size_t j = 0; j < 8; j++) {
      lanes->largest[j] = values[i + j] > lanes->largest[j] ? values[i + j] : lanes->largest[j];
      lanes->poison[j] += values[i + j] * 0.0;
    }
}

static inline __attribute__((always_inline)) double largest_of(const LargestLanes *lanes) {
  double result = 0;
  for (size_t j = 0; j < 8; j++) {
    result = lanes->largest[j] > result ? lanes->largest[j] : result;
    result += lanes->poison[j];
  }
  return result;
}
