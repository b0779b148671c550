import Configuration
import Fields
import Foundation
import Testing

/// Runs that begin near a uniform steady state about which waves grow.
@Suite struct PatternOnsetTests {
  private static let noise = """
    { "model": { "name": "schnakenberg", "fields": { "u": { "diffusion": 1 }, "v": { "diffusion": 8.8 } },
        "parameters": { "a": 0.1 }, "reactions": { "u": "a - u + u^2*v", "v": "0.9 - u^2*v" } },
      "domain": { "size": [42.9], "points": [64] },
      "initial": { "u": "1 + 1e-4*normal()", "v": 0.9 }, "time": { "end": 400 } }
    """

  private func assembly(_ settings: [String] = []) throws -> RunAssembly {
    try RunAssembly(configuration(Self.noise, set: settings), threads: 1)
  }

  private func scheme(_ settings: [String]) throws -> String { try assembly(settings).configuration.scheme.name }

  @Test func theUniformStateIsFoundAndTheSchemeFollows() throws {
    let assembly = try assembly(["initial.v=0.92"])
    let uniform = try #require(assembly.uniformState)
    #expect(abs(uniform[0] - 1) < 1e-8 && abs(uniform[1] - 0.9) < 1e-8)
    #expect(assembly.configuration.scheme.name == "etdrk4-coupled")
    let reason = try #require(assembly.configuration.schemeReason)
    #expect(reason.contains("grows at a rate of 0.0101") && reason.contains("length 10.7"))
  }

