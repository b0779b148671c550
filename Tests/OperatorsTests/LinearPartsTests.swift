import Fields
import Foundation
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
    let (new, old, a, b) = (
      try randomSet(grid, count: 2, seed: 1), try randomSet(grid, count: 2, seed: 2),
      try randomSet(grid, count: 2, seed: 3),
      try randomSet(grid, count: 2, seed: 4)
    )
    let (volumes, pool) = (try PointVolumes(grid), WorkerPool(threads: 1))
    let (error, nothing) = (try FieldSet(grid: grid, count: 2), try FieldSet(grid: grid, count: 2))
    let sizes = new.errorSizes(1, against: new, old: old, volumes: volumes, pool: pool)
    for set in [new, old] { parts.toCoefficients(set, isNormalized: true) }
    for set in [a, b] { parts.toCoefficients(set) }
    let weights = SIMD3(0.5, -1, 4)
    parts.stage(
      into: error, base: nothing, share: 1, of: 0.2, terms: [(a, PhiWeights(weights)), (b, -1 * PhiWeights(weights))])
    let difference = error.errorSizes(1, against: nothing, old: nothing, volumes: volumes, pool: pool).difference
    // Field 0 does not move, and has no coefficients.
    #expect(parts.errorSizes(0, new: new, old: old, rates: a, b, weights: weights, step: 0.2) == nil)
    let found = try #require(parts.errorSizes(1, new: new, old: old, rates: a, b, weights: weights, step: 0.2))
    #expect(difference > 0.01 && abs(found.difference - difference) < 1e-13)
    #expect(abs(found.value - sizes.value) < 1e-13)
    #expect(abs(found.old - sizes.old) < 1e-13)
    let factor = parts.factor(0, weights: weights, step: 0.2)
    for ((error, a), b) in zip(zip(error.values(0), a.values(0)), b.values(0)) {
      #expect(abs(error - factor * (a - b)) < 1e-13)
    }
  }

  /// `(e^{hL} − 1) u` is `e^{hL} u − u`, and for a step that is small next to `1/L` it is `hL u` to all digits.
  @Test func aStageCanGiveTheChange() throws {
    let grid = grid([24, 10])
    let parts = try parts(grid, [.noFlux, .periodic], decays: [0.5, 0, 40])
    let start = try randomSet(grid, count: 3, seed: 1)
    let coefficients = try FieldSet(grid: grid, count: 3)
    coefficients.copy(from: start)
    parts.toCoefficients(coefficients, isNormalized: true)
    func stage(_ factor: BaseFactor, _ step: Double) throws -> [[Double]] {
      let points = try FieldSet(grid: grid, count: 3)
      parts.stage(into: points, base: coefficients, times: factor, share: 1, of: step, terms: [])
      return (0..<3).map { points.values($0) }
    }
    let (change, advanced) = (try stage(.exponentialLessOne, 0.2), try stage(.exponential, 0.2))
    let (tiny, twice) = (try stage(.exponentialLessOne, 1e-20), try stage(.exponentialLessOne, 2e-20))
    for field in 0..<3 {
      let values = start.values(field)
      for point in values.indices {
        #expect(abs(change[field][point] - (advanced[field][point] - values[point])) < 1e-13)
        #expect(abs(twice[field][point] - 2 * tiny[field][point]) <= 1e-15 * 1e-20)
      }
      #expect(tiny[field].contains { abs($0) > 1e-21 })
    }
    #expect(try stage(.zero, 0.2).allSatisfy { $0.allSatisfy { $0 == 0 } })
  }

  /// Weights of functions of the whole step add to a stage what a sum of its own adds: with transforms, along a radius, and for a
  /// field that stays where it is.
  @Test(arguments: [false, true]) func aStageMixesFunctionsOfTwoShares(isRadius: Bool) throws {
    let grid = isRadius ? radialGrid(.cylindricalRadial, points: 18, length: 2, origin: 0) : grid([24, 10])
    let parts = try parts(grid, isRadius ? [.noFlux] : [.noFlux, .periodic], decays: [0.5, 0, 4])
    let (base, first, second) = (
      try randomSet(grid, count: 3, seed: 1), try randomSet(grid, count: 3, seed: 2),
      try randomSet(grid, count: 3, seed: 3)
    )
    let nothing = try FieldSet(grid: grid, count: 3)
    func stage(_ base: FieldSet, share: Double, _ terms: [(set: FieldSet, weights: PhiWeights)]) throws -> [[Double]] {
      let points = try FieldSet(grid: grid, count: 3)
      parts.stage(into: points, base: base, share: share, of: 0.7, terms: terms)
      return (0..<3).map { points.values($0) }
    }
    let found = try stage(
      base, share: 0.5,
      [
        (first, PhiWeights([0.5, -0.75, 0.5], whole: [0, -0.25, 1])),
        (second, PhiWeights([0, 0, 0], whole: [1, 0, -2])),
      ])
    let own = try stage(base, share: 0.5, [(first, [0.5, -0.75, 0.5])])
    let whole = try stage(nothing, share: 1, [(first, [0, -0.25, 1]), (second, [1, 0, -2])])
    for field in 0..<3 {
      #expect(whole[field].contains { abs($0) > 1e-3 })
      for (value, parts) in zip(found[field], zip(own[field], whole[field])) {
        #expect(abs(value - parts.0 - parts.1) < 1e-13)
      }
    }
  }

  /// What is read from tables is what is computed when it is needed; tables do not outlive the size of a step.
  @Test func tablesOfAStageChangeNoBit() throws {
    let grid = grid([45, 38])
    let parts = try parts(grid, [.noFlux, .periodic], decays: [0.5, 0, 40])
    let (base, first, second) = (
      try randomSet(grid, count: 3, seed: 1), try randomSet(grid, count: 3, seed: 2),
      try randomSet(grid, count: 3, seed: 3)
    )
    let weights: [PhiWeights] = [[0.5, -1, 0], [1, 2, 4], [0, 0, 0], [1, 2, 4]]
    func stage(_ step: Double, share: Double, decays: [Double]? = nil) throws -> [[Double]] {
      let points = try FieldSet(grid: grid, count: 3)
      let coefficients = try FieldSet(grid: grid, count: 3)
      let unused = try FieldSet(grid: grid, count: 3)
      unused.fill(1, with: .nan)
      parts.stage(
        into: points, keeping: coefficients, base: base, share: share, of: step,
        terms: Array(zip([first, second, unused, first], weights)), decays: decays)
      return (0..<3).flatMap { [points.values($0), coefficients.values($0)] }
    }
    // With decays of their own nothing is written down.
    let computed = try stage(0.3, share: 0.5, decays: [0.5, 0, 40])
    #expect(computed.allSatisfy { $0.allSatisfy(\.isFinite) })
    for (step, share) in [(0.3, 0.5), (0.3, 0.5), (0.7, 0.5), (0.3, 1), (0.3, 0.5), (0.15, 1), (0.3, 0.5)] {
      let found = try stage(step, share: share)
      if step * share == 0.15 { #expect(step != 0.3 || found == computed) } else { #expect(found != computed) }
    }
  }

  /// Rates found on the way from a stage to their coefficients have the bits of those that are found point by point in between.
  @Test(arguments: [[45, 38], [16, 32], [7, 9], [6, 20, 17]])
  func ratesOnTheWayAreThoseAtThePoints(points: [Int]) throws {
    let grid = grid(points)
    let parts = try parts(grid, points.map { _ in .noFlux }, decays: [0.5, 0, 40])
    #expect(parts.canPassThroughPoints)
    let (base, rates, place) = (
      try randomSet(grid, count: 3, seed: 1), try randomSet(grid, count: 3, seed: 2),
      try randomSet(grid, count: 1, seed: 3)
    )
    @Sendable func rate(_ values: [Double], _ place: Double, _ field: Int) -> Double {
      place * values[field] / (values[(field + 1) % 3] + values[2])
    }
    func sets() throws -> [FieldSet] { try (0..<3).map { _ in try FieldSet(grid: grid, count: 3) } }
    func stage(into target: FieldSet, butLastAxis: Bool, finishing unfinished: FieldSet) {
      parts.stage(
        into: target, base: base, share: 0.5, of: 0.3, terms: [(unfinished, [0.5, -1, 0])],
        finishing: UnfinishedTerm(unfinished),
        butLastAxis: butLastAxis)
    }
    // Along all axes, one after the other.
    let apart = try sets()
    apart[0].copy(from: rates)
    parts.toCoefficients(apart[0])
    parts.stage(into: apart[1], base: base, share: 0.5, of: 0.3, terms: [(apart[0], [0.5, -1, 0])])
    let values = (0..<3).map { apart[1].values($0) }
    let places = place.values(0)
    for field in 0..<3 {
      apart[2].setValues(
        field, to: places.indices.map { point in rate(values.map { $0[point] }, places[point], field) })
    }
    parts.toCoefficients(apart[2])
    // On the way.
    for keepsPoints in [true, false] {
      let onTheWay = try sets()
      onTheWay[0].copy(from: rates)
      parts.toCoefficients(onTheWay[0], butFirstAxis: true)
      stage(into: onTheWay[1], butLastAxis: true, finishing: onTheWay[0])
      parts.passThroughPoints(of: onTheWay[1], keepsPoints: keepsPoints, places: place, to: onTheWay[2]) { block, _ in
        for point in 0..<block.count {
          let values = (0..<3).map { block.row($0)[point] }
          for field in 0..<3 { block.row(field)[point] = rate(values, block.row(3)[point], field) }
        }
      }
      parts.finishCoefficients(onTheWay[2])
      for field in 0..<3 {
        #expect(onTheWay[0].values(field) == apart[0].values(field))
        #expect(onTheWay[2].values(field) == apart[2].values(field))
        if keepsPoints { #expect(onTheWay[1].values(field) == values[field]) }
      }
    }
  }

  /// Lines that are held in different orders, and what comes from the sides, leave no common way.
  @Test func onlyWhatGoesTheSameWayPassesThroughPoints() throws {
    func canPass(_ boundaries: [[AxisBoundary]]) throws -> Bool {
      let grid = grid(boundaries[0].map { _ in 12 })
      return try LinearParts(
        volumes: PointVolumes(grid),
        fields: boundaries.map { FieldDiffusion(diffusivities: $0.map { _ in 0.1 }, boundaries: $0) },
        decays: boundaries.map { _ in 0 }, pool: WorkerPool(threads: 1)
      ).canPassThroughPoints
    }
    #expect(try canPass([[.noFlux, .periodic], [.periodic, .periodic]]))
    #expect(try !canPass([[.noFlux, .periodic], [.periodic, .noFlux]]))
    #expect(try !canPass([[.noFlux]]))
  }

  /// The coefficient of a wave that fits between values of 0 is half its height, in its own place: so they lie in checkpoints.
  @Test func coefficientsOfSinesAreInOrder() throws {
    let grid = grid([24])
    let ends = AxisBoundary.sides(lower: Self.value, upper: Self.value)
    let parts = try parts(grid, [ends], decays: [0, 0])
    for wave in [1, 3, 23] {
      let set = try FieldSet(grid: grid, count: 2)
      set.setValues(1, to: (0..<24).map { sin(.pi * (Double($0) + 0.5) * Double(wave) / 24) })
      parts.toCoefficients(set, isNormalized: true)
      for (k, coefficient) in set.values(1).enumerated() {
        #expect(abs(coefficient - (k == wave - 1 ? 0.5 : 0)) < 1e-14)
      }
    }
  }
}
