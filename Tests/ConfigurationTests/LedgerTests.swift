import Configuration
import Documents
import Fields
import Foundation
import Simulations
import Testing
import TimeStepping

/// The ledger of a run, and the masses at its end.
private func ledger(
  _ text: String, _ steps: String, set overrides: [String] = [], threads: Int = 1
) throws -> (report: LedgerReport, memory: MassLedger.Memory, state: FieldSet) {
  let text = text.replacing("STEPS", with: steps)
  let assembly = try RunAssembly(configuration(text, set: overrides + ["output.ledger=true"]), threads: threads)
  let run = try simulation(of: assembly)
  _ = try run.run()
  let ledger = try #require(run.ledger)
  let account = try #require(run.regimen.equations.account)
  return (
    LedgerReport(ledger, masses: account.masses(of: run.state), assembly.configuration), ledger.memory, assembly.state
  )
}

extension LedgerReport {
  fileprivate subscript(_ field: String, _ name: String) -> Double {
    accounts.first { $0.field == field }?.entries.first { $0.name == name }?.amount ?? .nan
  }

  /// The largest of what is not explained, relative to all that moved.
  fileprivate var openness: Double {
    accounts.map { abs($0.difference) / max($0.turnover, .leastNormalMagnitude) }.max() ?? .nan
  }
}

@Suite struct LedgerTests {
  private let fixed = #""step": 0.05"#

