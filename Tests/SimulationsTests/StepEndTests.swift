import Expressions
import Fields
import Foundation
import Rates
import Simulations
import Testing
import TimeStepping

/// Where the steps of a whole run end, of systems of a few lines.
@Suite struct StepEndTests {
  /// `u = 1 − t`, `v = t`.
  private let fall = SmallSystem(from: [1, 0]) { _, _ in [-1, 1] }

  private struct Ended {
    let times: [Double]
    let reason: String?
    let doses: [Double]
    let values: [Double]
  }

  private func run(
    _ system: SmallSystem, step: Double, until end: Double, stops: [String] = [], steady: [StopCondition] = [],
    treatments: [Treatment] = [], jumps: [Double] = [], extinction: Extinction.Rule? = nil, lag: Double? = nil
  ) throws -> Ended {
    let (state, volumes) = (try system.state(system.initial), try system.volumes)
    let delays = try lag.map { lag in
      let argument = DelayedFields.Argument(expressions: [.symbol(.field("u"))], distributions: nil)
      return try DelayedFields(
        [("delayed", lag, 0)], arguments: argument, before: [argument], fields: SmallSystem.fields, parameters: [:],
        parametersBefore: [:], following: nil, volumes: volumes, pool: system.pool)
    }
    try delays?.begin(state, at: 0, isJump: true)
    let equations = Equations(
      scheme: "rk4", stepper: system, quasiSteady: nil, delays: delays, contractionRates: [0, 0],
      jumps: JumpTimes(jumps))
    let regimen = Regimen(
      treatments, start: 0,
      doser: Doser(
        fields: SmallSystem.fields, parameters: [:], ranges: [:], span: 0...end, volumes: volumes, pool: system.pool,
        gate: { $0 }),
      equations: equations, makeEquations: { _, _ in equations })
    let conditions = try stops.map { StopCondition(.when(try system.expression($0)), reason: $0) }
    let simulation = try Simulation(
      fieldNames: SmallSystem.fields, state: state, regimen: regimen, stops: system.stops(conditions + steady),
      extinction: extinction.map { Extinction([$0, nil], volumes: volumes, pool: system.pool) },
      startTime: 0, endTime: end, steps: .fixed(step), observers: [],
      checkpoints: CheckpointPolicy(every: nil, wallSeconds: nil, keep: 1), pool: system.pool,
      saveCheckpoint: { _, _ in {} })
    var times: [Double] = []
    _ = try simulation.run(didStep: { times.append($0.clock.time) })
    return Ended(
      times: times, reason: simulation.stopReason,
      doses: simulation.regimen.memory.given?.first.map(\.time) ?? [], values: (0..<2).map { state.values($0)[0] })
  }

  private func dose(
    named name: String = "dose", at times: [Double] = [0], when condition: String? = nil, of amount: String = "u + 10"
  ) throws
    -> Treatment
  {
    Treatment(
      name: name,
      trigger: try condition.map { .init(condition: try fall.expression($0), isOnce: true, rearming: nil) },
      times: .list(times), changes: [.init(.field("u"), value: try fall.expression(amount))], infusion: nil)
  }

