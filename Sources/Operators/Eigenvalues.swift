import Glibc

/// A complex number.
package struct ComplexNumber: Hashable, Sendable {
  package let real, imaginary: Double

  package init(_ real: Double, _ imaginary: Double) { (self.real, self.imaginary) = (real, imaginary) }

  /// The absolute value.
  package var size: Double { hypot(real, imaginary) }

  package static func - (a: ComplexNumber, b: ComplexNumber) -> ComplexNumber {
    ComplexNumber(a.real - b.real, a.imaginary - b.imaginary)
  }
}

extension SmallMatrix {
  /// The eigenvalues, conjugate pairs next to each other, to rounding of the balanced matrix; infinite where an element is no finite number.
  package var eigenvalues: [ComplexNumber] {
    guard values.allSatisfy(\.isFinite) else {
      return [ComplexNumber](repeating: ComplexNumber(.infinity, 0), count: count)
    }
    var iteration = EigenvalueIteration(self)
    return iteration.run()
  }
}

/// The eigenvalues of a real matrix: balanced, reduced to Hessenberg form, then steps with two shifts.
///
/// Source: B. S. Garbow, J. M. Boyle, J. J. Dongarra & C. B. Moler, Matrix Eigensystem Routines – EISPACK Guide Extension, Springer 1977
/// (balanc, elmhes, hqr).
private struct EigenvalueIteration {
  private var a: [[Double]]
  private let count: Int
  private var found: [ComplexNumber] = []
  /// What exceptional shifts have taken from the diagonal.
  private var shift = 0.0

  /// A step that finds nothing so often in a row ends the iteration; at multiples of ten shifts are exceptional.
  private static let (mostSteps, stepsToException) = (120, 10)

  init(_ matrix: SmallMatrix) {
    count = matrix.count
    a = (0..<matrix.count).map { row in (0..<matrix.count).map { matrix[row, $0] } }
  }

  mutating func run() -> [ComplexNumber] {
    balance()
    reduce()
    var last = count - 1
    var steps = 0
    let norm = a.joined().reduce(0) { $0 + abs($1) }
    while last >= 0 {
      let first = startOfBlock(to: last, norm: norm)
      if first >= last - 1 {
        split(first, last)
        last = first - 1
        steps = 0
        continue
      }
      guard steps < EigenvalueIteration.mostSteps else {
        return found + [ComplexNumber](repeating: ComplexNumber(.nan, 0), count: last + 1)
      }
      step(first, last, isExceptional: steps > 0 && steps.isMultiple(of: EigenvalueIteration.stepsToException))
      steps += 1
    }
    return found
  }

  /// Scales rows and columns by powers of 2 so that their norms are about equal.
  private mutating func balance() {
    var isDone = false
    while !isDone {
      isDone = true
      for index in 0..<count {
        var (row, column) = (0.0, 0.0)
        for other in 0..<count where other != index {
          column += abs(a[other][index])
          row += abs(a[index][other])
        }
        guard row > 0, column > 0, (row / column).isNormal else { continue }
        let power = (0.5 * log2(row / column)).rounded()
        let factor = exp2(power)
        guard column * factor + row / factor < 0.95 * (column + row) else { continue }
        isDone = false
        for other in 0..<count {
          a[index][other] /= factor
          a[other][index] *= factor
        }
      }
    }
  }

  /// To Hessenberg form by elimination with pivots.
  private mutating func reduce() {
    for m in 1..<max(1, count - 1) {
      guard let pivot = (m..<count).max(by: { abs(a[$0][m - 1]) < abs(a[$1][m - 1]) }), a[pivot][m - 1] != 0 else {
        continue
      }
      if pivot != m {
        a.swapAt(pivot, m)
        for row in 0..<count { a[row].swapAt(pivot, m) }
      }
      for row in (m + 1)..<count where a[row][m - 1] != 0 {
        let factor = a[row][m - 1] / a[m][m - 1]
        for column in 0..<count { a[row][column] -= factor * a[m][column] }
        for other in 0..<count { a[other][m] += factor * a[other][row] }
        a[row][m - 1] = 0
      }
    }
  }

