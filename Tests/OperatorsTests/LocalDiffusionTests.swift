import Fields
import Foundation
import Operators
import RandomNumbers
import Testing

/// A diffusivity that is a function of the position.
private func heterogeneous(
  _ grid: Grid, mean: FaceMean = .harmonic, _ function: @escaping @Sendable ([Double]) -> Double
) -> VariableDiffusivity {
  VariableDiffusivity(mean: mean, count: 1, dependencies: [], changesInTime: false) { _, _, target in
    for row in 0..<grid.rowCount {
      let rest = grid.rowCoordinates(row)
      for column in 0..<grid.rowLength {
        target.pointer(0, row: row)[column] = function([grid.axes[0].coordinate(column)] + rest)
      }
    }
  }
}

/// A diffusivity that is a function of the field itself.
private func dependent(_ function: @escaping @Sendable (Double) -> Double) -> VariableDiffusivity {
  VariableDiffusivity(mean: .arithmetic, count: 1, dependencies: [0], changesInTime: false) { state, _, target in
    for row in 0..<state.grid.rowCount {
      for column in 0..<state.grid.rowLength {
        target.pointer(0, row: row)[column] = function(state.pointer(0, row: row)[column])
      }
    }
  }
}

/// A disk, or what is left of the grid without a hole.
private func mask(_ grid: Grid, _ isInside: ([Double]) -> Bool) throws -> PointVolumes {
  try PointVolumes(grid, mask: fields(grid) { isInside($0) ? 1 : 0 })
}

private func random(_ grid: Grid, emptyShare: Double = 0.5) throws -> FieldSet {
  var generator = Seeded(state: 20_262)
  return try fields(grid) { _ in
    Double.random(in: 0...1, using: &generator) < emptyShare ? 0 : Double.random(in: 0...1, using: &generator)
  }
}

