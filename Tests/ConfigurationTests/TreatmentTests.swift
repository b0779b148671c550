import Configuration
import Fields
import Foundation
import Simulations
import Testing

/// A run of uniform fields: a drug `w`, cells `T`.
private func run(_ treatment: String, _ rest: String = "", end: Double, time: String = #""step": 0.3"#) -> String {
  """
  { "model": { "name": "m", "parameters": { "k": 0.2, "r": { "value": 1, "range": [0, 100] } },
      "fields": { "w": { "diffusion": 1 }, "T": {} }, "reactions": { "w": "-k*w", "T": "r*T" } },
    "domain": { "size": [1], "points": [4] }, "initial": { "w": 0, "T": 1 },
    "time": { "end": \(end), \(time), "reactions": { "tolerance": 1e-12 } },
    "treatment": [\(treatment)] \(rest) }
  """
}

private func final(_ text: String, set overrides: [String] = []) throws -> (w: Double, T: Double) {
  let state = try finalState(text, set: overrides)
  return (state.values(0)[1], state.values(1)[1])
}

/// Times at which steps end.
private func stepEnds(_ text: String) throws -> [Double] {
  var times: [Double] = []
  try advance(try RunAssembly(configuration(text), threads: 1)) { time, _ in times.append(time) }
  return times
}

