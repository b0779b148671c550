import Fields
import Foundation
import Operators
import RandomNumbers
import Testing

/// Every combination of sides that fast transforms know, with the wave of number `k` that it allows.
private let bases: [(boundary: AxisBoundary, wave: @Sendable (Int) -> (angle: Double, phase: Double))] = [
  (.noFlux, { k in (.pi * Double(k), 0) }),
  (.sides(lower: .value, upper: .value), { k in (.pi * Double(k + 1), -.pi / 2) }),
  (.sides(lower: .flux, upper: .value), { k in (.pi * (Double(k) + 0.5), 0) }),
  (.sides(lower: .value, upper: .flux), { k in (.pi * (Double(k) + 0.5), -.pi / 2) }),
  (.periodic, { k in (2 * .pi * Double(k), 0.3) }),
]

/// Sides that have no fast transform.
private let mixedBoundaries: [AxisBoundary] = [
  .sides(lower: .robin(coefficient: 0.7), upper: .flux), .sides(lower: .value, upper: .robin(coefficient: 2)),
  .sides(lower: .robin(coefficient: 0), upper: .robin(coefficient: 1e6)),
]

private func advance(
  _ state: FieldSet, _ field: FieldDiffusion, from time: Double = 0, by step: Double, steps: Int = 1
) throws {
  let diffusion = try Diffusion(volumes: PointVolumes(state.grid), fields: [field], pool: WorkerPool(threads: 2))
  for index in 0..<steps { try diffusion.advance(state, from: time + Double(index) * step, by: step) }
}

private func supply(_ isUpper: Bool, axis: Int = 0, _ values: @escaping @Sendable (Double) -> [Double]) -> SideSupply {
  SideSupply(axis: axis, isUpper: isUpper, isSteady: values(0) == values(0.123), values: values)
}

@Suite struct BoundaryTests {
  @Test(arguments: bases.indices, [1, 2, 7, 40])
  func theWavesThatTheSidesAllowDecayExactly(basis: Int, points: Int) throws {
    for symbol in DiffusionSymbol.allCases { try check(basis: basis, points: points, symbol: symbol) }
  }

  private func check(basis: Int, points: Int, symbol: DiffusionSymbol) throws {
    let (boundary, wave) = bases[basis]
    let grid = grid([points, 3], size: [Double(points) * 0.1, 1])
    let (angle, phase) = wave(points > 6 ? 3 : 0)
    let turn = angle / Double(points)
    func shape(_ position: [Double]) -> Double { cos(turn * position[0] / 0.1 + phase) }
    let state = try fields(grid, shape)
    let field = FieldDiffusion(
      diffusivities: [0.02, 0.01], boundaries: [boundary, .noFlux], requestedMethod: .fourier, symbol: symbol)
    try advance(state, field, by: 0.8)
    let decay = exp(0.02 * 0.8 * symbol.eigenvalue(angle: turn, spacing: 0.1))
    #expect(largestDifference(state.values(0), try fields(grid) { decay * shape($0) }.values(0)) < 1e-12)
  }

  @Test(arguments: [0.02, 0.5, 3, 30])
  func kernelsAndTransformsAgreeForAllSides(strength: Double) throws {
    for (boundary, _) in bases {
      for points in [[40], [21, 34], [13, 8, 10]] {
        let grid = grid(points, size: points.map(Double.init))
        var generator = Seeded(state: 20_263)
        let start = try fields(grid) { _ in Double.random(in: 0...1, using: &generator) }
        let results = try [PropagatorMethod.kernel, .fourier].map { method in
          let state = try FieldSet(grid: grid, count: 1)
          state.copy(from: start)
          try advance(
            state,
            FieldDiffusion(
              diffusivity: strength, boundaries: points.map { _ in boundary }, requestedMethod: method,
              symbol: .secondOrder), by: 1)
          return state.values(0)
        }
        #expect(largestDifference(results[0], results[1]) < 1e-13)
      }
    }
  }

