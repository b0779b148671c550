import Fields
import Foundation
import Simulations
import Testing

@Suite struct PeakResolutionTests {
  private let grid = Grid(axes: [Axis(name: "x", length: 40, points: 40), Axis(name: "y", length: 30, points: 30)])

  /// A Gaussian peak of mass 100 at a place in the unit of the spacing, as wide as given.
  private func set(_ state: FieldSet, width: Double, at place: (Double, Double) = (20, 15)) {
    let height = 100 / (2 * Double.pi * width * width)
    state.setValues(
      0,
      to: (0..<1200).map { point in
        let (x, y) = (Double(point % 40) + 0.5 - place.0, Double(point / 40) + 0.5 - place.1)
        return height * exp(-0.5 * (x * x + y * y) / (width * width))
      })
  }

  /// What is found in twenty looks at states that a closure sets.
  private func findings(gathers: Bool = true, _ change: (FieldSet, Int) -> Void) throws -> [HealthCheck.Finding] {
    let state = try FieldSet(grid: grid, count: 1)
    change(state, 0)
    let health = HealthCheck(
      of: state,
      rules: [.init(tolerance: 1e-3, cannotBecomeNegative: true, keepsSign: true, gathers: gathers)],
      volumes: try PointVolumes(grid), pool: WorkerPool(threads: 1))
    for look in 1...20 {
      change(state, look)
      try health.check(state, step: 16 * look, time: Double(look), isPromised: false)
    }
    return health.findings
  }

  /// At a point, between two on one axis, between four, and at a corner of the domain: the width at half of the height is 2.355 times the standard deviation.
  @Test(arguments: [(20.5, 15.5), (20.0, 15.5), (20, 15), (0.5, 0.5), (0, 15)])
  func aPeakThatGathersIsFoundWhenItIsAsNarrowAsTheGrid(place: (Double, Double)) throws {
    let found = try findings { set($0, width: 4 * exp(-0.12 * Double($1)), at: place) }
    #expect(found.count == 1)
    guard case .narrowPeak(let points, let height)? = found.first?.kind else {
      Issue.record("no narrow peak")
      return
    }
    #expect(points > 1 && points < 3 && height > 10)
  }

  @Test func aPeakThatSpreadsOrStaysIsNone() throws {
    #expect(try findings { set($0, width: 0.4 * exp(0.1 * Double($1))) }.isEmpty)
    #expect(try findings { state, _ in set(state, width: 0.4) }.isEmpty)
    // Wide enough, whatever its height.
    #expect(try findings { set($0, width: 4 * exp(-0.05 * Double($1))) }.isEmpty)
  }

  /// What grows at a point without movement is what the equations say.
  @Test func whatDoesNotGatherIsNotLookedAt() throws {
    #expect(try findings(gathers: false) { set($0, width: 4 * exp(-0.12 * Double($1))) }.isEmpty)
  }
}
