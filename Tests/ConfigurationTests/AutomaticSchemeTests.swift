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

  private func run(_ text: String, _ settings: [String]) throws -> (state: FieldSet, simulation: Simulation) {
    let assembly = try RunAssembly(configuration(text, set: settings), threads: 1)
    let run = try simulation(of: assembly)
    _ = try run.run()
    return (assembly.state, run)
  }

  /// The choice is as good as the best single scheme, by the work that was counted, trials included.
  @Test(arguments: [(fisher, "strang4"), (immunotherapy, "etdrk4")], ["1e-3", "1e-4", "1e-5"])
  func theSchemeOfLeastWorkIsTaken(problem: (text: String, best: String), tolerance: String) throws {
    let settings = ["time.tolerance=\(tolerance)"]
    let chosen = try run(problem.text, settings)
    let single = try ["strang4", "etdrk4"].map {
      try run(problem.text, settings + ["time.scheme=\($0)"]).simulation.stepper.work.cost
    }
    let decisions = try #require(chosen.simulation.stepper.memorized.choice).decisions
    let cost = chosen.simulation.stepper.work.cost
    print(
      "\(problem.best) at \(tolerance): cost \(cost), strang4 \(single[0]), etdrk4 \(single[1]); \(decisions.map { "\($0.scheme) from \($0.time): \($0.costs)" })"
    )
    // Where both cost about the same either will do.
    let isClear = (single.max() ?? 0) > 1.2 * (single.min() ?? 0)
    #expect(decisions.last?.scheme == problem.best || !isClear)
    // Trials weigh more where the flow of the reactions is known and costs little.
    #expect(cost < 1.3 * (single.min() ?? 0))
    let reference = try finalState(problem.text, set: ["time.scheme=etdrk4", "time.step=0.005"])
    #expect(relativeError(chosen.state, reference) < 10 * (try #require(Double(tolerance))))
  }

  /// What is prescribed at the sides costs a splitting its order, tissue of any shape has no transforms.
  @Test func candidatesAreThoseThatTheModelAllows() throws {
    func candidates(_ changes: [String]) throws -> [String] {
      let stepper = try RunAssembly(configuration(Self.fisher, set: changes)).stepper
      return try #require(stepper as? AutomaticStepper).candidates.map(\.name)
    }
    #expect(try candidates([]) == ["strang4", "etdrk4"])
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
