import Glibc

/// A square matrix whose entries off the diagonal are not negative: the rates at which amounts feed each other.
///
/// Its eigenvalue with the largest real part is real (Perron and Frobenius) and bounds that of every matrix with smaller
/// diagonal entries and off-diagonal entries of at most the same size.
struct MetzlerMatrix: Hashable, Sendable {
  private(set) var rows: [[Double]]

  /// - Parameter rows: negative entries off the diagonal are an error of the caller; entries may be infinite.
  init(_ rows: [[Double]]) { self.rows = rows }

  var count: Int { rows.count }

  /// The rows and columns of some numbers.
  func restricted(to members: [Int]) -> MetzlerMatrix {
    MetzlerMatrix(members.map { row in members.map { rows[row][$0] } })
  }

  /// The matrix without the unknowns that follow the others at once, `0 = Σ_j A_aj u_j`: they are eliminated.
  ///
  /// - Returns: nil if one of them has no stable steady state, so that nothing bounds what it passes on.
  func eliminating(_ members: [Int]) -> MetzlerMatrix? {
    var rows = rows
    var left = Set(rows.indices)
    for member in members.sorted() {
      left.remove(member)
      let loss = -rows[member][member]
      let (feeds, fed) = (left.filter { rows[$0][member] > 0 }, left.filter { rows[member][$0] > 0 })
      if feeds.isEmpty || fed.isEmpty || loss == .infinity { continue }
      guard loss > 0 else { return nil }
      for row in feeds { for column in fed { rows[row][column] += rows[row][member] * rows[member][column] / loss } }
    }
    return MetzlerMatrix(rows).restricted(to: left.sorted())
  }

  /// For each pair whether something of the second reaches the first, by whatever way; a number reaches itself only by a
  /// way over others or if its diagonal entry is positive.
  var reaches: [[Bool]] {
    var reaches = rows.map { row in row.map { $0 > 0 || $0.isNaN } }
    for middle in rows.indices {
      for row in rows.indices where reaches[row][middle] {
        for column in rows.indices where reaches[middle][column] { reaches[row][column] = true }
      }
    }
    return reaches
  }

  /// The largest real part of the eigenvalues; infinite if an entry is that matters.
  ///
  /// With `B = A + c ≥ 0`, by Gelfand's formula: `lim ‖B^k‖^{1/k} − c`, the powers by repeated squaring.
  var abscissa: Double {
    // What decays infinitely fast passes nothing on.
    let kept = rows.indices.filter { rows[$0][$0] > -.infinity }
    var power = kept.map { row in kept.map { rows[row][$0] } }
    if power.contains(where: { $0.contains { !($0 < .infinity) } }) { return .infinity }
    guard !power.isEmpty else { return -.infinity }
    let shift = max(0, -(power.indices.map { power[$0][$0] }.min() ?? 0))
    for index in power.indices { power[index][index] += shift }
    if power.count == 1 { return power[0][0] - shift }
    /// The logarithm of the norm of the power, and of the root of the product of the norms taken out so far.
    var (logarithm, share) = (0.0, 1.0)
    for _ in 0..<MetzlerMatrix.squarings {
      let norm = power.map { $0.reduce(0, +) }.max() ?? 0
      if norm == 0 { return -shift }
      guard norm < .infinity else { return .infinity }
      logarithm += share * log(norm)
      share *= 0.5
      for row in power.indices { for column in power.indices { power[row][column] /= norm } }
      power = MetzlerMatrix.square(power)
    }
    return exp(logarithm) - shift
  }

  /// `‖B^k‖^{1/k}` with `k = 2^40` is the limit to rounding.
  private static let squarings = 40

  private static func square(_ matrix: [[Double]]) -> [[Double]] {
    matrix.map { row in
      var sums = [Double](repeating: 0, count: row.count)
      for (factor, other) in zip(row, matrix) where factor != 0 {
        for column in sums.indices { sums[column] += factor * other[column] }
      }
      return sums
    }
  }

  /// Positive weights `w` for which all sums `Σ_i w_i A_ij / w_j` are about the abscissa: a left eigenvector, made positive.
  var columnWeights: [Double] {
    let shift = 1 + (rows.indices.map { -min(0, rows[$0][$0]) }.max() ?? 0)
    var weights = rows.map { _ in 1.0 }
    guard rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return weights }
    for _ in 0..<MetzlerMatrix.iterations {
      var next = weights.map { 1e-12 * $0 }
      for (row, weight) in zip(rows, weights) { for column in next.indices { next[column] += weight * row[column] } }
      for column in next.indices { next[column] += shift * weights[column] }
      let most = next.max() ?? 1
      weights = next.map { max($0 / most, 1e-12) }
    }
    return weights
  }

  private static let iterations = 200

  var transposed: MetzlerMatrix {
    MetzlerMatrix(rows.indices.map { row in rows.indices.map { rows[$0][row] } })
  }

  /// The cycle of numbers through which a given one, or else any, grows most: the one with the largest mean gain,
  /// `(Π A_ij / (λ − A_ii))`, each after the one that feeds it.
  ///
  /// - Parameter rate: the abscissa `λ`.
  func strongestCycle(_ rate: Double) -> [Int] {
    if let alone = rows.indices.max(by: { rows[$0][$0] < rows[$1][$1] }), rows[alone][alone] >= 0.95 * rate {
      return [alone]
    }
    var (best, most) = ([Int](), -Double.infinity)
    var path: [Int] = []
    var budget = 20_000
    func visit(_ number: Int, _ gain: Double) {
      budget -= 1
      guard budget > 0 else { return }
      path.append(number)
      defer { path.removeLast() }
      for next in rows.indices where next >= path[0] && next != number && rows[next][number] > 0 {
        let loss = max(rate - rows[next][next], .leastNormalMagnitude)
        let gained = gain + log(rows[next][number]) - log(loss)
        if next == path[0] {
          if gained > most { (best, most) = (path, gained) }
        } else if !path.contains(next) {
          visit(next, gained)
        }
      }
    }
    for start in rows.indices { visit(start, 0) }
    return best.isEmpty ? Array(rows.indices) : best
  }
}