  /// The matrix of a side without exchange is the kernel's; that of a fast exchange tends to a given value.
  @Test func matricesAgreeWithKernelsInTheirLimits() throws {
    let grid = grid([31, 5], size: [31, 5])
    let start = try fields(grid) { 1 + sin($0[0]) + 0.1 * $0[1] }
    func result(_ boundary: AxisBoundary) throws -> [Double] {
      let state = try FieldSet(grid: grid, count: 1)
      state.copy(from: start)
      try advance(
        state,
        FieldDiffusion(
          diffusivity: 0.8, boundaries: [boundary, .noFlux], requestedMethod: .kernel, symbol: .secondOrder), by: 2)
      return state.values(0)
    }
    let closed = AxisBoundary.sides(lower: .robin(coefficient: 0), upper: .flux)
    #expect(largestDifference(try result(closed), try result(.noFlux)) < 1e-14)
    let open = AxisBoundary.sides(lower: .robin(coefficient: 1e9), upper: .value)
    let fixed = AxisBoundary.sides(lower: .value, upper: .value)
    #expect(largestDifference(try result(open), try result(fixed)) < 1e-8)
  }

  /// `cos κx` with `κ tan κL = h/D` decays as `e^{−Dκ²t}` where the flux out of the upper side is `h u`.
  @Test func aRobinSideIsOfSecondOrder() throws {
    let (diffusivity, coefficient, length) = (0.5, 2.0, 1.5)
    var (low, high) = (0.0, .pi / 2 / length)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if middle * tan(middle * length) < coefficient / diffusivity { low = middle } else { high = middle }
    }
    let wave = low
    let errors = try [20, 40, 80, 160].map { points in
      let grid = grid([points, 2], size: [length, 1])
      let state = try fields(grid) { cos(wave * $0[0]) }
      let field = FieldDiffusion(
        diffusivity: diffusivity,
        boundaries: [.sides(lower: .flux, upper: .robin(coefficient: coefficient)), .noFlux])
      try advance(state, field, by: 0.1, steps: 4)
      let decay = exp(-diffusivity * wave * wave * 0.4)
      return largestDifference(state.values(0), try fields(grid) { decay * cos(wave * $0[0]) }.values(0))
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(abs(log2(coarse / fine) - 2) < 0.1) }
  }

  /// The eigenfunctions of a sphere and a cylinder with value 0 at radius 1: `sin πr / r` and `J₀(j₀ r)`.
  @Test(arguments: [Axis.Geometry.sphericalRadial, .cylindricalRadial])
  func aRadiusIsOfSecondOrder(geometry: Axis.Geometry) throws {
    let wave = geometry == .sphericalRadial ? Double.pi : 2.404825557695773
    func shape(_ r: Double) -> Double { geometry == .sphericalRadial ? sin(wave * r) / r : j0(wave * r) }
    let errors = try [16, 32, 64, 128].map { points in
      let grid = radialGrid(geometry, points: points, length: 1)
      let state = try fields(grid) { shape($0[0]) }
      try advance(
        state, FieldDiffusion(diffusivity: 0.1, boundaries: [.sides(lower: .flux, upper: .value)]), by: 1)
      let decay = exp(-0.1 * wave * wave)
      return largestDifference(state.values(0), try fields(grid) { decay * shape($0[0]) }.values(0))
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(abs(log2(coarse / fine) - 2) < 0.15) }
  }

  @Test(arguments: [Axis.Geometry.sphericalRadial, .cylindricalRadial], [0.01, 1, 300])
  func aClosedRadiusKeepsItsMassAndNonNegativeData(geometry: Axis.Geometry, strength: Double) throws {
    for (points, origin) in [(1, 0.0), (2, 0), (50, 0), (77, 3)] {
      let grid = radialGrid(geometry, points: points, length: Double(points), origin: origin)
      let field = FieldDiffusion(diffusivity: strength, boundaries: [.noFlux])
      let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1))
      var generator = Seeded(state: 20_263)
      for _ in 0..<200 {
        let state = try fields(grid) { _ in
          Bool.random(using: &generator) ? 0 : Double.random(in: 0...1, using: &generator)
        }
        let before = state.integral(0)
        try diffusion.advance(state, from: 0, by: 1)
        #expect(abs(state.integral(0) - before) <= 1e-13 * before)
        #expect(state.minimum(0) >= 0)
      }
    }
  }

  /// Random data that are 0 at half of the points, in steps short and long, with every kind of side.
  @Test(arguments: [0.01, 0.4, 2, 6])
  func nonNegativeDataStayNonNegative(strength: Double) throws {
    let grid = grid([30, 20], size: [30, 20])
    var generator = Seeded(state: 20_263)
    for boundary in bases.map(\.boundary) + mixedBoundaries {
      for other in [AxisBoundary.noFlux, mixedBoundaries[1]] {
        let field = FieldDiffusion(diffusivity: strength, boundaries: [boundary, other], requestedMethod: .kernel)
        let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1))
        for _ in 0..<40 {
          let state = try fields(grid) { _ in
            Bool.random(using: &generator) ? 0 : Double.random(in: 0...1, using: &generator)
          }
          try diffusion.advance(state, from: 0, by: 1)
          #expect(state.minimum(0) >= 0)
        }
      }
    }
  }

  @Test func emptyTissueBeyondTheReachOfAMatrixStaysEmpty() throws {
    let grid = radialGrid(.sphericalRadial, points: 200, length: 200)
    let field = FieldDiffusion(diffusivity: 0.5, boundaries: [.sides(lower: .flux, upper: .value)])
    let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1))
    let state = try fields(grid) { $0[0] < 20 ? 1 : 0 }
    try diffusion.advance(state, from: 0, by: 1)
    let values = state.values(0)
    let radius = try propagators(diffusion, state, step: 1)[0].radius
    #expect(values[20] > 0 && values[19 + radius / 2] > 0)
    #expect(values[(22 + radius)...].allSatisfy { $0 == 0 })
  }
}

