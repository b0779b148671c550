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
  }

  /// In an order in which none depends on a later one.
  private let members: [Member]

  /// Numbers of the fields.
  package var fields: [Int] { members.map(\.solver.field) }
  package var workingFieldCount: Int { members.reduce(0) { $0 + $1.solver.workingFieldCount } }

  /// - Parameter rates: of all fields; those of the quasi-steady fields are their production less consumption.
  package init(
    _ solvers: [BalanceSolver], rates: [Expression], fields: [String], parameters: [String: Double],
    volumes: PointVolumes, pool: WorkerPool
  ) throws {
    members = try solvers.map { solver in
      let rate = rates[solver.field]
      let slope = rate.derivative(by: .field(fields[solver.field]))
      let functions = try PointwiseFunctions(
        [rate, slope], fields: fields, parameters: parameters,
        grid: volumes.grid)
      return Member(
        solver: solver, rates: GridEvaluator(functions, volumes: volumes, pool: pool),
        isLinear: !slope.dependsOn(.field(fields[solver.field])))
    }
  }

  /// Brings the fields into balance with the others of a state.
  package func settle(_ state: FieldSet, time: Double) throws(NumericalFailure) {
    for member in members {
      do throws(BalanceFailure) {
        try member.solver.solve(state, time: time, isLinear: member.isLinear) { state, target in
          member.rates.evaluate(state, time: time, into: target)
        }
      } catch {
        throw NumericalFailure(
          problem: error.problem, field: error.field, tile: Tile(row: 0, column: 0, count: 1), point: 0, time: time,
          cause: .balance)
      }
    }
  }
}
