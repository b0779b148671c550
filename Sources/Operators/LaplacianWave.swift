import Fields
import Glibc

/// A wave of a grid: an eigenvector of its Laplacian, by its eigenvalues.
package struct LaplacianWave: Hashable, Sendable {
  /// That of the differential operator, `−|k|²`, length⁻².
  package let spectral: Double
  /// That of the Laplacian of neighboring points.
  package let secondOrder: Double

  package init(spectral: Double, secondOrder: Double) {
    self.spectral = spectral
    self.secondOrder = secondOrder
  }

  package func eigenvalue(_ symbol: DiffusionSymbol) -> Double {
    switch symbol {
    case .spectral: spectral
    case .secondOrder: secondOrder
    }
  }

  /// `2π/|k|`.
  package var length: Double { 2 * .pi / (-spectral).squareRoot() }

  /// The waves that are not constant, by rising `|k|`, each pair of eigenvalues once.
  ///
  /// On a Cartesian grid without a mask these are all of them. In tissue of any shape and along a radius, whose eigenvalues are not known in closed
  /// form, wave numbers between that of half a wave in the domain and the shortest wave of the grid stand for them, 1 % apart.
  ///
  /// - Parameter boundaries: of each axis.
  /// - Returns: nil if a side is neither periodic nor without flux, so that a uniform state does not stay uniform.
  package static func all(
    of grid: Grid, boundaries: [AxisBoundary], isMasked: Bool
  ) -> [LaplacianWave]? {
    guard boundaries.allSatisfy({ $0 == .periodic || $0 == .noFlux }) else { return nil }
    if isMasked || grid.axes.contains(where: { $0.geometry != .cartesian }) { return continuous(grid) }
    var found: Set = [LaplacianWave(spectral: 0, secondOrder: 0)]
    for (axis, boundary) in zip(grid.axes, boundaries) {
      guard let basis = TransformBasis(boundary, axis: axis) else { return nil }
      let along = Set(
        basis.angles(count: axis.points).map { angle in
          LaplacianWave(
            spectral: DiffusionSymbol.spectral.eigenvalue(angle: angle, spacing: axis.spacing),
            secondOrder: DiffusionSymbol.secondOrder.eigenvalue(angle: angle, spacing: axis.spacing))
        })
      found = found.reduce(into: Set()) { sums, other in
        for wave in along {
          sums.insert(
            LaplacianWave(
              spectral: other.spectral + wave.spectral, secondOrder: other.secondOrder + wave.secondOrder))
        }
      }
    }
    return found.filter { $0.spectral < 0 }.sorted { ($1.spectral, $1.secondOrder) < ($0.spectral, $0.secondOrder) }
  }

  private static func continuous(_ grid: Grid) -> [LaplacianWave] {
    let spacing = grid.axes.map(\.spacing).min() ?? 1
    let (first, last) = (Double.pi / (grid.axes.map(\.length).max() ?? 1), Double.pi / spacing)
    let count = max(2, Int((log(last / first) / 0.01).rounded(.up)))
    return (0...count).map { index in
      let angle = first * pow(last / first, Double(index) / Double(count)) * spacing
      return LaplacianWave(
        spectral: DiffusionSymbol.spectral.eigenvalue(angle: angle, spacing: spacing),
        secondOrder: DiffusionSymbol.secondOrder.eigenvalue(angle: angle, spacing: spacing))
    }
  }
}
