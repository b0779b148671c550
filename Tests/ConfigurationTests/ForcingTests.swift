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
}