  @Test(arguments: [
    // In the steady state, far from uniform, far from the steady state, empty somewhere, forced in time, different in space.
    ["initial.u=1"], [#"initial.u="1 + 0.4*cos(pi*x/42.9)""#], ["initial.v=1.5"],
    [#"initial.u="where(x < 1, 0, 1)""#], [#"model.reactions.u="0.1 - u + u^2*v + 1e-3*sin(t)""#],
    [#"model.reactions.u="0.1 - u*(1 + 1e-3*x) + u^2*v""#], [#"model.fields.v.boundary={"x-": {"value": 0.9}}"#],
  ]) func otherRunsAreAsBefore(settings: [String]) throws {
    let assembly = try assembly(settings)
    #expect(assembly.configuration.scheme.name != "etdrk4-coupled")
    #expect(assembly.startWarnings.isEmpty)
  }

  /// A pattern that decays slowly is as near to its onset as one that grows slowly.
  @Test func slowDecayCountsToo() throws { #expect(try scheme(["model.fields.v.diffusion=8.4"]) == "etdrk4-coupled") }

  private static func pair(_ t: String, _ e: String, from start: String) -> String {
    """
    { "model": { "name": "pair", "fields": { "T": { "diffusion": 0.01 }, "E": { "diffusion": 0.01 } },
        "reactions": { "T": "\(t)", "E": "\(e)" } },
      "domain": { "size": [10], "points": [32] }, "initial": { \(start) }, "time": { "end": 40 } }
    """
  }

  private func assembly(_ text: String, _ settings: [String] = []) throws -> RunAssembly {
    try RunAssembly(configuration(text, set: settings), threads: 1)
  }

  /// What the uniform mode does counts as well: growth, oscillations, slow decay.
  @Test(arguments: [
    // Two clones that keep each other out; neutral and damped oscillations; a uniform departure.
    (
      pair("3*T*(1-T-1.02*E)", "3*E*(1-E-1.02*T)", from: #""T": "1/2.02 + 1e-6*cos(pi*x/10)", "E": "1/2.02""#),
      "grows at"
    ),
    (pair("T*(1-E)", "E*(T-1)", from: #""T": "1 + 1e-6*cos(pi*x/10)", "E": "1""#), "with a period of 6.28"),
    (pair("T*(1-T)-T*E", "T*E-0.2*E", from: #""T": "0.2 + 1e-3*cos(pi*x/10)", "E": "0.8""#), "decays at a rate of 0.1"),
    (pair("T*(1-E)", "E*(T-1)", from: #""T": "1.001", "E": "1""#), "a uniform departure"),
  ]) func theUniformModeCounts(text: String, reason: String) throws {
    let assembly = try assembly(text)
    #expect(assembly.configuration.scheme.name == "etdrk4-coupled")
    #expect(try #require(assembly.configuration.schemeReason).contains(reason))
    // In tissue of a shape, and by a scheme that is asked for, steps are bounded.
    for settings in [[#"domain.mask="x < 9""#], [#"time.scheme="etdrk4""#], [#"time.scheme="strang""#]] {
      #expect(try self.assembly(text, settings).growthLimit != nil)
    }
    let fixed = try self.assembly(text, ["time.step=8", #"time.scheme="etdrk4""#]).startWarnings.description
    #expect(fixed.contains("with steps of 8.0 of etdrk4"))
  }

  @Test(arguments: [
    // A node to which all decays fast; the growth of a tumor from next to nothing, alone and where nutrient is steady.
    pair("3*T*(1-T-0.5*E)", "3*E*(1-E-0.5*T)", from: #""T": "1/1.5 + 1e-3*cos(pi*x/10)", "E": "1/1.5""#),
    pair("T*(1-T)", "E*(1-E)", from: #""T": "1e-3*exp(-x^2/9)", "E": "0""#),
    pair("T*(1-T)*E", "1 - E - T*E", from: #""T": "1e-3*exp(-x^2/9)", "E": "1""#),
    // Nothing departs from the steady state.
    pair("T*(1-E)", "E*(T-1)", from: #""T": "1", "E": "1""#),
  ]) func whatAToleranceSeesKeepsItsScheme(text: String) throws {
    let assembly = try assembly(text)
    #expect(assembly.configuration.scheme.name != "etdrk4-coupled")
    #expect(assembly.growthLimit == nil)
  }

  /// One field about the density from which a population grows: steps are bounded, and a coupled scheme is not needed.
  @Test(arguments: [([], "etdrk4"), ([#"domain.mask="x < 9""#], "strang4")])
  func aFieldAloneKeepsItsSchemeWithShorterSteps(settings: [String], scheme: String) throws {
    let text = """
      { "model": { "name": "threshold", "fields": { "T": { "diffusion": 0.01 } }, "reactions": { "T": "T*(1-T)*(T-0.3)" } },
        "domain": { "size": [10], "points": [32] }, "initial": { "T": "0.3 + 1e-6*cos(pi*x/10)" }, "time": { "end": 60 } }
      """
    let assembly = try assembly(text, settings)
    #expect(assembly.configuration.scheme.name == scheme)
    #expect(try #require(assembly.growthLimit).longestStep < 20)
    // Growth at 0.21 less D k².
    func amplitude(_ end: Double) throws -> Double {
      let state = try finalState(text, set: settings + ["time.end=\(end)"])
      return state.values(0)[0] - 0.3
    }
    let found = log(try amplitude(20) / amplitude(10)) / 10
    #expect(abs(found / (0.21 - 0.01 * Double.pi * Double.pi / 100) - 1) < 0.1)
  }

  @Test func whatTheCoupledSchemeCannotServeIsTakenByAnother() throws {
    #expect(try scheme([#"domain.mask="x < 40""#]) == "rebalanced-strang")
    #expect(try scheme([#"domain.geometry="spherical-radial""#]) == "etdrk4")
  }

  /// With a term that vanishes, as one of time with a coefficient 0.
  @Test func whatParametersSwitchOffDoesNotCount() throws {
    let off = #"model.reactions.u="0.1 - u + u^2*v + (a - 0.1)*t""#
    #expect(try scheme([off]) == "etdrk4-coupled")
    #expect(try scheme([off, "model.parameters.a=0.11"]) != "etdrk4-coupled")
  }

  private func warning(_ settings: [String]) throws -> String { try assembly(settings).startWarnings.description }

  @Test func fixedStepsThatGrowWavesWronglyAreWarnedOf() throws {
    let found = try warning(["time.step=0.3", #"time.scheme="strang""#])
    #expect(found.contains("waves of length 10.7") && found.contains("grow at a rate of 0.0101"))
    #expect(found.contains("steps of 0.3 of strang") && found.contains("steps of at most 0.03"))
    #expect(try warning(["time.step=0.03", #"time.scheme="strang""#]) == "")
    #expect(try warning(["time.step=1", #"time.scheme="etdrk4""#]) == "")
    #expect(try warning(["time.step=10", #"time.scheme="etdrk4-coupled""#]) == "")
    #expect(try warning(["time.step=6", #"time.scheme="etdrk4""#]).contains("etdrk4"))
    #expect(try warning(["time.smallest_step=1", #"time.scheme="strang""#]).contains("time.smallest_step"))
  }

  /// Growth between two times relative to the right one, by projection on the wave of 4 lengths.
  private func growth(_ settings: [String]) throws -> Double {
    func amplitude(_ end: Double) throws -> Double {
      let state = try finalState(Self.noise, set: settings + ["time.end=\(end)"])
      return state.values(0).enumerated().reduce(0) { $0 + $1.element * cos(8 * .pi * (Double($1.offset) + 0.5) / 64) }
    }
    return log(try amplitude(150) / amplitude(50)) / 100 / 0.0101881
  }

  @Test(
    arguments: ["strang", "strang4", "rebalanced-strang", "etdrk4", "etdrk4-coupled", "auto"], ["1e-2", "1e-4", "1e-8"])
  func wavesGrowAtTheRateOfTheGrid(scheme: String, noise: String) throws {
    let settings = [
      #"time.scheme="\#(scheme)""#, #"initial.u="1 + \#(noise)*normal()""#, #"numerics.propagator="fourier""#,
    ]
    let found = try growth(settings)
    print("\(scheme) from \(noise): \(found)")
    #expect(abs(found - 1) < 0.1)
  }
}