  private func isNear(_ found: [Double], _ expected: [Double]) -> Bool {
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-11 }
  }

  @Test func withoutAnythingElseStepsAreThoseThatAreAskedFor() throws {
    #expect(try run(fall, step: 0.3, until: 0.9).times == [0.3, 0.6, 0.9])
    #expect(try run(fall, step: 4, until: 1).times == [1])
  }

  @Test func eachKnownTimeEndsAStepExactly() throws {
    let ended = try run(
      fall, step: 4, until: 2, stops: ["t > 1.9 && mean(v) < 0"], treatments: [try dose(at: [0.1 + 0.2, 0.7])],
      jumps: [0.3, 1.1], extinction: .init(threshold: -100, times: Cadence(start: 0, interval: 0.9)))
    #expect(ended.times == [0.3, 0.7, 0.9, 1.1, 1.8, 1.9, 2])
    #expect(ended.doses == [0.3, 0.7] && ended.reason == nil)
  }

  @Test(arguments: [0.25, 0.7, 4])
  func anEventInsideAStepEndsItThere(step: Double) throws {
    let ended = try run(fall, step: step, until: 2, stops: ["mean(u) < 0.4"])
    #expect(abs((ended.times.last ?? 0) - 0.6) < 1e-11 && ended.reason == "mean(u) < 0.4")
    // The state shows it.
    #expect(ended.values[0] < 0.4)
  }

  @Test func twoEventsInOneStepEndTwoSteps() throws {
    let ended = try run(
      fall, step: 4, until: 2, stops: ["mean(u) > 5 && mean(v) > 0.8"],
      treatments: [try dose(when: "mean(u) < 0.4", of: "u + 10")])
    #expect(isNear(ended.times, [0.6, 0.8]) && isNear(ended.doses, [0.6]))
  }

  /// One holds at the root, the other just after it: a step that is as long as roots are known to may lie in between.
  @Test func twoEventsAtOneTimeHappenTogether() throws {
    let treatments = [
      try dose(named: "a", when: "mean(v) >= 0.5", of: "u"), try dose(named: "b", when: "mean(u) < 0.5", of: "u"),
    ]
    let ended = try run(fall, step: 4, until: 2, treatments: treatments)
    #expect(isNear(ended.doses, [0.5, 0.5]) && (2...3).contains(ended.times.count))
  }

  /// A condition comes true at the time of a dose to the last digit: looked at before the dose is given.
  @Test func anEventAtAKnownTimeIsFoundBeforeWhatHappensThen() throws {
    for condition in ["mean(u) <= 0.5", "mean(v) >= 0.5", "mean(u) == 0.5"] {
      let ended = try run(fall, step: 4, until: 2, stops: [condition], treatments: [try dose(at: [0.5])])
      #expect(ended.times == [0.5] && ended.reason == condition && ended.doses.isEmpty, "\(condition)")
    }
    // What is not true yet is not any more after the dose.
    let strict = try run(fall, step: 4, until: 2, stops: ["mean(u) < 0.5"], treatments: [try dose(at: [0.5])])
    #expect(strict.reason == nil && strict.doses == [0.5] && strict.times == [0.5, 2])
  }

  @Test func anEventAtTheStartTakesNoStep() throws {
    #expect(try run(fall, step: 1, until: 2, stops: ["mean(u) >= 1"]).times.isEmpty)
    let dosed = try run(fall, step: 1, until: 2, stops: ["mean(u) > 5"], treatments: [try dose()])
    #expect(dosed.times.isEmpty && dosed.doses == [0] && dosed.reason == "mean(u) > 5")
  }

  @Test func anEventAtTheEndOfTheRunIsFoundThere() throws {
    let ended = try run(fall, step: 4, until: 0.5, stops: ["mean(u) <= 0.5"])
    #expect(ended.times == [0.5] && ended.reason == "mean(u) <= 0.5")
    #expect(try run(fall, step: 4, until: 0.5, stops: ["mean(u) < 0.5"]).reason == nil)
  }

  /// The solution has kinks one to four delays after the start, and after a dose.
  @Test func delaysEndStepsWhereTheSolutionIsNotSmooth() throws {
    let ended = try run(fall, step: 9, until: 3, treatments: [try dose(at: [1.2])], lag: 0.5)
    #expect(isNear(ended.times, [0.5, 1, 1.2, 1.5, 1.7, 2, 2.2, 2.7, 3]))
  }

  @Test func eventsAreFoundBesideBreaksOfDelays() throws {
    let between = try run(fall, step: 9, until: 3, stops: ["mean(u) < 0.2"], lag: 0.5)
    #expect(isNear(between.times, [0.5, 0.8]) && between.reason == "mean(u) < 0.2")
    let at = try run(fall, step: 9, until: 3, stops: ["mean(u) <= 0.5"], lag: 0.5)
    #expect(at.times == [0.5] && at.reason == "mean(u) <= 0.5")
    let touched = try run(
      SmallSystem(from: [0, 2]) { _, values in [values[1], -2] }, step: 9, until: 3, stops: ["mean(u) >= 1"], lag: 0.5)
    #expect(touched.times.count == 2 && touched.reason == "mean(u) >= 1")
  }

  @Test(arguments: [0.1, 0.75, 3])
  func aSteadyStateEndsAStepWhereItHasLasted(step: Double) throws {
    let still = SmallSystem(from: [1, 1]) { _, _ in [0, 0] }
    let ended = try run(
      still, step: step, until: 3, steady: [StopCondition(.steady(rate: 1e-3, duration: 1.3), reason: "steady")])
    #expect(abs((ended.times.last ?? 0) - 1.3) < 1e-12 && ended.reason == "steady")
  }
}
