import Rates
import Testing

@Suite struct DelayInterpolationTests {
  private func value(
    at time: Double, of values: [Double], times: [Double], isBreak: [Bool]? = nil, isLater: Bool = false
  ) -> Double? {
    DelayInterpolation(
      at: time, times: times, isBreak: isBreak ?? times.map { _ in false }, isLater: isLater, coincidence: 1e-9
    ).map { found in zip(found.weights, values[found.first...]).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// Unequal times; the first and the last interval are one-sided.
  @Test func cubicsAreMetExactly() throws {
    let times = [0, 0.3, 0.5, 1.1, 1.2, 2]
    func cubic(_ t: Double) -> Double { 1 - t + 2 * t * t - 0.5 * t * t * t }
    for time in [0.1, 0.4, 0.7, 1.15, 1.9, 1.1] {
      let found = try #require(value(at: time, of: times.map(cubic), times: times))
      #expect(abs(found - cubic(time)) < 1e-14)
    }
  }

  /// `|t − 1|` is met only if no polynomial reaches over 1.
  @Test func nothingReachesOverABreak() throws {
    let times = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75]
    let isBreak = times.map { $0 == 1 }
    for time in [0.1, 0.6, 0.9, 1.1, 1.4, 1.7] {
      let found = try #require(value(at: time, of: times.map { abs($0 - 1) }, times: times, isBreak: isBreak))
      #expect(abs(found - abs(time - 1)) < 1e-14)
    }
    // Without the break it is not met.
    let over = try #require(value(at: 0.9, of: times.map { abs($0 - 1) }, times: times))
    #expect(abs(over - 0.1) > 1e-3)
  }

  @Test func bothSidesOfAJumpAreKnown() throws {
    let (times, values) = ([0.0, 1, 1, 2], [1.0, 2, 10, 11])
    let isBreak = [true, true, true, false]
    // Also where the time is that of the jump but for rounding.
    for time in [1, 1 - 1e-12, 1 + 1e-12] {
      #expect(value(at: time, of: values, times: times, isBreak: isBreak) == 2)
      #expect(value(at: time, of: values, times: times, isBreak: isBreak, isLater: true) == 10)
    }
    #expect(value(at: 0.5, of: values, times: times, isBreak: isBreak) == 1.5)
    #expect(value(at: 1.5, of: values, times: times, isBreak: isBreak) == 10.5)
  }

  @Test func whatLiesBeforeTheFirstValueIsNotFound() {
    let times = [3.0, 4]
    #expect(value(at: 2.9, of: [1, 2], times: times, isBreak: [true, false]) == nil)
    #expect(value(at: 3, of: [1, 2], times: times, isBreak: [true, false]) == nil)
    #expect(value(at: 3, of: [1, 2], times: times, isBreak: [true, false], isLater: true) == 1)
    // Beyond the last value a time lies by rounding only.
    #expect(value(at: 4 + 1e-15, of: [1, 2], times: times, isBreak: [true, false]) == 2)
  }

  @Test func sumsOfDelaysAreThoseOfUpToFour() {
    #expect(DelayBreaks.sums(of: [2]).map(\.sum) == [2, 4, 6, 8])
    #expect(DelayBreaks.sums(of: [1, 10]).map(\.sum) == [1, 2, 3, 4, 10, 11, 12, 13, 20, 21, 22, 30, 31, 40])
    #expect(DelayBreaks.sums(of: [1, 10]).filter(\.isSingle).map(\.sum) == [1, 10])
  }
}
