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
  private(set) var lines: [AxisLaplacian: LineDiffusion] = [:]

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

  /// Functions of a field's diffusion along the only line of a grid, whose sides no fast transform knows; nil for others.
  mutating func line(of field: FieldDiffusion, grid: Grid) -> LineDiffusion? {
    guard field.isTridiagonal(on: grid) else { return nil }
    let laplacian = AxisLaplacian(
      grid.axes[0], boundary: field.boundaries[0], diffusivity: field.diffusivities[0])
    let line = lines[laplacian] ?? LineDiffusion(laplacian)
    lines[laplacian] = line
    return line
  }

  /// The coefficients of a field in which its diffusion is a product.
  mutating func space(of field: FieldDiffusion, grid: Grid) -> CoefficientSpace {
    CoefficientSpace(grid: grid, spectra: grid.axes.indices.map { spectrum(of: field, axis: $0, grid: grid) })
  }

  /// Functions of a field's diffusion.
  ///
  /// - Parameter symbol: of the Laplacian along an axis, instead of that of the field; nil where that is to be taken.
  mutating func functions(
    of field: FieldDiffusion, grid: Grid, symbol: (Int) -> DiffusionSymbol? = { _ in nil }
  ) -> any DiffusionFunctions {
    if let line = line(of: field, grid: grid) { return line }
    let spectra = grid.axes.indices.map { axis in
      spectrum(of: symbol(axis).map { field.with(symbol: $0) } ?? field, axis: axis, grid: grid)
    }
    return CoefficientSpace(grid: grid, spectra: spectra)
  }

  /// Work that lines have done.
  var lineWork: Work { lines.values.reduce(Work()) { $0 + $1.work } }

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
