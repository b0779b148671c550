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

  @Test(arguments: Resampling.allCases)
  func pointsWithoutAValueDoNotCount(method: Resampling) {
    let array = StoredArray(shape: [2, 4], values: [1, 1, .nan, .nan, 1, 1, 1, .nan])
    for shape in [[4, 8], [6, 12], [3, 5]] {
      let values = array.resampled(to: shape, by: method).values
      #expect(values.contains { $0.isNaN } && values.allSatisfy { $0.isNaN || abs($0 - 1) < 1e-15 })
    }
  }

  @Test func onlyWhatIsCoveredHasAValue() {
    let array = StoredArray(shape: [4], values: [2, 4, .nan, 8])
    let fine = array.resampled(to: [8], by: .linear).values
    #expect(fine[..<4] == [2, 2.5, 3.5, 4] && fine[4...5].allSatisfy(\.isNaN) && fine[6...] == [8, 8])
    let coarse = array.resampled(to: [2], by: .mean).values
    #expect(coarse == [3, 8])
    #expect(array.resampled(to: [1], by: .mean).values == [14.0 / 3])
  }

  @Test func anEdgeThatOnlyTheResolutionMovedTakesTheNearestValue() {
    let array = StoredArray(shape: [3, 4], values: [.nan, .nan, .nan, .nan, 3, .nan, 5, .nan, .nan, .nan, .nan, .nan])
    let values = array.resampled(to: [3, 4], by: .nearest, extendingOver: [3, 4]).values
    // Between two at one distance their mean.
    #expect(values[5] == 4 && values[7] == 5 && values[0] == 3 && values[1] == 4)
    let far = StoredArray(shape: [4], values: [1, .nan, .nan, .nan]).resampled(to: [8], by: .mean, extendingOver: [4])
    #expect(far.values[..<4] == [1, 1, 1, 1] && far.values[4...].allSatisfy(\.isNaN))
  }
}
