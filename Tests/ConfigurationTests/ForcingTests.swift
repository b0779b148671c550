import Foundation
import Testing

@Suite struct ForcingTests {
  /// `u' = a cos(ωt) + b cos²(ωt) u`: with rates that depend on time alone both solutions of `etdrk4` are the same, and only
  /// what is known of the rates tells the error.
  @Test(arguments: ["etdrk4", "strang4", "auto"], [1e-3, 1e-5, 1e-7])
  func ratesThatDependOnTimeAloneAreFollowed(scheme: String, tolerance: Double) throws {
    for rate in ["100*cos(300*t)", "2*cos(40*t)^2*u", "exp(-((t - 0.4)/0.03)^2)"] {
      let state = try finalState(
        """
        { "model": { "name": "forced", "fields": { "u": { "diffusion": 0.1 } }, "reactions": { "u": "\(rate)" } },
          "domain": { "size": [1], "points": [8] }, "initial": { "u": 1 },
          "time": { "end": 1, "tolerance": \(tolerance), "scheme": "\(scheme)" } }
        """)
      let exact: Double =
        switch rate {
        case "100*cos(300*t)": 1 + sin(300) / 3
        case "2*cos(40*t)^2*u": exp(1 + sin(80) / 80)
        default: 1 + 0.03 * (0.5 * Double.pi.squareRoot()) * (erf(0.6 / 0.03) + erf(0.4 / 0.03))
        }
      #expect(abs(state.values(0)[3] - exact) <= 10 * tolerance * exact, "\(rate): \(state.values(0)[3]), not \(exact)")
    }
  }

  /// What enters at a side of a domain that has no rates: `∫₀¹⁰ (1 + sin 3t) dt`, also where it decays slowly, and a value at a side,
  /// whose profile is that of short steps of another scheme.
  @Test(arguments: ["auto", "etdrk4", "rebalanced-strang"], [1e-4, 1e-6])
  func whatSidesGiveInTimeIsKnownToTheTolerance(scheme: String, tolerance: Double) throws {
    func mass(_ rate: String, _ side: String, time: String) throws -> Double {
      let state = try finalState(
        """
        { "model": { "name": "m", "fields": { "u": { "diffusion": 1, "boundary": { "x-": { \(side) } } } },
            "reactions": { "u": "\(rate)" } },
          "domain": { "size": [1], "points": [32] }, "initial": { "u": 0 }, "time": { "end": 10, \(time) } }
        """)
      return state.values(0).reduce(0, +) / 32
    }
    let steps = #""scheme": "\#(scheme)", "tolerance": \#(tolerance)"#
    let flux = #""flux": "1 + sin(3*t)""#
    // ∫ e^{−k(10 − t)} (1 + sin 3t) dt
    func exact(_ k: Double) -> Double {
      k == 0
        ? 10 + (1 - cos(30)) / 3
        : (1 - exp(-10 * k)) / k + (k * sin(30) - 3 * cos(30) + 3 * exp(-10 * k)) / (k * k + 9)
    }
    for k in [0, 0.003] { #expect(abs(try mass("-\(k)*u", flux, time: steps) / exact(k) - 1) < 3 * tolerance) }
    let value = #""value": "1 + sin(3*t)""#
    let short = try mass("0", value, time: #""scheme": "strang", "step": 0.002"#)
    #expect(abs(try mass("0", value, time: steps) - short) < 10 * tolerance + 1e-5)
  }
}
