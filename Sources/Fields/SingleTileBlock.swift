import CKernels
import Glibc

/// A tile block of single precision: `rowCount` rows of `Tile.capacity` numbers, 64-byte aligned.
package final class SingleTileBlock: @unchecked Sendable {
  package let rowCount: Int
  private let storage: UnsafeMutablePointer<Float>

  package init(rowCount: Int) {
    self.rowCount = rowCount
    let count = max(rowCount, 1) * Tile.capacity
    let raw = aligned_alloc(64, count * 4)!
    storage = raw.bindMemory(to: Float.self, capacity: count)
    storage.initialize(repeating: 0, count: count)
  }

  deinit { free(storage) }

  package func row(_ index: Int) -> UnsafeMutablePointer<Float> {
    assert(index >= 0 && index < rowCount)
    return storage + index * Tile.capacity
  }

  /// Rounds rows of a block of double precision.
  package func round(_ block: TileBlock, rows: Range<Int>, into row: Int, count: Int) {
    for (index, source) in rows.enumerated() { tile_round(self.row(row + index), block.row(source), count) }
  }

  /// Sets rows to 0 where the weight is 0.
  package func clear(rows: Range<Int>, where weights: UnsafePointer<Double>, count: Int) {
    for index in rows { tile_clear_outside_single(row(index), weights, count) }
  }
}
