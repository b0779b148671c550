import Expressions
import Fields
import Rates

/// Where the rates of reactions may have poles.
struct ReactionPoles: Sendable {
  let terms: [RatePole]
  /// Of each term, with the functionals taken out.
  let divisors, wholes: [Expression]
  /// The divisors.
  let functions: PointwiseFunctions
  let fields: [String]
  let constants: [Symbol: Double]
}

extension TilePass {
  /// Finds a pole that a substep from the rows `old` to the rows `new` has passed.
  ///
  /// The whole step does not show it if the substeps behind the pole come back to it, as those of `u' = 1/(2 - u)` do.
  func passedPole(_ step: Double, from done: Double) -> NumericalFailure? {
    guard let poles = system.poles, let workspace = worker.poles else { return nil }
    let (before, after) = (rows.poles, rows.poles + poles.terms.count)
    evaluateUncounted(poles.functions, workspace, inputRow: rows.old, outputRow: before, at: done)
    evaluateUncounted(poles.functions, workspace, inputRow: rows.new, outputRow: after, at: done + step)
    for (number, term) in poles.terms.enumerated() {
      for point in 0..<tile.count {
        let (first, last) = (block[row: before + number, point: point], block[row: after + number, point: point])
        guard first * last < 0,
          let share = line(poles, point, step, from: done).pole(
            ofDivisor: poles.divisors[number], in: poles.wholes[number], between: 0, and: 1)
        else { continue }
        return term.failure(first, last, tile: tile, point: point, time: time + done + share * step)
      }
    }
    return nil
  }

  /// The values of all symbols of the rates at a point.
  private func line(_ poles: ReactionPoles, _ point: Int, _ step: Double, from done: Double) -> PoleLine {
    func values(_ row: Int, _ elapsed: Double) -> [Symbol: Double] {
      var values: [Symbol: Double] = [.time: time + elapsed]
      for (index, name) in poles.fields.enumerated() { values[.field(name)] = block[row: row + index, point: point] }
      for (index, value) in functionals.values(at: elapsed / interval).enumerated() {
        values[.functional(index)] = value
      }
      return values
    }
    var start = poles.constants.merging(values(rows.old, done)) { $1 }
    let (grid, place) = (integrator.volumes.grid.scaled(by: scale), tile.place(of: point))
    for (axis, position) in zip(
      grid.axes, [grid.axes[0].coordinate(place.column)] + grid.rowCoordinates(place.row))
    { start[.coordinate(axis.name)] = position }
    return PoleLine(from: start, to: values(rows.new, done + step))
  }
}
