import Configuration
import Fields
import Foundation
import Testing

private struct Problem: CustomTestStringConvertible, Sendable {
  let description: String
  let drift: String
  let amplitude: String
  let strong: ClosedRange<Double>
  let weak: ClosedRange<Double>

  var testDescription: String { description }

  func state(_ step: Double, points: Int) throws -> [Double] {
    try finalState(
      ensemble(
        #""u": {}"#, #"{ "name": "drift", "rate": "\#(drift)", "change": { "u": 1 } }"#,
        noise: #"{ "name": "n", "correlation": "white", "change": { "u": "\#(amplitude)" } }"#,
        initial: #""u": 0.4"#,
        time: #""end": 1, "step": \#(step), "noise_interval": 0.5, "reactions": { "tolerance": 1e-9 }"#, points: points),
      threads: 2
    ).values(0)
  }
}

private let problems = [
  Problem(
    description: "linear noise", drift: "2*u*(1 - u)", amplitude: "0.6*u", strong: 0.9...1.2, weak: 1.8...2.4),
  Problem(
    description: "additive noise", drift: "-3*u - 2*u^3", amplitude: "0.5", strong: 0.9...1.2, weak: 1.8...2.4),
  Problem(
    description: "between limits", drift: "0.5*(1 - u)", amplitude: "1.2*u*(1 - u)", strong: 0.9...1.2, weak: 0.85...1.4
  ),
  Problem(
    description: "between limits, but not recognized", drift: "0.5*(1 - u)", amplitude: "1.2*u*max(1 - u, 0)",
    strong: 0.4...0.8, weak: 0.85...1.4),
  Problem(
    description: "saturated noise", drift: "0.5*(1 - u)", amplitude: "1.2*u/(0.3 + u)", strong: 0.4...0.8,
    weak: 0.85...1.4),
  Problem(
    description: "amplitude that does not vanish", drift: "-u", amplitude: "0.4*(1 + u^2)/(1 + 0.2*u^2)",
    strong: 0.4...0.7, weak: 0.85...1.4),
]

@Suite struct NoiseSchemeTests {
  /// Steps are refined along the same paths, against the solution with a far shorter step.
  @Test(arguments: problems)
  fileprivate func pathsAndMomentsHaveTheirOrders(problem: Problem) throws {
    let points = 1 << 17
    let reference = try problem.state(1.0 / 512, points: points)
    let steps = [0.25, 0.125, 0.0625]
    let errors = try steps.map { step in
      let values = try problem.state(step, points: points)
      let differences = zip(values, reference).map { $0 - $1 }
      let squares = zip(values, reference).map { $0 * $0 - $1 * $1 }
      return (
        strong: mean(differences.map { $0 * $0 }).squareRoot(), weak: abs(mean(differences)),
        bound: (variance(differences) / Double(points)).squareRoot(), second: abs(mean(squares)),
        secondBound: (variance(squares) / Double(points)).squareRoot()
      )
    }
    let orders = (
      strong: log2(errors[0].strong / errors[2].strong) / 2, weak: log2(errors[0].second / errors[2].second) / 2
    )
    print(problem.description, errors, orders)
    #expect(problem.strong.contains(orders.strong))
    #expect(problem.weak.contains(orders.weak))
  }

  /// The path is the same for all schemes; what they differ by goes to zero with the step.
  @Test(arguments: ["lie", "strang", "strang4", "etdrk4", "etd2-positive"])
  func allSchemesTendToTheSameSolution(scheme: String) throws {
    func state(_ scheme: String, _ step: Double) throws -> FieldSet {
      try finalState(
        """
        { "model": { "name": "m", "fields": { "u": { "diffusion": 0.2 }, "v": { "diffusion": 1 } },
            "processes": [ { "name": "growth", "rate": "u*(1 - u)", "change": { "u": 1 } },
              { "name": "kill", "rate": "u*v", "change": { "u": -1 } },
              { "name": "source", "rate": "0.5*u - v", "change": { "v": 1 } } ],
            "noise": [ { "name": "n", "correlation": "white", "change": { "u": "0.2*u", "v": "0.05" } } ] },
          "domain": { "size": [20], "points": [80] }, "initial": { "u": "0.4 + 0.2*cos(pi*x/10)", "v": 0.2 },
          "numerics": { "propagator": "kernel", "symbol": "second-order" },
          "time": { "end": 2, "step": \(step), "scheme": "\(scheme)", "noise_interval": 0.125 } }
        """)
    }
    let reference = try state("strang4", 1.0 / 1024)
    let errors = try [0.0625, 0.03125, 0.015625].map { relativeError(try state(scheme, $0), reference) }
    print(scheme, errors)
    #expect(errors[0] < 0.03)
    // White noise in proportion to a field that diffuses costs order.
    #expect(log2(errors[0] / errors[2]) / 2 > 0.6)
  }

