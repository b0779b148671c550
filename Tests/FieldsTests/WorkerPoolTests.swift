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
