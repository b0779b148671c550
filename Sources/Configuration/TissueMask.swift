import Documents
import Expressions
import Fields
import Simulations
import TimeStepping

/// Where there is tissue: the mask of a run file.
package struct TissueMask: Sendable {
  /// Tissue where it is greater than 0.
  let expression: Expression
  let place: Place

  /// Reads a condition or a number of position and parameters.
  init?(_ node: JSONNode, in scope: Scope, _ found: inout Diagnostics) {
    guard let text = node.string else { return nil }
    place = node.place
    // A condition counts as 1 where it holds.
    if let condition = try? Expression("where(\(text), 1, 0)", in: scope) {
      expression = condition
    } else if let number = node.expression(in: scope, context: "in the mask", &found) {
      expression = number
    } else {
      return nil
    }
  }

  /// The volumes of the points, 0 outside the tissue.
  ///
  /// - Throws: `Diagnostics` if there is no tissue, or less than two points of it.
  func volumes(of configuration: RunConfiguration, pool: WorkerPool) throws -> PointVolumes {
    let grid = configuration.grid
    let mask = try FieldSet(grid: grid, count: 1)
    try setInitialState(
      mask, to: [expression], fields: [], parameters: configuration.model.parameterValues, seed: configuration.seed,
      time: configuration.startTime, volumes: PointVolumes(grid), pool: pool)
    for row in 0..<grid.rowCount {
      let values = mask.pointer(0, row: row)
      for column in 0..<grid.rowLength {
        guard !values[column].isNaN else { throw failure("the mask is not a number", grid, row, column) }
        values[column] = values[column] > 0 ? 1 : 0
      }
    }
    let volumes = try PointVolumes(grid, mask: mask)
    guard volumes.pointCount > 1 else {
      var found = Diagnostics()
      found.error(
        volumes.pointCount == 0
          ? "the mask leaves no tissue: it is nowhere true or greater than 0"
          : "the mask leaves a single point of tissue", at: place,
        remedy: "look at its position and at the points of the grid")
      throw found
    }
    let isPeriodic = grid.axes.indices.map { axis in
      configuration.sides.contains { $0.boundaries[axis] == .periodic }
    }
    let isolated = volumes.isolatedPoints(isPeriodic: isPeriodic)
    if let first = isolated.first {
      throw failure(
        isolated.count == 1
          ? "the mask has a point of tissue that touches no other"
          : "the mask has \(isolated.count) points of tissue that touch no other, the first", grid, first.row,
        first.column)
    }
    return volumes
  }

  private func failure(_ problem: String, _ grid: Grid, _ row: Int, _ column: Int) -> Diagnostics {
    let position = zip(grid.axes, [grid.axes[0].coordinate(column)] + grid.rowCoordinates(row))
    var found = Diagnostics()
    found.error(
      "\(problem) at \(position.map { "\($0.name) = \(Float($1))" }.joined(separator: ", "))", at: place,
      remedy: "take more points, or a smoother mask")
    return found
  }
}

extension RunConfiguration {
  /// Refuses a mask that leaves no tissue, or points that touch no other.
  package func checkTissue() throws {
    _ = try mask?.volumes(of: self, pool: WorkerPool(threads: 1))
  }
}