  @Test func signsAndLimitsStayWhateverTheStep() throws {
    for step in [0.1, 1, 20] {
      let text = ensemble(
        #""u": {}, "v": {}"#, #"{ "name": "growth", "rate": "u*(1 - u)", "change": { "u": 1 } }"#,
        noise: #"""
          { "name": "a", "correlation": "white", "change": { "u": "s*u*v/(1 + u)", "v": "3*v - v^2*3/K" } },
          { "name": "b", "correlation": "uniform", "change": { "v": "2*v*(K - v)/(1 + u)" } }
          """#, initial: #""u": "random()", "v": "K*random()""#, time: #""end": 40, "step": \#(step)"#, points: 4096,
        parameters: #""s": 4, "K": 2.5"#)
      let assembly = try RunAssembly(configuration(text), threads: 2)
      try advance(assembly) { _, state in
        #expect(state.values(0).allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(state.values(1).allSatisfy { $0 >= 0 && $0.isFinite })
      }
    }
  }

  @Test func whatIsBetweenLimitsStaysThere() throws {
    for step in [0.01, 1, 20] {
      let text = ensemble(
        #""v": {}"#, #"{ "name": "growth", "rate": "v*(1 - v/2.5)", "change": { "v": 1 } }"#,
        noise: #"{ "name": "a", "correlation": "white", "change": { "v": "4*v*(1 - v/2.5)" } }"#,
        initial: #""v": "2.5*random()""#, time: #""end": 40, "step": \#(step)"#, points: 512)
      let assembly = try RunAssembly(configuration(text))
      try advance(assembly) { _, state in
        #expect(state.values(0).allSatisfy { $0 >= 0 && $0 <= 2.5 * (1 + 1e-12) })
      }
    }
  }

  /// Modes of `du = D u_xx dt + σ dW`: an Ornstein–Uhlenbeck process each, of stationary variance `σ²/(2 λ V)` with
  /// `λ = D (π m/L)²`, of which the scheme makes `x/sinh(x)` times that with `x = λ Δt`.
  ///
  /// Rows do not exchange anything.
  @Test func theStochasticHeatEquationHasItsStationarySpectrum() throws {
    let (modes, rows, sigma, diffusivity, step, end) = (32, 16384, 0.4, 0.5, 0.05, 20.0)
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": { "x": \(diffusivity), "y": 0 } } },
          "noise": [ { "name": "n", "correlation": "white", "change": { "u": \(sigma) } } ] },
        "domain": { "size": [8, \(rows)], "points": [\(modes), \(rows)] }, "initial": { "u": 0 },
        "numerics": { "propagator": "fourier" }, "time": { "end": \(end), "step": \(step) } }
      """
    let u = try finalState(text, threads: 2).values(0)
    let bound = 5 * (2 / Double(rows)).squareRoot()
    for mode in [1, 2, 3, 5, 8, 12, 20, 31] {
      let wave = (0..<modes).map {
        (2 / Double(modes)).squareRoot() * cos(.pi * Double(mode) * (Double($0) + 0.5) / Double(modes))
      }
      let amplitudes = (0..<rows).map { row in (0..<modes).reduce(0) { $0 + wave[$1] * u[row * modes + $1] } }
      let decay = diffusivity * (Double.pi * Double(mode) / 8) * (Double.pi * Double(mode) / 8)
      let stationary = sigma * sigma / (2 * decay * 8 / Double(modes)) * (1 - exp(-2 * decay * end))
      let x = decay * step
      let found = mean(amplitudes.map { $0 * $0 }) / stationary
      print("mode \(mode): λΔt = \(x), variance \(found) of the stationary one, of the scheme \(x / sinh(x))")
      #expect(abs(found / (x / sinh(x)) - 1) < bound)
      if mode <= 5 { #expect(abs(found - 1) < bound + x * x / 6) }
    }
  }

  /// A treatment that waits for the path to cross a level cuts steps short; the rest goes on along the same path.
  @Test func aStepThatIsCutShortLeavesThePathAsItIs() throws {
    func path(_ treatment: String, seed: Int) throws -> (steps: Int, last: Double, dosed: Double) {
      let text = """
        { "model": { "name": "m", "fields": { "W": {}, "v": {} },
            "noise": [ { "name": "n", "correlation": "uniform", "change": { "W": 1 } } ] },
          "domain": { "size": [2], "points": [2] }, "initial": { "W": 0, "v": 0 },
          "time": { "end": 8, "step": 0.5, "noise_interval": 0.5 }, "treatment": [ \(treatment) ], "seed": \(seed) }
        """
      var steps = 0
      let assembly = try RunAssembly(configuration(text))
      try advance(assembly) { _, _ in steps += 1 }
      return (steps - 1, assembly.state.values(0)[0], assembly.state.values(1)[0])
    }
    let dose =
      #"{ "name": "a", "when": "max(W) > 0.4", "rearm_when": "max(W) < 0", "at": [0], "add": { "v": "W" } }"#
    var courses = 0.0
    for seed in 1...12 {
      let (plain, dosed) = (try path("", seed: seed), try path(dose, seed: seed))
      #expect(abs(plain.last - dosed.last) < 1e-12)
      // It is given where the path crosses the level: paths are continuous but for a millionth of a step's variance.
      let given = (dosed.dosed / 0.4).rounded()
      #expect(abs(dosed.dosed - 0.4 * given) <= 0.005 * given)
      #expect(plain.steps == 16 && (given > 0 ? dosed.steps > 16 : dosed.steps == 16))
      courses += given
    }
    #expect(courses >= 5)
  }

  @Test func fieldsInBalanceFollowTheNoise() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.1 }, "w": { "diffusion": 1, "quasi_steady": true } },
          "processes": [ { "name": "secretion", "rate": "u", "change": { "w": 1 } },
            { "name": "decay", "rate": "w", "change": { "w": -1 } } ],
          "noise": [ { "name": "n", "correlation": "white", "change": { "u": "0.3*u*w" } } ] },
        "domain": { "size": [10], "points": [50] }, "initial": { "u": 1, "w": 1 }, "time": { "end": 1, "step": 0.1 } }
      """
    let state = try finalState(text)
    #expect(variance(state.values(0)) > 1e-3)
    // Nothing crosses the sides: what is secreted decays.
    #expect(abs(mean(state.values(0)) - mean(state.values(1))) < 1e-9)
  }
}
