import Glibc

/// Aligned memory of one thread, made larger when more is asked for.
final class WorkerScratch: @unchecked Sendable {
  private var storage: UnsafeMutablePointer<Double>?
  private var capacity = 0

  deinit { free(storage) }

  /// Room for `count` doubles; what was there is lost.
  func memory(_ count: Int) -> UnsafeMutablePointer<Double> {
    if count > capacity || storage == nil {
      free(storage)
      capacity = max(count, 1)
      storage = aligned_alloc(64, (capacity * 8 + 63) / 64 * 64)!.bindMemory(to: Double.self, capacity: capacity)
      storage!.initialize(repeating: 0, count: capacity)
    }
    return storage!
  }
}
