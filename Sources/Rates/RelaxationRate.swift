import Expressions
import Fields

/// How fast a field relaxes by its own rate, `−(∂R/∂u + Σ_k ∂R/∂I_k ∫ ∂e_k/∂u)` with integrals or means `I_k = ∫ e_k` along an axis (see
/// `QuasiSteadyRate`): without diffusion, and while the other fields stay.
package struct RelaxationRate {
  private let evaluator: GridEvaluator
  private let distributions: (fields: DistributionFields, extended: FieldSet)?

  /// Of the points of the domain.
  package struct Range: Hashable, Sendable {
    /// In 1 / time; negative where a deviation grows.
    package let least, mean, largest: Double
  }

  /// - Parameters:
  ///   - rate: of the field.
  ///   - fields: names of all.
  ///   - makeDistributions: fields for integrals along an axis and convolutions.
  package init(
    _ rate: Expression, of field: String, fields: [String], parameters: [String: Double],
    makeDistributions: ([Distribution]) throws -> DistributionFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let balance = QuasiSteadyRate(rate, field: field)
    distributions = try makeDistributions(balance.distributions).map {
      ($0, try FieldSet(grid: volumes.grid, count: $0.names.count))
    }
    let loss = Expression.constant(0) - balance.slope
    evaluator = GridEvaluator(
      try PointwiseFunctions(
        [Functional.Kind.min, .mean, .max].map { Expression.functional($0, of: loss) },
        fields: distributions?.fields.names ?? fields, parameters: parameters, grid: volumes.grid),
      volumes: volumes, pool: pool)
  }

  /// The rates in a state.
  package func range(of state: FieldSet, time: Double) -> Range {
    var seen = state
    if let (fields, extended) = distributions {
      fields.extendPresent(state, into: extended, time: time)
      seen = extended
    }
    let values = evaluator.values(of: seen, time: time)
    return Range(least: values[0], mean: values[1], largest: values[2])
  }
}
