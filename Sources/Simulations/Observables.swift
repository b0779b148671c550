import Expressions
import Fields
import TimeStepping

/// The numbers that are written along a run: the named observables, and mass, minimum and maximum of each field.
package final class Observables: Sendable {
  package let names: [String]
  private let evaluator: GridEvaluator
  private let fieldNames: [String]
  private let distributions: (fields: DistributionFields, extended: FieldSet)?

  /// - Parameters:
  ///   - named: expressions that are one number for the whole domain.
  ///   - distributions: what stands in them for integrals along an axis and convolutions.
  package init(
    named: [(name: String, expression: Expression)], fields: [String], distributions: DistributionFields? = nil,
    parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws {
    fieldNames = fields
    self.distributions = try distributions.map {
      ($0, try FieldSet(grid: volumes.grid, count: $0.names.count))
    }
    names = named.map(\.name)
    let masses = fields.flatMap { name in
      [Functional.Kind.integral, .min, .max].map { Expression.functional($0, of: .symbol(.field(name))) }
    }
    let functions = try PointwiseFunctions(
      named.map(\.expression) + masses, fields: distributions?.names ?? fields, parameters: parameters,
      grid: volumes.grid)
    evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
  }

  /// Names of the columns, in the order of `values`.
  package var columns: [String] {
    names + fieldNames.flatMap { ["mass(\($0))", "min(\($0))", "max(\($0))"] }
  }

  /// The numbers at one time.
  package func values(of state: FieldSet, time: Double) -> [Double] {
    guard let distributions else { return evaluator.values(of: state, time: time) }
    distributions.fields.extend(state, into: distributions.extended, time: time)
    return evaluator.values(of: distributions.extended, time: time)
  }

  /// The smallest value of each field among `values`.
  package func minima(in values: [Double]) -> [Double] {
    fieldNames.indices.map { values[names.count + 3 * $0 + 1] }
  }
}
