import Expressions
import Fields
import Operators

/// The rates of change of all fields but for diffusion: reactions and movement up gradients and with flows, with what
/// depends on the whole domain evaluated for the very state.
package final class FieldRates: Sendable {
  private let evaluator: GridEvaluator
  private let taxis: (any TaxisRates)?
  private let distributions: DistributionFields?
  /// The state with what stands for delayed values, integrals along an axis and convolutions behind it.
  private let extended: FieldSet?
  private let meter = WorkMeter()

  /// - Parameter rates: of each field, by reactions.
  package init(
    _ rates: [Expression], fields: [String], parameters: [String: Double], taxis: (any TaxisRates)?,
    distributions: DistributionFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let functions = try PointwiseFunctions(
      rates, fields: distributions?.names ?? fields, parameters: parameters, grid: volumes.grid)
    evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
    self.taxis = taxis
    self.distributions = distributions
    extended = try distributions.map { try FieldSet(grid: volumes.grid, count: $0.names.count) }
  }

  /// Sets of all fields that are held.
  var fieldSetCount: Int { extended == nil ? 0 : 1 }

  /// Taxis included.
  var work: Work { taxis.map { meter.work + $0.work } ?? meter.work }

  /// Replaces `target` by the rates at a time.
  ///
  /// - Parameter didFlow: called after each part of the work, for those who measure its time.
  package func evaluate(
    _ state: FieldSet, time: Double, into target: FieldSet, didFlow: (SplittingScheme.Part) -> Void = { _ in }
  ) throws(NumericalFailure) {
    meter.add {
      $0.rateEvaluations += 1
      $0.operations += Double(evaluator.functions.operationCount)
    }
    if let distributions, let extended {
      try distributions.extend(state, into: extended, time: time)
      evaluator.evaluate(extended, time: time, into: target)
    } else {
      evaluator.evaluate(state, time: time, into: target)
    }
    didFlow(.reaction)
    guard let taxis else { return }
    do throws(VelocityFailure) {
      try taxis.addRates(of: state, time: time, to: target)
    } catch {
      throw NumericalFailure(error)
    }
    didFlow(.taxis)
  }
}
