import Glibc

/// A square matrix of few rows.
package struct SmallMatrix: Hashable, Sendable {
  package let count: Int
  /// Row by row.
  package private(set) var values: [Double]

  /// - Parameter values: row by row.
  package init(_ values: [Double], count: Int) {
    precondition(values.count == count * count)
    (self.count, self.values) = (count, values)
  }

  package init(diagonal: [Double]) {
    self.init([Double](repeating: 0, count: diagonal.count * diagonal.count), count: diagonal.count)
    for (index, value) in diagonal.enumerated() { self[index, index] = value }
  }

  package static func identity(_ count: Int) -> SmallMatrix {
    SmallMatrix(diagonal: [Double](repeating: 1, count: count))
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * count + column] }
    set { values[row * count + column] = newValue }
  }

  package static func + (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix {
    SmallMatrix(zip(a.values, b.values).map { $0 + $1 }, count: a.count)
  }

  package static func - (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix { a + -1 * b }

  package static func * (factor: Double, a: SmallMatrix) -> SmallMatrix {
    SmallMatrix(a.values.map { factor * $0 }, count: a.count)
  }

  package static func * (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix {
    let count = a.count
    var product = SmallMatrix([Double](repeating: 0, count: count * count), count: count)
    for row in 0..<count {
      for middle in 0..<count {
        let factor = a.values[row * count + middle]
        if factor == 0 { continue }
        for column in 0..<count {
          product.values[row * count + column] += factor * b.values[middle * count + column]
        }
      }
    }
    return product
  }

  package static func * (a: SmallMatrix, vector: [Double]) -> [Double] {
    (0..<a.count).map { row in (0..<a.count).reduce(0) { $0 + a[row, $1] * vector[$1] } }
  }

  /// A whole power, at least the first.
  package func power(_ exponent: Int) -> SmallMatrix {
    var (result, factor, left) = (SmallMatrix.identity(count), self, exponent)
    while true {
      if left % 2 == 1 { result = result * factor }
      left /= 2
      if left == 0 { return result }
      factor = factor * factor
    }
  }

  package var transposed: SmallMatrix {
    SmallMatrix((0..<count * count).map { values[$0 % count * count + $0 / count] }, count: count)
  }

  /// The largest sum of the sizes in a row.
  package var norm: Double {
    (0..<count).reduce(0) { most, row in
      max(most, values[row * count..<(row + 1) * count].reduce(0) { $0 + abs($1) })
    }
  }

  /// The size of the largest element.
  package var largestSize: Double { values.reduce(0) { max($0, abs($1)) } }

  /// A matrix of blocks of the same size, row by row; nil stands for 0.
  package init(blocks: [[SmallMatrix?]], of size: Int) {
    self.init([Double](repeating: 0, count: blocks.count * size * blocks.count * size), count: blocks.count * size)
    for (row, blocks) in blocks.enumerated() {
      for (column, block) in blocks.enumerated() {
        guard let block else { continue }
        for i in 0..<size { for j in 0..<size { self[row * size + i, column * size + j] = block[i, j] } }
      }
    }
  }

  package func block(_ row: Int, _ column: Int, of size: Int) -> SmallMatrix {
    SmallMatrix(
      (0..<size * size).map { self[row * size + $0 / size, column * size + $0 % size] }, count: size)
  }

  /// The rows and columns of some numbers.
  package func restricted(to indices: [Int]) -> SmallMatrix {
    SmallMatrix(indices.flatMap { row in indices.map { self[row, $0] } }, count: indices.count)
  }

  // MARK: Functions

  /// `e^A`, by Taylor series of a `2⁻ˢ`-th part and `s` squarings.
  package var exponential: SmallMatrix {
    let size = norm
    guard size.isFinite else { return SmallMatrix(values.map { _ in .nan }, count: count) }
    let squarings = size > SmallMatrix.largestOfSeries ? Int(log2(size / SmallMatrix.largestOfSeries).rounded(.up)) : 0
    let part = scalbn(1, -Int32(squarings)) * self
    var (sum, term) = (SmallMatrix.identity(count), SmallMatrix.identity(count))
    for power in 1...SmallMatrix.terms {
      term = 1 / Double(power) * (term * part)
      sum = sum + term
    }
    for _ in 0..<squarings { sum = sum * sum }
    return sum
  }

  /// The rest of the series is less than `0.25¹³/13!`, 2e-18.
  private static let (largestOfSeries, terms) = (0.25, 12)

  /// `e^A` and `φ₁(A) = A⁻¹ (e^A − 1)`, from the exponential of a matrix of twice the size.
  package var exponentialAndPhi1: (SmallMatrix, SmallMatrix) {
    let both = SmallMatrix(blocks: [[self, .identity(count)], [nil, nil]], of: count).exponential
    return (both.block(0, 0, of: count), both.block(0, 1, of: count))
  }

  // MARK: Eigenvalues

  /// The largest real part of an eigenvalue.
  package var spectralAbscissa: Double { eigenvalues.reduce(-.infinity) { max($0, $1.real) } }

  /// The largest absolute value of an eigenvalue.
  package var spectralRadius: Double { eigenvalues.reduce(0) { max($0, $1.size) } }

  /// A vector of the space of the eigenvalues with the largest real part, its largest element 1 or −1.
  ///
  /// With the leading eigenvalues `σ ± iω` it is what `((A − σ)² + ω²)⁻¹` makes largest.
  package var leadingVector: [Double] {
    let one = SmallMatrix.identity(count)
    guard norm.isFinite, let leading = eigenvalues.max(by: { $0.real < $1.real }) else {
      return [Double](repeating: 1, count: count)
    }
    let shifted = self - leading.real * one
    // But for rounding the matrix is singular.
    let rest = leading.imaginary * leading.imaginary + 4 * Double.ulpOfOne * norm * norm
    let columns = (shifted * shifted + rest * one).solutions(of: (0..<count).map { one.row($0) })
    func largest(_ vector: [Double]) -> Double { vector.reduce(0) { max($0, abs($1)) } }
    guard let best = columns?.max(by: { largest($0) < largest($1) }), largest(best) > 0 else {
      return [Double](repeating: 1, count: count)
    }
    return best.map { $0 / largest(best) }
  }

  // MARK: Equations

  private func row(_ row: Int) -> [Double] { Array(values[row * count..<(row + 1) * count]) }

  /// `A⁻¹ b`; nil if the matrix is singular.
  package func solution(of b: [Double]) -> [Double]? { solutions(of: [b])?.first }

  /// `A⁻¹ b` for several `b`, by elimination with pivots; nil if the matrix is singular.
  package func solutions(of right: [[Double]]) -> [[Double]]? {
    var (rows, right) = ((0..<count).map { row($0) }, right)
    for column in 0..<count {
      guard let pivot = (column..<count).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
        rows[pivot][column] != 0, rows[pivot][column].isFinite
      else { return nil }
      rows.swapAt(pivot, column)
      for index in right.indices { right[index].swapAt(pivot, column) }
      for row in (column + 1)..<max(count, column + 1) {
        let factor = rows[row][column] / rows[column][column]
        for next in column..<count { rows[row][next] -= factor * rows[column][next] }
        for index in right.indices { right[index][row] -= factor * right[index][column] }
      }
    }
    for index in right.indices {
      for row in (0..<count).reversed() {
        for column in (row + 1)..<max(count, row + 1) { right[index][row] -= rows[row][column] * right[index][column] }
        right[index][row] /= rows[row][row]
      }
    }
    return right
  }
}
