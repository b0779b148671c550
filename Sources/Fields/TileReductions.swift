import CKernels

/// What the values of a tile are made one number of.
package enum Reduction: Sendable {
  /// In a fixed order.
  case sum
  /// NaN if a value is.
  case minimum, maximum
}

extension FieldSet {
  /// Reduces each tile of a field where its values lie, to the same numbers as in a `TileBlock`.
  ///
  /// - Parameters:
  ///   - tiling: with tiles in one row each.
  ///   - results: one number for each tile comes there.
  ///   - first: the place of that of the first tile.
  package func reduce(
    _ field: Int, _ tiling: Tiling, _ reduction: Reduction, into results: TileResults, from first: Int,
    pool: WorkerPool
  ) {
    let (values, stride) = (ReadOnlyValues(self, field), grid.rowStride)
    // Some thousand points at a time, as in other passes over rows.
    let together = max(1, 4096 / Tile.capacity)
    pool.forEach((tiling.count + together - 1) / together) { piece, _ in
      let range = piece * together..<min((piece + 1) * together, tiling.count)
      let found = results.pointer(first)
      for index in range {
        let tile = tiling[index]
        let start = values.start + tile.row * stride + tile.column
        found[index] =
          switch reduction {
          case .sum: tile_sum(start, tile.count)
          case .minimum: tile_minimum(start, tile.count)
          case .maximum: tile_maximum(start, tile.count)
          }
      }
    }
  }
}
