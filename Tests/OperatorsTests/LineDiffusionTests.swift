import Fields
import Foundation
import Operators
import RandomNumbers
import Testing

/// A line whose sides no fast transform knows, with the diffusivity 1.
private struct Line: CustomTestStringConvertible {
  let geometry: Axis.Geometry
  let origin: Double
  let boundary: AxisBoundary

  static let all = [
    Line(geometry: .sphericalRadial, origin: 0, boundary: .noFlux),
    Line(geometry: .cylindricalRadial, origin: 0, boundary: .sides(lower: .flux, upper: .value)),
    Line(geometry: .cylindricalRadial, origin: 3, boundary: .sides(lower: .robin(coefficient: 0.4), upper: .flux)),
    Line(geometry: .cartesian, origin: 0, boundary: .sides(lower: .value, upper: .robin(coefficient: 2))),
  ]

  var testDescription: String { "\(geometry.rawValue) from \(origin), \(boundary)" }

  /// With points at distances of 1.
  func grid(_ points: Int) -> Grid {
    Grid(axes: [Axis(name: "r", origin: origin, length: Double(points), points: points, geometry: geometry)])
  }

  func field(strength: Double) -> FieldDiffusion {
    FieldDiffusion(diffusivity: strength, boundaries: [boundary])
  }

  /// `h (L − μ)` as a matrix.
  func matrix(_ points: Int, strength: Double, decay: Double) -> Matrix {
    let axis = grid(points).axes[0]
    func conductance(_ face: Int) -> Double {
      guard face == 0 || face == points else { return strength * axis.faceArea(face) }
      switch face == 0 ? boundary.sides?.lower : boundary.sides?.upper {
      case .value?: return 2 * strength * axis.faceArea(face)
      case .robin(let coefficient)?: return axis.faceArea(face) / (1 / coefficient + 1 / (2 * strength))
      default: return 0
      }
    }
    var matrix = Matrix(points)
    for i in 0..<points {
      let (lower, upper) = (conductance(i) / axis.volume(i), conductance(i + 1) / axis.volume(i))
      matrix[i, i] = -lower - upper - decay
      if i > 0 { matrix[i, i - 1] = lower }
      if i < points - 1 { matrix[i, i + 1] = upper }
    }
    return matrix
  }
}

private struct Matrix {
  let count: Int
  private var values: [Double]

  init(_ count: Int, diagonal: Double = 0) {
    self.count = count
    values = [Double](repeating: 0, count: count * count)
    for i in 0..<count { self[i, i] = diagonal }
  }

  subscript(i: Int, j: Int) -> Double {
    get { values[i * count + j] }
    set { values[i * count + j] = newValue }
  }

  func sum(_ factor: Double, _ others: (Matrix, Double)...) -> Matrix {
    var result = self
    for k in values.indices {
      result.values[k] *= factor
      for (other, weight) in others { result.values[k] += weight * other.values[k] }
    }
    return result
  }

  static func * (a: Matrix, b: Matrix) -> Matrix {
    var result = Matrix(a.count)
    for i in 0..<a.count {
      for k in 0..<a.count where a[i, k] != 0 {
        for j in 0..<a.count { result[i, j] += a[i, k] * b[k, j] }
      }
    }
    return result
  }

  static func * (a: Matrix, u: [Double]) -> [Double] {
    (0..<a.count).map { i in (0..<a.count).reduce(0) { $0 + a[i, $1] * u[$1] } }
  }

  /// `e^z`, `φ₁`, `φ₂` and `φ₃` by series and doublings.
  var functions: [Matrix] {
    let norm = (0..<count).map { i in (0..<count).reduce(0) { $0 + abs(self[i, $1]) } }.max() ?? 0
    let doublings = norm > 0.5 ? Int(log2(norm).rounded(.up)) + 1 : 0
    let z = sum(pow(0.5, Double(doublings)))
    var three = Matrix(count, diagonal: 1 / tgamma(20))
    for k in (3...18).reversed() { three = (z * three).sum(1, (Matrix(count, diagonal: 1), 1 / tgamma(Double(k + 1)))) }
    var two = (z * three).sum(1, (Matrix(count, diagonal: 1), 0.5))
    var one = (z * two).sum(1, (Matrix(count, diagonal: 1), 1))
    var zero = (z * one).sum(1, (Matrix(count, diagonal: 1), 1))
    for _ in 0..<doublings {
      three = (zero * three).sum(0.125, (three, 0.125), (two, 0.125), (one, 0.0625))
      two = (zero * two).sum(0.25, (two, 0.25), (one, 0.25))
      one = (zero * one).sum(0.5, (one, 0.5))
      zero = zero * zero
    }
    return [zero, one, two, three]
  }
}

