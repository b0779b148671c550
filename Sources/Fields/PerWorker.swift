/// One value for each thread of a pool: working memory that no two threads share.
package final class PerWorker<Value>: @unchecked Sendable {
  private let values: [Value]

  package init(_ pool: WorkerPool, _ make: () -> Value) {
    values = (0..<pool.threadCount).map { _ in make() }
  }

  /// The value of a thread, to be used by that thread alone while work is going on.
  package subscript(worker: Int) -> Value { values[worker] }

  /// Combines all values, when no work is going on.
  package func reduce<Result>(_ initial: Result, _ combine: (Result, Value) -> Result) -> Result {
    values.reduce(initial, combine)
  }
}
