import Fields
import Operators

/// The computation cannot go on.
package struct NumericalFailure: Error, Sendable {
  /// What went wrong, as a clause: "is not a finite number".
  package let problem: String
  /// Number of the field.
  package let field: Int
  package let tile: Tile
  /// Point within the tile.
  package let point: Int
  package let time: Double

  /// Column in the row.
  package var column: Int { tile.column + point }
}

extension NumericalFailure {
  /// Something is wrong at a point.
  package init(problem: String, field: Int, row: Int, column: Int, time: Double) {
    self.init(
      problem: problem, field: field, tile: Tile(row: row, column: column, count: 1), point: 0, time: time)
  }

  /// The error of a step of the smallest size is too large.
  package init(tooLargeError error: StepError?, at time: Double, size: Double) {
    self.init(
      problem: "cannot be advanced as accurately as asked for: with a step of \(Float(size)) its error is "
        + "\(Float(error?.value ?? .infinity)) times the tolerance",
      field: error?.field ?? 0, tile: Tile(row: 0, column: 0, count: 1), point: 0, time: time)
  }

  init(_ failure: DiffusionFailure) {
    switch failure {
    case .diffusivity(let failure):
      self.init(
        problem: "has a \(failure.quantity) of \(failure.value)", field: failure.field,
        tile: Tile(row: failure.row, column: 0, count: 1), point: failure.column, time: failure.time)
    case .freeBoundary(let failure):
      self.init(
        problem: failure.problem, field: failure.field, tile: Tile(row: 0, column: 0, count: 1), point: 0,
        time: failure.time)
    }
  }

  init(_ failure: VelocityFailure) {
    self.init(
      problem: "is carried with a velocity that is too large or no number", field: failure.field,
      tile: Tile(row: 0, column: 0, count: 1), point: 0, time: failure.time)
  }
}
