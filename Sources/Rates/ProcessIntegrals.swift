import Expressions
import Fields

/// The rates of single processes, integrated over the domain.
package final class ProcessIntegrals: Sendable {
  private let evaluator: GridEvaluator
  private let distributions: DistributionFields?
  /// The state with what stands for integrals along an axis and convolutions behind it.
  private let extended: FieldSet?

  /// - Parameters:
  ///   - rates: with fields in place of integrals along an axis and convolutions.
  ///   - fields: names of those of the model.
  package init(
    _ rates: [Expression], fields: [String], parameters: [String: Double], distributions: DistributionFields?,
    volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let functions = try PointwiseFunctions(
      rates, fields: distributions?.names ?? fields, parameters: parameters, grid: volumes.grid)
    evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
    self.distributions = distributions
    extended = try distributions.map { try FieldSet(grid: volumes.grid, count: $0.names.count) }
  }

  package func values(of state: FieldSet, time: Double) throws(NumericalFailure) -> [Double] {
    guard let distributions, let extended else { return evaluator.integrals(of: state, time: time) }
    try distributions.extend(state, into: extended, time: time)
    return evaluator.integrals(of: extended, time: time)
  }
}
