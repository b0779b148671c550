import Expressions
import Fields
import Rates

/// Finds steps that pass a pole: a value at which a rate is infinite, and beyond which the solution does not go.
///
/// `u' = 1/(2 - u)` has no solution after `u` has become 2, but a step from 1.9 may well end at 2.4. At each point the divisors of the rates
/// are compared at both ends of a step. Where one has changed its sign, the rate is followed along the straight line between the two states. If it grows
/// like the inverse of the distance toward the zero of the divisor, the step does not count. It does where the rate stays finite, as
/// `sin(u)/u` does, or where a condition leaves out the values near the pole.
package final class PoleCheck {
  private let terms: [RatePole]
  /// Of each term, with the integrals along an axis and the convolutions taken out.
  private let divisors, wholes: [Expression]
  /// With those that stand for delayed values and distributions.
  private let fields: [String]
  private let distributions: DistributionFields?
  private let extended: (start: FieldSet, end: FieldSet)?
  private let parameters: [String: Double]
  private let volumes: PointVolumes
  private let pool: WorkerPool
  /// The divisors that depend on the solution, and those that do not.
  private let ofSolution: Divisors?
  private let ofTime: Divisors?

  private struct Divisors {
    /// Numbers of their terms.
    let terms: [Int]
    let evaluator: GridEvaluator
    let atStart, atEnd: FieldSet
  }

  /// A state and its time.
  package typealias Instant = (state: FieldSet, time: Double)

  /// Into how many parts a step is divided to look at divisors of positions and time alone.
  private static let partsOfStep = 8
  /// At most at so many points of a term a change of sign is looked into.
  private static let mostPoints = 16

  /// - Parameters:
  ///   - divisors: of each term, with the integrals along an axis and the convolutions taken out.
  ///   - wholes: likewise, what contains them.
  ///   - fields: names, those that stand for delayed values and distributions included.
  ///   - distributions: what fills these; nil if there are none.
  package init(
    _ terms: [RatePole], divisors: [Expression], wholes: [Expression], fields: [String],
    distributions: DistributionFields?, parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws {
    (self.terms, self.divisors, self.wholes, self.fields) = (terms, divisors, wholes, fields)
    (self.distributions, self.parameters, self.volumes, self.pool) = (distributions, parameters, volumes, pool)
    func memory() throws -> FieldSet { try FieldSet(grid: volumes.grid, count: fields.count) }
    extended = try distributions.map { _ in (try memory(), try memory()) }
    func watched(_ numbers: [Int]) throws -> Divisors? {
      guard !numbers.isEmpty else { return nil }
      let functions = try PointwiseFunctions(
        numbers.map { divisors[$0] }, fields: fields, parameters: parameters, grid: volumes.grid)
      return Divisors(
        terms: numbers, evaluator: GridEvaluator(functions, volumes: volumes, pool: pool),
        atStart: try FieldSet(grid: volumes.grid, count: numbers.count),
        atEnd: try FieldSet(grid: volumes.grid, count: numbers.count))
    }
    ofSolution = try watched(terms.indices.filter { terms[$0].pole.dependsOnSolution })
    ofTime = try watched(terms.indices.filter { !terms[$0].pole.dependsOnSolution })
  }

  /// Looks at a step that has been tried.
  package func check(from first: Instant, to last: Instant) throws(NumericalFailure) {
    let (start, end) = (try instant(first, extended?.start), try instant(last, extended?.end))
    if let ofSolution { try check(ofSolution, from: start, to: end, between: 0, and: 1) }
    guard let ofTime else { return }
    let parts = PoleCheck.partsOfStep
    for part in 0..<parts {
      try check(
        ofTime, from: start, to: end, between: Double(part) / Double(parts), and: Double(part + 1) / Double(parts))
    }
  }

  /// With what stands for delayed values and distributions.
  private func instant(_ instant: Instant, _ memory: FieldSet?) throws(NumericalFailure) -> Instant {
    guard let distributions, let memory else { return instant }
    try distributions.extend(instant.state, into: memory, time: instant.time)
    return (memory, instant.time)
  }

  /// The same for some divisors and a part of the step.
  private func check(
    _ divisors: Divisors, from start: Instant, to end: Instant, between low: Double, and high: Double
  ) throws(NumericalFailure) {
    let length = end.time - start.time
    divisors.evaluator.evaluate(start.state, time: start.time + low * length, into: divisors.atStart)
    divisors.evaluator.evaluate(
      end.state, time: high == 1 ? end.time : start.time + high * length, into: divisors.atEnd)
    let grid = volumes.grid
    for (number, index) in divisors.terms.enumerated() {
      let term = terms[index]
      var lines: Lines?
      var count = 0
      for row in 0..<grid.rowCount where count < PoleCheck.mostPoints {
        let (before, after) = (divisors.atStart.pointer(number, row: row), divisors.atEnd.pointer(number, row: row))
        let inside = volumes.values(ofRow: row)
        for column in 0..<grid.rowLength
        where before[column] * after[column] < 0 && inside?[column] != 0 && count < PoleCheck.mostPoints {
          count += 1
          lines = lines ?? self.lines(self.divisors[index], self.wholes[index], from: start, to: end)
          guard let lines,
            let share = lines.line(row: row, column: column).pole(
              ofDivisor: lines.divisor, in: lines.whole, between: low, and: high)
          else { continue }
          throw term.failure(
            before[column], after[column], tile: Tile(row: row, column: column, count: 1), point: 0,
            time: start.time + share * length)
        }
      }
    }
  }

  private func lines(
    _ divisor: Expression, _ whole: Expression, from start: Instant, to end: Instant
  ) -> Lines? {
    let (functionals, expressions) = Expression.extractingFunctionals([divisor, whole])
    let functions = try? PointwiseFunctions(
      pointwise: expressions, functionals: functionals, fields: fields, parameters: parameters,
      grid: volumes.grid)
    guard let functions else { return nil }
    let evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
    func common(_ instant: Instant) -> [Symbol: Double] {
      let values = evaluator.functionalValues(of: instant.state, time: instant.time)
      return Dictionary(uniqueKeysWithValues: values.enumerated().map { (Symbol.functional($0), $1) })
        .merging([.time: instant.time]) { $1 }
    }
    return Lines(
      divisor: expressions[0], whole: expressions[1], fields: fields, start: start, end: end,
      common: (constants.merging(common(start)) { $1 }, common(end)))
  }

  private var constants: [Symbol: Double] {
    Dictionary(uniqueKeysWithValues: parameters.map { (Symbol.parameter($0), $1) })
  }

  /// The straight lines between two states at all points.
  private struct Lines {
    let divisor, whole: Expression
    let fields: [String]
    let start, end: Instant
    /// What is the same at all points.
    let common: (start: [Symbol: Double], end: [Symbol: Double])

    func line(row: Int, column: Int) -> PoleLine {
      PoleLine(
        from: common.start.merging(values(start.state, row, column)) { $1 },
        to: common.end.merging(values(end.state, row, column)) { $1 })
    }

    private func values(_ state: FieldSet, _ row: Int, _ column: Int) -> [Symbol: Double] {
      var values: [Symbol: Double] = [:]
      for (index, name) in fields.enumerated() { values[.field(name)] = state.pointer(index, row: row)[column] }
      let grid = state.gridInSpace
      for (axis, position) in zip(grid.axes, [grid.axes[0].coordinate(column)] + grid.rowCoordinates(row)) {
        values[.coordinate(axis.name)] = position
      }
      return values
    }
  }
}
