import Fields
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func everyItemIsDoneOnceByAWorkerOfThePool(threads: Int) {
    let pool = WorkerPool(threads: threads)
    #expect(pool.threadCount == threads)
    for count in [0, 1, 2, 7, 1000] {
      let seen = Mutex([Int](repeating: 0, count: count))
      for _ in 0..<20 {
        pool.forEach(count) { item, worker in
          #expect((0..<threads).contains(worker))
          seen.withLock { $0[item] += 1 }
        }
      }
      #expect(seen.withLock { $0 }.allSatisfy { $0 == 20 })
    }
  }

  /// Threads that come too late for one piece of work must not touch the next.
  @Test func manySmallPiecesOnMoreThreadsThanProcessors() {
    let pool = WorkerPool(threads: 16)
    let results = TileResults(count: 40)
    for round in 0..<20_000 {
      let count = 2 + round % 39
      pool.forEach(count) { item, _ in results[item] += Double(round % 7) }
    }
    var expected = [Double](repeating: 0, count: 40)
    for round in 0..<20_000 {
      for item in 0..<2 + round % 39 { expected[item] += Double(round % 7) }
    }
    #expect(results.values == expected)
  }

  @Test func aPoolThatSleptWakesUp() async throws {
    let pool = WorkerPool(threads: 2)
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(20))
      let results = TileResults(count: 64)
      pool.forEach(64) { item, _ in results[item] = Double(item) }
      #expect(results.values == (0..<64).map(Double.init))
    }
  }
}
