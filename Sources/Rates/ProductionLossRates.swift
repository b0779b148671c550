import Expressions
import Fields
import Operators

/// The rates of all fields as `P − L u`, with movement up gradients and with flows, for one state.
package final class ProductionLossRates: Sendable {
  /// `P` of all fields, then `L` of all.
  private let evaluator: FieldRates
  private let values: FieldSet
  private let taxis: Taxis?
  private let count: Int
  private let pool: WorkerPool

  /// - Parameters:
  ///   - productions: `P` of each field.
  ///   - losses: `L` of each field.
  package init(
    productions: [Expression], losses: [Expression], fields: [String], parameters: [String: Double], taxis: Taxis?,
    distributions: DistributionFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    evaluator = try FieldRates(
      productions + losses, fields: fields, parameters: parameters, taxis: nil, distributions: distributions,
      volumes: volumes, pool: pool)
    values = try FieldSet(grid: volumes.grid, count: 2 * fields.count)
    self.taxis = taxis
    self.pool = pool
    count = fields.count
  }

  /// Sets of all fields that are held.
  package var fieldSetCount: Int { 2 + evaluator.fieldSetCount }
  package var work: Work { evaluator.work + (taxis?.work ?? Work()) }

  /// Evaluates production and loss for a state.
  package func find(_ state: FieldSet, time: Double) throws(NumericalFailure) {
    try evaluator.evaluate(state, time: time, into: values)
    do throws(VelocityFailure) {
      try taxis?.find(state, time: time)
    } catch {
      throw NumericalFailure(error)
    }
  }

  /// Where one of the rates found last is no number although the state is; nil if all are.
  package func undefined(of state: FieldSet, time: Double) -> NumericalFailure? {
    let isSuspect = (0..<values.count).contains { field in
      let (low, high) = (values.minimum(field, pool: pool), values.maximum(field))
      return !low.isFinite || !high.isFinite
    }
    return isSuspect ? NumericalFailure(undefined: values, of: state, time: time) : nil
  }

  /// The largest share that some point loses, for each field, by reactions and movement; for what was found last.
  package var largestLosses: [Double] {
    (0..<count).map { field in
      let loss = values.maximum(count + field)
      return (loss.isNaN ? .infinity : max(loss, 0)) + (taxis?.outflowRate(of: field) ?? 0)
    }
  }

  /// Replaces `target` by `P + (κ − L) u − ∇·(a u)` for the state whose rates were found last, which is not negative.
  package func write(_ bounds: [Double], of state: FieldSet, time: Double, to target: FieldSet) {
    for field in 0..<count {
      target.setStabilizedRate(
        field, production: values, loss: values, lossField: count + field, bound: bounds[field], state: state,
        pool: pool)
    }
    taxis?.addFoundRates(of: state, time: time, to: target)
  }
}
