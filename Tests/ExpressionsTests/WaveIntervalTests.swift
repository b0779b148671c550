import Expressions
import Glibc
import Testing

/// Bounds of sines, cosines and tangents over intervals.
@Suite struct WaveIntervalTests {
  private func range(_ text: String, _ start: Double, _ end: Double) throws -> Interval {
    var range = TimeRange(try expression(text))
    return range.range(from: start, to: end)
  }

  /// At each of a thousand points in 200 intervals of all lengths, and no wider than by a thousandth of what the points show.
  @Test(arguments: ["sin(t)", "cos(t)", "cos(2*pi*(t - 3.5)/7)", "tan(t)"])
  func boundsAreThoseOfAThousandPoints(text: String) throws {
    let wave = try expression(text)
    for number in 0..<200 {
      let (start, length) = (Double(number * 7919 % 613) - 300.3, pow(10, Double(number % 9) - 6))
      let bounds = try range(text, start, start + length)
      let values = (0...1000).compactMap { wave.value(at: [.time: start + length * Double($0) / 1000]) }
      let (least, most) = (values.min() ?? .nan, values.max() ?? .nan)
      #expect(bounds.low <= least + 1e-12 && bounds.high >= most - 1e-12, "\(text) from \(start) over \(length)")
      if text != "tan(t)", length < 100 {
        #expect(bounds.high - bounds.low <= most - least + 1e-3, "\(text) from \(start) over \(length)")
      }
    }
  }

  @Test func polesBoundNothing() throws {
    #expect(try range("tan(t)", 1, 2) == .all)
    #expect(try abs(range("tan(t)", -1, 1).high - tan(1)) < 1e-12)
    #expect(try range("sin(1/t)", 0, 1) == Interval(-1, 1))
  }
}
