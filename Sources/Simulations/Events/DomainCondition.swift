import Expressions
import Fields
import Rates
import Synchronization

/// States a little after a time, at distances of 1, 2 and 4 times a small part of a step, for conditions on what is 0 at that time; nil if
/// they cannot be found.
typealias LaterStates = () throws -> [(time: Double, state: FieldSet)]?

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
  private let pool: WorkerPool
  private let condition: Expression
  private let spelling: @Sendable (Expression) -> String
  /// When the time alone can make it come true or cease to hold, as in `t > 5 && mean(T) > 1`.
  package var switches: JumpTimes { times.switches }

  /// Whether it can come true or cease to hold at times that are not known beforehand.
  let canChangeInsideSteps: Bool

  /// What a condition is at one moment.
  struct Look {
    /// nil if it is neither true nor false, because something in it is no number.
    let truth: Bool?
    /// `a − b` of each comparison of `a` with `b`, of what depends on the time alone the sign; then the turning points.
    let differences: [Double]

    var holds: Bool { truth ?? false }
  }

  /// - Parameters:
  ///   - span: in which its switches are looked for.
  ///   - gate: what makes expressions as they are computed of expressions as they are written.
  ///   - spelling: how a part of the condition is written.
  package init(
    _ condition: Expression, fields: [String], parameters: [String: Double], span: ClosedRange<Double>,
    volumes: PointVolumes, pool: WorkerPool, gate: @escaping @Sendable ([Expression]) -> [Expression],
    spelling: @escaping @Sendable (Expression) -> String = { $0.description }
  ) throws(ExpressionProblems) {
    let known = ConditionTimes(condition, parameters: parameters, span: span)
    makeEvaluator = { (truths) throws(ExpressionProblems) in
      let functions = try PointwiseFunctions(
        gate(known.differences(where: truths)), fields: fields, parameters: parameters, grid: volumes.grid)
      return GridEvaluator(functions, volumes: volumes, pool: pool)
    }
    let start = known.innerTruths(at: span.lowerBound, .at)
    evaluators = Mutex([start: try makeEvaluator(start)])
    (times, self.volumes, self.pool) = (known, volumes, pool)
    (self.condition, self.spelling) = (condition, spelling)
    place = UndefinedPlace(
      ConditionTree(condition).differences.map { (written: $0, computed: $0.isOfTime ? $0 : gate([$0])[0]) },
      fields: fields, parameters: parameters, spelling: spelling)
    // What depends on the time alone changes at the switches, unless there are too many of them.
    canChangeInsideSteps =
      known.tree.watched.contains { $0.nodes.contains { if case .functional = $0 { true } else { false } } }
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

  /// Number of comparisons in it, and of turning points.
  var comparisonCount: Int { times.tree.watched.count }

  /// The numbers of its turning points, which say nothing of whether it holds.
  var turningPoints: Range<Int> { times.tree.differences.count..<times.tree.watched.count }

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
      problem: "the condition \(spelling(condition)) is neither true nor false: "
        + (place.find(in: state, time: time, volumes: volumes, pool: pool)?.description
          ?? "what it compares is no number"))
  }

  /// Whether it holds when the run arrives at a time, before what happens then.
  func holdsOnArrival(for state: FieldSet, at time: Double) throws -> Bool {
    // Where the time alone changes something, what is compared may be no number at that time alone.
    if switches.isJump(time) { return look(at: state, time: time, .at).holds }
    return try holds(for: state, at: time)
  }

  /// Whether it holds just after a time at which the time alone changes something in it.
  ///
  /// What is 0 at that time, and has a sign just after it, has that sign: where an infusion begins at 2, `t > 2 && mean(u) <= 0` does
  /// not hold for a moment.
  ///
  /// - Parameter state: after all that happens at that time.
  func holdsJustAfter(for state: FieldSet, at time: Double, later: LaterStates) throws -> Bool {
    guard switches.isJump(time) else { return false }
    let first = look(at: state, time: time, .after)
    let open = first.differences.indices.filter { first.differences[$0] == 0 && !times.isKnown($0) }
    guard first.holds, !open.isEmpty, let later = try later() else {
      return try holds(for: state, at: time, .after)
    }
    let values = later.map { look(at: $0.state, time: $0.time, .at).differences }
    var differences = first.differences
    for index in open where DomainCondition.moves(values.map { $0[index] }) { differences[index] = values[0][index] }
    return times.tree.holds(differences)
  }

  /// Whether values at distances of 1, 2 and 4 are those of something that moves away from 0, and not of rounding.
  private static func moves(_ values: [Double]) -> Bool {
    zip(values, values.dropFirst()).allSatisfy { near, far in
      near != 0 && abs(near) < .infinity && (1.5...8.5).contains(far / near)
    }
  }
}
