import Expressions
import Fields
import Operators

/// The matrices of a linearization about the mean: `J_ij`, the mean over the domain of `∂R_i/∂u_j`, and `X_ij`, that of `u_i S_ij`.
package final class Linearization: Sendable {
  private let evaluator: GridEvaluator
  /// Where each of the expressions belongs in both matrices.
  private let places: [WritableKeyPath<LinearMatrices, Double> & Sendable]
  private let count: Int
  private let volume: Double
  private let distributions: DistributionFields?
  /// The state with what the rates depend on besides behind it; nil if there is nothing.
  private let extended: FieldSet?

  /// - Parameters:
  ///   - rates: of each field, by reactions, with symbols in place of what `distributions` holds.
  ///   - taxis: of each field, what it moves up and with which sensitivity.
  package init(
    rates: [Expression], taxis: [[(field: Int, sensitivity: Expression)]], fields: [String],
    parameters: [String: Double], distributions: DistributionFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let (functionals, local) = Expression.extractingFunctionals(rates)
    var (expressions, places) = ([Expression](), [WritableKeyPath<LinearMatrices, Double> & Sendable]())
    let count = fields.count
    for (row, rate) in local.enumerated() {
      for (column, field) in fields.enumerated() {
        let derivative = rate.derivative(by: .field(field))
        guard derivative != .constant(0) else { continue }
        expressions.append(derivative)
        places.append(\.jacobian[row * count + column])
      }
    }
    for (row, targets) in taxis.enumerated() {
      for target in targets {
        expressions.append(target.sensitivity * .symbol(.field(fields[row])))
        places.append(\.coupling[row * count + target.field])
      }
    }
    let functions = try PointwiseFunctions(
      pointwise: expressions, functionals: functionals, fields: distributions?.names ?? fields,
      parameters: parameters, grid: volumes.grid)
    evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
    self.places = places
    self.count = count
    volume = volumes.total
    self.distributions = distributions
    extended = try distributions.map { try FieldSet(grid: volumes.grid, count: $0.names.count) }
  }

  /// An element that is no number is 0.
  package func matrices(of state: FieldSet, time: Double) throws(NumericalFailure) -> LinearMatrices {
    if let extended { try distributions?.extend(state, into: extended, time: time) }
    let state = extended ?? state
    var found = LinearMatrices(fields: count)
    for (place, integral) in zip(places, evaluator.integrals(of: state, time: time)) where integral.isFinite {
      found[keyPath: place] += integral / volume
    }
    return found
  }
}
