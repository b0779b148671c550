import Glibc

/// Random numbers that are a function of their number: the seed, the field, the call and the point say which number it
/// is, so that nothing has to be remembered and threads do not matter.
///
/// The generator is Philox 4×32 with ten rounds (J. K. Salmon, M. A. Moraes, R. O. Dror & D. E. Shaw, Parallel random
/// numbers: as easy as 1, 2, 3, SC11, 2011).
package enum CounterRandom {
  /// Uniform in [0, 1), in steps of 2⁻⁵³.
  package static func uniform(seed: UInt64, field: Int, call: Int, point: UInt64) -> Double {
    let bits = block(seed: seed, field: field, call: call, point: point)
    return Double((UInt64(bits.x) << 32 | UInt64(bits.y)) >> 11) * 0x1p-53
  }

  /// Of the standard normal distribution, by the method of Box and Muller.
  package static func normal(seed: UInt64, field: Int, call: Int, point: UInt64) -> Double {
    let bits = block(seed: seed, field: field, call: call, point: point)
    // In (0, 1], so that the logarithm is finite.
    let first = (Double((UInt64(bits.x) << 32 | UInt64(bits.y)) >> 11) + 1) * 0x1p-53
    let second = Double((UInt64(bits.z) << 32 | UInt64(bits.w)) >> 11) * 0x1p-53
    return (-2 * log(first)).squareRoot() * cos(2 * .pi * second)
  }

  private static func block(seed: UInt64, field: Int, call: Int, point: UInt64) -> SIMD4<UInt32> {
    let counter = SIMD4(
      UInt32(truncatingIfNeeded: point), UInt32(truncatingIfNeeded: point >> 32), UInt32(truncatingIfNeeded: call),
      UInt32(truncatingIfNeeded: field))
    return philox(counter: counter, key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  /// Philox 4×32-10.
  package static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (counter, key) = (counter, key)
    for _ in 0..<10 {
      let first = counter.x.multipliedFullWidth(by: 0xD251_1F53)
      let second = counter.z.multipliedFullWidth(by: 0xCD9E_8D57)
      counter = SIMD4(second.high ^ counter.y ^ key.x, second.low, first.high ^ counter.w ^ key.y, first.low)
      key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return counter
  }
}
