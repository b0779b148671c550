import Configuration
import Documents
import Foundation
import Rates
import Testing

/// Velocities, sensitivities and numbers at sides that are no numbers end a run, or keep it from beginning.
@Suite struct UndefinedVelocityTests {
  private static func text(
    u: String, rates: String = #""u": "u", "c": "0*c""#, initial: String, time: String, domain: String = ""
  ) -> String {
    """
    { "model": { "name": "m", "parameters": { "chi": 0.1, "K": 1 },
        "fields": { "u": { "diffusion": 0.1, \(u) }, "c": { "diffusion": 0.05 } }, "reactions": { \(rates) } },
      "domain": { "size": [4], "points": [32]\(domain) }, "initial": { \(initial) }, "time": { \(time) } }
    """
  }

  private static let schemes = ["strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"]

  private static func taxis(_ sensitivity: String) -> String {
    #""taxis": [ { "toward": "c", "sensitivity": "\#(sensitivity)" } ]"#
  }

  /// `u = 0.5 e^t` passes K at t = ln 2.
  @Test(arguments: schemes, ["chi*sqrt(1 - u/K)", "chi*log(1 - u/K)"])
  func aSensitivityThatCeasesToBeANumberEndsTheRun(scheme: String, sensitivity: String) throws {
    let text = Self.text(
      u: Self.taxis(sensitivity), initial: #""u": 0.5, "c": "0.01*x""#,
      time: #""end": 2, "scheme": "\#(scheme)", "step": 0.01"#)
    let failure = try #require(throws: NumericalFailure.self) { try finalState(text) }
    #expect(failure.cause == .velocity && failure.field == 0 && failure.faceAxis == 0)
    #expect(abs(failure.time - log(2)) < 0.1)
    #expect(failure.values[0] > 0.99 && failure.values[0] < 1.1)
  }

  /// Series spread what is no number over all points.
  @Test func aSensitivityOfSmoothFluxesThatCeasesToBeANumberEndsTheRun() throws {
    let text = Self.text(
      u: Self.taxis("chi*sqrt(1 - u/K)"), initial: #""u": "0.5 + 0.1*cos(pi*x/4)", "c": "0.01*cos(pi*x/4)""#,
      time: #""end": 2, "scheme": "etdrk4", "step": 0.01"#)
    let failure = try #require(throws: NumericalFailure.self) {
      try finalState(text, set: ["numerics.taxis=spectral"])
    }
    #expect(failure.cause == .velocity && failure.field == 0 && failure.faceAxis == nil)
    #expect(failure.values[0] > 0.99 && failure.values[0] < 1.1)
  }

  @Test(arguments: [
    (
      #""advection": { "x": "sqrt(0.5 - x)" }"#, "", "no number (NaN)", "sqrt(0.5 - x) of the velocity, where x = 0.625"
    ),
    (#""advection": { "x": "1/(x - 0.5)" }"#, "", "infinite", "1/(x - 0.5) of the velocity, where x = 0.5"),
    (taxis("chi*sqrt(1 - u/K)"), "", "no number (NaN)", "of the sensitivity toward c, where K = 1.0, u = 1."),
    (taxis("chi/c"), "", "no number (NaN)", "chi/c of the sensitivity toward c, where c = 0.0, chi = 0.1"),
    (taxis("chi*sqrt(1 - u/K)"), #", "mask": "x > 1""#, "no number (NaN)", "of the sensitivity toward c"),
  ])
  func whatIsNoNumberAtTheStartIsRefused(u: String, domain: String, kind: String, part: String) throws {
    let c = u.contains("chi/c") ? "where(x > 0.2, x, 0)" : "0.1*x"
    let text = Self.text(
      u: u, initial: #""u": "1.2*exp(-(x - 2)^2)", "c": "\#(c)""#, time: #""end": 1"#, domain: domain)
    let problems = try #require(throws: Diagnostics.self) { try RunAssembly(configuration(text), threads: 1) }
    let message = "\(problems)"
    #expect(
      message.contains("field u is carried with a velocity that is \(kind) at the start, at the face below point ("))
    #expect(message.contains(part), "\(message)")
  }

  /// Outside the tissue, and at sides that nothing crosses, a velocity does not count.
  @Test(arguments: [
    (#""advection": { "x": "sqrt(x - 0.5)" }"#, #", "mask": "x > 0.5""#), (#""advection": { "x": "0.1*log(x)" }"#, ""),
  ])
  func whereNothingMovesAVelocityNeedNotBeANumber(u: String, domain: String) throws {
    let state = try finalState(
      Self.text(
        u: u, rates: #""u": "0*u", "c": "0*c""#, initial: #""u": 1, "c": 0"#, time: #""end": 0.5"#, domain: domain))
    let mass = state.values(0).reduce(0, +)
    #expect(abs(mass - (domain.isEmpty ? 32 : 28)) < 1e-9)
  }

  /// A transform leaves −1e-16 of a field that cannot be negative; there it is 0 in roots.
  @Test(arguments: schemes)
  func whatATransformLeavesBelowZeroCountsAsZero(scheme: String) throws {
    // Not split, an exchange that varies is not possible.
    let side =
      scheme.hasPrefix("etd")
      ? "" : #", "boundary": { "x+": { "robin": { "coefficient": "0.1*sqrt(u)", "outside": 0 } } }"#
    let text = """
      { "model": { "name": "m", "fields": {
            "u": { "diffusion": 0.1, "taxis": [ { "toward": "c", "sensitivity": "0.1*sqrt(u)" } ] },
            "c": { "diffusion": 0.05\(side) } },
          "reactions": { "u": "0*u", "c": "u - c" } },
        "domain": { "size": [12], "points": [60] }, "initial": { "u": "exp(-4*(x - 2)^2)", "c": 0 },
        "time": { "end": 1, "scheme": "\(scheme)" } }
      """
    let state = try finalState(text)
    #expect(state.values(0).allSatisfy(\.isFinite) && state.values(1).allSatisfy(\.isFinite))
  }

  /// A flow that goes asunder at a point and piles up at both sides, in layers of less than a tenth of the spacing: by a transform
  /// of the diffusion it became −5e30.
  @Test(arguments: schemes + ["auto"])
  func whatAFlowPilesUpAtASideKeepsItsSignAndMass(scheme: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.01, "advection": { "x": "1/(x - 0.53125)" } } },
          "reactions": { "u": "0*u" } },
        "domain": { "size": [1], "points": [16] }, "initial": { "u": "1 + 0.5*cos(2*pi*x)" },
        "time": { "end": 1, "scheme": "\(scheme)" } }
      """
    let values = try finalState(text).values(0)
    #expect(abs(values.reduce(0, +) / 16 - 1) < 1e-9)
    #expect(values.min()! > -1e-3 && values.max()! < 9)
  }

  @Test func aSideThatIsNoNumberAtTheStartIsRefused() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 1, "boundary": { "x-": { "value": "sqrt(0.9 - y)" } } } },
          "reactions": { "u": "-u" } },
        "domain": { "size": [1, 1], "points": [8, 8] }, "initial": { "u": 0 }, "time": { "end": 1 } }
      """
    let problems = try #require(throws: Diagnostics.self) { try RunAssembly(configuration(text), threads: 1) }
    #expect(
      "\(problems)".contains(
        "what is prescribed for field u at the side x- is no finite number: sqrt(0.9 - y), where y = 0.9375"))
    // Where there is no tissue, nothing is prescribed.
    _ = try RunAssembly(configuration(text, set: [#"domain.mask="y < 0.9""#]), threads: 1)
  }
}
