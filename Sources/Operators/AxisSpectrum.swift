import Fields
import Glibc

/// The transform of lines along one axis to coefficients in which a diffusion operator is a product, and its
/// eigenvalues, the diffusivity included.
struct AxisSpectrum: Sendable {
  let transform: any LineTransform
  /// In the order of the coefficients; none is positive.
  let eigenvalues: [Double]

  /// `e^{h λ}` for all eigenvalues.
  func exponentials(step: Double) -> [Double] { eigenvalues.map { exp(step * $0) } }
}

/// Transforms that have been made, each once.
struct TransformCache {
  /// Lines of a block.
  private let lanes: Int

  init(grid: Grid) { lanes = grid.transformLanes }

  private struct Waves: Hashable {
    let basis: TransformBasis
    let count: Int
  }

  private var waves: [Waves: any LineTransform] = [:]
  private var eigenvectors: [AxisLaplacian: EigenvectorTransform] = [:]

  /// The spectrum of a field's diffusion along an axis: of waves where the sides allow them, else of eigenvectors.
  mutating func spectrum(of field: FieldDiffusion, axis: Int, grid: Grid) -> AxisSpectrum {
    let (line, boundary, diffusivity) = (grid.axes[axis], field.boundaries[axis], field.diffusivities[axis])
    guard let basis = TransformBasis(boundary, axis: line) else {
      let laplacian = AxisLaplacian(line, boundary: boundary, diffusivity: diffusivity)
      let transform = eigenvectors[laplacian] ?? EigenvectorTransform(laplacian, lanes: lanes)
      eigenvectors[laplacian] = transform
      return AxisSpectrum(transform: transform, eigenvalues: transform.eigenvalues)
    }
    let symbol = field.symbol(axis: axis, of: grid)
    return AxisSpectrum(
      transform: transform(basis, count: line.points),
      eigenvalues: basis.angles(count: line.points).map {
        diffusivity * symbol.eigenvalue(angle: $0, spacing: line.spacing)
      })
  }

  /// The transform of a line of so many points.
  mutating func transform(_ basis: TransformBasis, count: Int) -> any LineTransform {
    let key = Waves(basis: basis, count: count)
    let transform = waves[key] ?? basis.transform(count: count, lanes: lanes)
    waves[key] = transform
    return transform
  }
}

extension TransformBasis {
  fileprivate func transform(count: Int, lanes: Int) -> any LineTransform {
    switch self {
    case .fourier: FourierTransform(count: count, isPeriodic: true, lanes: lanes)
    case .cosine: FourierTransform(count: count, isPeriodic: false, lanes: lanes)
    case .sine: SineTransform(count: count, lanes: lanes)
    case .cosineToZero, .sineFromZero: RealTransform(count: count, basis: self, lanes: lanes)
    }
  }
}
