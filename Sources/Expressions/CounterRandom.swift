import CKernels

/// Random numbers that depend on nothing but where they are used: Philox 4×32 with 10 rounds.
///
/// The seed is the key; point, field and call are the counter. Numbers therefore do not depend on threads, on the order
/// in which points are visited, or on other fields.
///
/// Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
/// doi:10.1145/2063384.2063405.
package enum CounterRandom {
  /// Uniform in [0, 1), a multiple of 2⁻⁵³.
  ///
  /// `field` is the number of the field in the model, `call` that of the call of `random()` in the expression, `point`
  /// that of the point in the whole grid.
  package static func uniform(seed: UInt64, field: Int, call: Int, point: UInt64) -> Double {
    let words = words(seed: seed, field: field, call: call, point: point)
    return fraction(words.x, words.y)
  }

  /// Normally distributed with mean 0 and variance 1, by the transform of Box and Muller.
  package static func normal(seed: UInt64, field: Int, call: Int, point: UInt64) -> Double {
    let words = words(seed: seed, field: field, call: call, point: point)
    // 1 − u lies in (0, 1], so that its logarithm is finite.
    let radius = (-2 * expression_value(EXPRESSION_LOG.code, 1 - fraction(words.x, words.y), 0)).squareRoot()
    return radius * expression_value(EXPRESSION_COSINE.code, 2 * .pi * fraction(words.z, words.w), 0)
  }

  /// A key for the numbers of something that two words tell from anything else.
  package static func key(seed: UInt64, _ first: UInt64, _ second: UInt64) -> UInt64 {
    let words = philox(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: first >> 32), UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: second >> 32)),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    return UInt64(words.y) << 32 | UInt64(words.x)
  }

  /// Normally distributed with mean 0 and variance 1: that of an event under a key at a point.
  package static func normal(key: UInt64, event: UInt64, point: UInt64) -> Double {
    normal(
      seed: key, field: Int(truncatingIfNeeded: event & 0xFFFF_FFFF), call: Int(truncatingIfNeeded: event >> 32),
      point: point)
  }

  private static func words(seed: UInt64, field: Int, call: Int, point: UInt64) -> SIMD4<UInt32> {
    let counter = SIMD4(
      UInt32(truncatingIfNeeded: point), UInt32(truncatingIfNeeded: point >> 32), UInt32(truncatingIfNeeded: field),
      UInt32(truncatingIfNeeded: call))
    return philox(
      counter: counter, key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  private static func fraction(_ high: UInt32, _ low: UInt32) -> Double {
    Double((UInt64(high) << 32 | UInt64(low)) >> 11) * 0x1p-53
  }

  /// Four random words for a counter and a key.
  package static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (x, y, z, w) = (counter.x, counter.y, counter.z, counter.w)
    CKernels.philox(&x, &y, &z, &w, UInt64(key.y) << 32 | UInt64(key.x))
    return SIMD4(x, y, z, w)
  }
}
