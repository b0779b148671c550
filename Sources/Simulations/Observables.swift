import Expressions
import Fields
import TimeStepping

/// The numbers that are written along a run: the named observables, and mass, minimum and maximum of each field.
package final class Observables: Sendable {
  package let names: [String]
  private let evaluator: GridEvaluator
  private let fieldNames: [String]

  /// - Parameter named: expressions that are one number for the whole domain.
  package init(
    named: [(name: String, expression: Expression)], fields: [String], parameters: [String: Double],
    volumes: PointVolumes,
    pool: WorkerPool
  ) throws(ExpressionProblems) {
    fieldNames = fields
    names = named.map(\.name)
    let masses = fields.flatMap { name in
      [Functional.Kind.integral, .min, .max].map { Expression.functional($0, of: .symbol(.field(name))) }
    }
    let functions = try PointwiseFunctions(
      named.map(\.expression) + masses, fields: fields, parameters: parameters, grid: volumes.grid)
    evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
  }

  /// Names of the columns, in the order of `values`.
  package var columns: [String] {
    names + fieldNames.flatMap { ["mass(\($0))", "min(\($0))", "max(\($0))"] }
  }

  /// The numbers at one time.
  package func values(of state: FieldSet, time: Double) -> [Double] { evaluator.values(of: state, time: time) }

  /// The smallest value of each field among `values`.
  package func minima(in values: [Double]) -> [Double] {
    fieldNames.indices.map { values[names.count + 3 * $0 + 1] }
  }
}
