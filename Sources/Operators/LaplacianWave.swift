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

  /// What is the same everywhere.
  package static let uniform = LaplacianWave(spectral: 0, secondOrder: 0)

  /// `2π/|k|`; infinite for the uniform mode.
  package var length: Double { 2 * .pi / (-spectral).squareRoot() }

  /// The waves that are not constant, by rising `|k|`, each pair of eigenvalues once; of very many, one for each thousandth of `|k|²`.
  ///
  /// On a Cartesian grid without a mask these are all of them; along a radius the longest 128, by bisection. For the others, and in tissue of
  /// any shape, whose eigenvalues are not known in closed form, wave numbers from that of half a wave in the domain to that of the shortest wave
  /// of the grid stand, 1 % apart.
  ///
  /// - Parameter boundaries: of each axis.
  /// - Returns: nil if a side is neither periodic nor without flux, so that a uniform state does not stay uniform.
  package static func all(
    of grid: Grid, boundaries: [AxisBoundary], isMasked: Bool
  ) -> [LaplacianWave]? {
    guard boundaries.allSatisfy({ $0 == .periodic || $0 == .noFlux }) else { return nil }
    if isMasked { return continuous(grid, from: .pi / (grid.axes.map(\.length).max() ?? 1)) }
    if grid.axes[0].geometry != .cartesian { return radial(grid) }
    var found: Set = [LaplacianWave.uniform]
    for (axis, boundary) in zip(grid.axes, boundaries) {
      guard let basis = TransformBasis(boundary, axis: axis) else { return nil }
      let along = Set(
        basis.angles(count: axis.points).map { angle in
          LaplacianWave(angle: angle, axis.spacing)
        })
      found = sums(of: found, and: along)
    }
    return found.filter { $0.spectral < 0 }.sorted(by: isLonger)
  }

  private static func isLonger(_ one: LaplacianWave, than other: LaplacianWave) -> Bool {
    (other.spectral, other.secondOrder) < (one.spectral, one.secondOrder)
  }

  private static func sums(of waves: Set<LaplacianWave>, and others: Set<LaplacianWave>) -> Set<LaplacianWave> {
    var sums: Set<LaplacianWave> = []
    let areMany = waves.count * others.count > mostSums
    var shares: Set<Int> = []
    // In this order the same waves stand for others in every run.
    let ordered = others.sorted(by: isLonger)
    for wave in waves.sorted(by: isLonger) {
      for other in ordered {
        let sum = LaplacianWave(
          spectral: wave.spectral + other.spectral, secondOrder: wave.secondOrder + other.secondOrder)
        if areMany, sum.spectral < 0, !shares.insert(Int((1000 * log(-sum.spectral)).rounded(.down))).inserted {
          continue
        }
        sums.insert(sum)
      }
    }
    return sums
  }

  private static let mostSums = 1 << 16

  private static func continuous(_ grid: Grid, from first: Double) -> [LaplacianWave] {
    let spacing = grid.axes.map(\.spacing).min() ?? 1
    let last = Double.pi / spacing
    guard first < last else { return [] }
    let count = max(2, Int((log(last / first) / 0.01).rounded(.up)))
    return (0...count).map { index in
      LaplacianWave(angle: min(first * pow(last / first, Double(index) / Double(count)) * spacing, .pi), spacing)
    }
  }

  private init(angle: Double, _ spacing: Double) {
    self.init(
      spectral: DiffusionSymbol.spectral.eigenvalue(angle: angle, spacing: spacing),
      secondOrder: DiffusionSymbol.secondOrder.eigenvalue(angle: angle, spacing: spacing))
  }

  /// Of the matrix of neighboring points by Sturm's sequence, in which the signs of the pivots of `−L − s` count the eigenvalues below `s`.
  private static func radial(_ grid: Grid) -> [LaplacianWave] {
    let axis = grid.axes[0]
    let laplacian = AxisLaplacian(axis, boundary: .noFlux, diffusivity: 1)
    let products = (1..<max(1, axis.points)).map { laplacian.gainFromBelow($0) * laplacian.gainFromAbove($0 - 1) }
    func count(below s: Double) -> Int {
      var (pivot, count) = (1.0, 0)
      for point in 0..<axis.points {
        pivot = laplacian.loss(point) - s - (point > 0 ? products[point - 1] / pivot : 0)
        if pivot == 0 { pivot = -.leastNormalMagnitude }
        if pivot < 0 { count += 1 }
      }
      return count
    }
    let largest = 4 / (axis.spacing * axis.spacing)
    var waves: [LaplacianWave] = []
    for number in 1..<max(1, min(axis.points, longestWaves + 1)) {
      var (low, high) = (waves.last.map { -$0.secondOrder } ?? 0, largest)
      while high - low > 1e-12 * largest {
        let middle = 0.5 * (low + high)
        if count(below: middle) > number { high = middle } else { low = middle }
      }
      waves.append(
        LaplacianWave(angle: 2 * asin(min(1, 0.5 * axis.spacing * high.squareRoot())), axis.spacing))
    }
    guard axis.points > longestWaves, let last = waves.last else { return waves }
    return waves + continuous(grid, from: 1.01 * (-last.spectral).squareRoot())
  }

  private static let longestWaves = 128
}
