/// Times at equal distances: `start + k · interval`, k = 0, 1, 2, ….
package struct Cadence: Hashable, Sendable {
  package let start: Double
  package let interval: Double

  package init(start: Double, interval: Double) {
    precondition(interval > 0)
    self.start = start
    self.interval = interval
  }

  package func time(_ index: Int) -> Double { start + Double(index) * interval }

  /// How many of the times lie at or before `time`, one that is later by rounding alone included.
  ///
  /// Which outputs are due never changes a result, so here, and only here, a time within 1e-9 of an interval counts as
  /// reached.
  package func count(upTo time: Double) -> Int {
    let passed = ((time - start) / interval + 1e-9).rounded(.down)
    return passed < 0 ? 0 : (Int(exactly: passed) ?? Int.max - 1) + 1
  }

  /// Whether time `index` is `time` but for rounding.
  package func isDue(_ index: Int, at time: Double) -> Bool {
    abs(self.time(index) - time) <= 1e-9 * interval
  }
}
