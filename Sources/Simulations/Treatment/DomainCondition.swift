import Expressions
import Fields
import Synchronization
import TimeStepping

/// A condition on the whole domain, such as `integral(T) < 10`.
///
/// Of each comparison of `a` with `b` the difference `a − b` is found: of what depends on the time alone from `ConditionTimes`, of the
/// others from the state. Whether comparisons of the time alone inside of these hold comes from `ConditionTimes` too.
package final class DomainCondition: Sendable {
  /// By which of the comparisons of the time alone inside of others hold.
  private let evaluators: Mutex<[[Bool?]: GridEvaluator]>
  private let makeEvaluator: @Sendable ([Bool?]) throws(ExpressionProblems) -> GridEvaluator
  private let times: ConditionTimes
  private let place: UndefinedPlace
  private let volumes: PointVolumes
  /// As it is written.
  private let text: String
  /// When the time alone can make it come true or cease to hold, as in `t > 5 && mean(T) > 1`.
  package var switches: JumpTimes { times.switches }

  /// Whether it can come true or cease to hold at times that are not known beforehand.
  let canChangeInsideSteps: Bool

  /// What a condition is at one moment.
  struct Look {
    /// nil if it is neither true nor false, because something in it is no number.
    let truth: Bool?
    /// `a − b` of each comparison of `a` with `b`; of what depends on the time alone the sign.
    let differences: [Double]

    var holds: Bool { truth ?? false }
  }

  /// - Parameters:
  ///   - span: in which its switches are looked for.
  ///   - gate: what makes expressions as they are computed of expressions as they are written.
  package init(
    _ condition: Expression, fields: [String], parameters: [String: Double], span: ClosedRange<Double>,
    volumes: PointVolumes, pool: WorkerPool, gate: @escaping @Sendable ([Expression]) -> [Expression]
  ) throws(ExpressionProblems) {
    let known = ConditionTimes(condition, parameters: parameters, span: span)
    let differences = known.tree.differences
    let kept = gate(differences)
    makeEvaluator = { (truths) throws(ExpressionProblems) in
      let functions = try PointwiseFunctions(
        gate(known.differences(where: truths)), fields: fields, parameters: parameters, grid: volumes.grid)
      return GridEvaluator(functions, volumes: volumes, pool: pool)
    }
    let start = known.innerTruths(at: span.lowerBound, .at)
    evaluators = Mutex([start: try makeEvaluator(start)])
    (times, text, self.volumes) = (known, "\(condition)", volumes)
    place = UndefinedPlace(
      differences.indices.map {
        (written: differences[$0], computed: known.isKnown($0) ? differences[$0] : kept[$0])
      }, fields: fields, parameters: parameters)
    // What depends on the time alone changes at the switches, unless there are too many of them.
    canChangeInsideSteps =
      differences.contains { $0.nodes.contains { if case .functional = $0 { true } else { false } } }
      || !known.leftOut.isEmpty
  }

  private func evaluator(at time: Double, _ side: ConditionTimes.Side) -> GridEvaluator {
    let truths = times.innerTruths(at: time, side)
    if let made = evaluators.withLock({ $0[truths] }) { return made }
    guard let evaluator = try? makeEvaluator(truths) else {
      preconditionFailure("less than what has been compiled can be compiled")
    }
    evaluators.withLock { $0[truths] = evaluator }
    return evaluator
  }

  func look(at state: FieldSet, time: Double, _ side: ConditionTimes.Side) -> Look {
    let sided =
      switch side {
      case .before: switches.before(time)
      case .at: time
      case .after: switches.after(time)
      }
    var differences = evaluator(at: time, side).values(of: state, time: sided)
    for index in differences.indices {
      if let sign = times.sign(of: index, at: time, side) { differences[index] = sign }
    }
    return Look(truth: times.tree.truth(differences), differences: differences)
  }

  /// Number of comparisons in it.
  var comparisonCount: Int { times.tree.differences.count }

  /// Whether it holds where the differences have some values.
  func holds(for differences: [Double]) -> Bool { times.tree.holds(differences) }

  /// Whether it holds, or does not, for some differences within ranges.
  func canHold(_ expected: Bool, for ranges: [ClosedRange<Double>]) -> Bool {
    let margins = times.tree.margins(ranges)
    return expected ? margins.upperBound >= 0 : margins.lowerBound <= 0
  }

  /// Whether it holds at a time, or just before or after it.
  ///
  /// - Throws: `TreatmentFailure` if it is neither true nor false although the state is finite.
  func holds(for state: FieldSet, at time: Double, _ side: ConditionTimes.Side = .at) throws -> Bool {
    let look = look(at: state, time: time, side)
    if let truth = look.truth { return truth }
    guard (0..<state.count).allSatisfy({ state.firstPoint($0, where: { !$0.isFinite }) == nil }) else { return false }
    throw TreatmentFailure(
      time: time,
      problem: "the condition \(text) is neither true nor false: "
        + (place.find(in: state, time: time, volumes: volumes)?.description ?? "what it compares is no number"))
  }

  /// Whether it holds when the run arrives at a time, or just after it, where the time alone makes it come true.
  func holds(for state: FieldSet, aroundTime time: Double) throws -> Bool {
    if switches.isJump(time) {
      // On one side of its time something may be no number.
      let looks = [ConditionTimes.Side.at, .after].map { look(at: state, time: time, $0).truth }
      if looks.contains(true) { return true }
      return try holds(for: state, at: time, .after)
    }
    return try holds(for: state, at: time)
  }
}
