import Fields
import Foundation
import Operators
import RandomNumbers
import Testing

private let shapes = [[37], [1], [2], [24, 17], [16, 48], [9, 10, 11], [33, 1, 18]]

@Suite struct DiffusionTests {
  @Test(arguments: shapes, [AxisBoundary.periodic, .noFlux])
  func aWaveDecaysExactly(points: [Int], boundary: AxisBoundary) throws {
    let grid = grid(points)
    for symbol in DiffusionSymbol.allCases {
      // The wave of number m along each axis that has room for it.
      let turns = points.map { $0 > 4 ? (boundary == .periodic ? 2.0 : 3.0) : 0 }
      let angles = zip(turns, points).map { turn, count in
        (boundary == .periodic ? 2 : 1) * Double.pi * turn / Double(count)
      }
      let eigenvalue = zip(angles, grid.axes).reduce(0) { $0 + symbol.eigenvalue(angle: $1.0, spacing: $1.1.spacing) }
      func wave(_ position: [Double]) -> Double {
        zip(zip(position, grid.axes), angles).reduce(1) { $0 * cos($1.1 * $1.0.0 / $1.0.1.spacing) }
      }
      let (diffusivity, step) = (0.01, 0.7)
      let state = try fields(grid) { 1 + wave($0) }
      let field = FieldDiffusion(
        diffusivity: diffusivity, boundaries: points.map { _ in boundary }, requestedMethod: .fourier, symbol: symbol)
      try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 2)).advance(
        state, from: 0, by: step)
      let exact = try fields(grid) { 1 + exp(diffusivity * step * eigenvalue) * wave($0) }
      #expect(largestDifference(state.values(0), exact.values(0)) < 1e-12)
    }
  }

  @Test(arguments: [0.02, 0.4, 0.5, 1.3, 5.9, 30], [[40], [21, 34], [13, 8, 10]])
  func kernelAndTransformOfTheSameSymbolAgree(strength: Double, points: [Int]) throws {
    let grid = grid(points, size: points.map(Double.init))
    for boundary in [AxisBoundary.periodic, .noFlux] {
      var generator = Seeded(state: 20_263)
      let start = try fields(grid) { _ in Double.random(in: 0...1, using: &generator) }
      var results: [[Double]] = []
      for method in [PropagatorMethod.kernel, .fourier] {
        let state = try FieldSet(grid: grid, count: 1)
        state.copy(from: start)
        let field = FieldDiffusion(
          diffusivity: strength, boundaries: points.map { _ in boundary }, requestedMethod: method,
          symbol: .secondOrder)
        try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1)).advance(
          state, from: 0, by: 1)
        results.append(state.values(0))
      }
      #expect(largestDifference(results[0], results[1]) < 1e-13)
    }
  }

  /// The Gaussian's symbol differs from the exact one by its first image, e^{−4π²r(1 − θ/π)} for a wave of angle θ.
  @Test(arguments: [(0.5, 1e-6), (1, 1e-12), (2, 1e-13), (8, 1e-13)])
  func gaussianKernelIsSpectrallyAccurateForSmoothData(strength: Double, tolerance: Double) throws {
    let grid = grid([64, 48], size: [64, 48])
    let state = try fields(grid) { 1 + cos(.pi * 6 * $0[0] / 64) * cos(.pi * 4 * $0[1] / 48) }
    let field = FieldDiffusion(diffusivity: strength, boundaries: [.noFlux, .noFlux], requestedMethod: .kernel)
    try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1)).advance(
      state, from: 0, by: 1)
    let decay = exp(-strength * .pi * .pi * (36.0 / (64 * 64) + 16.0 / (48 * 48)))
    let exact = try fields(grid) { 1 + decay * cos(.pi * 6 * $0[0] / 64) * cos(.pi * 4 * $0[1] / 48) }
    #expect(largestDifference(state.values(0), exact.values(0)) < tolerance)
  }

  @Test func secondOrderSymbolConvergesWithOrderTwo() throws {
    var errors: [Double] = []
    for points in [16, 32, 64] {
      let grid = grid([points, points], size: [1, 1])
      let state = try fields(grid) { cos(.pi * $0[0]) * cos(2 * .pi * $0[1]) }
      let field = FieldDiffusion(
        diffusivity: 1, boundaries: [.noFlux, .noFlux], requestedMethod: .fourier, symbol: .secondOrder)
      try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1)).advance(
        state, from: 0, by: 0.02)
      let decay = exp(-5 * .pi * .pi * 0.02)
      let exact = try fields(grid) { decay * cos(.pi * $0[0]) * cos(2 * .pi * $0[1]) }
      errors.append(largestDifference(state.values(0), exact.values(0)))
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(abs(log2(coarse / fine) - 2) < 0.1) }
  }

  @Test(arguments: [PropagatorMethod.kernel, .fourier], [0.1, 1, 20])
  func massIsKeptToRounding(method: PropagatorMethod, strength: Double) throws {
    for points in [[200], [40, 31], [12, 9, 14]] {
      let grid = grid(points, size: points.map(Double.init))
      var generator = Seeded(state: 20_263)
      let state = try fields(grid) { _ in Double.random(in: 0...1, using: &generator) }
      let before = state.sum(0)
      let boundaries = points.indices.map { $0 == 0 ? AxisBoundary.noFlux : .periodic }
      let field = FieldDiffusion(diffusivity: strength, boundaries: boundaries, requestedMethod: method)
      let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1))
      for _ in 0..<10 { try diffusion.advance(state, from: 0, by: 1) }
      #expect(abs(state.sum(0) - before) < 1e-13 * before)
    }
  }

  @Test(arguments: [0.01, 0.3, 0.6, 3, 40])
  func kernelsKeepDataNonNegativeAndEmptyTissueEmpty(strength: Double) throws {
    let grid = grid([150, 20], size: [150, 20])
    let field = FieldDiffusion(diffusivity: strength, boundaries: [.noFlux, .periodic], requestedMethod: .kernel)
    let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 2))
    for _ in 0..<50 {
      var generator = Seeded(state: 20_263)
      let state = try fields(grid) { $0[0] < 10 ? Double.random(in: 0...1, using: &generator) : 0 }
      try diffusion.advance(state, from: 0, by: 1)
      let radius = try propagators(diffusion, state, step: 1)[0].radius
      #expect(state.minimum(0) >= 0)
      let values = state.values(0)
      for row in 0..<20 {
        for column in min(150, 10 + radius)..<150 { #expect(values[row * 150 + column] == 0) }
      }
    }
  }

  @Test func anImmobileFieldIsNotTouched() throws {
    let grid = grid([12, 7])
    let state = try fields(grid) { $0[0] }
    let before = state.values(0)
    let field = FieldDiffusion(diffusivity: 0, boundaries: [.noFlux, .noFlux])
    let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1))
    try diffusion.advance(state, from: 0, by: 5)
    #expect(state.values(0) == before)
    #expect(try propagators(diffusion, state, step: 5).allSatisfy { $0.method == nil })
  }

  @Test(arguments: [0.3, 2, 50])
  func resultsDoNotDependOnThreads(strength: Double) throws {
    let grid = grid([70, 45, 6], size: [70, 45, 6])
    var results: [[Double]] = []
    for threads in [1, 2, 3, 5] {
      let state = try fields(grid) { sin($0[0]) + cos($0[1] * $0[2]) }
      let source = try fields(grid) { cos($0[0]) }
      let field = FieldDiffusion(diffusivity: strength, boundaries: [.noFlux, .periodic, .noFlux])
      let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: threads))
      try diffusion.advance(state, from: 0, by: 1)
      try diffusion.advance(state, minus: source, during: (0, 0), by: 1)
      results.append(state.values(0))
    }
    for other in results.dropFirst() { #expect(other == results[0]) }
  }
}

