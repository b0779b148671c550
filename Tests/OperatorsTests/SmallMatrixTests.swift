import Foundation
import Operators
import RandomNumbers
import Testing

@Suite struct SmallMatrixTests {
  // A rotation that decays, a double eigenvalue without a second eigenvector, a triangle, one number.
  private static let abscissas: [(matrix: SmallMatrix, exact: Double)] = [
    (SmallMatrix([-0.3, -7, 7, -0.3], count: 2), -0.3), (SmallMatrix([-2, 1, 0, -2], count: 2), -2),
    (SmallMatrix([-5, 3, 100, 0, 1e-3, -40, 0, 0, -900], count: 3), 1e-3), (SmallMatrix([4], count: 1), 4),
    (SmallMatrix(diagonal: [0, 0]), 0),
  ]

  @Test func theSpectralAbscissaIsTheLargestRealPart() {
    for (matrix, exact) in Self.abscissas {
      #expect(abs(matrix.spectralAbscissa - exact) < 3e-9 * max(matrix.norm, 1e-3))
    }
  }

  /// The matrix of a polynomial with known roots, its rows and columns of very different sizes.
  @Test func eigenvaluesAreTheRootsOfThePolynomial() {
    // (λ − 1)(λ + 2)(λ² − 6λ + 25)(λ − 0.5).
    let coefficients = [1, -5.5, 19.5, 28.5, -68.5, 25]
    var matrix = SmallMatrix(diagonal: [0, 0, 0, 0, 0])
    for column in 0..<5 { matrix[0, column] = -coefficients[column + 1] }
    for row in 1..<5 { matrix[row, row - 1] = 1 }
    for row in 0..<5 { for column in 0..<5 { matrix[row, column] *= pow(1e3, Double(row - column)) } }
    let found = matrix.eigenvalues.sorted { ($0.real, $0.imaginary) < ($1.real, $1.imaginary) }
    let exact = [(-2.0, 0.0), (0.5, 0), (1, 0), (3, -4), (3, 4)].map { ComplexNumber($0, $1) }
    for (a, b) in zip(found, exact) { #expect((a - b).size < 1e-11, "\(a), \(b)") }
  }

  /// Of matrices of any size the sums of the eigenvalues and of their squares are the traces of the matrix and of its square.
  @Test(arguments: [1, 2, 3, 7, 24]) func sumsOfEigenvaluesAreTraces(count: Int) {
    for seed in 0..<20 {
      let values = (0..<count * count).map { sin(Double(1 + seed) * 12.9898 + Double($0) * 78.233) }
      let matrix = SmallMatrix(values, count: count)
      let found = matrix.eigenvalues
      func trace(_ matrix: SmallMatrix) -> Double { (0..<count).reduce(0) { $0 + matrix[$1, $1] } }
      let squares = found.reduce(0) { $0 + $1.real * $1.real - $1.imaginary * $1.imaginary }
      #expect(found.count == count)
      #expect(abs(found.reduce(0) { $0 + $1.real } - trace(matrix)) < 1e-11)
      #expect(abs(squares - trace(matrix * matrix)) < 1e-10)
      #expect(abs(found.reduce(0) { $0 + $1.imaginary }) < 1e-11)
    }
  }

  @Test func theLeadingVectorIsAnEigenvector() {
    let matrix = SmallMatrix([0.3, 1, 0.2, -1.8, -4, 0.1, 0.5, 0.3, -2], count: 3)
    let vector = matrix.leadingVector
    let image = matrix * vector
    for (a, b) in zip(image, vector) { #expect(abs(a - matrix.spectralAbscissa * b) < 1e-8) }
  }

  /// Of a symmetric matrix, of one that turns, and of one whose eigenvalue has no second eigenvector.
  @Test func theLeadingVectorSpansTheLeadingSpace() {
    let difference = SmallMatrix([0, -1, -1, 0], count: 2).leadingVector
    #expect(abs(difference[0] + difference[1]) < 1e-10 && abs(abs(difference[0]) - 1) < 1e-12)
    let turning = SmallMatrix([0.1, -2, 0, 2, 0.1, 0, 1, 1, -3], count: 3)
    let vector = turning.leadingVector
    let image = turning * vector
    let again = turning * image
    // (A − 0.1)² + 4 takes it to 0.
    for index in 0..<3 { #expect(abs(again[index] - 0.2 * image[index] + 4.01 * vector[index]) < 1e-10) }
    #expect(abs(SmallMatrix([-2, 1, 0, -2], count: 2).leadingVector[0]) == 1)
  }

  @Test func exponentialsAndEquationsAreThoseOfClosedForms() throws {
    let turn = (2.5 * SmallMatrix([0, -1, 1, 0], count: 2)).exponential
    #expect(abs(turn[0, 0] - cos(2.5)) < 1e-14 && abs(turn[1, 0] - sin(2.5)) < 1e-14)
    let (exponential, phi) = SmallMatrix(diagonal: [-3, 0]).exponentialAndPhi1
    #expect(abs(exponential[0, 0] - exp(-3)) < 1e-15 && abs(phi[0, 0] - (1 - exp(-3)) / 3) < 1e-15)
    #expect(abs(phi[1, 1] - 1) < 1e-15)
    let matrix = SmallMatrix([0, 2, 1, 1, 0, 3, 4, 1, 0], count: 3)
    let exact = [1.0, -2, 5]
    let x = try #require(matrix.solution(of: matrix * exact))
    for (a, b) in zip(x, exact) { #expect(abs(a - b) < 1e-14) }
    #expect(SmallMatrix([1, 2, 2, 4], count: 2).solution(of: [1, 1]) == nil)
  }

  /// Of two rows the radius is `(a + d)/2 + √((a − d)²/4 + b c)`.
  @Test(arguments: [
    (1.0, 2.0, 3.0, 4.0), (0, 1, 1, 0), (2, 1e9, 1e-9, 2), (5, 0, 0, 1), (1, 4, 0, 3), (0, 0, 0, 0),
    (1e-8, 1e8, 1e8, 1e-8),
  ])
  func ofTwoRowsItIsTheSpectralRadius(a: Double, b: Double, c: Double, d: Double) {
    let radius = 0.5 * (a + d) + (0.25 * (a - d) * (a - d) + b * c).squareRoot()
    let found = SmallMatrix([a, b, c, d], count: 2).spectralRadius
    #expect(abs(found - radius) <= 1e-12 * radius)
  }

  /// Powers of a matrix grow no faster than those of its radius.
  @Test func powersGrowNoFasterThanTheSpectralRadius() {
    var generator = Seeded(state: 11)
    for _ in 0..<200 {
      let count = Int.random(in: 1...5, using: &generator)
      let matrix = (0..<count).map { _ in
        (0..<count).map { _ in
          Bool.random(using: &generator) ? 0 : pow(10, Double.random(in: -3...3, using: &generator))
        }
      }
      let radius = SmallMatrix(Array(matrix.joined()), count: count).spectralRadius
      var (vector, logarithm) = ((0..<count).map { _ in 1.0 }, 0.0)
      for power in 0..<400 {
        let next = matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
        let size = next.reduce(0, max)
        // Of a nilpotent matrix nothing is left.
        guard size > 0 else { break }
        if power >= 200 { logarithm += log(size) / 200 }
        vector = next.map { $0 / size }
        // Where rows hang together by small elements alone, powers grow a little faster than the radius for a while.
        if power == 399 { #expect(logarithm <= log(radius) + 0.02) }
      }
    }
  }
}
