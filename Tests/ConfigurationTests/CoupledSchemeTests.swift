import Configuration
import Fields
import Foundation
import Rates
import Testing
import TimeStepping

/// The exponential scheme whose linear part couples the fields.
@Suite struct CoupledSchemeTests {
  /// Linear exchange between three fields that diffuse, one of them not at all; its solution is a matrix exponential.
  private static let linear = """
    { "model": { "name": "exchange", "fields": { "a": { "diffusion": 0.3 }, "b": { "diffusion": 2 }, "c": {} },
        "reactions": { "a": "0.4*a - 3*b + 0.2*c", "b": "2*a - 5*b", "c": "a - 0.1*c" } },
      "domain": { "size": [2, 3], "points": [16, 12], "boundary": { "x": "periodic", "y": "no-flux" } },
      "initial": { "a": "3 + cos(2*pi*x/2)*cos(pi*y/3)", "b": "3 - cos(pi*y/3)", "c": "3 + sin(2*pi*x/2)" },
      "time": { "end": 8, "step": 8, "scheme": "etdrk4-coupled" }, "numerics": { "propagator": "fourier", "symbol": "spectral" } }
    """

  @Test func linearEquationsAreSolvedExactlyByOneStep() throws {
    let state = try finalState(Self.linear)
    let reference = try finalState(
      Self.linear, set: ["time.scheme=etdrk4", "time.step=0.005"])
    let error = relativeError(state, reference)
    print("one step of a linear system: \(error)")
    #expect(error < 2e-10)
  }

  /// The immunotherapy model with its fast chemical, far from uniform, against `etdrk4` at 1e-9.
  @Test(arguments: [1e-3, 1e-4, 1e-5]) func theErrorFollowsTheToleranceInFewerSteps(tolerance: Double) throws {
    let text = """
      { "model": "kirschner-panetta-diffusion",
        "parameters": {
          "alpha": 0.3, "rho_w": 27.778, "mu_w": 55.556, "sigma_u": 0, "sigma_w": 0, "delta_u": 10, "delta_w": 100 },
        "domain": { "size": [100, 100], "points": [32, 32] },
        "initial": {
          "u": "0.14*(1 + 0.3*cos(pi*x/50)*cos(pi*y/25) + 0.1*cos(3*pi*x/50))",
          "v": "0.06 + 0.03*cos(pi*x/25)*cos(pi*y/50) + 0.01*cos(2*pi*y/25)",
          "w": "0.07*(1 + 0.2*cos(pi*x/50) + 0.2*cos(pi*y/25))" },
        "time": { "end": 20 }, "numerics": { "propagator": "fourier", "symbol": "spectral" } }
      """
    func run(_ scheme: String, _ tolerance: Double) throws -> (state: FieldSet, steps: Int) {
      let settings = ["time.scheme=\(scheme)", "time.tolerance=\(tolerance)"]
      let simulation = try simulation(of: RunAssembly(configuration(text, set: settings), threads: 1))
      _ = try simulation.run()
      return (simulation.state, simulation.clock.step)
    }
    let exact = try run("etdrk4", 1e-9).state
    let (plain, coupled) = (try run("etdrk4", tolerance), try run("etdrk4-coupled", tolerance))
    let error = relativeError(coupled.state, exact) / tolerance
    print("tolerance \(tolerance): error \(error) of it in \(coupled.steps) steps, etdrk4 in \(plain.steps)")
    #expect(error < 10 && error > 0.02)
    #expect(coupled.steps < plain.steps)
  }

