import ArrayFiles
import Testing

@Suite struct ResamplingTests {
  private static let array = StoredArray(shape: [2, 3], values: [1, 2, 4, 8, 16, 32])

  @Test(arguments: Resampling.allCases)
  func theSameShapeIsTheSameArray(method: Resampling) {
    #expect(Self.array.resampled(to: [2, 3], by: method).values == Self.array.values)
  }

  @Test func nearestTakesThePointThatCoversTheCenter() {
    #expect(Self.array.resampled(to: [1, 6], by: .nearest).values == [8, 8, 16, 16, 32, 32])
    #expect(Self.array.resampled(to: [2, 2], by: .nearest).values == [1, 4, 8, 32])
  }

  @Test func linearGoesStraightBetweenCentersAndStaysFlatBeyond() {
    let values = StoredArray(shape: [3], values: [0, 3, 9]).resampled(to: [6], by: .linear).values
    #expect(zip(values, [0, 0.75, 2.25, 4.5, 7.5, 9]).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(StoredArray(shape: [1], values: [5]).resampled(to: [4], by: .linear).values == [5, 5, 5, 5])
  }

  @Test(arguments: [[1, 1], [2, 2], [3, 5], [7, 4], [40, 31]])
  func meanKeepsTheIntegral(shape: [Int]) {
    let values = Self.array.resampled(to: shape, by: .mean).values
    #expect(values.count == shape[0] * shape[1])
    let mean = values.reduce(0, +) / Double(values.count)
    #expect(abs(mean - 10.5) < 1e-12)
    #expect(values.allSatisfy { (1...32).contains($0) })
  }
}
