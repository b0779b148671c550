import Expressions
import Fields

/// A part of the equations that may have a pole, as people know it.
package struct RatePole: Sendable {
  /// Number of the field that it changes or moves.
  package let field: Int
  package let pole: Pole
  /// As in `1/(2 - u) of process growth`.
  let part: String
  /// As in `2 - u`.
  let divisor: String

  package init(field: Int, pole: Pole, part: String, divisor: String) {
    (self.field, self.pole, self.part, self.divisor) = (field, pole, part, divisor)
  }

  /// The failure to pass it: the divisor goes from one number to another.
  package func failure(
    _ first: Double, _ last: Double, tile: Tile, point: Int, time: Double
  ) -> NumericalFailure {
    NumericalFailure(
      problem: "comes to a pole of \(part), where \(divisor) goes from \(Float(first)) to \(Float(last)),", field: field,
      tile: tile, point: point, time: time, cause: .pole)
  }
}

/// The straight line between the values that all symbols have at two times at a point.
package struct PoleLine {
  private let start, end: [Symbol: Double]
  /// How far from the zero of the divisor the rate is looked at, as shares of the way to an end.
  private static let distances = (far: 0.3, near: 0.003)
  /// How many times as large the rate must be at the nearer one; at a pole of first order it is 100 times.
  private static let growth = 10.0

  /// - Parameters:
  ///   - start: of each symbol its value at the start.
  ///   - end: those of the symbols that have others at the end.
  package init(from start: [Symbol: Double], to end: [Symbol: Double]) { (self.start, self.end) = (start, end) }

  /// Whether the line passes a pole: whether an expression grows toward the zero of a divisor like the inverse of the distance.
  ///
  /// - Parameters:
  ///   - divisor: changes its sign between the shares `low` and `high` of the line.
  ///   - whole: what is divided by it.
  /// - Returns: the share of the line at which it is; nil if there is none.
  package func pole(ofDivisor divisor: Expression, in whole: Expression, between low: Double, and high: Double) -> Double? {
    var (before, after) = (low, high)
    guard let sign = value(divisor, before), sign != 0 else { return nil }
    for _ in 0..<100 {
      let middle = 0.5 * (before + after)
      guard middle > before, middle < after, let value = value(divisor, middle) else { break }
      if value * sign > 0 { before = middle } else { after = middle }
    }
    let grows = [(before, low), (after, high)].contains { zero, side in
      guard
        let far = value(whole, zero + PoleLine.distances.far * (side - zero)),
        let near = value(whole, zero + PoleLine.distances.near * (side - zero))
      else { return false }
      return !near.isFinite || abs(near) > PoleLine.growth * abs(far) && far != 0
    }
    return grows ? before : nil
  }

  private func value(_ expression: Expression, _ share: Double) -> Double? {
    expression.value(at: start.merging(end) { $0 + share * ($1 - $0) })
  }
}
