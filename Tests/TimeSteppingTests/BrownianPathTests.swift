import Testing
import TimeStepping

/// Sums of independent normal numbers have covariances that are sums over their weights: no random number is needed to see
/// that a path is a Brownian motion.
private func covariance(_ a: [BrownianPath.Term], _ b: [BrownianPath.Term]) -> Double {
  let weights = Dictionary(uniqueKeysWithValues: b.map { ($0.event, $0.weight) })
  return a.reduce(0) { $0 + $1.weight * (weights[$1.event] ?? 0) }
}

@Suite struct BrownianPathTests {
  private let path = BrownianPath(start: 2, interval: 0.25)

  /// Times that fall on intervals, on halves, and anywhere.
  private var times: [Double] {
    var generator = SmallGenerator(state: 5)
    let anywhere = (0..<40).map { _ in 2 + 3 * generator.fraction() }
    return ([2, 2.25, 2.5, 2.125, 2.0625, 4.75, 5] + anywhere).sorted()
  }

  @Test func theVarianceOfAnIncrementIsItsDuration() {
    for (index, start) in times.enumerated() {
      for end in times[index...] {
        let terms = path.increment(from: start, to: end)
        // A leaf is 2.4e-7 long, to half of which both ends are rounded.
        #expect(abs(covariance(terms, terms) - (end - start)) < 3e-7)
      }
    }
  }

  @Test func incrementsOfSeparateTimesAreIndependent() {
    let ends = times
    for i in ends.indices.dropFirst() {
      let first = path.increment(from: ends[i - 1], to: ends[i])
      for j in ends.indices.dropFirst(i + 1) {
        let second = path.increment(from: ends[j - 1], to: ends[j])
        #expect(abs(covariance(first, second)) < 1e-15)
      }
    }
  }

  @Test func incrementsAddUp() {
    for end in times {
      for middle in times where middle < end {
        var sum: [UInt64: Double] = [:]
        for term in path.increment(from: 2, to: middle) { sum[term.event, default: 0] += term.weight }
        for term in path.increment(from: middle, to: end) { sum[term.event, default: 0] += term.weight }
        for term in path.increment(from: 2, to: end) { sum[term.event, default: 0] -= term.weight }
        #expect(sum.values.allSatisfy { abs($0) < 1e-15 })
      }
    }
  }

  @Test func aWholeIntervalTakesOneNumberAndAHalfTwo() {
    #expect(path.increment(from: 2.25, to: 2.5).map(\.event) == [1 << 20])
    #expect(path.increment(from: 2.25, to: 2.5).map(\.weight) == [0.5])
    #expect(path.increment(from: 2.25, to: 2.375).map(\.event) == [1 << 20, (1 << 20) + 1])
    #expect(path.increment(from: 2.25, to: 2.25).isEmpty)
    #expect(path.increment(from: 2.3, to: 2.4).count <= 40)
  }
}

/// A small generator, the same everywhere.
private struct SmallGenerator {
  var state: UInt64

  mutating func fraction() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }
}
