import Expressions
import Fields
import Rates

/// The numbers that are written along a run: the named observables, and mass, minimum and maximum of each field.
package final class Observables: Sendable {
  package let names: [String]
  private let evaluator: GridEvaluator
  /// Those in space.
  private let fieldNames: [String]
  private let compartments: [String]
  /// Name of the axis whose upper side moves.
  private let movingAxis: String?
  private let distributions: (fields: DistributionFields, extended: FieldSet)?

  /// - Parameters:
  ///   - named: expressions that are one number for the whole domain.
  ///   - fields: all, the compartments last.
  ///   - unlisted: fields and compartments whose mass, minimum and maximum are not written.
  ///   - hasFreeBoundary: whether the position of the upper side is a number to be written.
  ///   - distributions: what stands in them for integrals along an axis and convolutions.
  package init(
    named: [(name: String, expression: Expression)], fields: [String], compartments: [String] = [],
    unlisted: Set<String> = [],
    distributions: DistributionFields? = nil,
    hasFreeBoundary: Bool = false, parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws {
    fieldNames = fields.filter { !compartments.contains($0) && !unlisted.contains($0) }
    self.compartments = compartments.filter { !unlisted.contains($0) }
    movingAxis = hasFreeBoundary ? volumes.grid.axes[0].name : nil
    self.distributions = try distributions.map {
      ($0, try FieldSet(grid: volumes.grid, count: $0.names.count))
    }
    names = named.map(\.name)
    let masses =
      fieldNames.flatMap { name in
        [Functional.Kind.integral, .min, .max].map { Expression.functional($0, of: .symbol(.field(name))) }
      } + self.compartments.map { .functional(.max, of: .symbol(.field($0))) }
    let functions = try PointwiseFunctions(
      named.map(\.expression) + masses, fields: distributions?.names ?? fields, parameters: parameters,
      grid: volumes.grid)
    evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
  }

  /// Names of the columns, in the order of `values`.
  package var columns: [String] {
    names + (movingAxis.map { ["edge(\($0))"] } ?? [])
      + fieldNames.flatMap { ["mass(\($0))", "min(\($0))", "max(\($0))"] } + compartments
  }

  /// The numbers at one time.
  package func values(of state: FieldSet, time: Double) -> [Double] {
    var values: [Double]
    if let distributions {
      distributions.fields.extendPresent(state, into: distributions.extended, time: time)
      values = evaluator.values(of: distributions.extended, time: time)
    } else {
      values = evaluator.values(of: state, time: time)
    }
    if movingAxis != nil { values.insert(state.edge, at: names.count) }
    return values
  }
}