  /// Runs with something of everything that changes masses.
  private static let problems: [String: String] = [
    "killing": """
    { "model": { "name": "killing",
        "fields": { "T": { "diffusion": 0.02 },
                    "E": { "diffusion": 0.05, "taxis": [{ "toward": "c", "sensitivity": 0.3 }] },
                    "c": { "diffusion": 1 } },
        "processes": [
          { "name": "growth", "rate": "1.1*T*(1 - T/2)", "change": { "T": 1 } },
          { "name": "killing", "rate": "2*E*T", "change": { "T": -1, "E": "-0.2" } },
          { "name": "recruitment", "rate": "0.4*c/(0.2 + c)", "change": { "E": 1 } },
          { "name": "death", "rate": "0.3*E", "change": { "E": -1 } },
          { "name": "secretion", "rate": "5*T", "change": { "c": 1 } },
          { "name": "decay", "rate": "12*c", "change": { "c": -1 } } ] },
      "domain": { "size": [3, 2], "points": [24, 16] },
      "initial": { "T": "exp(-4*((x - 1)^2 + (y - 1)^2))", "E": "0.1 + 0.1*cos(pi*x/3)", "c": "0.3" },
      "time": { "end": 2, STEPS },
      "treatment": [
        { "name": "cells", "at": 0.7, "add": { "E": "0.5*exp(-x)" } },
        { "name": "block", "at": 1, "infuse": { "c": "0.5" }, "for": 0.4 },
        { "name": "surgery", "at": 1.5, "multiply": { "T": 0.5 } } ] }
    """,
    "sides": """
    { "model": { "name": "supply",
        "fields": { "n": { "diffusion": 0.5, "boundary": {
                      "x-": { "value": "1 + 0.2*sin(t)" }, "x+": { "flux": 0.3 },
                      "y-": { "robin": { "coefficient": 0.4, "outside": 2 } } } },
                    "u": { "diffusion": "0.01 + 0.02*n", "extinction": { "below": 1e-5, "every": 0.1 } } },
        "processes": [
          { "name": "uptake", "rate": "n*u/(0.5 + n)", "change": { "n": -1, "u": "0.7" } },
          { "name": "death", "rate": "0.8*u*u", "change": { "u": -1 } } ] },
      "domain": { "size": [2, 1], "points": [20, 10] },
      "initial": { "n": "0.5", "u": "exp(-30*(x - 1)^2)" },
      "time": { "end": 1, STEPS } }
    """,
    "compartment": """
    { "model": { "name": "plasma",
        "fields": { "d": { "diffusion": 0.1 }, "T": {} },
        "compartments": { "A": {} },
        "processes": [
          { "name": "exchange", "rate": "0.8*A - 0.3*d", "change": { "d": 1 } },
          { "name": "exchange, seen from the blood", "rate": "mean(0.8*A - 0.3*d)", "change": { "A": -1 } },
          { "name": "clearance", "rate": "1.7*A", "change": { "A": -1 } },
          { "name": "kill", "rate": "d*T*integral(T)", "change": { "T": -1 } } ] },
      "domain": { "size": [2, 2], "points": [12, 12], "mask": "(x - 1)^2 + (y - 1)^2 < 0.8" },
      "initial": { "d": 0, "A": 1, "T": "1 + 0.5*cos(x)" },
      "time": { "end": 2, STEPS },
      "treatment": [{ "name": "bolus", "at": { "start": 0.5, "every": 0.5 }, "add": { "A": 2 } }] }
    """,
    "noise": """
    { "model": { "name": "noise", "fields": { "u": { "diffusion": 0.1 }, "v": { "diffusion": 0.1 } },
        "processes": [ { "name": "growth", "rate": "u*(1 - u)", "change": { "u": 1 } },
                       { "name": "decay", "rate": "v", "change": { "v": -1 } } ],
        "noise": [ { "name": "spots", "correlation": "white", "change": { "u": "0.3*u" } },
                   { "name": "weather", "correlation": "uniform", "change": { "u": "0.1*u", "v": 0.2 } } ] },
      "domain": { "size": [2, 1], "points": [16, 8] }, "initial": { "u": 0.5, "v": 1 },
      "time": { "end": 1, STEPS }, "treatment": [ { "name": "dose", "at": 0.33, "add": { "u": 0.1 } } ] }
    """,
    "delay": """
    { "model": { "name": "delay", "fields": { "u": { "diffusion": 0.1 }, "v": {} },
        "processes": [ { "name": "growth", "rate": "u*(1 - delayed(u, 0.5))", "change": { "u": 1 } },
                       { "name": "recruitment", "rate": "delayed(u, 0.3, 3) + heaviside(t - 0.4)", "change": { "v": 1 } },
                       { "name": "decay", "rate": "v", "change": { "v": -1 } } ] },
      "domain": { "size": [2], "points": [16] }, "initial": { "u": "0.3 + 0.2*cos(pi*x/2)", "v": 1 },
      "time": { "end": 2, STEPS } }
    """,
    "radius": """
    { "model": { "name": "spheroid", "fields": { "u": { "diffusion": 0.2 } },
        "processes": [ { "name": "growth", "rate": "u*(1 - u)", "change": { "u": 1 } } ] },
      "domain": { "geometry": "spherical-radial", "size": [3], "points": [40] },
      "initial": { "u": "0.8*exp(-r^2)" }, "time": { "end": 2, STEPS } }
    """,
  ]

  /// Every scheme on every problem that it can do, with fixed steps and with steps chosen by their error.
  @Test func itIsClosedToRounding() throws {
    var done = 0
    for (name, text) in Self.problems.sorted(by: { $0.key < $1.key }) {
      for scheme in Scheme.all {
        for steps in [#""step": 0.05"#, #""tolerance": 1e-3"#] {
          let overrides = ["time.scheme=\(scheme.name)"]
          let run: (report: LedgerReport, memory: MassLedger.Memory, state: FieldSet)
          do {
            run = try ledger(text, steps, set: overrides)
          } catch is Diagnostics {
            // Not every scheme can do every problem.
            continue
          }
          done += 1
          #expect(run.report.openness < 1e-12, "\(name) \(scheme.name) \(steps): \(run.report.text)")
          for account in run.report.accounts {
            let scheme = account.entries.first { $0.name == "scheme" }?.amount ?? .nan
            #expect(account.doubt <= 1e-2 * account.turnover, "\(name) \(overrides) \(steps): \(run.report.text)")
            #expect(abs(scheme) <= 1e-3 * account.turnover, "\(name) \(overrides) \(steps): \(run.report.text)")
          }
        }
      }
    }
    print("\(done) runs")
    #expect(done >= 55)
  }

