import Fields
import Testing

@Suite struct FieldSetTests {
  private let grid = Grid(axes: [Axis(name: "x", length: 1, points: 13), Axis(name: "y", length: 1, points: 11)])

  private func numbered() throws -> FieldSet {
    let set = try FieldSet(grid: grid, count: 2)
    set.setValues(0, to: (0..<143).map { Double($0) - 50.5 })
    set.setValues(1, to: (0..<143).map { 1 / (1 + Double($0)) })
    return set
  }

  @Test func valuesComeBackAsTheyWereSet() throws {
    let set = try numbered()
    #expect(set.values(0) == (0..<143).map { Double($0) - 50.5 })
    let copy = try FieldSet(grid: grid, count: 2)
    copy.copy(from: set)
    #expect(copy.values(1) == set.values(1))
  }

  @Test func reductionsLookAtPointsOnly() throws {
    let set = try numbered()
    #expect(set.minimum(0) == -50.5)
    #expect(set.maximum(0) == 91.5)
    #expect(abs(set.sum(0) - 143 * 20.5) < 1e-10)
    set.pointer(0, row: 3)[5] = .nan
    #expect(set.minimum(0).isNaN && set.maximum(0).isNaN && set.sum(0).isNaN)
  }

  @Test func sumsOfFieldsAreTakenPointByPoint() throws {
    let set = try numbered()
    for pool in [nil, WorkerPool(threads: 2)] {
      let sum = try FieldSet(grid: grid, count: 2)
      sum.setField(0, toSumOf: [(2, set), (-0.5, set)], pool: pool)
      #expect(sum.values(0) == set.values(0).map { 2 * $0 + -0.5 * $0 })
    }
  }

  @Test func aSourceTakesAtMostWhatIsThere() throws {
    let (state, source) = (try numbered(), try numbered())
    source.setValues(1, to: (0..<143).map { Double($0) - 70 })
    source.limitSource(1, by: state, step: 0.5)
    for (limited, value) in zip(source.values(1), state.values(1)) { #expect(abs(limited) * 0.5 <= value) }
  }

  @Test func moreMemoryThanThereIsIsAnErrorNotACrash() {
    let huge = Grid(axes: ["x", "y", "z"].map { Axis(name: $0, length: 1, points: 1 << 16) })
    #expect(throws: FieldAllocationError.self) { try FieldSet(grid: huge, count: 1000) }
  }

  @Test func pairwiseSumsAreAccurate() {
    #expect(pairwiseSum([]) == 0)
    #expect(abs(pairwiseSum([Double](repeating: 0.1, count: 1_000_000)) - 100_000) < 1e-9)
  }
}

@Suite struct CompensatedSumTests {
  /// A million small numbers beside a large one, whose plain sum loses them.
  @Test func smallNumbersAreNotLost() {
    var sums = CompensatedSums(count: 2)
    sums.add([1e16, 0])
    var plain = 1e16
    for _ in 0..<1_000_000 {
      sums.add([0.5, 0.1])
      plain += 0.5
    }
    sums.add([-1e16, 0])
    #expect(plain - 1e16 == 0)
    #expect(sums.values[0] == 500_000)
    #expect(abs(sums.values[1] - 100_000) < 1e-10)
  }
}