@Suite struct LineDiffusionTests {
  private static let points = 31

  private func random(_ count: Int) -> [Double] {
    var generator = Seeded(state: 20_261)
    return (0..<count).map { _ in Double.random(in: 0...1, using: &generator) }
  }

  /// Against functions of dense matrices, whose squarings err by up to 2e-13.
  @Test(arguments: Line.all, [(1e-3, 0), (0.3, 2.5), (4, 0), (60, 7), (300, 40)])
  private func functionsOfALineAreThoseOfItsMatrix(line: Line, numbers: (strength: Double, decay: Double)) throws {
    let grid = line.grid(Self.points)
    let parts = try LinearParts(
      volumes: PointVolumes(grid), fields: [line.field(strength: numbers.strength)], decays: [numbers.decay],
      pool: WorkerPool(threads: 1))
    let (u, v) = (random(Self.points), random(Self.points))
    let (base, term, result) = (
      try FieldSet(grid: grid, count: 1), try FieldSet(grid: grid, count: 1), try FieldSet(grid: grid, count: 1)
    )
    base.setValues(0, to: u)
    term.setValues(0, to: v)
    parts.toCoefficients(base, isNormalized: true)
    parts.toCoefficients(term)
    let matrix = line.matrix(Self.points, strength: numbers.strength, decay: numbers.decay)
    let exact = matrix.functions
    func stage(_ factor: BaseFactor, _ weights: [Double]) -> [Double] {
      parts.stage(
        into: result, base: base, times: factor, share: 1, of: 1,
        terms: [(term, PhiWeights(SIMD3(weights[0], weights[1], weights[2])))])
      return result.values(0)
    }
    #expect(largestDifference(stage(.exponential, [0, 0, 0]), exact[0] * u) < 1e-12)
    for index in 0..<3 {
      let weights = (0..<3).map { $0 == index ? 1.0 : 0 }
      #expect(largestDifference(stage(.zero, weights), exact[index + 1] * v) < 1e-12)
    }
    let change = zip(exact[0] * u, u).map { $0 - $1 }
    #expect(largestDifference(stage(.exponentialLessOne, [0, 0, 0]), change) < 1e-12)
  }

  /// Steps short, so that they are series, and long; what they do is what they do in two halves.
  @Test(arguments: Line.all, [1e-4, 0.1, 1, 1.9, 2.1, 30, 100])
  private func stepsOfALineAreTheExponentialOfItsMatrix(line: Line, strength: Double) throws {
    let grid = line.grid(Self.points)
    let diffusion = try Diffusion(
      volumes: PointVolumes(grid), fields: [line.field(strength: strength)], pool: WorkerPool(threads: 1))
    let state = try FieldSet(grid: grid, count: 1)
    let u = random(Self.points)
    state.setValues(0, to: u)
    #expect(try propagators(diffusion, state, step: 1)[0].method == .tridiagonal)
    try diffusion.advance(state, from: 0, by: 1)
    let exact = line.matrix(Self.points, strength: strength, decay: 0).functions[0] * u
    #expect(largestDifference(state.values(0), exact) < 1e-13)
    state.setValues(0, to: u)
    for start in [0, 0.5] { try diffusion.advance(state, from: start, by: 0.5) }
    #expect(largestDifference(state.values(0), exact) < 1e-13)
  }

