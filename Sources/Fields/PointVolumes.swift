/// The length, area or volume that each point of a grid stands for: that of its cell or shell, and 0 outside the tissue.
package final class PointVolumes: Sendable {
  package let grid: Grid
  /// Size of the domain.
  package let total: Double
  /// Number of points that belong to the domain.
  package let pointCount: Int
  /// The volume of every point, where all are the same.
  package let uniform: Double?
  /// Whether some points lie outside the tissue.
  package let isMasked: Bool
  private let values: FieldSet?

  /// - Parameter mask: one field, 1 in the tissue and 0 outside; nil if all of the grid is tissue.
  package init(_ grid: Grid, mask: FieldSet? = nil) throws(FieldAllocationError) {
    self.grid = grid
    isMasked = mask != nil
    uniform = mask == nil ? grid.pointVolume : nil
    guard uniform == nil else {
      (values, total, pointCount) = (nil, grid.measure, grid.pointCount)
      return
    }
    let volumes = try FieldSet(grid: grid, count: 1)
    let alongRow = (0..<grid.rowLength).map { grid.axes[0].volume($0) }
    let across = grid.axes.dropFirst().reduce(1) { $0 * $1.spacing }
    var count = 0
    for row in 0..<grid.rowCount {
      let (target, inside) = (volumes.pointer(0, row: row), mask?.pointer(0, row: row))
      for point in 0..<grid.rowLength where (inside?[point] ?? 1) != 0 {
        target[point] = alongRow[point] * across
        count += 1
      }
    }
    values = volumes
    total = volumes.sum(0)
    pointCount = count
  }

  /// Sets what lies outside the tissue, 0 if nothing else is said.
  package func clearOutside(_ set: FieldSet, field only: Int? = nil, to value: Double = 0) {
    guard isMasked else { return }
    for row in 0..<grid.rowCount {
      guard let inside = values(ofRow: row) else { return }
      for field in only.map({ $0..<($0 + 1) }) ?? 0..<set.count {
        let target = set.pointer(field, row: row)
        for point in 0..<grid.rowLength where inside[point] == 0 { target[point] = value }
      }
    }
  }

  /// One field, 1 in the tissue and 0 outside.
  package func indicator() throws(FieldAllocationError) -> FieldSet {
    let set = try FieldSet(grid: grid, count: 1)
    set.fill(0, with: 1)
    clearOutside(set)
    return set
  }

  /// Points of the tissue that touch no other along an axis, as row and column; across periodic sides too.
  package func isolatedPoints(isPeriodic: [Bool]) -> [(row: Int, column: Int)] {
    guard isMasked else { return [] }
    var found: [(Int, Int)] = []
    for row in 0..<grid.rowCount {
      for column in 0..<grid.rowLength where isInside(row, column) {
        let touches = grid.axes.indices.contains { axis in
          let (index, line) = grid.place(row: row, column: column, along: axis)
          let count = grid.axes[axis].points
          return [index - 1, index + 1].contains { other in
            guard (0..<count).contains(other) || isPeriodic[axis] && count > 1 else { return false }
            let (row, column) = grid.point((other + count) % count, ofLine: line, along: axis)
            return isInside(row, column)
          }
        }
        if !touches { found.append((row, column)) }
      }
    }
    return found
  }

  /// Whether a point is tissue.
  package func isInside(_ row: Int, _ column: Int) -> Bool { values(ofRow: row).map { $0[column] > 0 } ?? true }

  /// The volumes of a row, where they differ.
  package func values(ofRow row: Int) -> UnsafePointer<Double>? {
    values.map { UnsafePointer($0.pointer(0, row: row)) }
  }

  /// The volumes of a tile, where they differ.
  package func values(of tile: Tile) -> UnsafePointer<Double>? { values(ofRow: tile.row).map { $0 + tile.column } }
}
