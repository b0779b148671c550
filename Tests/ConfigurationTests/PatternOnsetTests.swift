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
    // Stable, uniform, far from uniform, far from the steady state, empty somewhere, forced in time, different in space.
    ["model.fields.v.diffusion=6"], ["initial.u=1"], [#"initial.u="1 + 0.4*cos(pi*x/42.9)""#], ["initial.v=1.5"],
    [#"initial.u="where(x < 1, 0, 1)""#], [#"model.reactions.u="0.1 - u + u^2*v + 1e-3*sin(t)""#],
    [#"model.reactions.u="0.1 - u*(1 + 1e-3*x) + u^2*v""#], [#"model.fields.v.boundary={"x-": {"value": 0.9}}"#],
  ]) func otherRunsAreAsBefore(settings: [String]) throws {
    let assembly = try assembly(settings)
    #expect(assembly.configuration.scheme.name != "etdrk4-coupled")
    #expect(assembly.startWarnings.isEmpty)
  }

  /// A pattern that decays slowly is as near to its onset as one that grows slowly.
  @Test func slowDecayCountsToo() throws { #expect(try scheme(["model.fields.v.diffusion=8.4"]) == "etdrk4-coupled") }

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
