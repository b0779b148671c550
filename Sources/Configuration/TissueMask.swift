import Documents
import Expressions
import Fields
import Simulations

/// Where there is tissue: the mask of a run file.
package struct TissueMask: Sendable {
  private enum Source {
    /// Tissue where it is greater than 0.
    case expression(Expression)
    /// Tissue where it is greater than the number, or by `StoredArray.tissue` if none is given.
    case file(ArraySource, above: Double?)
  }

  private let source: Source
  private let place: Place

  /// What is greater than 0 where there is tissue; nil if it is read from a file.
  var expression: Expressions.Expression? { if case .expression(let expression) = source { expression } else { nil } }

  /// Whether it is read from a file, which may change.
  var isFile: Bool { if case .file = source { true } else { false } }

  /// Names of the parameters that it depends on.
  var parameters: Set<String> {
    guard case .expression(let expression) = source else { return [] }
    return Set(expression.symbols.compactMap { if case .parameter(let name) = $0 { name } else { nil } })
  }

  /// Reads a condition or a number of position and parameters, or the name of a file.
  init?(_ node: JSONNode, in scope: Scope, directory: String, _ found: inout Diagnostics) {
    place = node.place
    let ending = node.string?.split(separator: ".").last.map { $0.lowercased() } ?? ""
    if node.object != nil || ArraySource.extensions.contains(ending) {
      source = .file(ArraySource(node, field: nil, directory: directory), above: node["above"]?.number)
      return
    }
    guard
      let expression = node.expression(in: scope, context: "in the mask", as: .numberOrCondition, &found)
    else { return nil }
    // A condition counts as 1 where it holds.
    source = .expression(expression.isCondition ? .choice(expression, .constant(1), .constant(0)) : expression)
  }

  /// What the run file says, with the full path of a file.
  func resolved(_ document: JSONNode) -> JSONText {
    if case .file(let file, _) = source { file.resolved(document) } else { JSONText(document) }
  }

  /// The volumes of the points, 0 outside the tissue.
  ///
  /// - Parameter warnings: takes up what is doubtful in its file.
  /// - Throws: `Diagnostics` if there is no tissue, or less than two points of it.
  func volumes(
    of configuration: RunConfiguration, pool: WorkerPool, _ warnings: inout Diagnostics
  ) throws -> PointVolumes {
    let grid = configuration.grid
    let mask = try FieldSet(grid: grid, count: 1)
    switch source {
    case .expression(let expression):
      try setInitialState(
        mask, to: [expression], fields: [], parameters: configuration.model.parameterValues, seed: configuration.seed,
        time: configuration.startTime, volumes: PointVolumes(grid), pool: pool)
    case .file(let file, let above):
      let target = ArraySource.Target(grid: grid, lengthUnit: configuration.lengthUnit, field: nil, unit: nil)
      mask.setValues(0, to: try file.tissue(of: target, above: above, &warnings))
    }
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
          ? "the mask leaves no tissue: it is nowhere true or greater than \(isFile ? "the limit" : "0")"
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
