/// At most `Tile.capacity` points, a run of neighbors in one row or several whole rows: the piece of work on which point-wise
/// computations (reactions, expressions) are done while it stays in cache.
package struct Tile: Hashable, Sendable {
  package static let capacity = 256

  /// The first row.
  package let row: Int
  /// First point in the row.
  package let column: Int
  /// Number of points, in all rows.
  package let count: Int
  /// Number of rows; those of several are whole.
  package let rows: Int

  package init(row: Int, column: Int, count: Int, rows: Int = 1) {
    self.row = row
    self.column = column
    self.count = count
    self.rows = rows
  }

  /// Points of each row.
  package var rowLength: Int { count / rows }

  /// Where a point of the tile lies in the grid.
  package func place(of point: Int) -> (row: Int, column: Int) {
    rows == 1 ? (row, column + point) : (row + point / rowLength, point % rowLength)
  }
}

/// How the points of a grid are divided into tiles.
///
/// That depends on the grid alone, never on threads.
package struct Tiling: Sendable {
  /// Number of tiles.
  package let count: Int
  private let rowLength: Int
  private let rowCount: Int
  private let tilesPerRow: Int
  /// Points of a row in all of its tiles but the last.
  private let length: Int
  private let rowsPerTile: Int

  /// Runs are easier on a vector unit if they begin at multiples of its width; `Tile.capacity` is one.
  private static let alignment = 8

  /// - Parameter joinsRows: whether short rows may be taken together.
  package init(_ grid: Grid, joinsRows: Bool = false) {
    (rowLength, rowCount) = (grid.rowLength, grid.rowCount)
    tilesPerRow = (rowLength + Tile.capacity - 1) / Tile.capacity
    let even = (rowLength + tilesPerRow - 1) / tilesPerRow
    length = (even + Tiling.alignment - 1) / Tiling.alignment * Tiling.alignment
    rowsPerTile = joinsRows ? max(1, min(rowCount, Tile.capacity / rowLength)) : 1
    count = tilesPerRow * ((rowCount + rowsPerTile - 1) / rowsPerTile)
  }

  package subscript(index: Int) -> Tile {
    let (row, piece) = (index / tilesPerRow * rowsPerTile, index % tilesPerRow)
    let rows = min(rowsPerTile, rowCount - row)
    let column = piece * length
    return Tile(row: row, column: column, count: rows * min(length, rowLength - column), rows: rows)
  }
}
