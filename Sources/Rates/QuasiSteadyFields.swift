import Expressions
import Fields
import Operators

/// The fields that are always in balance with the others.
package final class QuasiSteadyFields: Sendable {
  private struct Member: Sendable {
    let solver: BalanceSolver
    /// `R` and `∂R/∂w`.
    let rates: GridEvaluator
    let isLinear: Bool
    /// Integrals along an axis and convolutions in them, and a set for all fields with these; nil if there are none.
    let distributions: (fields: DistributionFields, extended: FieldSet)?
  }

  /// In an order in which none depends on a later one.
  private let members: [Member]

  /// Numbers of the fields.
  package var fields: [Int] { members.map(\.solver.field) }
  package var workingFieldCount: Int {
    members.reduce(0) { $0 + $1.solver.workingFieldCount + ($1.distributions?.extended.count ?? 0) }
  }

  /// - Parameters:
  ///   - rates: of all fields; those of the quasi-steady fields are their production less consumption.
  ///   - makeDistributions: fields for integrals along an axis and convolutions.
  package init(
    _ solvers: [BalanceSolver], rates: [Expression], fields: [String], parameters: [String: Double],
    makeDistributions: ([Distribution]) throws -> DistributionFields, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    members = try solvers.map { solver in
      let balance = QuasiSteadyRate(rates[solver.field], field: fields[solver.field])
      let distributions = balance.distributions.isEmpty ? nil : try makeDistributions(balance.distributions)
      let functions = try PointwiseFunctions(
        [balance.rate, balance.slope], fields: distributions?.names ?? fields, parameters: parameters,
        grid: volumes.grid)
      return Member(
        solver: solver, rates: GridEvaluator(functions, volumes: volumes, pool: pool), isLinear: balance.isLinear,
        distributions: try distributions.map {
          ($0, try FieldSet(grid: volumes.grid, count: $0.names.count))
        })
    }
  }

  /// Brings the fields into balance with the others of a state.
  package func settle(_ state: FieldSet, time: Double) throws(NumericalFailure) {
    for member in members {
      do throws(BalanceFailure) {
        try member.solver.solve(state, time: time, isLinear: member.isLinear) { state, target in
          guard let (fields, extended) = member.distributions else {
            return member.rates.evaluate(state, time: time, into: target)
          }
          fields.extendPresent(state, into: extended, time: time)
          member.rates.evaluate(extended, time: time, into: target)
        }
      } catch {
        throw NumericalFailure(
          problem: error.problem, field: error.field, tile: Tile(row: 0, column: 0, count: 1), point: 0, time: time,
          cause: .balance)
      }
    }
  }
}
