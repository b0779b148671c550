import Expressions
import Fields

/// Values that expressions had a constant delay ago, as further fields behind those of the model.
///
/// `D_i(x, t) = e_i(u(x, t − τ_i), x, t − τ_i)`. The values of the `e_i` are recorded at the end of each step that counts, and
/// interpolated by polynomials of third order. Where the two values around a time are not negative, the interpolated
/// one is not either. Before the start of the run fields have the values of expressions of time and position, or those at
/// the start.
package final class DelayedFields: Sendable {
  /// Of the fields that stand for the delayed values.
  package let names: [String]
  package let history: DelayHistory
  private let lags: [Double]
  /// Which of the distinct expressions is delayed by each.
  private let rows: [Int]
  private let current: FieldRates
  private let past: [Past]
  let volumes: PointVolumes
  let pool: WorkerPool

  /// One expression before the start of the run.
  private struct Past: Sendable {
    let evaluator: FieldRates
    let values: FieldSet
  }

  /// An expression as it is evaluated: `distributions` is what stands in it for integrals along an axis and
  /// convolutions.
  package struct Argument {
    package let expressions: [Expression]
    package let distributions: DistributionFields?

    package init(expressions: [Expression], distributions: DistributionFields?) {
      self.expressions = expressions
      self.distributions = distributions
    }
  }

  /// - Parameters:
  ///   - delays: name, delay, and which of the distinct expressions.
  ///   - arguments: the distinct expressions.
  ///   - before: each of them, with what is known of the time before the start in it.
  ///   - hasHistory: whether anything is known of that time.
  ///   - parametersBefore: their values before the start.
  ///   - earlier: those of the same run before a treatment changed its equations; what was recorded is theirs.
  package init(
    _ delays: [(name: String, lag: Double, argument: Int)], arguments: Argument, before: [Argument],
    fields: [String], parameters: [String: Double], parametersBefore: [String: Double],
    following earlier: DelayedFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    names = delays.map(\.name)
    lags = delays.map(\.lag)
    rows = delays.map(\.argument)
    self.volumes = volumes
    self.pool = pool
    func evaluator(_ argument: Argument, _ parameters: [String: Double]) throws -> FieldRates {
      try FieldRates(
        argument.expressions, fields: fields, parameters: parameters, taxis: nil,
        distributions: argument.distributions, volumes: volumes, pool: pool)
    }
    current = try evaluator(arguments, parameters)
    history =
      earlier?.history ?? DelayHistory(grid: volumes.grid, count: arguments.expressions.count, lags: delays.map(\.lag))
    // What was before the start does not change with the equations.
    past =
      try earlier?.past
      ?? before.map {
        Past(evaluator: try evaluator($0, parametersBefore), values: try FieldSet(grid: volumes.grid, count: 1))
      }
  }

  /// Begins the history with the state at the start.
  ///
  /// - Parameter isJump: whether the values before the start may be others than those at it.
  package func begin(_ state: FieldSet, at time: Double, isJump: Bool) throws {
    try history.begin(state, at: time, isJump: isJump)
    _ = try record(state, at: time)
  }

  /// Takes note of the state at the end of a step that counts.
  ///
  /// - Returns: whether some delayed value jumps there.
  package func record(_ state: FieldSet, at time: Double) throws -> Bool {
    let next = try values(state, time)
    try note(next, at: time)
    return history.append(next, at: time)
  }

  /// Takes note of the state after a jump, of itself or of its equations, at the time of the latest one.
  package func recordJump(_ state: FieldSet, at time: Double) throws {
    history.appendJump(try values(state, time))
  }

  func values(_ state: FieldSet, _ time: Double) throws -> FieldSet {
    let set = try history.room(at: time)
    try current.evaluate(state, time: time, into: set)
    volumes.clearOutside(set)
    return set
  }

  /// Sets the fields from `first` on to the delayed values at a time that is at most a shortest delay after the latest
  /// one recorded.
  package func fill(_ target: FieldSet, from first: Int, time: Double) throws(NumericalFailure) {
    for (index, lag) in lags.enumerated() {
      switch history.past(lag, before: time) {
      case .values(let terms, let neighbors):
        target.setField(first + index, toSumOf: terms, field: rows[index], pool: pool)
        if let (lower, upper) = neighbors, terms.count > 2 {
          target.keepSign(first + index, of: (lower, upper), field: rows[index])
        }
      case .beforeStart(let initial):
        let part = past[rows[index]]
        try part.evaluator.evaluate(initial, time: time - lag, into: part.values)
        volumes.clearOutside(part.values)
        target.setField(first + index, toSumOf: [(1, part.values)], field: 0, pool: pool)
      case nil: preconditionFailure("a history is kept as far back as its longest delay")
      }
    }
  }
}

extension FieldSet {
  /// Sets to 0 what is negative between two values that are not.
  fileprivate func keepSign(_ field: Int, of neighbors: (FieldSet, FieldSet), field other: Int) {
    let values = pointer(field)
    let (lower, upper) = (neighbors.0.pointer(other), neighbors.1.pointer(other))
    for index in 0..<grid.storageCount where values[index] < 0 && lower[index] >= 0 && upper[index] >= 0 {
      values[index] = 0
    }
  }
}
