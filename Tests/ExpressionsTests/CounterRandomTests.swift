import Expressions
import Fields
import Glibc
import Testing

@Suite struct CounterRandomTests {
  /// Known answers of Random123 (kat_vectors: philox4x32, 10 rounds).
  @Test func philoxGivesThePublishedNumbers() {
    #expect(
      CounterRandom.philox(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      CounterRandom.philox(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      CounterRandom.philox(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func uniformNumbersHaveTheMomentsOfTheUniformDistribution() {
    let count = 100_000
    let numbers = (0..<count).map { CounterRandom.uniform(seed: 1, field: 0, call: 0, point: UInt64($0)) }
    #expect(numbers.allSatisfy { (0..<1).contains($0) })
    // five standard errors: 1/√(12 n), and 1/√(180 n) of the variance
    let mean = numbers.reduce(0, +) / Double(count)
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    #expect(abs(mean - 0.5) < 5 / sqrt(12 * Double(count)))
    #expect(abs(variance - 1 / 12.0) < 5 / sqrt(180 * Double(count)))
    // neighbors are not correlated: standard error of the lag-1 covariance 1/(12 √n)
    let covariance = zip(numbers, numbers.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) } / Double(count)
    #expect(abs(covariance) < 5 / (12 * sqrt(Double(count))))
  }

  @Test func normalNumbersHaveTheMomentsOfTheNormalDistribution() {
    let count = 100_000
    let numbers = (0..<count).map { CounterRandom.normal(seed: 7, field: 2, call: 1, point: UInt64($0)) }
    func moment(_ order: Double) -> Double { numbers.reduce(0) { $0 + pow($1, order) } / Double(count) }
    // five standard errors: variances of x, x², x³, x⁴ are 1, 2, 15, 96
    let n = Double(count)
    #expect(abs(moment(1)) < 5 * sqrt(1 / n))
    #expect(abs(moment(2) - 1) < 5 * sqrt(2 / n))
    #expect(abs(moment(3)) < 5 * sqrt(15 / n))
    #expect(abs(moment(4) - 3) < 5 * sqrt(96 / n))
  }

  @Test func everyPartOfTheCounterMatters() {
    let base = CounterRandom.uniform(seed: 1, field: 2, call: 3, point: 4)
    #expect(base == CounterRandom.uniform(seed: 1, field: 2, call: 3, point: 4))
    let others = [
      CounterRandom.uniform(seed: 2, field: 2, call: 3, point: 4),
      CounterRandom.uniform(seed: 1 << 32 | 1, field: 2, call: 3, point: 4),
      CounterRandom.uniform(seed: 1, field: 3, call: 3, point: 4),
      CounterRandom.uniform(seed: 1, field: 2, call: 4, point: 4),
      CounterRandom.uniform(seed: 1, field: 2, call: 3, point: 5),
      CounterRandom.uniform(seed: 1, field: 2, call: 3, point: 1 << 32 | 4),
    ]
    #expect(Set(others + [base]).count == 7)
  }

  /// Bits that every computer must give; agree to 1 ulp with an independent implementation.
  @Test func numbersAreFixed() {
    #expect(CounterRandom.uniform(seed: 1, field: 0, call: 0, point: 0) == 0.8902591729757107)
    #expect(CounterRandom.normal(seed: 1, field: 0, call: 0, point: 0) == -1.8045566902006256)
  }
}

@Suite struct NormalRowTests {
  /// Rows of a tile and single numbers are the same to the last bit.
  @Test(arguments: [1, 7, 256], [0, 0xFFFF_FFFF, 1_099_511_627_776] as [UInt64])
  func rowsHaveTheBitsOfSingleNumbers(count: Int, first: UInt64) {
    let key = CounterRandom.key(seed: 3, 14, 15)
    let block = TileBlock(rowCount: 2)
    for event in [0, 92, 280_000_000_000] as [UInt64] {
      block.fill(row: 1, with: 0, count: count)
      block.addNormals(to: 1, weight: 1, key: key, event: event, firstPoint: first, count: count)
      for point in 0..<count {
        let single = CounterRandom.normal(key: key, event: event, point: first + UInt64(point))
        #expect(block[row: 1, point: point] == single)
      }
    }
  }

  @Test func keysOfDifferentThingsDiffer() {
    let keys = (0..<10).flatMap { seed in
      (0..<10).flatMap { a in (0..<10).map { b in CounterRandom.key(seed: seed, UInt64(a), UInt64(b)) } }
    }
    #expect(Set(keys).count == 1000)
  }
}