private let bothTimes = [#""step": 0.3"#, #""tolerance": 1e-6"#]

@Suite struct DoseTests {
  /// The peak is `dose/(1 − e^{−7k})` and the trough, which is what an output at a dose time shows, `e^{−7k}` of it.
  @Test func weeklyDosingOfADecayingDrugReachesItsPeriodicPeak() throws {
    let (w, _) = try final(
      run(#"{ "name": "d", "at": { "every": 7 }, "add": { "w": 2 } }"#, end: 7 * 30))
    let exact = 2 * exp(-7 * 0.2) / (1 - exp(-7 * 0.2))
    print("trough of weekly dosing: \(w), exact \(exact)")
    #expect(abs(w / exact - 1) < 1e-9)
    let (after, _) = try final(
      run(#"{ "name": "d", "at": { "every": 7 }, "add": { "w": 2 } }"#, end: 7 * 30 + 1))
    #expect(abs(after / (2 * exp(-0.2) / (1 - exp(-7 * 0.2))) - 1) < 1e-9)
  }

  @Test(arguments: bothTimes)
  func everyDoseTimeIsTheEndOfAStep(time: String) throws {
    let ends = try stepEnds(
      run(
        #"{ "name": "d", "at": { "start": 0.7, "every": 1.1, "pattern": "110", "count": 6 }, "infuse": { "w": 1 }, "for": 0.4 }"#
          .replacing("110", with: "11-"), end: 12, time: time))
    for day in [0.0, 1, 3, 4, 6, 7] {
      let start = 0.7 + day * 1.1
      #expect(ends.contains(start))
      #expect(ends.contains(start + 0.4))
    }
    #expect(ends.last == 12)
    #expect(zip(ends, ends.dropFirst()).allSatisfy { $1 - $0 > 1e-3 })
  }

  @Test func thirtyFractionsLeaveTheShareOfTheLinearQuadraticLaw() throws {
    let (_, cells) = try final(
      run(
        """
        { "name": "radiotherapy", "at": { "start": 1, "every": 1, "count": 30, "pattern": "11111--" },
          "radiotherapy": { "dose": 1.8, "alpha": 0.04, "alpha_beta": 10, "fields": ["T"] } }
        """, end: 60), set: ["parameters.r=0"])
    #expect(abs(cells / exp(-30 * 0.04 * 1.8 * 1.18) - 1) < 1e-13)
  }

  @Test func allThatADoseChangesIsOfTheMomentBefore() throws {
    let (w, cells) = try final(
      run(#"{ "name": "swap", "at": 1, "set": { "w": "T", "T": "w + x - x", "r": 0, "k": 0 } }"#, end: 2))
    #expect(abs(w - exp(1)) < 1e-9)
    #expect(cells == 0)
  }

  @Test func treatmentsAtOneTimeActInTheirOrder() throws {
    let (w, _) = try final(
      run(
        #"{ "name": "b", "at": [2, 1], "add": { "w": 1 } }, { "name": "a", "at": 1, "multiply": { "w": 10 } }"#, end: 3),
      set: ["parameters.k=0"])
    #expect(abs(w - 11) < 1e-12)
  }

  @Test func aRegionIsTreatedAndTheRestIsNot() throws {
    let state = try finalState(
      run(
        #"{ "name": "r", "at": 0, "region": "x < 0.5", "add": { "w": "x" }, "multiply": { "T": 3 } }"#, end: 0.5),
      set: ["parameters.k=0", "parameters.r=0", "model.fields.w.diffusion=0"])
    #expect(state.values(0) == [0.125, 0.375, 0, 0])
    #expect(state.values(1) == [3, 3, 1, 1])
  }
}

@Suite struct InfusionTests {
  @Test(arguments: bothTimes)
  func aConstantInfusionHasItsExactCourse(time: String) throws {
    let text = #"{ "name": "i", "at": [1, 5], "for": 2, "infuse": { "w": 0.5 } }"#
    let (w, _) = try final(run(text, end: 6, time: time))
    let (k, rise) = (0.2, 0.5 / 0.2)
    let exact = rise * (1 - exp(-2 * k)) * exp(-3 * k) + rise * (1 - exp(-k))
    #expect(abs(w / exact - 1) < 1e-6)
  }

  @Test func aRampCountsFromItsBeginning() throws {
    let text = #"{ "name": "ramp", "at": [1, 5], "for": 2, "infuse": { "w": "3*elapsed" } }"#
    let (w, _) = try final(run(text, end: 6), set: ["parameters.k=0"])
    #expect(abs(w - (6 + 1.5)) < 1e-9)
  }

  @Test func infusionsThatOverlapAddUp() throws {
    let text = #"{ "name": "i", "at": [0, 1, 2], "for": 3, "infuse": { "w": "1 + t" } }"#
    let (w, _) = try final(run(text, end: 10), set: ["parameters.k=0"])
    #expect(abs(w - (3 + 4.5 + 3 + 7.5 + 3 + 10.5)) < 1e-9)
  }

  @Test func aFieldInBalanceFollowsAnInfusionAtOnce() throws {
    let text = run(#"{ "name": "i", "at": 1, "for": 2, "infuse": { "w": 0.6 } }"#, end: 3)
    let balance = ["model.fields.w.quasi_steady=true"]
    #expect(abs(try final(text, set: balance + ["time.end=2"]).w - 3) < 1e-9)
    #expect(abs(try final(text, set: balance + ["time.end=4"]).w) < 1e-9)
  }
}

@Suite struct ConditionTests {
  private let growth = #""when": "mean(T) >= 10""#

  @Test(arguments: bothTimes)
  func theMomentAtWhichAConditionComesTrueIsFound(time: String) throws {
    let ends = try stepEnds(
      run(#"{ "name": "a", \#(growth), "once": true, "multiply": { "T": 0.5 } }"#, end: 4, time: time))
    #expect(ends.contains { abs($0 - log(10)) < 2e-6 })
    let (_, cells) = try final(
      run(#"{ "name": "a", \#(growth), "once": true, "multiply": { "T": 0.5 } }"#, end: 4, time: time))
    #expect(abs(cells / (0.5 * exp(4)) - 1) < 1e-5)
  }

  /// Halved each time that it reaches 10: at ln 10 + n ln 2.
  @Test func aConditionSetsOffAgainWhenItHasNotHeldInBetween() throws {
    let text = run(#"{ "name": "a", \#(growth), "multiply": { "T": 0.5 } }"#, end: 6)
    let ends = try stepEnds(text)
    for n in 0..<5 { #expect(ends.contains { abs($0 - log(10) - Double(n) * log(2)) < 1e-7 }) }
    #expect(abs(try final(text).T / (exp(6) / 64) - 1) < 1e-6)
  }

  @Test(arguments: [("mean(T) < 4", 0.5, 1), ("mean(T) < 4", 0.1, 3), ("mean(T) < 0.5", 0.1, 1)])
  func hysteresisKeepsItFromSettingOffAgain(rearm: String, factor: Double, count: Double) throws {
    let text = run(
      #"{ "name": "a", \#(growth), "rearm_when": "\#(rearm)", "multiply": { "T": \#(factor) } }"#, end: 7)
    #expect(abs(try final(text).T / (exp(7) * pow(factor, count)) - 1) < 1e-6)
  }

  @Test func aConditionThatHoldsAtTheStartSetsOffThere() throws {
    let (w, _) = try final(
      run(#"{ "name": "a", "when": "mean(T) > 0.5", "once": true, "add": { "w": 1 } }"#, end: 1),
      set: ["parameters.k=0"])
    #expect(w == 1)
  }

  @Test func aCourseCountsFromTheMomentOfItsCondition() throws {
    let text = run(
      #"{ "name": "a", \#(growth), "once": true, "at": { "start": 0.5, "every": 0.25, "count": 3 }, "for": 0.1, "infuse": { "w": 10 } }"#,
      end: 4)
    let ends = try stepEnds(text)
    let start = ends.min { abs($0 - log(10)) < abs($1 - log(10)) }!
    for k in 0..<3 {
      let dose = (start + 0.5) + Double(k) * 0.25
      #expect(ends.contains(dose))
      #expect(ends.contains(dose + 0.1))
    }
    #expect(abs(try final(text, set: ["parameters.k=0"]).w - 3) < 1e-9)
  }

  @Test func aDoseCanSetOffAnotherTreatmentAtTheSameTime() throws {
    let (w, cells) = try final(
      run(
        """
        { "name": "second", "when": "mean(w) > 1", "once": true, "set": { "T": 7 } },
        { "name": "first", "at": 1, "add": { "w": 2 } }
        """, end: 2), set: ["parameters.k=0", "parameters.r=0"])
    #expect(w == 2 && cells == 7)
  }
}

@Suite struct ParameterTests {
  @Test(arguments: bothTimes)
  func aParameterKeepsItsNewValue(time: String) throws {
    let text = run(
      #"{ "name": "a", "at": [1, 2], "multiply": { "r": 2 } }, { "name": "b", "at": 3, "set": { "r": "mean(T)*0 + 0.5" } }"#,
      end: 4, time: time)
    #expect(abs(log(try final(text).T) - (1 + 2 + 4 + 0.5)) < 1e-5)
  }

  @Test func diffusionFollowsAParameter() throws {
    let text = """
      { "model": { "name": "m", "parameters": { "D": 0.1 }, "fields": { "u": { "diffusion": "D" } } },
        "domain": { "size": [1], "points": [64] }, "initial": { "u": "1 + cos(pi*x)" },
        "time": { "end": 2, "step": 0.1 }, "treatment": [ { "name": "a", "at": 1, "set": { "D": 0.3 } } ] }
      """
    let state = try finalState(text)
    let exact = exp(-Double.pi * .pi * (0.1 + 0.3)) * cos(.pi / 128)
    #expect(abs(state.values(0)[0] - 1 - exact) < 1e-12)
  }

  @Test func aValueOutOfItsRangeFailsWhereItIsSet() throws {
    let text = run(#"{ "name": "a", "at": 1, "set": { "r": "-mean(T)" } }"#, end: 4)
    let failure = #expect(throws: TreatmentFailure.self) { try finalState(text) }
    #expect(failure?.description.hasPrefix("t = 1.0: the treatment a would set the parameter r to -2.7182") ?? false)
  }
}

@Suite struct StopTests {
  private func outcome(_ text: String) throws -> (Simulation.Outcome, Double) {
    let simulation = try simulation(of: RunAssembly(configuration(text), threads: 1))
    let outcome = try simulation.run()
    return (outcome, simulation.clock.time)
  }

  @Test(arguments: bothTimes)
  func aRunEndsWhereItsConditionComesTrue(time: String) throws {
    let (outcome, end) = try outcome(
      run("", #", "stop": [ { "when": "mean(T) > 10", "because": "too many" } ]"#, end: 9, time: time))
    #expect(outcome == .stopped("too many"))
    #expect(abs(end - log(10)) < 2e-6)
  }

  /// `u' = −(u − 1)`: the relative rate of change is below 1e-3 after ln 1000, but for 0.1 %, and for 2 more.
  @Test func aRunEndsInASteadyState() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {} }, "reactions": { "u": "1 - u" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "u": 0 }, "time": { "end": 100, "step": 0.05 },
        "stop": [ { "steady": 1e-3, "for": 2 } ] }
      """
    let (outcome, end) = try outcome(text)
    #expect(outcome == .stopped("steady state"))
    #expect(abs(end - log(1000) - 2) < 0.1)
  }

  @Test func aDoseBeginsTheSteadyTimeAnew() throws {
    let text = run(
      #"{ "name": "d", "at": { "start": 5, "every": 1, "count": 10 }, "multiply": { "T": 1 } }"#,
      #", "stop": [ { "steady": 1e-3, "for": 2 } ]"#, end: 50)
    let simulation = try simulation(
      of: RunAssembly(configuration(text, set: ["parameters.r=0", "parameters.k=0"]), threads: 1))
    #expect(try simulation.run() == .stopped("steady state"))
    #expect(simulation.clock.time == 2.1 || abs(simulation.clock.time - 2) < 0.31)
  }
}
