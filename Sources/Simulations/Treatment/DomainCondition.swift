import Expressions
import Fields
import TimeStepping

/// A condition on the whole domain, such as `integral(T) < 10`.
package final class DomainCondition: Sendable {
  private let evaluator: GridEvaluator
  private let tree: ConditionTree
  /// When the time alone can make it come true or cease to hold, as in `t > 5 && mean(T) > 1`.
  package let switches: JumpTimes

  /// Whether it can come true or cease to hold at times that are not known beforehand.
  let canChangeInsideSteps: Bool

  /// What a condition is at one moment.
  struct Look {
    let holds: Bool
    /// `a − b` of each comparison of `a` with `b`.
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
    // What depends on the time alone changes at the switches, unless there are too many of them.
    canChangeInsideSteps = !evaluator.functions.functionals.isEmpty || switches.times.isEmpty
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
    return Look(holds: values[0] != 0, differences: Array(values.dropFirst()))
  }

  /// Number of comparisons in it.
  var comparisonCount: Int { tree.differences.count }

  /// Whether it holds where the differences have some values.
  func holds(for differences: [Double]) -> Bool { tree.holds(differences) }

  /// Whether it holds, or does not, for some differences within ranges.
  func canHold(_ expected: Bool, for ranges: [ClosedRange<Double>]) -> Bool {
    let margins = tree.margins(ranges)
    return expected ? margins.upperBound >= 0 : margins.lowerBound <= 0
  }

  /// Whether it holds when the run arrives at a time, or just after it, where the time alone makes it come true.
  func holds(for state: FieldSet, aroundTime time: Double) -> Bool {
    holds(for: state, at: time) || switches.isJump(time) && look(at: state, time: time, .after).holds
  }
}
