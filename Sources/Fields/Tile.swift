/// A run of at most `Tile.capacity` neighboring points of one row: the piece of work on which point-wise
/// computations (reactions, expressions) are done while it stays in cache.
package struct Tile: Hashable, Sendable {
  package static let capacity = 256

  package let row: Int
  /// First point in the row.
  package let column: Int
  /// Number of points.
  package let count: Int

  package init(row: Int, column: Int, count: Int) {
    self.row = row
    self.column = column
    self.count = count
  }
}

extension Grid {
  private var tilesPerRow: Int { (rowLength + Tile.capacity - 1) / Tile.capacity }

  /// Number of tiles.
  ///
  /// Where tiles begin depends on the grid alone, never on threads.
  package var tileCount: Int { tilesPerRow * rowCount }

  package func tile(_ index: Int) -> Tile {
    let column = index % tilesPerRow * Tile.capacity
    return Tile(row: index / tilesPerRow, column: column, count: min(Tile.capacity, rowLength - column))
  }
}
