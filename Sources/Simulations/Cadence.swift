import Glibc

/// Times at equal distances: `start + k · interval`, k = 0, 1, 2, ….
///
/// A time that is a number with 12 decimal digits but for rounding is that number: the third time of an interval of 0.1 is 0.3, as is the
/// first one of an interval of 0.3.
package struct Cadence: Hashable, Sendable {
  package let start: Double
  package let interval: Double

  package init(start: Double, interval: Double) {
    precondition(interval > 0)
    self.start = start
    self.interval = interval
  }

  package func time(_ index: Int) -> Double {
    let passed = Double(index) * interval
    return Cadence.plain(start + passed, error: Cadence.rounding * max(abs(start), abs(passed)).ulp)
  }

  /// Units of the last place by which a time may be wrong: the interval, its multiple, and the sum are rounded.
  private static let rounding = 3.0

  /// The number with 12 decimal digits that a time is but for an error; the time if there is none.
  private static func plain(_ time: Double, error: Double) -> Double {
    guard time != 0, time.isFinite else { return time }
    let power = 11 - log10(abs(time)).rounded(.down)
    // Only these powers of 10 are numbers, so that the quotient is the nearest number to the decimal one.
    guard (0...22).contains(power) else { return time }
    let scale = pow(10, power)
    let plain = (time * scale).rounded() / scale
    return abs(plain - time) <= error ? plain : time
  }

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
