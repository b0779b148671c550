import Glibc
import Operators

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
  var abscissa: Double {
    // What decays infinitely fast passes nothing on.
    let kept = restricted(to: rows.indices.filter { rows[$0][$0] > -.infinity })
    return kept.rows.joined().allSatisfy { $0 < .infinity } ? kept.matrix.spectralAbscissa : .infinity
  }

  private var matrix: SmallMatrix { SmallMatrix(Array(rows.joined()), count: count) }

  /// Positive weights `w` for which all sums `Σ_i w_i A_ij / w_j` are about the abscissa: a left eigenvector, made positive.
  var columnWeights: [Double] {
    guard rows.joined().allSatisfy(\.isFinite) else { return rows.map { _ in 1 } }
    return matrix.transposed.leadingVector.map { max(abs($0), 1e-12) }
  }

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
