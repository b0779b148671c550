import CKernels

extension TileBlock {
  /// Copies a tile of all fields of `state` into the rows from `row` on, one row per field.
  ///
  /// - Parameter most: at most so many fields.
  package func load(_ state: FieldSet, tile: Tile, into row: Int, most: Int = .max) {
    let length = tile.rowLength
    for field in 0..<min(state.count, most) {
      for index in 0..<tile.rows {
        (self.row(row + field) + index * length)
          .update(from: state.pointer(field, row: tile.row + index) + tile.column, count: length)
      }
    }
  }

  /// Copies the rows from `row` on, one per field, to a tile of all fields of `state`.
  package func store(_ row: Int, to state: FieldSet, tile: Tile) {
    let length = tile.rowLength
    for field in 0..<state.count {
      for index in 0..<tile.rows {
        (state.pointer(field, row: tile.row + index) + tile.column)
          .update(from: self.row(row + field) + index * length, count: length)
      }
    }
  }

  /// Writes the positions along x of the points of a tile.
  package func loadFirstCoordinate(of grid: Grid, scale: Double, tile: Tile, into row: Int) {
    let target = self.row(row)
    for point in 0..<tile.count { target[point] = scale * grid.axes[0].coordinate(tile.place(of: point).column) }
  }

  /// Copies `fields` rows from `source` on to those from `target` on.
  package func copy(_ source: Int, to target: Int, fields: Int, count: Int) {
    for field in 0..<fields { row(target + field).update(from: row(source + field), count: count) }
  }

  /// Sets a row to 0 where the weight is 0.
  package func clear(row index: Int, where weights: UnsafePointer<Double>, count: Int) {
    tile_replace_outside(row(index), weights, 0, count)
  }

  /// The sum of a row in a fixed order, each value multiplied by its weight if there are weights.
  package func sum(row index: Int, times weights: UnsafePointer<Double>? = nil, count: Int) -> Double {
    if let weights { tile_weigh(row(index), weights, count) }
    return tile_sum(row(index), count)
  }

  /// The largest value of a row where the weight is not 0; NaN if there is one, −∞ if there is no value.
  package func maximum(row index: Int, where weights: UnsafePointer<Double>? = nil, count: Int) -> Double {
    if let weights { tile_replace_outside(row(index), weights, -.infinity, count) }
    return tile_maximum(row(index), count)
  }

  /// The smallest value of a row where the weight is not 0; NaN if there is one, ∞ if there is no value.
  package func minimum(row index: Int, where weights: UnsafePointer<Double>? = nil, count: Int) -> Double {
    if let weights { tile_replace_outside(row(index), weights, .infinity, count) }
    return tile_minimum(row(index), count)
  }
}
