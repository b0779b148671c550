/// One number per tile, written by whichever thread has the tile and read when all are done.
package final class TileResults: @unchecked Sendable {
  private let storage: UnsafeMutableBufferPointer<Double>

  package init(count: Int) {
    storage = .allocate(capacity: count)
    storage.initialize(repeating: 0)
  }

  deinit { storage.deallocate() }

  package subscript(index: Int) -> Double {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  func pointer(_ index: Int) -> UnsafeMutablePointer<Double> { storage.baseAddress! + index }

  package var values: [Double] { Array(storage) }
}
