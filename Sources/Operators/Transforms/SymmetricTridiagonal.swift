import CKernels
import Glibc

/// A symmetric tridiagonal matrix.
struct SymmetricTridiagonal {
  let diagonal: [Double]
  /// One number less.
  let offDiagonal: [Double]

  /// Eigenvalues in rising order, and the unit eigenvector of each.
  ///
  /// By the QL method with implicit shifts: A. Dubrulle, R. S. Martin & J. H. Wilkinson, The implicit QL algorithm,
  /// Numer. Math. 12 (1968) 377–383. Each sweep chases one off-diagonal number from the end of a block to its start by
  /// plane rotations, which also turn the eigenvectors.
  func eigensystem() -> (values: [Double], vectors: [[Double]]) {
    let n = diagonal.count
    var d = diagonal
    var e = offDiagonal + [0]
    // Row i is the i-th column of the product of all rotations.
    var vectors = [Double](repeating: 0, count: n * n)
    for i in 0..<n { vectors[i * n + i] = 1 }
    for l in 0..<n {
      while true {
        let m = (l..<(n - 1)).first { abs(e[$0]) <= 0x1p-53 * (abs(d[$0]) + abs(d[$0 + 1])) } ?? n - 1
        if m == l { break }
        let half = (d[l + 1] - d[l]) / (2 * e[l])
        let shift = d[l] - e[l] / (half + (half >= 0 ? 1 : -1) * (half * half + 1).squareRoot())
        var (s, c, p, g) = (1.0, 1.0, 0.0, d[m] - shift)
        var i = m - 1
        while i >= l {
          let (f, b) = (s * e[i], c * e[i])
          let r = hypot(f, g)
          e[i + 1] = r
          if r == 0 { break }
          (s, c) = (f / r, g / r)
          g = d[i + 1] - p
          let t = (d[i] - g) * s + 2 * c * b
          p = s * t
          d[i + 1] = g + p
          g = c * t - b
          vectors.withUnsafeMutableBufferPointer {
            rotate_rows($0.baseAddress! + i * n, $0.baseAddress! + (i + 1) * n, c, s, n)
          }
          i -= 1
        }
        if i >= l {
          // A rotation by nothing: the block falls apart here.
          d[i + 1] -= p
        } else {
          d[l] -= p
          e[l] = g
        }
        e[m] = 0
      }
    }
    let ranks = (0..<n).sorted { d[$0] < d[$1] }
    return (ranks.map { d[$0] }, ranks.map { Array(vectors[($0 * n)..<(($0 + 1) * n)]) })
  }
}
