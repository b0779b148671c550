/// Gaussian elimination for tridiagonal equations whose rows have non-negative sums.
enum RowSumElimination {
  /// Solves `(e_i + below_i + above_i) u_i − below_i u_{i−1} − above_i u_{i+1} = b_i` with `below, above ≥ 0`, the neighbors beyond both
  /// ends left out.
  ///
  /// The pivots are found from the sums `e_i` of the rows: nothing cancels, however small these are beside the other numbers.
  ///
  /// Source: W. K. Grassmann, M. I. Taksar & D. P. Heyman, Regenerative analysis and steady state distributions for Markov
  /// chains, Oper. Res. 33 (1985) 1107–1116.
  ///
  /// - Parameters:
  ///   - u: `b`, then the solution; `count` numbers, like the others.
  ///   - factors: written over.
  ///   - excess: `e_i`.
  /// - Returns: whether all pivots are positive; else `u` is of no use.
  @inline(__always)
  static func solve(
    _ u: UnsafeMutablePointer<Double>, count: Int, below: UnsafePointer<Double>, above: UnsafePointer<Double>,
    factors: UnsafeMutablePointer<Double>, excess: (Int) -> Double
  ) -> Bool {
    // The sum of the row that is left, over the pivot of the row before.
    var rest = 0.0
    for i in 0..<count {
      let (before, after) = (i > 0 ? below[i] : 0, i < count - 1 ? above[i] : 0)
      rest = excess(i) + before * rest
      let pivot = after + rest
      guard pivot > 0 else { return false }
      factors[i] = after / pivot
      u[i] = (u[i] + (i > 0 ? before * u[i - 1] : 0)) / pivot
      rest /= pivot
    }
    for i in (0..<max(0, count - 1)).reversed() { u[i] += factors[i] * u[i + 1] }
    return true
  }
}
