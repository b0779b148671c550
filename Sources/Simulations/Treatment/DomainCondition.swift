import Expressions
import Fields
import TimeStepping

/// A condition on the whole domain, such as `integral(T) < 10`.
package final class DomainCondition: Sendable {
  private let evaluator: GridEvaluator
  private let tree: ConditionTree
  /// When the time alone can make it come true or cease to hold, as in `t > 5 && mean(T) > 1`.
  package let switches: JumpTimes

  /// What a condition is at one moment.
  struct Look {
    let holds: Bool
    /// Positive where it holds, negative where it does not; NaN or 0 where that cannot be said.
    let margin: Double
    /// What is compared, as differences.
    let differences: [Double]
  }

  /// - Parameter span: in which its switches are looked for.
  package init(
    _ condition: Expression, fields: [String], parameters: [String: Double], span: ClosedRange<Double>,
    volumes: PointVolumes, pool: WorkerPool
  ) throws(ExpressionProblems) {
    let number = Expression.choice(condition, .constant(1), .constant(0))
    tree = ConditionTree(condition)
    evaluator = GridEvaluator(
      try PointwiseFunctions(
        [number] + tree.differences, fields: fields, parameters: parameters, grid: volumes.grid), volumes: volumes,
      pool: pool)
    let values = Dictionary(uniqueKeysWithValues: parameters.map { (Symbol.parameter($0.key), $0.value) })
    switches = JumpTimes(
      Expression.switchTimes(
        of: [condition], parameters: values, from: span.lowerBound, to: span.upperBound,
        singleTimes: true))
  }

  package func holds(for state: FieldSet, at time: Double) -> Bool { look(at: state, time: time, .at).holds }

  /// The side of a time at which the time alone may make it come true or cease to hold.
  enum Side {
    case before, at, after
  }

  func look(at state: FieldSet, time: Double, _ side: Side) -> Look {
    let sided =
      switch side {
      case .before: switches.before(time)
      case .at: time
      case .after: switches.after(time)
      }
    let values = evaluator.values(of: state, time: sided)
    let (holds, differences) = (values[0] != 0, Array(values.dropFirst()))
    let margin = tree.margin(differences)
    return Look(holds: holds, margin: holds == (margin > 0) ? margin : .nan, differences: differences)
  }

  /// Whether it holds, or does not, for some differences within ranges around those of two looks.
  func canHold(_ expected: Bool, between first: Look, _ last: Look, reaching reach: [Double]) -> Bool {
    let ranges = zip(zip(first.differences, last.differences), reach).map { ends, reach in
      let (low, high) = (min(ends.0, ends.1) - reach, max(ends.0, ends.1) + reach)
      return low <= high ? low...high : -Double.infinity...Double.infinity
    }
    let margins = tree.margins(ranges)
    return expected ? margins.upperBound >= 0 : margins.lowerBound <= 0
  }

  /// Whether it holds when the run arrives at a time, or just after it, where the time alone makes it come true.
  func holds(for state: FieldSet, aroundTime time: Double) -> Bool {
    holds(for: state, at: time) || switches.isJump(time) && look(at: state, time: time, .after).holds
  }
}
