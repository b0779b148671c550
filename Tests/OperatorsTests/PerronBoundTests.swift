import Foundation
import Operators
import RandomNumbers
import Testing

@Suite struct PerronBoundTests {
  /// Of two rows the radius is `(a + d)/2 + √((a − d)²/4 + b c)`.
  @Test(arguments: [
    (1.0, 2.0, 3.0, 4.0), (0, 1, 1, 0), (2, 1e9, 1e-9, 2), (5, 0, 0, 1), (1, 4, 0, 3), (0, 0, 0, 0),
    (1e-8, 1e8, 1e8, 1e-8),
  ])
  func ofTwoRowsItIsTheSpectralRadius(a: Double, b: Double, c: Double, d: Double) {
    let radius = 0.5 * (a + d) + (0.25 * (a - d) * (a - d) + b * c).squareRoot()
    let bound = perronBound([[a, b], [c, d]])
    #expect(bound >= radius * (1 - 1e-12) && bound <= radius * 1.01)
  }

  /// Powers of a matrix grow no faster than those of the bound.
  @Test func itIsNotBelowTheGrowthOfPowers() {
    var generator = Seeded(state: 11)
    for _ in 0..<200 {
      let count = Int.random(in: 1...5, using: &generator)
      let matrix = (0..<count).map { _ in
        (0..<count).map { _ in
          Bool.random(using: &generator) ? 0 : pow(10, Double.random(in: -3...3, using: &generator))
        }
      }
      let bound = perronBound(matrix)
      var (vector, logarithm) = ((0..<count).map { _ in 1.0 }, 0.0)
      for power in 0..<400 {
        let next = matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
        let size = next.reduce(0, max)
        // Of a nilpotent matrix nothing is left.
        guard size > 0 else { break }
        if power >= 200 { logarithm += log(size) / 200 }
        vector = next.map { $0 / size }
        // Where rows hang together by small elements alone, powers grow a little faster than the radius for a while.
        if power == 399 { #expect(logarithm <= log(bound) + 0.02) }
      }
    }
  }
}
