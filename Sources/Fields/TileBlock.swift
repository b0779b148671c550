import Glibc

/// Working memory of one thread for tiles: `rowCount` rows of `Tile.capacity` doubles, 64-byte aligned.
package final class TileBlock: @unchecked Sendable {
  package let rowCount: Int
  private let storage: UnsafeMutablePointer<Double>

  package init(rowCount: Int) {
    self.rowCount = rowCount
    let count = max(rowCount, 1) * Tile.capacity
    let raw = aligned_alloc(64, count * 8)!
    storage = raw.bindMemory(to: Double.self, capacity: count)
    storage.initialize(repeating: 0, count: count)
  }

  deinit { free(storage) }

  package func row(_ index: Int) -> UnsafeMutablePointer<Double> {
    assert(index >= 0 && index < rowCount)
    return storage + index * Tile.capacity
  }

  package subscript(row index: Int, point point: Int) -> Double {
    get { row(index)[point] }
    set { row(index)[point] = newValue }
  }
}
