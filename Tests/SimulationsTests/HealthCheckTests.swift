import Fields
import Foundation
import Rates
import Simulations
import Testing

@Suite struct HealthCheckTests {
  private let grid = Grid(axes: [Axis(name: "x", length: 40, points: 40), Axis(name: "y", length: 3, points: 3)])
  private let pool = WorkerPool(threads: 1)

  private func state(_ value: (Int) -> Double) throws -> FieldSet {
    let set = try FieldSet(grid: grid, count: 1)
    set.setValues(0, to: (0..<120).map { value($0 % 40) })
    return set
  }

  private func check(of state: FieldSet, cannotBecomeNegative: Bool = true) throws -> HealthCheck {
    HealthCheck(
      of: state,
      rules: [.init(tolerance: 1e-3, cannotBecomeNegative: cannotBecomeNegative, keepsSign: cannotBecomeNegative)],
      volumes: try PointVolumes(grid), pool: pool)
  }

  @Test func aDensityThatFallsBelowTheToleranceIsFoundOnce() throws {
    let set = try state { _ in 2 }
    let health = try check(of: set)
    for (step, value) in [(1, -1e-3), (2, -3e-3), (3, -0.5), (4, 1)] {
      set.pointer(0, row: 1)[7] = value
      try health.check(set, step: step, time: Double(step), isPromised: false)
      #expect(health.findings.count == (step < 2 ? 0 : 1))
    }
    let finding = try #require(health.findings.first)
    #expect(finding.kind == .negative && finding.field == 0 && finding.step == 2 && finding.time == 2)
    #expect(finding.row == 1 && finding.column == 7)
    #expect(health.lowest == [-0.5])
  }

  @Test func aSchemeThatPromisesDensitiesFailsWithNegativeOnes() throws {
    let set = try state { _ in 2 }
    let health = try check(of: set)
    set.pointer(0, row: 2)[5] = -1e-3
    try health.check(set, step: 1, time: 1, isPromised: true)
    set.pointer(0, row: 2)[5] = -0.01
    let failure = try #require(throws: NumericalFailure.self) {
      try health.check(set, step: 2, time: 2, isPromised: true)
    }
    #expect(failure.cause == .violatedInvariant && failure.tile.row == 2 && failure.column == 5 && failure.time == 2)
  }

  /// A scheme cannot promise what the equations do not keep.
  @Test func whereTheModelTakesMoreThanThereIsItIsAFinding() throws {
    let set = try state { _ in 2 }
    let health = try check(of: set, cannotBecomeNegative: false)
    set.fill(0, with: -1)
    try health.check(set, step: 1, time: 1, isPromised: true)
    #expect(health.findings.map(\.kind) == [.negative])
  }

  @Test func aFieldThatWasNegativeAtFirstIsNoDensity() throws {
    let set = try state { _ in -1 }
    let health = try check(of: set)
    set.fill(0, with: -5)
    try health.check(set, step: 1, time: 1, isPromised: true)
    #expect(health.findings.isEmpty)
  }

  @Test(arguments: [(Double.nan, "is no number (NaN)"), (.infinity, "has overflowed")])
  func aValueThatIsNotFiniteIsAFailureWithItsPlace(value: Double, text: String) throws {
    let set = try state { _ in 2 }
    let health = try check(of: set)
    set.pointer(0, row: 1)[9] = value
    let failure = try #require(throws: NumericalFailure.self) {
      try health.check(set, step: 1, time: 0.5, isPromised: false)
    }
    #expect(failure.problem == text && failure.cause == .notFinite && failure.tile.row == 1 && failure.column == 9)
    set.pointer(0, row: 2)[0] = .nan
    let more = try #require(throws: NumericalFailure.self) {
      try health.check(set, step: 1, time: 0.5, isPromised: false)
    }
    #expect(more.problem == text + ", first of 2 points,")
  }

  /// What is found while a profile of a given width travels five points.
  private func findings(width: Double, speed: Double) throws -> [HealthCheck.Finding] {
    func profile(_ place: Double) -> (Int) -> Double {
      { 1 / (1 + exp(4 * (Double($0) - place) / width)) }
    }
    let set = try state(profile(10.3))
    let health = try check(of: set)
    for step in 1...640 {
      set.setValues(0, to: try state(profile(10.3 + speed * Double(step) / 128)).values(0))
      try health.check(set, step: step, time: Double(step), isPromised: false)
    }
    return health.findings
  }

  /// The largest slope of the profile is the range over the width.
  @Test func aFrontThatTravelsIsFoundIfItIsThinnerThanTwoPoints() throws {
    let thin = try findings(width: 1, speed: 1)
    #expect(thin.count == 1)
    guard case .thinFront(let points)? = thin.first?.kind else {
      Issue.record("no thin front")
      return
    }
    #expect(points >= 1 && points < 2)
    #expect(try findings(width: 3, speed: 1).isEmpty)
  }

  @Test func aJumpThatStaysIsNoFront() throws {
    #expect(try findings(width: 0.1, speed: 0).isEmpty)
  }

  /// White noise, smoothed more and more, has jumps everywhere, but none of them travels.
  @Test func noiseIsNoFront() throws {
    var values = (0..<40).map { Double(($0 * 7919 + 13) % 101) / 101 }
    let set = try state { values[$0] }
    let health = try check(of: set)
    for step in 1...2000 {
      let old = values
      for point in values.indices {
        values[point] += 0.02 * (old[max(point - 1, 0)] - 2 * old[point] + old[min(point + 1, 39)])
      }
      set.setValues(0, to: try state { values[$0] }.values(0))
      try health.check(set, step: step, time: Double(step), isPromised: false)
    }
    #expect(health.findings.isEmpty)
  }
}
