import Configuration
import Fields
import Foundation
import Testing

/// Exactly solvable equations with diffusivities that depend on the density (docs/numerics.md).
@Suite struct NonlinearDiffusionTests {
  /// Hajek's equation, after McCue, Bradshaw-Hajek and Simpson (2022): `D = b/(b + u)`, `R = b (1 − u) ln(1 + u/b)`
  /// on `0 < x < L`, `u_x(0) = 0`, `u(L) = 0`.
  @Test(arguments: [0.2, 0.5, 1.0])
  func hajeksSolutionIsMetWithOrderTwo(time: Double) throws {
    let b = 1.0
    let length = Double.pi / (2 * (1 + b).squareRoot())
    func exact(_ x: Double, _ t: Double) -> Double {
      b * (exp(log(1 + 1 / b) * exp(-b * t) * cos((1 + b).squareRoot() * x)) - 1)
    }
    let errors = try [20, 40, 80].map { points in
      let text = """
        { "model": { "name": "hajek", "parameters": { "b": \(b) },
            "fields": { "u": { "diffusion": "b/(b + u)", "boundary": { "x-": "no-flux", "x+": { "value": 0 } } } },
            "reactions": { "u": "b*(1 - u)*log(1 + u/b)" } },
          "domain": { "size": [\(length)], "points": [\(points)] },
          "initial": { "u": "b*(exp(log(1 + 1/b)*cos(sqrt(1 + b)*x)) - 1)" },
          "time": { "end": \(time), "step": \(0.2 / Double(points)), "reactions": { "tolerance": 1e-9 } } }
        """
      let state = try finalState(text)
      return state.values(0).enumerated().map { abs($1 - exact((Double($0) + 0.5) * length / Double(points), time)) }
        .max()!
    }
    print("Hajek at t = \(time): \(errors)")
    #expect(errors[2] < 1e-4)
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(abs(log2(coarse / fine) - 2) < 0.2) }
  }

  /// `u_t = (u u_x)_x + u (1 − u)` has the sharp front `u = 1 − e^{(x − ct)/√2}`, `c = 1/√2`.
  @Test func theSharpFrontOfThePorousFisherEquationHasItsSpeedAndShape() throws {
    func run(_ points: Int) throws -> (speed: Double, error: Double) {
      let text = """
        { "model": { "name": "porous fisher", "fields": { "u": { "diffusion": "u" } }, "reactions": { "u": "u*(1 - u)" } },
          "domain": { "size": [30], "points": [\(points)] },
          "initial": { "u": "max(0, 1 - exp((x - 5)/sqrt(2)))" },
          "time": { "end": 20, "step": 0.05 } }
        """
      let assembly = try RunAssembly(configuration(text), threads: 1)
      var fronts: [(Double, Double)] = []
      try advance(assembly) { time, state in
        let values = state.values(0)
        let last = values.lastIndex { $0 >= 0.5 }!
        let spacing = 30 / Double(points)
        let x = (Double(last) + 0.5 + (values[last] - 0.5) / (values[last] - values[last + 1])) * spacing
        fronts.append((time, x))
        #expect(state.minimum(0) >= 0)
      }
      let (half, end) = (fronts[fronts.count / 2], fronts.last!)
      // Where u = ½ the exact front stands √2 ln 2 behind its foot.
      let exact = 5 + 20 / 2.0.squareRoot() - 2.0.squareRoot() * log(2)
      return ((end.1 - half.1) / (end.0 - half.0), abs(end.1 - exact))
    }
    let (coarse, fine) = (try run(300), try run(1200))
    print("porous Fisher: speed \(fine.speed) (0.70711), front off by \(coarse.error), \(fine.error)")
    #expect(abs(fine.speed - 0.5.squareRoot()) < 2e-3)
    #expect(fine.error < 0.05 && fine.error < coarse.error)
  }

  /// Grey and white matter: in each the front has the speed of Fisher's equation there.
  @Test func aGliomaFrontIsFasterInWhiteMatter() throws {
    let text = """
      { "model": { "name": "glioma", "parameters": { "D_w": 0.13, "rho": 0.025 },
          "fields": { "c": { "diffusion": "D_w*where(x < 100, 1, 0.1)" } }, "reactions": { "c": "rho*c*(1 - c)" } },
        "domain": { "size": [160], "points": [640] },
        "initial": { "c": "where(x < 10, 1, 0)" },
        "time": { "end": 1800, "step": 1 } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    var positions: [(time: Double, x: Double)] = []
    try advance(assembly) { time, state in
      let values = state.values(0)
      if let last = values.lastIndex(where: { $0 >= 0.5 }) { positions.append((time, (Double(last) + 0.5) * 0.25)) }
      #expect(state.minimum(0) >= 0)
    }
    func speed(_ from: Double, _ to: Double) -> Double {
      let (a, b) = (positions.first { $0.x >= from }!, positions.first { $0.x >= to }!)
      return (b.x - a.x) / (b.time - a.time)
    }
    let white = 2 * (0.13 * 0.025).squareRoot()
    print(
      "glioma front: \(speed(50, 80)) in white matter (\(white)), \(speed(115, 125)) in grey (\(white * 0.1.squareRoot()))"
    )
    // Pulled fronts reach their speed slowly, from below: by 3/2 √(D/ρ)/t at the time t, 0.006 here (Bramson).
    #expect(abs(speed(50, 80) - white + 0.006) < 0.002)
    #expect(speed(115, 125) / (white * 0.1.squareRoot()) > 0.93 && speed(115, 125) / (white * 0.1.squareRoot()) < 1.05)
  }
}
