import CKernels

/// The transform to the eigenvectors of a tridiagonal operator, by multiplication with their matrix: for operators that
/// no fast transform takes apart.
///
/// With `L = V⁻¹ K`, `K` symmetric, and `V^{−½} K V^{−½} = Q Λ Qᵀ`: forward `Qᵀ V^{½}`, backward `V^{−½} Q`.
struct EigenvectorTransform: LineTransform {
  let count: Int
  let order: [Int]
  let lanes: Int
  /// `Λ`, in rising order.
  let eigenvalues: [Double]
  private let there: LineMatrix
  private let back: LineMatrix

  var normalization: Double { 1 }
  /// Means over the volumes of the points.
  let meanSquares: [Double]

  init(_ laplacian: AxisLaplacian, lanes: Int) {
    count = laplacian.count
    order = Array(0..<count)
    self.lanes = lanes
    let roots = laplacian.volumes.map { $0.squareRoot() }
    let system = SymmetricTridiagonal(
      diagonal: (0..<count).map { -laplacian.loss($0) },
      offDiagonal: (1..<max(count, 1)).map { laplacian.conductances[$0] / (roots[$0 - 1] * roots[$0]) })
    let (values, vectors) = system.eigensystem()
    // Rounding can put the eigenvalue of the constant above 0.
    eigenvalues = values.map { min($0, 0) }
    meanSquares = values.map { _ in 1 / laplacian.volumes.reduce(0, +) }
    there = LineMatrix(rows: vectors.map { vector in (0, zip(vector, roots).map { $0 * $1 }) }, lanes: lanes)
    back = LineMatrix(rows: roots.indices.map { point in (0, vectors.map { $0[point] / roots[point] }) }, lanes: lanes)
  }

  func forward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    there.apply(block, spare: spare)
  }

  func backward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    back.apply(block, spare: spare)
  }

  func filter(_ factors: [Double]) -> any LineFilter { CoefficientFilter(self, factors: factors) }
}
