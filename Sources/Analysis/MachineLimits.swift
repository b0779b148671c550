import CKernels
import Fields

/// What the machine can do with a number of threads, measured: the best of some tries.
package struct MachineLimits: Sendable {
  package let threads: Int
  /// Of long rows that are read and written, `a ← b + s c`.
  package let bytesPerSecond: Double
  /// Multiplications and additions in registers, none of them fused.
  package let operationsPerSecond: Double

  package init(threads: Int, bytesPerSecond: Double, operationsPerSecond: Double) {
    self.threads = threads
    self.bytesPerSecond = bytesPerSecond
    self.operationsPerSecond = operationsPerSecond
  }

  /// Doubles of one row, far more than fit a cache.
  private static let length = 1 << 23
  private static let rounds = 2_000_000
  private static let tries = 5

  init(threads: Int) {
    let pool = WorkerPool(threads: threads)
    self.threads = threads
    let pieces = threads * 8
    let piece = MachineLimits.length / pieces
    let rows = Rows(count: piece * pieces)
    let triad = MachineLimits.best {
      pool.forEach(pieces) { index, _ in
        let start = index * piece
        machine_triad(rows.a + start, rows.b + start, rows.c + start, 0.5, piece)
      }
    }
    bytesPerSecond = 24 * Double(piece * pieces) / triad
    let sums = TileResults(count: threads)
    let arithmetic = MachineLimits.best {
      pool.forEach(threads) { index, _ in sums[index] = machine_multiply_add(MachineLimits.rounds) }
    }
    operationsPerSecond = Double(threads * MachineLimits.rounds * machine_operations_per_round()) / arithmetic
  }

  private static func best(_ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    return (0..<tries).map { _ in inSeconds(clock.measure(body)) }.min() ?? .infinity
  }

  private final class Rows: @unchecked Sendable {
    let a, b, c: UnsafeMutablePointer<Double>

    init(count: Int) {
      (a, b, c) = (.allocate(capacity: count), .allocate(capacity: count), .allocate(capacity: count))
      for row in [a, b, c] { row.initialize(repeating: 1, count: count) }
    }

    deinit { for row in [a, b, c] { row.deallocate() } }
  }
}