@Suite struct SideSupplyTests {
  /// Straight lines between given values and fluxes are steady, to rounding.
  @Test func straightLinesAreSteady() throws {
    let d = 0.3
    let cases: [(AxisBoundary, [SideSupply], @Sendable (Double) -> Double)] = [
      (.sides(lower: .value, upper: .value), [supply(false) { _ in [1] }, supply(true) { _ in [5] }], { 1 + $0 }),
      (
        .sides(lower: .value, upper: .flux), [supply(false) { _ in [1] }, supply(true) { _ in [2 * d] }],
        { 1 + 2 * $0 }
      ),
      // At the lower side the flux into the domain is −D·slope = h (outside − value).
      (
        .sides(lower: .robin(coefficient: 0.5), upper: .value),
        [supply(false) { _ in [3 - d / 0.5] }, supply(true) { _ in [7] }], { 3 + $0 }
      ),
    ]
    for (boundary, supplies, line) in cases {
      let grid = grid([30], size: [4])
      let state = try fields(grid) { line($0[0]) }
      try advance(
        state, FieldDiffusion(diffusivities: [d], boundaries: [boundary], supplies: supplies), by: 3, steps: 5)
      #expect(largestDifference(state.values(0), try fields(grid) { line($0[0]) }.values(0)) < 1e-12)
    }
  }

  /// The field tends to what is given at the sides, whatever the start: along y too, and as it varies along the side.
  @Test func aGivenValueThatVariesAlongTheSideTakesHold() throws {
    // u = sin(πx) sinh(πy)/sinh(π) solves Laplace's equation with 0 at three sides.
    let errors = try [16, 32, 64].map { points in
      let grid = grid([points, points], size: [1, 1])
      let values = (0..<points).map { sin(.pi * grid.axes[0].coordinate($0)) }
      let field = FieldDiffusion(
        diffusivities: [1, 1],
        boundaries: [.sides(lower: .value, upper: .value), .sides(lower: .value, upper: .value)],
        supplies: [supply(true, axis: 1) { _ in values }])
      let state = try FieldSet(grid: grid, count: 1)
      try advance(state, field, by: 0.5, steps: 6)
      let exact = try fields(grid) { sin(.pi * $0[0]) * sinh(.pi * $0[1]) / sinh(.pi) }
      return largestDifference(state.values(0), exact.values(0))
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(abs(log2(coarse / fine) - 2) < 0.15) }
  }

  @Test func sidesOfThreeAxesGetTheirOwnPoints() throws {
    let grid = grid([5, 4, 3], size: [5, 4, 3])
    for axis in 0..<3 {
      for isUpper in [false, true] {
        // A short step changes the points next to the side by what flows in there, and hardly any other.
        let count = grid.lineCount(along: axis)
        let field = FieldDiffusion(
          diffusivities: [1e-9, 1e-9, 1e-9], boundaries: [.noFlux, .noFlux, .noFlux],
          supplies: [supply(isUpper, axis: axis) { _ in (0..<count).map { Double($0 + 1) } }])
        let state = try FieldSet(grid: grid, count: 1)
        try advance(state, field, by: 1)
        let others = (0..<3).filter { $0 != axis }
        let expected = try fields(grid) { position in
          let index = position.map { Int($0) }
          guard index[axis] == (isUpper ? grid.axes[axis].points - 1 : 0) else { return 0 }
          return Double(index[others[0]] + grid.axes[others[0]].points * index[others[1]] + 1)
        }
        #expect(largestDifference(state.values(0), expected.values(0)) < 1e-6)
      }
    }
  }