@Suite struct LocalDiffusionTests {
  /// Super-time-stepping of a constant diffusivity tends to the exact propagator of the same symbol.
  @Test(arguments: [AxisBoundary.noFlux, .periodic, .sides(lower: .value, upper: .robin(coefficient: 0.5))])
  func itTendsToTheExactPropagatorWithOrderTwo(boundary: AxisBoundary) throws {
    for points in [[40], [24, 17], [9, 10, 11]] {
      let grid = grid(points, size: points.map(Double.init))
      let boundaries = points.indices.map { $0 == 0 ? boundary : $0 == 1 ? .noFlux : .periodic }
      let start = try fields(grid) { 1 + $0.enumerated().reduce(1) { $0 * cos(0.4 * $1.element + Double($1.offset)) } }
      func result(steps: Int, isExact: Bool) throws -> [Double] {
        let field =
          isExact
          ? FieldDiffusion(diffusivity: 0.7, boundaries: boundaries, requestedMethod: .fourier, symbol: .secondOrder)
          : FieldDiffusion(
            diffusivities: points.map { _ in 0 }, variable: heterogeneous(grid) { _ in 0.7 }, boundaries: boundaries)
        let state = try FieldSet(grid: grid, count: 1)
        state.copy(from: start)
        let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 2))
        for step in 0..<steps {
          try diffusion.advance(state, from: Double(step) * 4 / Double(steps), by: 4 / Double(steps))
        }
        return state.values(0)
      }
      let exact = try result(steps: 1, isExact: true)
      let errors = try [4, 8, 16].map { largestDifference(try result(steps: $0, isExact: false), exact) }
      #expect(errors[2] < 2e-3)
      for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.7, "\(errors)") }
    }
  }

  /// Three ways to the same solution: implicit midpoint steps, each an elliptic balance; super-time-stepping; and, where
  /// the diffusivity is constant, the exact propagator.
  @Test(arguments: [AxisBoundary.noFlux, .periodic, .sides(lower: .value, upper: .robin(coefficient: 0.5))])
  func implicitStepsTendToTheSameSolution(boundary: AxisBoundary) throws {
    for (points, isConstant) in [
      ([40], true), ([40], false), ([24, 17], true), ([24, 17], false), ([9, 10, 11], true),
    ] {
      let grid = grid(points, size: points.map(Double.init))
      let boundaries = points.indices.map { $0 == 0 ? boundary : $0 == 1 ? .noFlux : .periodic }
      let pool = WorkerPool(threads: 1)
      let volumes = try PointVolumes(grid)
      let start = try fields(grid) { 1 + $0.enumerated().reduce(1) { $0 * cos(0.4 * $1.element + Double($1.offset)) } }
      let field =
        isConstant
        ? FieldDiffusion(
          diffusivities: points.map { _ in 0.7 }, boundaries: boundaries, requestedMethod: .fourier,
          symbol: .secondOrder)
        : FieldDiffusion(
          diffusivities: points.map { _ in 0 }, variable: heterogeneous(grid) { 0.5 + 0.3 * sin($0[0]) },
          boundaries: boundaries)
      let reference = try FieldSet(grid: grid, count: 1)
      reference.copy(from: start)
      let diffusion = try Diffusion(volumes: volumes, fields: [field], pool: pool)
      let pieces = isConstant ? 1 : 256
      for piece in 0..<pieces {
        try diffusion.advance(reference, from: Double(piece) * 4 / Double(pieces), by: 4 / Double(pieces))
      }
      let solver = try BalanceSolver(field: 0, field, volumes: volumes, pool: pool)
      let errors = try [8, 16, 32, 64].map { steps in
        let (state, before) = (try FieldSet(grid: grid, count: 1), try FieldSet(grid: grid, count: 1))
        state.copy(from: start)
        let rate = 2 * Double(steps) / 4
        for _ in 0..<steps {
          before.copy(from: state)
          try solver.solve(state, time: 0, isLinear: true) { state, target in
            target.setField(0, toSumOf: [(rate, before), (-rate, state)])
            target.fill(1, with: -rate)
          }
          state.setField(0, toSumOf: [(2, state), (-1, before)])
        }
        return largestDifference(state.values(0), reference.values(0))
      }
      #expect(errors[3] < 1e-3, "\(errors)")
      #expect(log2(errors[2] / errors[3]) > 1.8, "\(errors)")
    }
  }

  /// Two layers: the steady profile between given values has the same flux on both sides of the interface, which the
  /// harmonic mean gives exactly wherever the interface lies between two points.
  @Test func layersHaveTheirExactSteadyProfile() throws {
    let grid = grid([30], size: [3])
    let field = FieldDiffusion(
      diffusivities: [0], variable: heterogeneous(grid) { $0[0] < 1 ? 1 : 10 },
      boundaries: [.sides(lower: .value, upper: .value)],
      supplies: [SideSupply(axis: 0, isUpper: true, isSteady: true) { _ in [1] }])
    let state = try FieldSet(grid: grid, count: 1)
    let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1))
    for step in 0..<400 { try diffusion.advance(state, from: Double(step) * 0.1, by: 0.1) }
    // Resistances 1 and 2/10.
    let exact = try fields(grid) { $0[0] < 1 ? $0[0] / 1.2 : (1 + ($0[0] - 1) / 10) / 1.2 }
    #expect(largestDifference(state.values(0), exact.values(0)) < 1e-10)
  }

  /// u = e^{−t} (2 + sin x) solves u_t = ((1 + ½ sin x) u_x)_x + f; here by its steady part: order two in space.
  @Test(arguments: FaceMean.allCases)
  func smoothDiffusivitiesAreOfSecondOrderInSpace(mean: FaceMean) throws {
    // D u' = q has the solution u = ∫ q/D: with D = 1/(1 + x), u = q (x + x²/2).
    let errors = try [20, 40, 80].map { points in
      let grid = grid([points], size: [2])
      let field = FieldDiffusion(
        diffusivities: [0], variable: heterogeneous(grid, mean: mean) { 1 / (1 + $0[0]) },
        boundaries: [.sides(lower: .value, upper: .value)],
        supplies: [SideSupply(axis: 0, isUpper: true, isSteady: true) { _ in [4] }])
      let state = try fields(grid) { 2 * $0[0] }
      let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1))
      for step in 0..<300 { try diffusion.advance(state, from: Double(step) * 0.2, by: 0.2) }
      return largestDifference(state.values(0), try fields(grid) { $0[0] + $0[0] * $0[0] / 2 }.values(0))
    }
    print(mean, errors)
    if errors[0] > 1e-11 {
      for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.85) }
    }
  }

  /// The solution of Barenblatt of `u_t = (u²)_xx`: `t^{−1/3} (C − x²/12t^{2/3})₊`.
  @Test func theFrontOfThePorousMediumEquationIsBarenblatts() throws {
    func exact(_ x: Double, _ t: Double) -> Double { max(0, pow(t, -1.0 / 3) * (1 - x * x / (12 * pow(t, 2.0 / 3)))) }
    let errors = try [100, 200, 400].map { points in
      let grid = Grid(axes: [Axis(name: "x", origin: -10, length: 20, points: points)])
      let state = try fields(grid) { exact($0[0], 1) }
      let mass = state.integral(0)
      let field = FieldDiffusion(diffusivities: [0], variable: dependent { 2 * $0 }, boundaries: [.noFlux])
      let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1))
      for step in 0..<100 { try diffusion.advance(state, from: 1 + 0.03 * Double(step), by: 0.03) }
      #expect(state.minimum(0) >= 0)
      #expect(abs(state.integral(0) - mass) < 1e-12 * mass)
      let solution = try fields(grid) { exact($0[0], 4) }
      return zip(state.values(0), solution.values(0)).reduce(0) { $0 + abs($1.0 - $1.1) } * 20 / Double(points)
    }
    print("Barenblatt: mean errors \(errors)")
    #expect(errors[2] < 2e-3)
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.3) }
  }

  @Test(arguments: [0.05, 0.3, 1, 5, 40, 500])
  func massIsKeptAndRandomDataStayNonNegativeInRandomTissue(strength: Double) throws {
    var generator = Seeded(state: 20_262)
    var repeated = 0
    for trial in 0..<60 {
      let points = [[150], [24, 20], [9, 10, 8]][trial % 3]
      let grid = grid(points, size: points.map(Double.init))
      // Diffusivities over three decades, with holes, and tissue of any shape.
      let diffusivities = (0..<grid.pointCount).map { _ in
        Double.random(in: 0...1, using: &generator) < 0.1
          ? 0 : strength * pow(10, Double.random(in: -3...0, using: &generator))
      }
      let volumes = try PointVolumes(grid, mask: random(grid, emptyShare: 0.3).indicator())
      let variable = VariableDiffusivity(
        mean: trial % 2 == 0 ? .harmonic : .arithmetic, count: 1, dependencies: [], changesInTime: false
      ) { _, _, target in target.setValues(0, to: diffusivities) }
      let field = FieldDiffusion(
        diffusivities: points.map { _ in 0 }, variable: variable,
        boundaries: points.indices.map { ($0 + trial) % 2 == 0 ? .periodic : .noFlux })
      let diffusion = try Diffusion(volumes: volumes, fields: [field], pool: WorkerPool(threads: 1))
      for _ in 0..<10 {
        let state = try random(grid)
        state.clearOutside(volumes)
        let before = state.sum(0)
        try diffusion.advance(state, from: 0, by: 1)
        #expect(state.minimum(0) >= 0)
        #expect(abs(state.sum(0) - before) <= 1e-12 * before)
        #expect(state.isEmptyOutside(volumes))
      }
      repeated += diffusion.repeatedSteps
    }
    print("strength \(strength): \(repeated) of 600 steps repeated")
  }

  /// The mass in a disk after many steps, of which nothing leaves.
  @Test func nothingLeaksThroughTheEdgeOfTheTissueInManySteps() throws {
    let grid = grid([32, 32], size: [32, 32])
    let volumes = try mask(grid) { hypot($0[0] - 16, $0[1] - 16) < 13 && hypot($0[0] - 20, $0[1] - 16) > 4 }
    let state = try fields(grid) { $0[0] < 8 ? 1 : 0 }
    state.clearOutside(volumes)
    let before = state.sum(0)
    let field = FieldDiffusion(diffusivity: 0.2, boundaries: [.noFlux, .periodic])
    let diffusion = try Diffusion(volumes: volumes, fields: [field], pool: WorkerPool(threads: 1))
    for step in 0..<100_000 { try diffusion.advance(state, from: Double(step), by: 1) }
    #expect(abs(state.sum(0) - before) < 1e-11 * before)
    #expect(state.isEmptyOutside(volumes))
    // By then it is spread evenly.
    let inside = state.values(0).filter { $0 > 0 }
    #expect(inside.count == volumes.pointCount && inside.max()! - inside.min()! < 1e-10)
  }

  @Test func crossDiffusionMovesAFieldAlongTheGradientOfAnother() throws {
    // u_t = (a u + b v)_xx, v_t = (d v)_xx with waves: e^{−k²tA} for the matrix A.
    let grid = grid([200, 2], size: [200, 2])
    let k = .pi * 4 / 200.0
    let lambda = 2 - 2 * cos(k)
    let (a, b, d, step) = (1.0, 0.6, 2.0, 2.0)
    let state = try FieldSet(grid: grid, count: 2)
    state.setValues(1, to: try fields(grid) { cos(k * $0[0]) }.values(0))
    let diffusing = [
      FieldDiffusion(
        diffusivities: [a, a], crossTerms: [CrossTerm(field: 1, coefficient: b)], boundaries: [.noFlux, .noFlux]),
      FieldDiffusion(diffusivities: [d, d], boundaries: [.noFlux, .noFlux]),
    ]
    let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: diffusing, pool: WorkerPool(threads: 1))
    for index in 0..<40 { try diffusion.advance(state, from: Double(index) * step, by: step) }
    let t = 80.0
    let amplitude = b * (exp(-lambda * d * t) - exp(-lambda * a * t)) / (d - a)
    let exact = try fields(grid) { amplitude * cos(k * $0[0]) }
    #expect(largestDifference(state.values(0), exact.values(0)) < 1e-5)
    #expect(abs(state.sum(0)) < 1e-12)
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let grid = grid([40, 30, 5], size: [40, 30, 5])
    let results = try [1, 2, 3].map { threads in
      let field = FieldDiffusion(
        diffusivities: [0, 0, 0], variable: dependent { 1 + $0 * $0 }, boundaries: [.noFlux, .periodic, .noFlux])
      let state = try fields(grid) { abs(sin($0[0]) + cos($0[1] * $0[2])) }
      let diffusion = try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: threads))
      for step in 0..<5 { try diffusion.advance(state, from: Double(step), by: 1) }
      return state.values(0)
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }

  @Test func aNegativeDiffusivityIsRefusedWithItsPlace() throws {
    let grid = grid([10, 4], size: [10, 4])
    let field = FieldDiffusion(
      diffusivities: [0, 0], variable: heterogeneous(grid) { $0[0] > 7 && $0[1] > 2 ? -0.5 : 1 },
      boundaries: [.noFlux, .noFlux])
    let failure = #expect(throws: DiffusivityFailure.self) {
      try Diffusion(volumes: PointVolumes(grid), fields: [field], pool: WorkerPool(threads: 1))
    }
    #expect(failure?.row == 2 && failure?.column == 7 && failure?.value == -0.5)
  }
}

extension FieldSet {
  fileprivate func indicator() -> FieldSet {
    for index in 0..<grid.storageCount { pointer(0)[index] = pointer(0)[index] > 0 ? 1 : 0 }
    return self
  }

  fileprivate func clearOutside(_ volumes: PointVolumes) {
    for row in 0..<grid.rowCount {
      guard let inside = volumes.values(ofRow: row) else { continue }
      for column in 0..<grid.rowLength where inside[column] == 0 { pointer(0, row: row)[column] = 0 }
    }
  }

  fileprivate func isEmptyOutside(_ volumes: PointVolumes) -> Bool {
    (0..<grid.rowCount).allSatisfy { row in
      guard let inside = volumes.values(ofRow: row) else { return true }
      return (0..<grid.rowLength).allSatisfy { inside[$0] > 0 || pointer(0, row: row)[$0] == 0 }
    }
  }
}