@Suite struct SourcedDiffusionTests {
  /// For one wave, `u_t = D∇²u − c` has the solution `e^{zt}u − t φ₁(zt) c`.
  @Test(arguments: shapes.filter { $0 != [1] }, [AxisBoundary.periodic, .noFlux])
  func aWaveWithASourceIsExactOnTransforms(points: [Int], boundary: AxisBoundary) throws {
    let grid = grid(points)
    let turns = points.map { $0 > 4 ? (boundary == .periodic ? 2.0 : 3.0) : 0 }
    let angles = zip(turns, points).map { (boundary == .periodic ? 2 : 1) * Double.pi * $0 / Double($1) }
    let (diffusivity, step) = (0.05, 0.6)
    let z =
      diffusivity * step
      * zip(angles, grid.axes).reduce(0) {
        $0 + DiffusionSymbol.spectral.eigenvalue(angle: $1.0, spacing: $1.1.spacing)
      }
    func wave(_ position: [Double]) -> Double {
      zip(zip(position, grid.axes), angles).reduce(1) { $0 * sin($1.1 * $1.0.0 / $1.0.1.spacing + .pi / 2) }
    }
    let state = try fields(grid) { 2 + wave($0) }
    let source = try fields(grid) { 0.5 - 3 * wave($0) }
    let field = FieldDiffusion(
      diffusivity: diffusivity, boundaries: points.map { _ in boundary }, requestedMethod: .fourier)
    try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1)).advance(
      state, minus: source, during: (0, 0), by: step)
    let phi = z == 0 ? 1 : expm1(z) / z
    let exact = try fields(grid) { 2 - step * 0.5 + (exp(z) + 3 * step * phi) * wave($0) }
    #expect(largestDifference(state.values(0), exact.values(0)) < 1e-12)
  }

  /// With c = D∇²u the solution stands still: exactly on transforms, and up to (hDk²)⁴/2880 of the change that diffusion
  /// alone would make on kernels.
  @Test(arguments: [PropagatorMethod.kernel, .fourier])
  func aBalancedStateStandsStill(method: PropagatorMethod) throws {
    let grid = grid([64, 64], size: [64, 64])
    let (diffusivity, step) = (4.0, 1.0)
    let k = Double.pi * 3 / 64
    let k2 = 2 * k * k
    func wave(_ position: [Double]) -> Double { cos(.pi * 3 * position[0] / 64) * cos(.pi * 3 * position[1] / 64) }
    let state = try fields(grid) { 1 + wave($0) }
    let before = state.values(0)
    let source = try fields(grid) { -diffusivity * k2 * wave($0) }
    let field = FieldDiffusion(diffusivity: diffusivity, boundaries: [.noFlux, .noFlux], requestedMethod: method)
    try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1)).advance(
      state, minus: source, during: (0, 0), by: step)
    let z = step * diffusivity * k2
    let bound = method == .fourier ? 1e-12 : 1.01 * pow(z, 5) / 2880
    #expect(largestDifference(state.values(0), before) < bound)
    if method == .kernel { #expect(largestDifference(state.values(0), before) > 0.9 * pow(z, 5) / 2880) }
  }
}

@Suite struct PropagatorChoiceTests {
  private func method(strength: Double, growth: Double = 0, points: Int = 400, symbol: DiffusionSymbol = .spectral)
    -> AxisPropagator
  {
    let field = FieldDiffusion(
      diffusivity: strength, boundaries: [.noFlux], traceExponent: growth * 100, symbol: symbol)
    return AxisPropagator.chosen(
      for: field, axis: 0, of: Grid(axes: [Axis(name: "x", length: Double(points), points: points)]), step: 1)
  }

  @Test func smallStepsTakeTheSecondOrderKernelLargerTheGaussianLargestTheTransform() {
    #expect(method(strength: 0.49).shape == .secondOrder)
    #expect(method(strength: 0.5).shape == .gaussian)
    #expect(method(strength: 6).method == .kernel)
    #expect(method(strength: 6.01).method == .fourier)
  }

  @Test func aFieldThatGrowsFromNothingKeepsTheKernel() {
    #expect(method(strength: 50, growth: 0.25).method == .fourier)
    #expect(method(strength: 50, growth: 0.26).method == .kernel)
    #expect(method(strength: 50, growth: 0.26, points: 60).method == .fourier)
  }
}
