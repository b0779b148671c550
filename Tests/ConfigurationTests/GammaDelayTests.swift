import Configuration
import Foundation
import Testing

@Suite struct GammaDelayTests {
  /// The chain of fields written out gives the same bytes.
  @Test(arguments: ["strang4", "etdrk4"])
  func aGammaDistributedDelayIsAChainOfFields(scheme: String) throws {
    func text(_ fields: String, _ rates: String, _ initial: String) -> String {
      """
      { "model": { "name": "m", "parameters": { "tau": 1.5 }, "fields": { "u": { "diffusion": 0.1 }, "v": {}\(fields) }, "reactions": { \(rates) } },
        "domain": { "size": [3], "points": [24] }, "initial": { "u": "1 + 0.5*cos(pi*x/3)", "v": 0.3\(initial) },
        "time": { "end": 3, "step": 0.1, "scheme": "\(scheme)" } }
      """
    }
    let short = try finalState(text("", #""u": "u*(1 - delayed(u*v, tau, 3))", "v": "0.2*u - 0.3*v""#, ""))
    let start = "(1 + 0.5*cos(pi*x/3))*0.3"
    let long = try finalState(
      text(
        #", "y1": {}, "y2": {}, "y3": {}"#,
        #""u": "u*(1 - y3)", "v": "0.2*u - 0.3*v", "y1": "3/tau*(u*v - y1)", "y2": "3/tau*(y1 - y2)", "y3": "3/tau*(y2 - y3)""#,
        #", "y1": "\#(start)", "y2": "\#(start)", "y3": "\#(start)""#))
    #expect(short.count == 5)
    #expect(relativeError(short, long) < 1e-13)
  }

  /// Where the boundary moves, stages stay where they are, as the same fields written out do.
  @Test func aGammaDistributedDelayIsPossibleInAMovingDomain() throws {
    func text(_ fields: String, _ rates: String, _ initial: String) -> String {
      """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 1, "boundary": { "x+": { "value": 0 } } }\(fields) }, "reactions": { \(rates) },
          "free_boundary": { "stefan": { "field": "u", "coefficient": 1 } } },
        "domain": { "size": [2], "points": [40] }, "initial": { "u": "cos(pi*x/4)"\(initial) }, "time": { "end": 1, "step": 0.02 } }
      """
    }
    let short = try finalState(text("", #""u": "u - 0.5*delayed(u, 0.3, 2)""#, ""))
    let long = try finalState(
      text(
        #", "y1": {}, "y2": {}"#, #""u": "u - 0.5*y2", "y1": "2/0.3*(u - y1)", "y2": "2/0.3*(y1 - y2)""#,
        #", "y1": "cos(pi*x/4)", "y2": "cos(pi*x/4)""#))
    #expect(short.scale > 1.1 && short.scale == long.scale)
    #expect(relativeError(short, long) < 1e-13)
  }

  /// With a history the stages begin with its integrals: of `e^{st}` these are `e^{s t}/(1 + sτ/k)^j`, which then goes on.
  @Test func theHistoryIsInTheStages() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {}, "w": {} }, "reactions": { "u": "0.4*u", "w": "delayed(u, 2, 4) - w" } },
        "domain": { "size": [1], "points": [1] }, "initial": { "u": 1, "w": 0 }, "history": { "u": "exp(0.4*t)" },
        "time": { "start": 0, "end": 1, "step": 0.025, "scheme": "etdrk4" } }
      """
    let state = try finalState(text)
    for stage in 1...4 {
      let exact = exp(0.4) / pow(1 + 0.4 * 2 / 4, Double(stage))
      #expect(abs(state.values(1 + stage)[0] - exact) < 1e-7)
    }
  }

  /// Stages belong to the state, but not to what is shown.
  @Test func stagesAreNeitherDrawnNorListed() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {} }, "reactions": { "u": "-delayed(u, 1, 2)" } },
        "domain": { "size": [1], "points": [1] }, "initial": { "u": 1 }, "time": { "end": 3.75, "step": 0.1 } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    #expect(assembly.state.count == 3)
    #expect(assembly.observables.columns == ["mass(u)", "min(u)", "max(u)"])
    let plan = try RunPlan(assembly).text
    #expect(plan.contains("delay        delayed(u, 1, 2): 1.0 on average, in 2 further fields"))
  }
}
