import Configuration
import Fields
import Foundation
import Simulations
import Testing

private func run(_ rate: String, _ time: String, more: String = "", parameters: String = #""a": 5, "k": 100"#) -> String
{
  """
  { "model": { "name": "m", "parameters": { \(parameters) }, "fields": { "u": { "diffusion": 0.1 } },
      "processes": [ { "name": "pulse", "rate": "\(rate)", "change": { "u": 1 } },
        { "name": "decay", "rate": "u", "change": { "u": -1 } } ] },
    "domain": { "size": [1], "points": [8] }, "initial": { "u": 1 }, "time": { \(time) }\(more) }
  """
}

private func course(_ text: String) throws -> (times: [Double], last: Double) {
  var times: [Double] = []
  let assembly = try RunAssembly(configuration(text), threads: 1)
  try advance(assembly) { time, _ in times.append(time) }
  return (times, assembly.state.values(0)[3])
}

/// `u' = k − u` from 5 to 5 + length.
private func exact(_ length: Double, k: Double = 100, end: Double = 10) -> Double {
  exp(-end) + k * (exp(5 + length - end) - exp(5 - end))
}

@Suite struct JumpTests {
  /// A pulse far shorter than steps, which without its times would be missed.
  @Test(arguments: ["auto", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"], [1e-3, 1e-5])
  func aPulseIsMetWithTheToleranceOfTheSteps(scheme: String, tolerance: Double) throws {
    for rate in ["where(t >= a && t < a + 0.01, k, 0)", "where(t > a && !(t > a + 0.01), k, 0)"] {
      let (times, last) = try course(
        run(rate, #""end": 10, "tolerance": \#(tolerance), "scheme": "\#(scheme)""#))
      print("pulse, \(scheme), \(tolerance): error \(abs(last / exact(0.01) - 1)), \(times.count) steps")
      #expect(abs(last / exact(0.01) - 1) < 100 * tolerance)
      #expect(times.contains(5) && times.contains(5.01))
      #expect(times.count < 1200)
    }
  }

  /// The rates of each side are those of that side at all stages, also at the time itself.
  @Test(arguments: ["etdrk4", "strang4"])
  func fixedStepsKeepTheirOrder(scheme: String) throws {
    func errors(_ rate: String, _ known: Double) throws -> [Double] {
      try [0.5, 0.25, 0.125].map { step in
        let text = run(
          rate, #""end": 10, "step": \#(step), "scheme": "\#(scheme)", "reactions": { "tolerance": 1e-12 }"#)
        return abs(try course(text).last - known)
      }
    }
    let ramp = exp(-10) + exp(-10) * ((1.37 - 1) * exp(6.37) - (0 - 1) * exp(5))
    for (rate, known) in [
      ("where(t > 5 && t <= 6.37, 1, 0)*cos(t)", .nan), ("heaviside(t - 5)*heaviside(6.37 - t)*(t - 5)", ramp),
    ] {
      let cosine = { (t: Double) in exp(t - 10) * (cos(t) + sin(t)) / 2 }
      let values = try errors(rate, known.isNaN ? exp(-10) + cosine(6.37) - cosine(5) : known)
      print("\(rate), \(scheme): errors \(values)")
      // Below 1e-11 there is nothing but the tolerance of the reactions.
      #expect(values[0] < 1e-3)
      #expect(values[2] < 1e-11 || log2(values[0] / values[2]) / 2 > 3.5)
    }
  }

  @Test func kinksAndPeriodsAreHitExactly() throws {
    let (times, _) = try course(
      run("where(t - 2*floor(t/2) < 0.3, 1, 0) + max(t - 7.1, 0)", #""end": 10, "tolerance": 1e-4"#))
    for time in [0.3, 2, 2.3, 4, 4.3, 6, 6.3, 7.1, 8, 8.3] { #expect(times.contains(time), "\(time)") }
    #expect(times.last == 10)
  }

  @Test func jumpsOfMovementAndSidesAreHitToo() throws {
    let text = """
      { "model": { "name": "m", "fields": {
            "u": { "diffusion": "0.1 + heaviside(t - 1)", "taxis": [ { "toward": "v", "sensitivity": "where(t < 2, 1, 0)" } ] },
            "v": { "diffusion": 1, "boundary": { "x-": { "flux": "heaviside(t - 3)" },
              "x+": { "robin": { "coefficient": "1 + heaviside(t - 4)", "outside": "where(t > 5, 1, 0)" } } } } },
          "noise": [ { "name": "n", "correlation": "uniform", "change": { "u": "where(t > 6, u, 0)" } } ] },
        "domain": { "size": [1], "points": [8] }, "initial": { "u": 1, "v": "x" }, "time": { "end": 8, "step": 0.3 } }
      """
    let configuration = try configuration(text)
    #expect(configuration.jumps.times == [1, 2, 3, 4, 5, 6])
    let (times, _) = try course(text)
    for time in 1...6 { #expect(times.contains(Double(time))) }
  }

  /// A treatment that changes a parameter moves what is still to come, and what an infusion adds jumps, too.
  @Test func treatmentsMoveTheTimesToCome() throws {
    let text = run(
      "where(t > a && t < a + 1, k, 0)", #""end": 10, "tolerance": 1e-4"#,
      more: #"""
        , "treatment": [ { "name": "delay", "at": 4, "set": { "a": 7 } },
          { "name": "drip", "at": 2, "for": 1.5, "infuse": { "u": "where(elapsed < 0.4, 1, 2)" } } ]
        """#, parameters: #""a": 5.3, "k": 100"#)
    #expect(try configuration(text).jumps.times == [5.3, 6.3])
    let (times, _) = try course(text)
    for time in [2, 2.4, 3.5, 4, 7, 8] { #expect(times.contains(time), "\(time)") }
    #expect(!times.contains(5.3) && !times.contains(6.3))
  }

  /// A quasi-steady field jumps with its production, behind the time itself.
  @Test func fieldsInBalanceJumpWithTheirRates() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {}, "w": { "diffusion": 1, "quasi_steady": true } },
          "processes": [ { "name": "supply", "rate": "where(t > 1, 2, 0)", "change": { "w": 1 } },
            { "name": "decay", "rate": "w", "change": { "w": -1 } }, { "name": "uptake", "rate": "w", "change": { "u": 1 } } ] },
        "domain": { "size": [1], "points": [8] }, "initial": { "u": 0 }, "time": { "end": 3, "step": 0.7 } }
      """
    var course: [(Double, Double, Double)] = []
    let assembly = try RunAssembly(configuration(text), threads: 1)
    try advance(assembly) { course.append(($0, $1.values(0)[2], $1.values(1)[2])) }
    for (time, u, w) in course {
      #expect(abs(u - 2 * max(time - 1, 0)) < 1e-9, "\(time)")
      #expect(abs(w - (time > 1 ? 2 : 0)) < 1e-9, "\(time)")
    }
    #expect(course.contains { $0.0 == 1 })
  }

  /// Doses and jumps whose times differ by rounding alone are one time.
  @Test func dosesAndJumpsAtTheSameTimeAreOne() throws {
    let text = run(
      "where(t > 3*0.1, 1, 0)", #""end": 1, "step": 0.05"#,
      more: #", "treatment": [ { "name": "a", "at": [0.3], "add": { "u": 1 } } ]"#)
    let (times, last) = try course(text)
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 > 0.04 })
    #expect(abs(last - (exp(-1) + exp(-0.7) + 1 - exp(-0.7))) < 1e-6)
  }

  @Test func thePlanListsThem() throws {
    func line(_ rate: String) throws -> String? {
      let plan = try RunPlan(RunAssembly(configuration(run(rate, #""end": 10, "step": 0.1"#)), threads: 1))
      return plan.text.split(separator: "\n").first { $0.hasPrefix("  jumps") }.map(String.init)
    }
    #expect(try line("k") == nil)
    #expect(try line("heaviside(t - a)") == "  jumps        rates jump or bend at t = 5")
    #expect(
      try line("floor(t)") == "  jumps        rates jump or bend at t = 1, 2, 3, 4, … to 10, 10 times")
  }

  /// What looks back on a bend sees it: `u' = heaviside(t − 0.3) − u(t − 1)`, u = 1 before, by the method of steps; also where
  /// the jump falls on a break of the delay itself.
  @Test(arguments: ["etdrk4", "strang4", "auto"])
  func bendsComeBackAfterADelay(scheme: String) throws {
    func end(_ jump: Double) throws -> Double {
      try finalState(
        """
        { "model": { "name": "m", "fields": { "u": { "diffusion": 0.1 } },
            "reactions": { "u": "heaviside(t - \(jump)) - delayed(u, 1)" } },
          "domain": { "size": [1], "points": [8] }, "initial": { "u": 1 },
          "time": { "end": 2, "tolerance": { "relative": 1e-4, "absolute": 1e-4 }, "scheme": "\(scheme)" } }
        """
      ).values(0)[2]
    }
    // u(1) = 0.7, and u(2) = u(1) + 1 − ∫ u over [0, 1].
    #expect(abs(try end(0.3) - (0.7 + 1 - (0.5 + 0.245))) < 1e-12)
    // u(1) = 0, and u(2) = u(1) + 1 − ½.
    #expect(abs(try end(1) - 0.5) < 1e-12)
  }
}
