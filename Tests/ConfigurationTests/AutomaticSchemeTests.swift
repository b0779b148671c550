import Configuration
import Documents
import Fields
import Simulations
import Testing
import TimeStepping

/// The choice of the scheme by trial steps.
@Suite struct AutomaticSchemeTests {
  /// A tumor that invades, slow everywhere: Strang splitting commutes with its leading edge.
  private static let fisher = """
    { "model": { "name": "fisher", "fields": { "u": { "diffusion": 1 } }, "reactions": { "u": "u*(1 - u)" } },
      "domain": { "size": [60], "points": [120] }, "initial": { "u": "0.5*exp(-x^2/4)" },
      "time": { "end": 20 }, "numerics": { "propagator": "fourier" } }
    """

  /// A chemical that decays fifty times as fast as anything else happens.
  private static let immunotherapy = """
    { "model": "kirschner-panetta-diffusion", "parameters": { "sigma_u": 0.018 },
      "domain": { "size": [120], "points": [64] },
      "initial": {
        "u": "0.3019*(1 + 0.1*cos(3*pi*x/120) + 0.1*cos(6*pi*x/120))",
        "v": "0.39*(1 + 0.2*cos(3*pi*x/120) - 0.2*cos(6*pi*x/120))",
        "w": "0.0226*(1 + 0.3*cos(3*pi*x/120) + 0.1*cos(6*pi*x/120))" },
      "time": { "end": 20 }, "numerics": { "propagator": "fourier" } }
    """

  /// T cells that follow a chemokine: P3 of the benchmarks, on fewer points.
  private static let chemotaxis = """
    { "model": { "name": "chemotaxis",
        "fields": { "E": { "diffusion": 0.1, "taxis": [{ "toward": "a", "sensitivity": 0.5 }] },
                    "a": { "diffusion": 0.2 }, "T": { "diffusion": 0.05 } },
        "reactions": { "E": "0.05*(1 - 0.5*cos(pi*x/5) - 0.5*cos(pi*y/5)) + 0.5*E*E*T - 0.3*E", "a": "E*T - 0.5*a",
                       "T": "T*(1 - T) - 1.5*E*T" } },
      "domain": { "size": [10, 10], "points": [48, 48] },
      "initial": {
        "E": "0.2*(1 - 0.5*cos(pi*x/5)*cos(pi*y/5))", "a": "0.1*(1 + 0.5*cos(pi*x/5) + 0.3*cos(2*pi*y/5))",
        "T": "0.4*exp(-3*(2 - cos(pi*(x - 5)/5) - cos(pi*(y - 5)/5))) + 0.05*(1 + cos(2*pi*x/5))*(1 + cos(pi*y/5))" },
      "time": { "end": 10 }, "numerics": { "propagator": "fourier" } }
    """

  private func run(_ text: String, _ settings: [String]) throws -> (state: FieldSet, simulation: Simulation) {
    let assembly = try RunAssembly(configuration(text, set: settings), threads: 1)
    let run = try simulation(of: assembly)
    _ = try run.run()
    return (assembly.state, run)
  }

  /// No single scheme is as accurate with much less work, whatever its tolerance; trials are counted.
  @Test(arguments: [(fisher, "strang4"), (immunotherapy, "etdrk4"), (chemotaxis, "etdrk4")], ["1e-3", "1e-4", "1e-5"])
  func noSingleSchemeTakesMuchLessWork(problem: (text: String, best: String), tolerance: String) throws {
    let reference = try finalState(problem.text, set: ["time.scheme=etdrk4", "time.step=0.005"])
    let chosen = try run(problem.text, ["time.tolerance=\(tolerance)"])
    let error = relativeError(chosen.state, reference)
    let cost = chosen.simulation.stepper.work.cost
    let decisions = try #require(chosen.simulation.stepper.memorized.choice).decisions
    var best = (cost: Double.infinity, name: "")
    for scheme in ["strang4", "etdrk4"] {
      // Looser than 1e-2 there is no order; tighter than 1e-6 all that follows is dearer.
      for other in ["1e-2", "1e-3", "1e-4", "1e-5", "1e-6"] {
        guard !(problem.best == "etdrk4" && scheme == "strang4" && other != "1e-2") else { continue }
        let single = try run(problem.text, ["time.tolerance=\(other)", "time.scheme=\(scheme)"])
        let found = single.simulation.stepper.work.cost
        if relativeError(single.state, reference) <= error, found < best.cost {
          best = (found, "\(scheme) at \(other)")
        }
      }
    }
    print(
      "\(tolerance): error \(error), cost \(cost), best \(best); \(decisions.map { "\($0.scheme) from \($0.time): \($0.costs)" })"
    )
    #expect(decisions.last?.scheme == problem.best)
    #expect(cost < 1.3 * best.cost)
    #expect(try error < 10 * #require(Double(tolerance)))
  }

