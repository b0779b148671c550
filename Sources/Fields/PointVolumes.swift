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

  /// The volumes of a row, where they differ.
  package func values(ofRow row: Int) -> UnsafePointer<Double>? {
    values.map { UnsafePointer($0.pointer(0, row: row)) }
  }

  /// The volumes of a tile, where they differ.
  package func values(of tile: Tile) -> UnsafePointer<Double>? { values(ofRow: tile.row).map { $0 + tile.column } }
}
