import CKernels
import Fields

/// What the machine can do with a number of threads, measured: the best of some tries.
package struct MachineLimits: Sendable {
  package let threads: Int
  /// Of long rows that are read and written, `a ← b + s c`.
  package let bytesPerSecond: Double
  /// Multiplications and additions in registers, none of them fused.
  package let operationsPerSecond: Double

  /// Doubles of one row: far more than fit a cache.
  private static let length = 1 << 23
  private static let rounds = 2_000_000
  private static let tries = 5

  init(threads: Int) throws(FieldAllocationError) {
    self.threads = threads
    let pool = WorkerPool(threads: threads)
    let (pieces, piece) = (threads * 8, MachineLimits.length / (threads * 8))
    let rows = try FieldSet(grid: Grid(axes: [Axis(name: "x", length: 1, points: piece * pieces)]), count: 3)
    for field in 0..<3 { rows.fill(field, with: 1) }
    let triad = MachineLimits.best {
      pool.forEach(pieces) { index, _ in
        let start = index * piece
        machine_triad(rows.pointer(0) + start, rows.pointer(1) + start, rows.pointer(2) + start, 0.5, piece)
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
}