  @Test func aFluxAddsItsMassAndFluxesInAndOutCancel() throws {
    let grid = radialGrid(.cylindricalRadial, points: 40, length: 2)
    let state = try fields(grid) { 1 + $0[0] }
    let before = state.integral(0)
    let field = FieldDiffusion(
      diffusivities: [0.2], boundaries: [.noFlux], supplies: [supply(true) { _ in [0.25] }])
    try advance(state, field, by: 0.5, steps: 8)
    #expect(abs(state.integral(0) - before - 4 * 0.25 * 2 * .pi * 2) < 1e-12)
  }

  /// `u = x t + x³/6D` with its own values at the sides, which are linear in time.
  @Test(arguments: [PropagatorMethod.kernel, .fourier])
  func valuesThatChangeAreOfSecondOrderInSpace(method: PropagatorMethod) throws {
    let d = 0.5
    func solution(_ x: Double, _ t: Double) -> Double { x * t + x * x * x / (6 * d) }
    let errors = try [10, 20, 40].map { points in
      let grid = Grid(axes: [Axis(name: "x", origin: 1, length: 2, points: points)])
      let field = FieldDiffusion(
        diffusivities: [d], boundaries: [.sides(lower: .value, upper: .value)],
        supplies: [
          supply(false) { [1 * $0 + 1 / (6 * d)] }, supply(true) { [3 * $0 + 27 / (6 * d)] },
        ], requestedMethod: method)
      let state = try fields(grid) { solution($0[0], 0) }
      try advance(state, field, by: 0.02, steps: 50)
      return largestDifference(state.values(0), try fields(grid) { solution($0[0], 1) }.values(0))
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(abs(log2(coarse / fine) - 2) < 0.15) }
  }

  @Test func valuesThatChangeAreOfSecondOrderInTime() throws {
    let grid = grid([24, 3], size: [1, 1])
    func result(steps: Int) throws -> [Double] {
      let field = FieldDiffusion(
        diffusivities: [1, 1], boundaries: [.sides(lower: .value, upper: .robin(coefficient: 1)), .noFlux],
        supplies: [
          supply(false) { time in (0..<3).map { _ in sin(3 * time) } },
          supply(true) { time in (0..<3).map { _ in cos(2 * time) } },
        ])
      let state = try FieldSet(grid: grid, count: 1)
      try advance(state, field, by: 1 / Double(steps), steps: steps)
      return state.values(0)
    }
    let exact = try result(steps: 2000)
    let errors = try [10, 20, 40].map { largestDifference(try result(steps: $0), exact) }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(abs(log2(coarse / fine) - 2) < 0.15) }
  }

  /// What enters at a side stays non-negative and local on kernels.
  @Test func aSupplyReachesNoFurtherThanItShould() throws {
    let grid = grid([400], size: [400])
    let field = FieldDiffusion(
      diffusivities: [0.5], boundaries: [.sides(lower: .value, upper: .flux)], supplies: [supply(false) { _ in [1] }],
      traceExponent: 100)
    let state = try FieldSet(grid: grid, count: 1)
    try advance(state, field, by: 1, steps: 3)
    #expect(state.minimum(0) >= 0)
    let values = state.values(0)
    #expect(values[0] > 0.5 && values[100...].allSatisfy { $0 == 0 })
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let grid = grid([37, 29], size: [37, 29])
    let results = try [1, 2, 5].map { threads in
      let field = FieldDiffusion(
        diffusivities: [0.7, 30], boundaries: [.sides(lower: .value, upper: .robin(coefficient: 1)), .noFlux],
        supplies: [supply(false) { time in (0..<29).map { sin(time + Double($0)) } }])
      let state = try fields(grid) { cos($0[0] + $0[1]) }
      let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: threads))
      try diffusion.advance(state, from: 0, by: 1)
      try diffusion.advance(state, minus: try fields(grid) { $0[0] * 0.01 }, during: (1, 2), by: 1)
      return state.values(0)
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }
}
