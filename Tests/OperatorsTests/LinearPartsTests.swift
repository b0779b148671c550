import Fields
import Operators
import Testing

@Suite struct LinearPartsTests {
  private static let value = SideBoundary.value
  private static let robin = SideBoundary.robin(coefficient: 0.7)

  private func randomSet(_ grid: Grid, count: Int, seed: UInt64) throws -> FieldSet {
    var state = seed
    let set = try FieldSet(grid: grid, count: count)
    for field in 0..<count {
      set.setValues(
        field,
        to: (0..<grid.pointCount).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Double(state >> 11) * 0x1p-53
        })
    }
    return set
  }

  private func parts(_ grid: Grid, _ boundaries: [AxisBoundary], decays: [Double]) throws -> LinearParts {
    let fields = decays.indices.map { index in
      FieldDiffusion(diffusivities: boundaries.map { _ in 0.003 * Double(index) }, boundaries: boundaries)
    }
    return try LinearParts(
      volumes: PointVolumes(grid), fields: fields, decays: decays, pool: WorkerPool(threads: 2))
  }

  /// Root mean squares of values, of their difference and of others are known from coefficients, for all transforms.
  @Test(arguments: [
    (AxisBoundary.periodic, 12), (.periodic, 15), (.noFlux, 12), (.noFlux, 15), (.noFlux, 1),
    (.sides(lower: value, upper: value), 12), (.sides(lower: .flux, upper: value), 15),
    (.sides(lower: value, upper: .flux), 12), (.sides(lower: robin, upper: .flux), 14),
  ])
  func sizesOfErrorsAreKnownFromCoefficients(boundary: AxisBoundary, points: Int) throws {
    for others in [[], [(AxisBoundary.noFlux, 9)], [(.periodic, 8), (boundary, 5)]] {
      let all = [(boundary, points)] + others
      try expectSizes(grid(all.map(\.1)), all.map(\.0))
    }
  }

  @Test(arguments: [Axis.Geometry.cylindricalRadial, .sphericalRadial], [0, 0.4])
  func sizesOfErrorsAreKnownFromCoefficientsOfARadius(geometry: Axis.Geometry, origin: Double) throws {
    try expectSizes(radialGrid(geometry, points: 18, length: 2, origin: origin), [.noFlux])
  }

  private func expectSizes(_ grid: Grid, _ boundaries: [AxisBoundary]) throws {
    let parts = try parts(grid, boundaries, decays: [0, 1])
    let sets = try (1...3).map { try randomSet(grid, count: 2, seed: $0) }
    let (volumes, pool) = (try PointVolumes(grid), WorkerPool(threads: 1))
    let expected = sets[0].errorSizes(1, against: sets[1], old: sets[2], volumes: volumes, pool: pool)
    for set in sets { parts.toCoefficients(set, isNormalized: true) }
    // Field 0 does not move, and has no coefficients.
    #expect(parts.errorSizes(0, of: sets[0], against: sets[1], old: sets[2]) == nil)
    let found = try #require(parts.errorSizes(1, of: sets[0], against: sets[1], old: sets[2]))
    #expect(abs(found.difference - expected.difference) < 1e-13)
    #expect(abs(found.value - expected.value) < 1e-13)
    #expect(abs(found.old - expected.old) < 1e-13)
  }

  /// Tables are made when a size of step comes again; they change nothing, nor do they outlive it.
  @Test func tablesOfAStageChangeNoBit() throws {
    let grid = grid([45, 38])
    let parts = try parts(grid, [.noFlux, .periodic], decays: [0.5, 0, 40])
    let (base, first, second) = (
      try randomSet(grid, count: 3, seed: 1), try randomSet(grid, count: 3, seed: 2),
      try randomSet(grid, count: 3, seed: 3)
    )
    func stage(_ step: Double, weights: [[Double]]) throws -> [[Double]] {
      let points = try FieldSet(grid: grid, count: 3)
      let coefficients = try FieldSet(grid: grid, count: 3)
      let unused = try FieldSet(grid: grid, count: 3)
      unused.fill(1, with: .nan)
      parts.stage(
        into: points, keeping: coefficients, base: base, share: 0.5, of: step,
        terms: Array(zip([first, second, unused, first], weights)))
      return (0..<3).flatMap { [points.values($0), coefficients.values($0)] }
    }
    let weights = [[0.5, -1, 0], [1, 2, 4], [0, 0, 0], [1, 2, 4]]
    var found: [Double: [[[Double]]]] = [:]
    for step in [0.3, 0.3, 0.3, 0.7, 0.3, 0.7, 0.7, 0.7, 0.3, 0.3, 0.3] {
      found[step, default: []].append(try stage(step, weights: weights))
    }
    for (step, results) in found {
      #expect(results[0].allSatisfy { $0.allSatisfy(\.isFinite) })
      #expect(results.allSatisfy { $0 == results[0] }, "step \(step)")
    }
    #expect(found[0.3]![0] != found[0.7]![0])
  }
}