  /// What an interpolant says of the masses is closed, and about what a step to that time says.
  @Test(arguments: ["etdrk4", "etdrk4-coupled"], [0.05, 0.125, 0.25, 0.4])
  func rowsInsideOfStepsHaveTheirAccounts(scheme: String, part: Double) throws {
    let text = """
      { "model": { "name": "cycle", "fields": { "u": { "diffusion": 0.1 }, "v": { "diffusion": 0.3 } },
          "processes": [
            { "name": "growth", "rate": "u*(1 - u)", "change": { "u": 1 } },
            { "name": "predation", "rate": "2*u*v", "change": { "u": -1, "v": "0.5" } },
            { "name": "death", "rate": "0.4*v", "change": { "v": -1 } } ] },
        "domain": { "size": [4], "points": [32] },
        "initial": { "u": "0.6 + 0.3*cos(pi*x/4)", "v": "0.4 - 0.2*cos(pi*x/2)" },
        "time": { "end": 1, "step": 0.5, "scheme": "\(scheme)" }, "output": { "ledger": true } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    let (account, stepper) = (try #require(assembly.account), assembly.stepper)
    let (inside, aside) = (try FieldSet(copying: assembly.state), try FieldSet(copying: assembly.state))
    let before = account.masses(of: inside)
    let step = try stepper.step(assembly.state, from: 0, by: 0.5, memory: StepperMemory(), goesOn: true)
    let interpolant = try #require(step.interpolant)
    let found = try #require(try interpolant.evaluate(into: inside, after: part))
    let expected = try #require(
      try stepper.step(aside, from: 0, by: part, memory: StepperMemory(), goesOn: false).changes)
    let moved = zip(account.masses(of: inside), before).map { $0 - $1 }
    for (total, change) in zip(found.totals(lineFields: account.lineFields), moved) {
      #expect(abs(total - change) < 1e-13)
    }
    let worst = zip(found.lines, expected.lines).reduce(0) { max($0, abs($1.0 - $1.1)) }
    print("\(scheme) after \(part): lines differ by \(worst) of \(expected.lines)")
    #expect(worst < 1e-3 * (expected.lines.map(abs).max() ?? 0))
  }

  /// Where nothing can cross the sides, nothing does, whatever moves inside; and the numbers are the same on any number of
  /// threads.
  @Test func nothingCrossesClosedSides() throws {
    for problem in ["killing", "compartment", "radius"] {
      for scheme in ["strang", "strang4", "rebalanced-strang"] {
        let one = try ledger(Self.problems[problem] ?? "", fixed, set: ["time.scheme=\(scheme)"])
        for account in one.report.accounts where account.field != "A" {
          #expect(abs(one.report[account.field, "sides"]) < 1e-12 * account.turnover, "\(problem) \(scheme) \(account)")
        }
        for threads in [2, 3] {
          let other = try ledger(Self.problems[problem] ?? "", fixed, set: ["time.scheme=\(scheme)"], threads: threads)
          #expect(other.memory == one.memory)
        }
      }
    }
  }

  /// Keeping it changes no bit of the solution.
  @Test func itOnlyLooksOn() throws {
    for (name, text) in Self.problems {
      for steps in [fixed, #""tolerance": 1e-4"#] {
        // Noise needs a fixed step.
        if name == "noise", steps != fixed { continue }
        let with = try ledger(text, steps).state
        let without = try finalState(text.replacing("STEPS", with: steps))
        for field in 0..<with.count { #expect(with.values(field) == without.values(field), "\(name) \(steps)") }
      }
    }
  }

  /// A supply and a decay: `u' = s − μ u`, whose shares are known.
  @Test func sharesAreThoseOfTheExactSolution() throws {
    func text(_ rate: String) -> String {
      """
      { "model": { "name": "decay", "fields": { "u": { "diffusion": 0.1 } },
          "processes": [ { "name": "supply", "rate": "\(rate)", "change": { "u": 1 } },
                         { "name": "decay", "rate": "3*u", "change": { "u": -1 } } ] },
        "domain": { "size": [2], "points": [16] }, "initial": { "u": "1 + cos(pi*x/2)" },
        "time": { "end": 2, STEPS } }
      """
    }
    for scheme in ["lie", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"] {
      for method in ["auto", "dormand-prince", "etdrk4", "etd2rk", "rodas4", "alpha-qss"] {
        let report = try ledger(
          text("1.5"), #""step": 0.1"#, set: ["time.scheme=\(scheme)", "time.reactions.method=\(method)"]
        ).report
        let final = 2 * 0.5 + (2 - 2 * 0.5) * exp(-6)
        let accuracy = scheme == "etd2-positive" ? 2e-2 : 1e-4
        #expect(abs(report["u", "supply"] - 6) < 1e-9, "\(scheme) \(method) \(report.text)")
        #expect(abs(report["u", "decay"] - (final - 2 - 6)) < accuracy, "\(scheme) \(method) \(report.text)")
      }
    }
  }

  /// Growth and competition of logistic growth: `∫ r u dt = ln(…)`, and a flux through a side is what was given.
  @Test func growthAndFluxAreKnown() throws {
    let text = """
      { "model": { "name": "logistic", "fields": { "u": {}, "n": { "diffusion": 1, "boundary": { "x+": { "flux": 0.3 } } } },
          "processes": [ { "name": "growth", "rate": "2*u", "change": { "u": 1 } },
                         { "name": "competition", "rate": "2*u^2", "change": { "u": -1 } } ] },
        "domain": { "size": [1], "points": [4] }, "initial": { "u": 0.01, "n": 0 }, "time": { "end": 5, STEPS } }
      """
    // ∫ u dt over [0, T] is ln(1 + u₀ (e^{rT} − 1))/r.
    let growth = log(1 + 0.01 * (exp(10) - 1))
    for scheme in ["strang", "strang4", "etdrk4"] {
      let report = try ledger(text, #""tolerance": 1e-6"#, set: ["time.scheme=\(scheme)"]).report
      #expect(abs(report["u", "growth"] - growth) < 1e-5 * growth, "\(scheme) \(report.text)")
      #expect(abs(report["n", "sides"] - 1.5) < 1e-10, "\(scheme) \(report.text)")
    }
  }

  /// The shares follow the tolerance.
  @Test func sharesFollowTheTolerance() throws {
    let reference = try ledger(
      Self.problems["killing"] ?? "", #""tolerance": 1e-9"#, set: ["time.scheme=etdrk4"]
    ).report
    for scheme in ["strang4", "etdrk4", "auto"] {
      for tolerance in [1e-3, 1e-5] {
        let report = try ledger(
          Self.problems["killing"] ?? "", "\"tolerance\": \(tolerance)", set: ["time.scheme=\(scheme)"]
        ).report
        var worst = 0.0
        for (account, other) in zip(report.accounts, reference.accounts) {
          for (entry, exact) in zip(account.entries, other.entries) {
            worst = max(worst, abs(entry.amount - exact.amount) / other.turnover)
          }
        }
        print("\(scheme) \(tolerance): shares to \(worst)")
        #expect(worst < 10 * tolerance)
      }
    }
  }

  /// What doses add and thresholds remove is there.
  @Test func dosesAndTracesAreThere() throws {
    let killing = try ledger(Self.problems["killing"] ?? "", fixed).report
    // 0.5 ∫ e^{−x} dx over 3 × 2 at the points.
    let added = (0..<24).reduce(0) { $0 + 0.5 * exp(-(Double($1) + 0.5) / 8) / 8 } * 2
    #expect(abs(killing["E", "doses"] - added) < 1e-12)
    #expect(abs(killing["c", "infusion block"] - 0.5 * 0.4 * 6) < 1e-12)
    #expect(killing["T", "doses"] < -0.1)
    let sides = try ledger(Self.problems["sides"] ?? "", fixed).report
    #expect(sides["u", "removed"] < 0 && sides["u", "removed"] > -1e-4)
    let plasma = try ledger(Self.problems["compartment"] ?? "", fixed).report
    #expect(abs(plasma["A", "doses"] - 6) < 1e-12)
  }
}
