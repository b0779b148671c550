import Expressions
import Fields
import Rates
import Testing

@Suite struct GridEvaluatorTests {
  /// Where the place does not matter fields are used where they lie, in pieces that go over rows; nothing else changes.
  @Test(arguments: [[45, 7], [600], [16, 3, 5]])
  func functionsOfFieldsAreTheSameInPlace(points: [Int]) throws {
    let grid = Grid(axes: zip(["x", "y", "z"], points).map { Axis(name: $0, length: 2, points: $1) })
    let state = try FieldSet(grid: grid, count: 2)
    for field in 0..<2 {
      state.setValues(field, to: (0..<grid.pointCount).map { 0.3 + Double(($0 * 37 + field) % 101) / 50 })
    }
    let pool = WorkerPool(threads: 2)
    let scope = Scope(fields: ["u", "v"], coordinates: grid.axes.map(\.name), allows: [.rate])
    for texts in [["u/(0.2 + v)*exp(-u*t)", "u - v^2"], ["u*mean(v)", "v/max(u)"], ["u*x", "v"]] {
      let functions = try PointwiseFunctions(
        texts.map { try Expression($0, in: scope) }, fields: ["u", "v"], parameters: [:], grid: grid)
      let evaluator = GridEvaluator(functions, volumes: try PointVolumes(grid), pool: pool)
      let (direct, copied) = (try FieldSet(grid: grid, count: 2), try FieldSet(grid: grid, count: 2))
      evaluator.evaluate(state, time: 0.7, into: direct)
      evaluator.evaluate(state, time: 0.7, into: copied, fill: { _, _, _ in })
      for field in 0..<2 {
        #expect(direct.values(field) == copied.values(field))
        #expect(direct.values(field).contains { $0 != 0 })
      }
    }
  }

  /// What depends on the position alone is found once; no bit of the rates depends on it.
  @Test(arguments: [
    ["u*exp(-x^2)*sin(3*x)", "v - where(x < 1, u, 2*cos(x))"], ["u*mean(v*x) + x", "exp(-(x - t)^2)*v*sqrt(x)"],
  ])
  func ratesAreTheSameWhereTheyDependOnThePosition(texts: [String]) throws {
    let grid = Grid(axes: [Axis(name: "x", length: 2, points: 45), Axis(name: "y", length: 1, points: 7)])
    let state = try FieldSet(grid: grid, count: 2)
    for field in 0..<2 {
      state.setValues(field, to: (0..<grid.pointCount).map { 0.3 + Double(($0 * 37 + field) % 101) / 50 })
    }
    let (pool, volumes) = (WorkerPool(threads: 2), try PointVolumes(grid))
    let scope = Scope(fields: ["u", "v"], coordinates: ["x", "y"], allows: [.rate])
    let expressions = try texts.map { try Expression($0, in: scope) }
    #expect(!Expression.extractingStaticCoefficients(expressions).places.isEmpty)
    let rates = try FieldRates(
      expressions, fields: ["u", "v"], parameters: [:], taxis: nil, distributions: nil, volumes: volumes, pool: pool)
    let evaluator = GridEvaluator(
      try PointwiseFunctions(expressions, fields: ["u", "v"], parameters: [:], grid: grid), volumes: volumes, pool: pool
    )
    let (kept, anew) = (try FieldSet(grid: grid, count: 2), try FieldSet(grid: grid, count: 2))
    for time in [0, 0.7] {
      try rates.evaluate(state, time: time, into: kept)
      evaluator.evaluate(state, time: time, into: anew)
      for field in 0..<2 { #expect(kept.values(field) == anew.values(field)) }
    }
  }
  /// Integrals and extremes are found together where none depends on another, and one after the other where it does.
  @Test func functionalsMayDependOnEachOther() throws {
    let grid = Grid(axes: [Axis(name: "x", length: 3, points: 30), Axis(name: "y", length: 1, points: 11)])
    let state = try FieldSet(grid: grid, count: 2)
    let u = (0..<grid.pointCount).map { 0.3 + Double(($0 * 37) % 101) / 50 }
    let v = (0..<grid.pointCount).map { Double(($0 * 53) % 89) / 60 - 0.5 }
    state.setValues(0, to: u)
    state.setValues(1, to: v)
    let scope = Scope(fields: ["u", "v"], coordinates: ["x", "y"], allows: [.rate])
    let texts = ["mean((u - mean(u))^2)", "integral(u)", "min(v*max(u))", "max(v)", "mean(where(v > mean(v), 1, 0))"]
    let functions = try PointwiseFunctions(
      texts.map { try Expression($0, in: scope) }, fields: ["u", "v"], parameters: [:], grid: grid)
    let evaluator = GridEvaluator(functions, volumes: try PointVolumes(grid), pool: WorkerPool(threads: 2))
    let found = evaluator.values(of: state, time: 0)
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let expected: [Double] = [
      mean(u.map { ($0 - mean(u)) * ($0 - mean(u)) }), 3 * mean(u), v.min()! * u.max()!, v.max()!,
      mean(v.map { $0 > mean(v) ? 1.0 : 0.0 }),
    ]
    for (value, exact) in zip(found, expected) { #expect(abs(value - exact) < 1e-13) }
  }

  /// Sums and extremes of a field are found where it lies, and are those of its tiles to the bit, NaN included.
  @Test(arguments: [[45, 7], [600], [16, 3, 5], [300, 2]], [0.5, Double.nan])
  func functionalsOfAFieldAreThoseOfItsTiles(points: [Int], value: Double) throws {
    let grid = Grid(axes: zip(["x", "y", "z"], points).map { Axis(name: $0, length: 2, points: $1) })
    let state = try FieldSet(grid: grid, count: 2)
    for field in 0..<2 {
      state.setValues(field, to: (0..<grid.pointCount).map { Double(($0 * 37 + field) % 101) / 50 - 0.7 })
    }
    state.pointer(1, row: grid.rowCount - 1)[grid.rowLength - 2] = value
    let scope = Scope(fields: ["u", "v"], coordinates: grid.axes.map(\.name), allows: [.rate])
    let functions = try PointwiseFunctions(
      ["integral(v)", "min(v)", "max(v)"].map { try Expression($0, in: scope) }, fields: ["u", "v"], parameters: [:],
      grid: grid)
    let volumes = try PointVolumes(grid)
    let tiling = Tiling(grid)
    let block = TileBlock(rowCount: 2)
    var (sums, least, largest) = ([Double](), Double.infinity, -Double.infinity)
    for index in 0..<tiling.count {
      let tile = tiling[index]
      block.load(state, tile: tile, into: 0, most: 2)
      sums.append(block.sum(row: 1, count: tile.count))
      let (low, high) = (block.minimum(row: 1, count: tile.count), block.maximum(row: 1, count: tile.count))
      least = low.isNaN || low < least ? low : least
      largest = high.isNaN || high > largest ? high : largest
    }
    let expected = [pairwiseSum(sums) * (try #require(volumes.uniform)), least, largest]
    for threads in [1, 2] {
      let found = GridEvaluator(functions, volumes: volumes, pool: WorkerPool(threads: threads))
        .values(of: state, time: 0)
      #expect(zip(found, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
      #expect(found.allSatisfy(\.isNaN) == value.isNaN)
    }
  }
}
