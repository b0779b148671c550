import Fields
import Foundation
import Operators
import Testing

/// The waves of a grid and their eigenvalues.
@Suite struct LaplacianWaveTests {
  @Test func wavesOfABoxAreSumsOfThoseOfItsAxes() throws {
    let grid = Grid(axes: [Axis(name: "x", length: 2, points: 4), Axis(name: "y", length: 3, points: 6)])
    let waves = try #require(LaplacianWave.all(of: grid, boundaries: [.noFlux, .periodic], isMasked: false))
    // Four along x, four of different wave number along y, without the constant one.
    #expect(waves.count == 15)
    #expect(waves.allSatisfy { $0.spectral <= $0.secondOrder && $0.secondOrder < 0 })
    #expect(abs(waves[0].spectral + 0.25 * Double.pi * Double.pi) < 1e-12 && abs(waves[0].length - 4) < 1e-12)
    let both = -(4.0 / 9 + 0.25) * Double.pi * Double.pi
    #expect(waves.contains { abs($0.spectral - both) < 1e-12 })
    #expect(zip(waves, waves.dropFirst()).allSatisfy { $0.spectral >= $1.spectral })
  }

  /// `J₁(kR) = 0` in a cylinder and `tan kR = kR` in a sphere.
  @Test(arguments: [(Axis.Geometry.cylindricalRadial, 3.83170597), (.sphericalRadial, 4.49340946)])
  func wavesAlongARadiusAreBesselFunctions(geometry: Axis.Geometry, root: Double) throws {
    let grid = Grid(axes: [Axis(name: "r", length: 5, points: 200, geometry: geometry)])
    let waves = try #require(LaplacianWave.all(of: grid, boundaries: [.noFlux], isMasked: false))
    #expect(abs(waves[0].secondOrder / (-root * root / 25) - 1) < 1e-3)
    #expect(zip(waves, waves.dropFirst()).allSatisfy { $0.spectral > $1.spectral })
    #expect(waves.last.map { $0.secondOrder < -0.99 * 4 * 1600 } ?? false)
  }

  /// One for each thousandth of the square of a wave number, the longest ones among them.
  @Test func ofMillionsOfWavesSomeStandForAll() throws {
    let grid = Grid(axes: ["x", "y", "z"].map { Axis(name: $0, length: 10, points: 96) })
    let waves = try #require(LaplacianWave.all(of: grid, boundaries: [.noFlux, .noFlux, .noFlux], isMasked: false))
    #expect(waves.count < 20_000)
    let squares = waves.map { -$0.spectral * 100 / (Double.pi * Double.pi) }
    for (index, exact) in [1.0, 2, 3, 4, 5, 6, 8, 9].enumerated() { #expect(abs(squares[index] - exact) < 1e-9) }
    #expect(zip(squares, squares.dropFirst()).allSatisfy { $1 / $0 < ($0 < 100 ? 2.01 : 1.03) })
  }

  @Test func prescribedSidesHaveNoUniformState() {
    let grid = Grid(axes: [Axis(name: "x", length: 2, points: 4)])
    let boundary = AxisBoundary.sides(lower: .value, upper: .flux)
    #expect(LaplacianWave.all(of: grid, boundaries: [boundary], isMasked: false) == nil)
  }
}