  /// The rates tell nothing of how soon errors are forgotten, by diffusion; only what they are seen to add up to allows the
  /// balanced scheme its long steps.
  @Test func alternativesAreJudgedByWhatTheirErrorsAddUpTo() throws {
    let (_, run) = try run(ToleranceTests.acid.text, ["time.tolerance=1e-7", "time.end=0.1"])
    let decisions = try #require(run.stepper.memorized.choice).decisions
    print("\(run.clock.step) steps; \(decisions.map { "\($0.scheme) from \($0.time)" })")
    #expect(decisions.map(\.scheme) == ["strang4", "rebalanced-strang"])
    #expect(run.clock.step < 1000)
  }

  /// What is prescribed at the sides costs a splitting its order, tissue of any shape has no transforms.
  @Test func candidatesAreThoseThatTheModelAllows() throws {
    func candidates(_ changes: [String]) throws -> [String] {
      let stepper = try RunAssembly(configuration(Self.fisher, set: changes)).stepper
      return try #require(stepper as? AutomaticStepper).candidates.map(\.name)
    }
    #expect(try candidates([]) == ["etdrk4", "strang4"])
    #expect(try candidates([#"model.fields.u.boundary={ "x-": { "value": 1 } }"#]) == ["etdrk4", "rebalanced-strang"])
    #expect(try candidates([#"domain.mask="x < 40""#]) == ["strang4", "rebalanced-strang"])
    // Neither where no field diffuses: rates are not 0 outside the tissue.
    let still = [#"domain.mask="x < 40""#, "model.fields.u.diffusion=0"]
    #expect(try candidates(still) == ["strang4", "rebalanced-strang"])
    #expect(try candidates([#"model.fields.u.diffusion="1 + u""#]) == ["strang4", "rebalanced-strang"])
  }

  @Test func anExponentialSchemeIsRefusedWithItsReason() throws {
    let settings = ["time.scheme=etdrk4", #"domain.mask="x < 40""#]
    let problems = try #require(throws: Diagnostics.self) {
      _ = try RunAssembly(configuration(Self.fisher, set: settings))
    }
    #expect(problems.description.contains("the scheme etdrk4 cannot be used: the tissue has a shape"))
  }

  /// A field that must stay local diffuses by its neighbors in an exponential scheme, which bounds the step.
  @Test func localFieldsBoundTheStepOfAnExponentialScheme() throws {
    let kernel = [#"numerics.propagator="kernel""#, "time.scheme=etdrk4"]
    let stepper = try RunAssembly(configuration(Self.fisher, set: kernel)).stepper
    #expect(stepper.longestStep == 2.7 * 0.25 / 4)
    let problems = try #require(throws: Diagnostics.self) {
      _ = try RunAssembly(configuration(Self.fisher, set: kernel + ["time.step=0.2"]))
    }
    #expect(problems.description.contains("stable only up to steps of"))
    let (state, run) = try run(Self.fisher, kernel + ["time.tolerance=1e-5", "time.end=5"])
    #expect((run.clock.largestStep ?? 1) <= stepper.longestStep)
    // The edge stays clear of rounding: far ahead of the front there is less than any rounding would leave.
    #expect(state.values(0)[119] < 1e-30 && state.values(0)[119] > 0)
  }
}
