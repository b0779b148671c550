import Expressions
import Models
import Simulations

extension RunConfiguration {
  /// The longest steps that see how the equations depend on the time; none with a fixed step.
  ///
  /// A smooth pulse that lies between the stages of a step is seen by no estimate of the error, and a period that divides the step looks
  /// like a constant. So the parts of the equations that depend on the time alone (for those that depend on the position as well:
  /// at some points) are bounded by interval arithmetic. The run is halved until a function changes within each interval by at most half of all
  /// that it changes by, or by the relative tolerance, or the interval is 1e-5 of the run. A step may reach to the end of
  /// the next interval.
  func findStepLimits() -> StepLimits {
    let driven = equationParts.filter { $0.dependsOn(.time) }
    guard case .controlled(let tolerance, _) = steps, !driven.isEmpty else { return StepLimits() }
    let least = tolerance.relative.min() ?? 0
    var parts: Set<Expression> = []
    let parameters = Dictionary(
      uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
    for point in samplePoints(of: driven) {
      parts.formUnion(Expression.partsOfTime(driven, at: parameters.merging(point) { $1 }))
    }
    let inner = jumps.times.filter { $0 > startTime && $0 < endTime }
    let segments = zip([startTime] + inner, inner + [endTime]).map { ($0, $1) }
    return StepLimits(
      parts.compactMap { part in
        var function = ForcingIntervals(part, tolerance: least)
        return function.ends(of: segments)
      })
  }

  /// Points from all over the domain; one without coordinates if the expressions have none.
  private func samplePoints(of expressions: [Expression]) -> [[Symbol: Double]] {
    let used = grid.axes.filter { axis in expressions.contains { $0.dependsOn(.coordinate(axis.name)) } }
    let count = [17, 5, 3][max(used.count, 1) - 1]
    return used.reduce([[:]]) { points, axis in
      points.flatMap { point in
        (0..<count).map { number in
          let share = (Double(number) + 0.5) / Double(count)
          return point.merging([.coordinate(axis.name): axis.origin + share * axis.length]) { $1 }
        }
      }
    }
  }
}

/// Divides a run into intervals in which a function of the time changes little.
private struct ForcingIntervals {
  private var function: TimeRange
  private let tolerance: Double

  /// Of the run.
  private static let shortest = 1e-5
  private static let mostIntervals = 65536
  /// Of all that the function changes by.
  private static let share = 0.5
  /// Of an interval: so far its ends lie from those of the segment, where the function can jump.
  private static let margin = 1e-12

  init(_ expression: Expression, tolerance: Double) {
    function = TimeRange(expression)
    self.tolerance = tolerance
  }

  /// - Returns: nil if the function changes nowhere by more than what it may.
  mutating func ends(of segments: [(Double, Double)]) -> [Double]? {
    guard let start = segments.first?.0, let end = segments.last?.1 else { return nil }
    var lowest = Double.infinity
    var highest = -Double.infinity
    var open = segments
    var closed: [(Double, Double)] = []
    while !open.isEmpty, open.count + closed.count < ForcingIntervals.mostIntervals {
      var ranges: [Interval] = []
      for (from, to) in open {
        let inset = ForcingIntervals.margin * (to - from)
        ranges.append(function.range(from: from + inset, to: to - inset))
        let middle = function.range(from: 0.5 * (from + to), to: 0.5 * (from + to))
        guard middle.low.isFinite, middle.high.isFinite else { continue }
        (lowest, highest) = (min(lowest, middle.low), max(highest, middle.high))
      }
      let all = highest >= lowest ? highest - lowest : 0
      let allowed = max(ForcingIntervals.share * all, tolerance * max(abs(lowest), abs(highest)))
      var next: [(Double, Double)] = []
      for ((from, to), range) in zip(open, ranges) {
        if range.high - range.low <= allowed || to - from <= ForcingIntervals.shortest * (end - start) {
          closed.append((from, to))
        } else {
          let middle = 0.5 * (from + to)
          next += [(from, middle), (middle, to)]
        }
      }
      open = next
    }
    let ends = (closed + open).map(\.1).sorted()
    return ends.count > segments.count ? ends : nil
  }
}
