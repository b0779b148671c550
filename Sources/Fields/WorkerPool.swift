import CKernels

/// Threads that share the work on a grid.
///
/// Work is handed out by items (tiles, blocks of lines); which thread has which item never matters for a result.
package final class WorkerPool: @unchecked Sendable {
  package let threadCount: Int
  private let pool: OpaquePointer

  /// - Parameter threads: number of threads, the caller's included; 0 for all processors that the process may use.
  package init(threads: Int = 0) {
    let asked = threads > 0 ? threads : worker_pool_available_processors()
    if let pool = worker_pool_create(asked) {
      self.pool = pool
      threadCount = asked
    } else {
      // A pool of one makes no thread, so that it needs next to no memory.
      pool = worker_pool_create(1)
      threadCount = 1
    }
  }

  deinit { worker_pool_destroy(pool) }

  /// Calls `body` for every item from 0 to `count - 1` with the number of the thread that runs it.
  package func forEach(_ count: Int, _ body: @Sendable (_ item: Int, _ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var task = Task(body: body)
      withUnsafeMutablePointer(to: &task) { task in
        worker_pool_run(
          pool, count,
          { context, item, worker in
            context!.assumingMemoryBound(to: Task.self).pointee.body(item, worker)
          }, task)
      }
    }
  }

  /// Calls `body` for every row of a grid, several of which one thread takes at a time.
  package func forEachRow(of grid: Grid, _ body: @Sendable (_ row: Int) -> Void) {
    let (count, together) = (grid.rowCount, max(1, 4096 / grid.rowStride))
    forEach((count + together - 1) / together) { piece, _ in
      for row in piece * together..<min((piece + 1) * together, count) { body(row) }
    }
  }

  /// Calls `body` for pieces of `0..<count` that are short enough to stay in cache.
  package func forEachPiece(of count: Int, _ body: @Sendable (_ start: Int, _ end: Int) -> Void) {
    let length = 8192
    forEach((count + length - 1) / length) { piece, _ in body(piece * length, min((piece + 1) * length, count)) }
  }

  private struct Task {
    let body: @Sendable (Int, Int) -> Void
  }
}
