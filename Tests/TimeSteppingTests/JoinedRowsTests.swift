import Expressions
import Fields
import Rates
import Testing
import TimeStepping

/// Reactions of a grid whose rows are shorter than a tile.
@Suite struct JoinedRowsTests {
  private static let grid = Grid(axes: [
    Axis(name: "x", length: 1, points: 20), Axis(name: "y", length: 1, points: 17),
  ])

  private func integrator(
    _ rates: [String], processes: [String] = [], method: ReactionMethod = .automatic, threads: Int = 1
  ) throws -> ReactionIntegrator {
    let scope = Scope(
      fields: ["u", "v"], parameters: [], coordinates: ["x", "y"], functions: [:],
      allows: [.fields, .position, .time, .functionals])
    func read(_ texts: [String]) throws -> [Expressions.Expression] { try texts.map { try Expression($0, in: scope) } }
    let system = try ReactionSystem(
      rates: read(rates), processes: read(processes), fields: ["u", "v"], parameters: [:], grid: Self.grid)
    return ReactionIntegrator(
      system, method: method, tolerance: 1e-8, scales: [1, 1], volumes: try PointVolumes(Self.grid),
      pool: WorkerPool(threads: threads))
  }

  private func start() throws -> FieldSet {
    let state = try FieldSet(grid: Self.grid, count: 2)
    for field in 0..<2 {
      state.setValues(field, to: (0..<Self.grid.pointCount).map { 0.2 + 0.1 * Double(field) + 1e-3 * Double($0) })
    }
    return state
  }

  /// Twelve rows of twenty points, unless something depends on which row it is.
  @Test func rowsAreJoinedWhereTheyAreTheSame() throws {
    #expect(try integrator(["u*(1 - u) - u*v", "x*u - t*v + mean(u)"]).tiling.count == 2)
    #expect(try integrator(["u*(1 - u) - u*v", "y*u - v"]).tiling.count == 17)
    #expect(try integrator(["u*(1 - u) - u*v", "u - v"], processes: ["u*v*(1 + y)"]).tiling.count == 17)
  }

  /// What does not depend on `y`, and the same with a term that is 0 but does: tiles of many rows and of one.
  @Test(arguments: [
    ["x*u*(1 - u) - u*v", "0.5*u - x*v"], ["u*(1 - u)", "-x*v"], ["u*(1 - u) - 300*u*v", "u - 40*v"],
  ])
  func pointsOfSeveralRowsGiveWhatThoseOfOneGive(rates: [String]) throws {
    let (joined, apart) = (try start(), try start())
    let single = try integrator([rates[0] + " + 0*u*v*(y - y^2)*where(y > 2, 1, 0)", rates[1] + " + u*max(y - 5, 0)"])
    #expect(single.tiling.count == 17)
    try single.advance(apart, from: 0, by: 2)
    for threads in 1...2 {
      let all = try start()
      let several = try integrator(rates, threads: threads)
      #expect(several.tiling.count == 2)
      try several.advance(all, from: 0, by: 2)
      for field in 0..<2 {
        for (one, other) in zip(all.values(field), apart.values(field)) { #expect(abs(one - other) < 1e-6) }
      }
      if threads == 1 { joined.copy(from: all) }
      for field in 0..<2 { #expect(joined.values(field) == all.values(field)) }
    }
  }

  @Test func aFailureIsNamedByItsRowAndColumn() throws {
    let state = try start()
    var values = state.values(0)
    values[13 * 20 + 7] = 50
    state.setValues(0, to: values)
    let failure = #expect(throws: NumericalFailure.self) {
      try integrator(["u^2", "-v"]).advance(state, from: 0, by: 1)
    }
    #expect(failure?.row == 13 && failure?.column == 7)
  }
}
