import Reports
import Testing

struct PlaneTests {
  private let plane = Plane(columns: 3, rows: 2, values: [1, 2, 3, 4, 5, 6])

  @Test func aWholeFactorRepeatsEveryValue() {
    let large = plane.resampled(columns: 6, rows: 6)
    for row in 0..<6 {
      for column in 0..<6 { #expect(large.values[row * 6 + column] == plane.values[row / 3 * 3 + column / 2]) }
    }
  }

  @Test func theSameSizeIsTheSamePlane() {
    #expect(plane.resampled(columns: 3, rows: 2).values == plane.values)
  }

  @Test func aReductionAveragesBoxes() {
    #expect(plane.resampled(columns: 1, rows: 1).values == [3.5])
    let two = plane.resampled(columns: 2, rows: 1).values
    // Boxes of one and a half points: (1 + 2/2) / 1.5 in the lower row, (4 + 5/2) / 1.5 in the upper.
    #expect(abs(two[0] - (2 / 1.5 + 6.5 / 1.5) / 2) < 1e-15)
  }

  @Test(arguments: [(7, 5), (40, 31), (11, 100), (256, 3)])
  func theMeanIsKept(size: (Int, Int)) {
    let values = (0..<97 * 41).map { Double(($0 * 7919) % 1009) }
    let resampled = Plane(columns: 97, rows: 41, values: values).resampled(columns: size.0, rows: size.1)
    let mean = values.reduce(0, +) / Double(values.count)
    #expect(abs(resampled.values.reduce(0, +) / Double(size.0 * size.1) - mean) < 1e-10 * mean)
    #expect(resampled.values.min()! >= values.min()! - 1e-9 && resampled.values.max()! <= values.max()! + 1e-9)
  }

  @Test func onlyBoxesThatTouchNaNAreNaN() {
    var values = [Double](repeating: 1, count: 64)
    values[3 * 8 + 5] = .nan
    let half = Plane(columns: 8, rows: 8, values: values).resampled(columns: 4, rows: 4)
    for (index, value) in half.values.enumerated() { #expect(value.isNaN == (index == 1 * 4 + 2)) }
  }
}
