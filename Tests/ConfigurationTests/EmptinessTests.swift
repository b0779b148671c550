import Configuration
import Documents
import Fields
import Simulations
import Testing

/// Fields whose traces would grow are transformed as long as they are nowhere empty.
@Suite struct EmptinessTests {
  /// Growth, and a killing that sets in at t = 4 on the left half of the line.
  private static let killed = """
    { "model": { "name": "killed", "fields": { "u": { "diffusion": 0.01 }, "v": { "diffusion": 0.01 } },
        "parameters": { "kill": 0 },
        "reactions": { "u": "u*(1 - u)*u/(0.5 + u) + 0.5*u*v - kill*u*(1 - tanh(x - 10))/2", "v": "0.1*(1 - v)" } },
      "domain": { "size": [20], "points": [128] }, "initial": { "u": "0.5 + 0.2*cos(pi*x/20)", "v": "1 + 0.5*cos(pi*x/10)" },
      "treatment": [{ "name": "begin", "at": 4, "set": { "kill": 8 } }, { "name": "end", "at": 9, "set": { "kill": 0 } }],
      "time": { "end": 60, "tolerance": 1e-4 } }
    """

  private func run(_ text: String, _ settings: [String] = []) throws -> (state: FieldSet, simulation: Simulation) {
    let assembly = try RunAssembly(configuration(text, set: settings), threads: 1)
    let run = try simulation(of: assembly)
    _ = try run.run()
    return (assembly.state, run)
  }

  private func nowhereEmpty(_ text: String, _ settings: [String] = []) throws -> [Bool] {
    try RunAssembly(configuration(text, set: settings), threads: 1).nowhereEmpty
  }

  /// Only those that grow from traces are asked for; the others are transformed anyway.
  @Test func theLowestValueAtTheStartDecides() throws {
    #expect(try nowhereEmpty(Self.killed) == [true, false])
    #expect(try nowhereEmpty(Self.killed, [#"initial.u="exp(-x^2)""#]) == [false, false])
    #expect(try nowhereEmpty(Self.killed, [#"initial.u="1.001 + cos(pi*x/20)""#]) == [false, false])
    #expect(
      try nowhereEmpty(Self.killed, [#"initial.u="1.001 + cos(pi*x/20)""#, "time.tolerance=1e-6"]) == [true, false])
    #expect(try nowhereEmpty(Self.killed, [#"numerics.propagator="kernel""#]) == [false, false])
  }

  /// From the step on in which it becomes nearly empty it is moved by kernels, as if it had been empty from the start.
  ///
  /// By default such a removal of a part has `strang4`.
  @Test func aFieldThatBecomesEmptyIsNotTransformedAnyMore() throws {
    #expect(try RunAssembly(configuration(Self.killed), threads: 1).configuration.scheme.name == "strang4")
    let (state, run) = try run(Self.killed, ["time.scheme=etdrk4"])
    let emptied = try #require(run.regimen.memory.changes.emptiedFields)
    #expect(emptied.map(\.field) == ["u"])
    #expect(emptied[0].time > 4 && emptied[0].time < 5.5 && emptied[0].share < 1e-3)
    // Its explicit diffusion is stable in steps that are longer than these.
    #expect(run.stepper.traits.longestStep < 2)
    let reference = try finalState(
      Self.killed, set: ["time.scheme=strang4", #"numerics.propagator="kernel""#, "time.tolerance=1e-7"])
    print("error \(relativeError(state, reference)) in \(run.clock.step) steps, from \(emptied[0].time) on by kernels")
    #expect(relativeError(state, reference) < 1e-3)
  }

  /// What a dose leaves counts before the step that follows it.
  @Test func aDoseThatEmptiesTissueIsSeenBeforeTheNextStep() throws {
    let dose = #"treatment=[{ "name": "surgery", "at": 4, "region": "x < 10", "multiply": { "u": 0 } }]"#
    let run = try run(Self.killed, [dose, "time.end=60"]).simulation
    let emptied = try #require(run.regimen.memory.changes.emptiedFields)
    #expect(emptied.count == 1 && emptied[0].time == 4 && abs(emptied[0].share) < 1e-12)
  }

  /// Nothing at all is as empty as it can be.
  @Test func aDoseThatTakesAllIsSeen() throws {
    let dose =
      #"treatment=[{ "name": "surgery", "at": 4, "multiply": { "u": 0 } }, { "name": "relapse", "at": 5, "region": "x < 1", "add": { "u": 0.1 } }]"#
    let (state, run) = try run(Self.killed, [dose])
    let emptied = try #require(run.regimen.memory.changes.emptiedFields)
    #expect(emptied.count == 1 && emptied[0].time == 4)
    // A front from the left, and nothing ahead of it.
    #expect(state.values(0)[0] > 0.5 && state.values(0)[127] >= 0 && state.values(0)[127] < 1e-12)
  }

  /// It needs another scheme then, and no treatment is to blame.
  @Test func aSchemeThatCannotGoOnIsNamedWithTheField() throws {
    let failure = try #require(throws: TreatmentFailure.self) {
      _ = try run(Self.killed, ["time.scheme=etdrk4-coupled"])
    }
    #expect(failure.problem.contains("a transform must not move u any more, which has become nearly empty somewhere"))
    #expect(!failure.problem.contains("treatment leaves") && failure.problem.contains("time.scheme"))
  }

  /// Patterns of Keller and Segel with growth: the smallest wave of the noise decides how they grow.
  @Test func patternsOfAFieldThatIsNowhereEmptyTakeFewSteps() throws {
    let text = """
      { "model": { "name": "keller-segel", "parameters": { "c": 4 },
          "fields": { "u": { "diffusion": 1, "taxis": [{ "toward": "v", "sensitivity": "c/(1 + u^2)" }] }, "v": { "diffusion": 1 } },
          "reactions": { "u": "u*(1 - u)", "v": "u - 0.1*v" } },
        "domain": { "size": [50], "points": [250] },
        "initial": { "u": "1 + 0.01*cos(pi*x/5) + 0.01*cos(3*pi*x/50)", "v": 10 }, "time": { "end": 60, "tolerance": 1e-4 } }
      """
    let (state, run) = try run(text)
    let reference = try finalState(text, set: ["time.scheme=etdrk4", "time.tolerance=1e-8"])
    print("\(run.clock.step) steps, error \(relativeError(state, reference))")
    #expect(run.regimen.equations.scheme == "etdrk4-coupled" && run.regimen.memory.changes.emptiedFields == nil)
    #expect(run.clock.step < 100)
    #expect(relativeError(state, reference) < 1e-3)
  }
}
