import Configuration
import Rates
import Testing

/// A step is not divided into parts without limit.
@Suite struct TooManyPartsTests {
  private static let fast: [(name: String, fields: String, step: Double)] = [
    ("a diffusivity", #""u": { "diffusion": "D*(1 + u)" }"#, 0.1),
    ("a diffusivity beyond all whole numbers", #""u": { "diffusion": "D*D*D*(1 + u)" }"#, 0.1),
    ("a steady flow", #""u": { "diffusion": 0.01, "advection": { "x": "D" } }"#, 0.1),
    ("a sensitivity", #""u": { "diffusion": 0.01, "taxis": [{ "toward": "c", "sensitivity": "D" }] }"#, 0.1),
  ]

  /// The step did not end, was computed with parts that were too long, or ended the program.
  @Test(arguments: fast.map(\.name)) func whatMovesTooFastForAStepIsNamed(name: String) throws {
    let given = try #require(TooManyPartsTests.fast.first { $0.name == name })
    let text = """
      { "model": { "name": "m", "parameters": { "D": 1e9 }, "fields": { \(given.fields), "c": {} }, "reactions": { "u": "0" } },
        "domain": { "size": [4], "points": [48] }, "initial": { "u": "exp(-x^2)", "c": "x/4" },
        "time": { "end": 1, "step": \(given.step), "scheme": "strang" } }
      """
    let failure = try #require(throws: NumericalFailure.self) { _ = try finalState(text) }
    #expect(failure.cause == .tooManyParts && failure.field == 0 && failure.time == 0)
    #expect(failure.problem.contains("(a step would be divided into more than a million parts)"))
    // What is as fast, in a step that is short enough, goes on.
    _ = try finalState(text, set: ["time.step=1e-7", "time.end=1e-6", "model.parameters.D=100"])
  }
}