  /// A peak, over steps of all lengths.
  @Test(arguments: Line.all, [0.02, 1, 3, 50, 2000])
  private func longStepsKeepMassSignAndEmptyTissue(line: Line, strength: Double) throws {
    let grid = line.grid(3000)
    let diffusion = try Diffusion(
      volumes: PointVolumes(grid), fields: [line.field(strength: strength)], pool: WorkerPool(threads: 1))
    let state = try fields(grid) { abs($0[0] - line.origin - 1400.5) < 1 ? 1 : 0 }
    let before = state.integral(0)
    try diffusion.advance(state, from: 0, by: 1)
    let reach = try propagators(diffusion, state, step: 1)[0].radius
    let values = state.values(0)
    #expect(values.allSatisfy { $0 >= 0 } && values[1400 + reach / 2] > 0)
    #expect(values[...(1398 - reach)].allSatisfy { $0 == 0 } && values[(1402 + reach)...].allSatisfy { $0 == 0 })
    // Of the peak `r` times its value is moved; where a side is open, the rounding of that remains.
    let rounding = line.boundary == .noFlux ? 1e-14 : 1e-13 + 5e-15 * strength
    #expect(abs(state.integral(0) - before) <= rounding * before)
  }

  /// What is left in the end is the mean, or nothing; and `z φ₁(z) = −1`.
  @Test(arguments: [Line.all[0], Line.all[1], Line.all[3]], [1e5, 1e9])
  private func stepsWithoutBoundEndInTheSteadyState(line: Line, strength: Double) throws {
    let grid = line.grid(Self.points)
    let (volumes, pool) = (try PointVolumes(grid), WorkerPool(threads: 1))
    let state = try FieldSet(grid: grid, count: 1)
    state.setValues(0, to: random(Self.points))
    let mean = line.boundary == .noFlux ? state.integral(0) / grid.measure : 0
    let parts = try LinearParts(
      volumes: volumes, fields: [line.field(strength: strength)], decays: [0], pool: pool)
    let result = try FieldSet(grid: grid, count: 1)
    parts.stage(into: result, base: state, share: 1, of: 1, terms: [])
    #expect(largestDifference(result.values(0), state.values(0).map { _ in mean }) < 1e-12)
    #expect(abs(result.integral(0) / grid.measure - mean) < (line.boundary == .noFlux ? 1e-15 : 1e-12))
    if line.boundary != .noFlux {
      parts.stage(into: result, base: state, times: .zero, share: 1, of: 1, terms: [(state, [1, 0, 0])])
      let product = line.matrix(Self.points, strength: strength, decay: 0) * result.values(0)
      // Of the product the differences of numbers up to 1e9 times as large as the values are left.
      #expect(largestDifference(product, state.values(0).map { -$0 }) < 2e-11)
    }
    let diffusion = try Diffusion(volumes: volumes, fields: [line.field(strength: strength)], pool: pool)
    try diffusion.advance(state, from: 0, by: 1)
    #expect(largestDifference(state.values(0), state.values(0).map { _ in mean }) < 1e-12)
  }

  @Test func aConstantStaysInEveryBit() throws {
    let line = Line.all[0]
    let grid = line.grid(200)
    let parts = try LinearParts(
      volumes: PointVolumes(grid), fields: [line.field(strength: 12)], decays: [0], pool: WorkerPool(threads: 1))
    let (base, result) = (try fields(grid) { _ in 0.7 }, try FieldSet(grid: grid, count: 1))
    parts.stage(into: result, base: base, share: 1, of: 1, terms: [])
    #expect(result.values(0).allSatisfy { $0 == 0.7 })
  }

  /// The work of a point does not depend on how many there are.
  @Test(arguments: [0.2, 40])
  func theWorkOfAPointIsTheSameOnLinesOfAllLengths(strength: Double) throws {
    let costs = try [100, 1000, 10000].map { points in
      let line = Line.all[0]
      let grid = line.grid(points)
      let pool = WorkerPool(threads: 1)
      let (volumes, field) = (try PointVolumes(grid), line.field(strength: strength))
      let diffusion = try Diffusion(volumes: volumes, fields: [field], pool: pool)
      let parts = try LinearParts(volumes: volumes, fields: [field], decays: [1], pool: pool)
      let state = try fields(grid) { exp(-$0[0]) }
      let result = try FieldSet(grid: grid, count: 1)
      for step in [1, 0.5, 1] {
        try diffusion.advance(state, from: 0, by: step)
        parts.stage(into: result, base: state, share: 1, of: step, terms: [(state, [1, 2, 3])])
      }
      #expect(result.maximum(0).isFinite)
      return [diffusion.work.cost, parts.work.cost]
    }
    #expect(costs[0].allSatisfy { $0 > 0 } && costs[1] == costs[0] && costs[2] == costs[0])
  }
}
