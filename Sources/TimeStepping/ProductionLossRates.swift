import Expressions
import Fields
import Operators
import Synchronization

/// The rates of all fields as `P − L u`, with movement up gradients and with flows, for one state.
package final class ProductionLossRates: Sendable {
  private let evaluator: GridEvaluator
  private let taxis: Taxis?
  private let distributions: DistributionFields?
  private let extended: FieldSet?
  /// `P` of all fields, then `L` of all.
  private let values: FieldSet
  private let count: Int
  private let pool: WorkerPool
  private let meter = WorkMeter()
  private let time = Mutex(0.0)

  /// - Parameters:
  ///   - productions: `P` of each field.
  ///   - losses: `L` of each field.
  package init(
    productions: [Expression], losses: [Expression], fields: [String], parameters: [String: Double], taxis: Taxis?,
    distributions: DistributionFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let functions = try PointwiseFunctions(
      productions + losses, fields: distributions?.names ?? fields, parameters: parameters, grid: volumes.grid)
    evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
    self.taxis = taxis
    self.distributions = distributions
    self.pool = pool
    count = fields.count
    extended = try distributions.map { try FieldSet(grid: volumes.grid, count: $0.names.count) }
    values = try FieldSet(grid: volumes.grid, count: 2 * fields.count)
  }

  /// Sets of all fields that are held.
  var fieldSetCount: Int { 2 + (extended == nil ? 0 : 1) }
  /// Taxis included.
  var work: Work { meter.work + (taxis?.work ?? Work()) }

  /// Evaluates production and loss for a state.
  func find(_ state: FieldSet, time: Double) throws(NumericalFailure) {
    meter.add {
      $0.rateEvaluations += 1
      $0.operations += Double(evaluator.functions.operationCount)
    }
    if let distributions, let extended { distributions.extend(state, into: extended, time: time) }
    evaluator.evaluate(extended ?? state, time: time, into: values)
    do throws(VelocityFailure) {
      try taxis?.find(state, time: time)
    } catch {
      throw NumericalFailure(error)
    }
    self.time.withLock { $0 = time }
  }

  /// The largest share that some point loses, for each field, by reactions and movement; for what was found last.
  var largestLosses: [Double] {
    (0..<count).map { field in
      let loss = values.maximum(count + field)
      return (loss.isNaN ? .infinity : max(loss, 0)) + (taxis?.outflowRate(of: field) ?? 0)
    }
  }

  /// Replaces `target` by `P + (κ − L) u − ∇·(a u)` for what was found last, which is not negative.
  func write(_ bounds: [Double], of state: FieldSet, to target: FieldSet) {
    for field in 0..<count {
      target.setStabilizedRate(
        field, production: values, loss: values, lossField: count + field, bound: bounds[field], state: state,
        pool: pool)
    }
    taxis?.addFoundRates(of: state, time: time.withLock { $0 }, to: target)
  }
}