  /// What is no number is named with its place, not taken for a lack of accuracy.
  @Test func aRateThatIsNoNumberIsNamed() throws {
    let text = Self.linear.replacingOccurrences(of: #""c": "a - 0.1*c""#, with: #""c": "sqrt(2.5 - a)""#)
    let failure = #expect(throws: NumericalFailure.self) { _ = try finalState(text) }
    #expect("\(try #require(failure).problem)".contains("number"), "\(failure as Any)")
  }

  @Test func steadyStatesAreKept() throws {
    let text = """
      { "model": "kirschner-panetta-diffusion", "parameters": { "sigma_u": 0, "sigma_w": 0.5 },
        "domain": { "size": [100, 60], "points": [20, 12] },
        "initial": { "u": 0.278210428599596, "v": 0.605851119342800, "w": 0.021497119302072 },
        "time": { "end": 40, "step": 2, "scheme": "etdrk4-coupled" }, "numerics": { "propagator": "fourier" } }
      """
    let state = try finalState(text)
    for (field, value) in [0.278210428599596, 0.605851119342800, 0.021497119302072].enumerated() {
      #expect(abs(state.maximum(field) - value) < 1e-11 && abs(state.minimum(field) - value) < 1e-11)
    }
  }

  /// Schnakenberg's model just beyond the onset of patterns: a cosine of four critical wave lengths grows at
  /// `σ = 0.0102`, the eigenvalue of `J − k² D` at the uniform state, whatever its amplitude and the tolerance.
  private static func schnakenberg(_ amplitude: String, boundary: String, taxis: String = "") -> String {
    // k² = (d f_u + g_v) / 2d with f_u = 0.8, g_v = −1, d = 8.8.
    let waveNumber = (6.04 / 17.6).squareRoot()
    let length = (boundary == "periodic" ? 8 : 4) * Double.pi / waveNumber
    return """
      { "model": { "name": "schnakenberg", "fields": { "u": { "diffusion": 1\(taxis) }, "v": { "diffusion": 8.8 } },
          "reactions": { "u": "0.1 - u + u^2*v", "v": "0.9 - u^2*v" } },
        "domain": { "size": [\(length)], "points": [64], "boundary": "\(boundary)" },
        "initial": { "u": "1 + \(amplitude)*cos(\(waveNumber)*x)", "v": 0.9 },
        "time": { "end": 400, "scheme": "etdrk4-coupled" },
        "numerics": { "propagator": "fourier", "symbol": "spectral", "taxis": "spectral" } }
      """
  }

  private static func growth(_ text: String, tolerance: String) throws -> Double {
    func amplitude(_ end: String) throws -> Double {
      let state = try finalState(text, set: ["time.end=\(end)", "time.tolerance=\(tolerance)"])
      return 0.5 * (state.maximum(0) - state.minimum(0))
    }
    return log(try amplitude("300") / amplitude("100")) / 200
  }

  @Test(arguments: ["1e-3", "1e-5", "1e-8"], ["1e-2", "1e-3", "1e-5"])
  func patternsGrowAtTheRateOfTheEquations(amplitude: String, tolerance: String) throws {
    for boundary in ["periodic", "no-flux"] {
      let rate = try Self.growth(Self.schnakenberg(amplitude, boundary: boundary), tolerance: tolerance)
      // The largest eigenvalue of [[0.8 − k², 1], [−1.8, −1 − 8.8 k²]].
      let k2 = 6.04 / 17.6
      let (trace, determinant) = (-0.2 - 9.8 * k2, (0.8 - k2) * (-1 - 8.8 * k2) + 1.8)
      let exact = 0.5 * trace + (0.25 * trace * trace - determinant).squareRoot()
      print("\(amplitude), \(tolerance), \(boundary): \(rate / exact - 1)")
      #expect(abs(rate / exact - 1) < 0.02)
    }
  }

  /// The same with cells that move up the gradient of `v`, by `S = 0.5/(1 + u)`: `k² ū S̄` is taken from the upper right of the block.
  @Test func patternsOfTaxisGrowAtTheRateOfTheEquations() throws {
    let taxis = #", "taxis": [{ "toward": "v", "sensitivity": "-0.1/(1 + u)" }]"#
    let rate = try Self.growth(Self.schnakenberg("1e-5", boundary: "periodic", taxis: taxis), tolerance: "1e-3")
    let k2 = 6.04 / 17.6
    let (trace, determinant) = (-0.2 - 9.8 * k2, (0.8 - k2) * (-1 - 8.8 * k2) + 1.8 * (1 - 0.05 * k2))
    let exact = 0.5 * trace + (0.25 * trace * trace - determinant).squareRoot()
    print("with taxis: \(rate), exact \(exact)")
    #expect(abs(rate / exact - 1) < 0.02)
  }

  @Test func statesWithinAStepAreAsAccurateAsItsEnd() throws {
    let text = """
      { "model": { "name": "oscillations", "fields": { "a": { "diffusion": 0.3 }, "b": { "diffusion": 0.1 } },
          "reactions": { "a": "a*(1 - a) - a*b/(0.5 + a)", "b": "a*b/(0.5 + a) - 0.4*b" } },
        "domain": { "size": [4], "points": [32] },
        "initial": { "a": "0.6 + 0.3*cos(pi*x/4)", "b": "0.4 + 0.2*cos(pi*x/4)" },
        "time": { "end": 4, "scheme": "etdrk4-coupled", "tolerance": 1e-4 }, "numerics": { "propagator": "fourier" } }
      """
    func states(_ end: Double) throws -> FieldSet {
      try finalState(text, set: ["time.end=\(end)", "time.tolerance=1e-9", "time.scheme=etdrk4"])
    }
    let exact = (within: try states(1.37), end: try states(2))
    let assembly = try RunAssembly(configuration(text), threads: 1)
    let (stepper, state) = (assembly.stepper, assembly.state)
    let copy = try FieldSet(copying: state)
    let step = try stepper.step(state, from: 0, by: 2, memory: StepperMemory(), goesOn: true)
    try #require(step.interpolant).evaluate(into: copy, after: 1.37)
    let errors = (within: relativeError(copy, exact.within), end: relativeError(state, exact.end))
    print("within a step: \(errors.within), at its end: \(errors.end)")
    #expect(errors.within < 3 * errors.end)
  }

  @Test(arguments: [
    (#"domain.mask="(x - 1)^2 + y^2 < 4""#, "the tissue has a shape"),
    (#"model.fields.a.diffusion="0.3*(1 + a)""#, "its diffusivity depends on fields"),
    (#"model.fields.a.boundary={"y-": {"value": 1}}"#, "a has prescribed boundary data"),
  ]) func whatItCannotDoIsRefused(change: String, reason: String) throws {
    let text = Self.linear.replacingOccurrences(of: #""numerics""#, with: #""title": "", "numerics""#)
      .replacingOccurrences(of: #""propagator": "fourier", "symbol": "spectral""#, with: "")
    let problem = #expect(throws: (any Error).self) {
      _ = try RunAssembly(configuration(text, set: [change]), threads: 1)
    }
    #expect("\(problem as Any)".contains(reason))
  }
}
