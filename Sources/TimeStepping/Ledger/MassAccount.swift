import Expressions
import Fields
import Rates

/// Keeps account of what changes the mass of each field within a step.
///
/// Masses are measured between the parts of a step, so that the account is closed whatever the processes are said to
/// have added; these are added up by quadratures of their rates along the solution. Where their sum is not the change
/// that was measured, the rest goes to them in the measure of the differences between two quadratures, and is kept as a
/// doubt.
package final class MassAccount: Sendable {
  /// Number of the field of each line.
  package let lineFields: [Int]
  /// The lines whose rates are not 0, in the order of those.
  private let active: [Int]
  private let fieldCount: Int
  /// Of each field, whether its mass is looked at; that of a quasi-steady one follows from the others.
  private let isKept: [Bool]
  /// Of each field, whether nothing can cross the sides.
  private let isClosed: [Bool]
  private let isCompartment: [Bool]
  private let rates: ProcessIntegrals
  private let volumes: PointVolumes
  private let pool: WorkerPool

  /// - Parameters:
  ///   - lineFields: number of the field of each line.
  ///   - active: numbers of the lines that can be other than 0.
  ///   - rates: of those.
  package init(
    lineFields: [Int], active: [Int], rates: ProcessIntegrals, isKept: [Bool], isClosed: [Bool], isCompartment: [Bool],
    volumes: PointVolumes, pool: WorkerPool
  ) {
    self.lineFields = lineFields
    self.active = active
    self.rates = rates
    fieldCount = isKept.count
    self.isKept = isKept
    self.isClosed = isClosed
    self.isCompartment = isCompartment
    self.volumes = volumes
    self.pool = pool
  }

  func noChanges() -> MassChanges { MassChanges(lines: lineFields.count, fields: fieldCount) }

  // MARK: Masses

  /// The mass of each field; 0 for quasi-steady ones.
  package func masses(of state: FieldSet) -> [Double] {
    (0..<fieldCount).map { field in
      isKept[field] ? share(state.mass(field, pool: pool), of: field, scale: state.scale) : 0
    }
  }

  /// A compartment has the same value everywhere, which is taken instead of its integral.
  private func share(_ integral: Double, of field: Int, scale: Double) -> Double {
    isCompartment[field] ? integral / (volumes.total * volumes.grid.growth(by: scale)) : integral
  }

  // MARK: Parts of a step

  /// Adds what the reactions have done.
  ///
  /// - Parameters:
  ///   - change: of the mass of each field.
  ///   - scale: of the domain.
  func addReactions(_ amounts: ProcessAmounts?, change: [Double], scale: Double, to changes: inout MassChanges) {
    let parts = lineAmounts(amounts, scale: scale)
    var rest = change
    for (line, amount, _) in parts { rest[lineFields[line]] -= amount }
    for field in 0..<fieldCount where isKept[field] {
      let own = parts.filter { lineFields[$0.line] == field }
      let weight = own.reduce(0) { $0 + $1.error }
      for (line, amount, error) in own {
        changes.lines[line] += weight > 0 ? amount + rest[field] * (error / weight) : amount
      }
      if weight > 0 {
        changes.doubt[field] += abs(rest[field])
      } else {
        changes.scheme[field] += rest[field]
      }
    }
  }

  private func lineAmounts(
    _ amounts: ProcessAmounts?, scale: Double
  ) -> [(line: Int, amount: Double, error: Double)] {
    guard let amounts else { return [] }
    return active.enumerated().map { index, line in
      let field = lineFields[line]
      return (
        line, share(amounts.amounts[index], of: field, scale: scale),
        share(amounts.errors[index], of: field, scale: scale)
      )
    }
  }

  /// Integrals over the domain of the rates of the processes, for a state.
  func processRates(of state: FieldSet, time: Double) throws(NumericalFailure) -> [Double] {
    try rates.values(of: state, time: time)
  }

  /// The account of a step in which nothing is split.
  ///
  /// - Parameters:
  ///   - rates: of the processes at the stages, one array each.
  ///   - weights: of the stages, in a quadrature over a unit of time.
  ///   - comparison: weights of another quadrature.
  func unsplit(
    rates: [[Double]], weights: [Double], comparison: [Double], step: Double, from start: [Double], to state: FieldSet
  ) -> MassChanges {
    func sum(_ weights: [Double], _ process: Int) -> Double {
      step * zip(weights, rates).reduce(0) { $0 + $1.0 * $1.1[process] }
    }
    let amounts = active.indices.map { sum(weights, $0) }
    let found = ProcessAmounts(
      amounts: amounts, errors: active.indices.map { abs(sum(comparison, $0) - amounts[$0]) })
    let after = masses(of: state)
    var changes = noChanges()
    // Where something can cross the sides, that is the rest.
    var change = zip(after, start).map { $0 - $1 }
    let known = lineAmounts(found, scale: state.scale)
    for field in 0..<fieldCount where !isClosed[field] {
      let processes = known.filter { lineFields[$0.line] == field }.reduce(0) { $0 + $1.amount }
      changes.sides[field] = change[field] - processes
      change[field] = processes
    }
    addReactions(found, change: change, scale: state.scale, to: &changes)
    close(&changes, from: start, to: after)
    return changes
  }

  /// Leaves what has not been accounted for to the scheme.
  func close(_ changes: inout MassChanges, from start: [Double], to end: [Double]) {
    let totals = changes.totals(lineFields: lineFields)
    for field in 0..<fieldCount where isKept[field] {
      changes.scheme[field] += (end[field] - start[field]) - totals[field]
    }
  }
}