  /// The first row of the block that ends with a row and no element below whose diagonal is negligible.
  private mutating func startOfBlock(to last: Int, norm: Double) -> Int {
    for row in stride(from: last, to: 0, by: -1) {
      let near = abs(a[row - 1][row - 1]) + abs(a[row][row])
      let size = near == 0 ? norm : near
      if abs(a[row][row - 1]) <= 0.5 * Double.ulpOfOne * size {
        a[row][row - 1] = 0
        return row
      }
    }
    return 0
  }

  /// Notes the eigenvalues of a block of one or two rows.
  private mutating func split(_ first: Int, _ last: Int) {
    let x = a[last][last] + shift
    guard first < last else { return found.append(ComplexNumber(x, 0)) }
    let p = 0.5 * (a[first][first] - a[last][last])
    let w = a[last][first] * a[first][last]
    let q = p * p + w
    let root = abs(q).squareRoot()
    guard q >= 0 else { return found += [ComplexNumber(x + p, root), ComplexNumber(x + p, -root)] }
    let z = p + (p < 0 ? -root : root)
    found += [ComplexNumber(x + z, 0), ComplexNumber(z == 0 ? x : x - w / z, 0)]
  }

  /// A step with two shifts on the rows from `first` to `last`.
  private mutating func step(_ first: Int, _ last: Int, isExceptional: Bool) {
    var (x, y) = (a[last][last], a[last - 1][last - 1])
    var w = a[last][last - 1] * a[last - 1][last]
    if isExceptional {
      shift += x
      for index in 0...last { a[index][index] -= x }
      let size = abs(a[last][last - 1]) + abs(a[last - 1][last - 2])
      (x, y, w) = (0.75 * size, 0.75 * size, -0.4375 * size * size)
    }
    // The first column of the product of the shifted matrices, from the row where two small elements follow each other.
    var (p, q, r) = (0.0, 0.0, 0.0)
    var start = last - 2
    while true {
      let z = a[start][start]
      let (toX, toY) = (x - z, y - z)
      p = (toX * toY - w) / a[start + 1][start] + a[start][start + 1]
      q = a[start + 1][start + 1] - z - toX - toY
      r = a[start + 2][start + 1]
      let size = abs(p) + abs(q) + abs(r)
      (p, q, r) = (p / size, q / size, r / size)
      if start == first { break }
      let coupling = abs(a[start][start - 1]) * (abs(q) + abs(r))
      let near = abs(p) * (abs(a[start - 1][start - 1]) + abs(z) + abs(a[start + 1][start + 1]))
      if coupling <= 0.5 * Double.ulpOfOne * near { break }
      start -= 1
    }
    for row in (start + 2)...last {
      a[row][row - 2] = 0
      if row > start + 2 { a[row][row - 3] = 0 }
    }
    for k in start..<last {
      let hasThird = k < last - 1
      var size = 1.0
      if k > start {
        (p, q, r) = (a[k][k - 1], a[k + 1][k - 1], hasThird ? a[k + 2][k - 1] : 0)
        size = abs(p) + abs(q) + abs(r)
        if size == 0 { continue }
        (p, q, r) = (p / size, q / size, r / size)
      }
      let length = (p * p + q * q + r * r).squareRoot()
      let s = p < 0 ? -length : length
      if s == 0 { continue }
      if k > start {
        a[k][k - 1] = -s * size
      } else if first < start {
        a[k][k - 1] = -a[k][k - 1]
      }
      reflect(k, first, last, p + s, q, r, s)
    }
  }

  /// Applies a Householder reflection to rows and columns from `k` on.
  private mutating func reflect(
    _ k: Int, _ first: Int, _ last: Int, _ p: Double, _ q: Double, _ r: Double, _ s: Double
  ) {
    let hasThird = k < last - 1
    let (x, y, z, v, w) = (p / s, q / s, r / s, q / p, r / p)
    for column in k...last {
      let sum = a[k][column] + v * a[k + 1][column] + (hasThird ? w * a[k + 2][column] : 0)
      a[k][column] -= sum * x
      a[k + 1][column] -= sum * y
      if hasThird { a[k + 2][column] -= sum * z }
    }
    for row in first...min(last, k + 3) {
      let sum = x * a[row][k] + y * a[row][k + 1] + (hasThird ? z * a[row][k + 2] : 0)
      a[row][k] -= sum
      a[row][k + 1] -= sum * v
      if hasThird { a[row][k + 2] -= sum * w }
    }
  }
}
