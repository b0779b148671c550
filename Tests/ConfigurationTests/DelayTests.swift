import Configuration
import Fields
import Foundation
import Simulations
import Testing
import TimeStepping

private func factorial(_ n: Int) -> Double { (1...max(n, 1)).reduce(1) { $0 * Double($1) } }

@Suite struct DelayTests {
  /// `u' = −r u(t − 1)` at one point, with `u = 1` up to the start.
  private static func linear(_ more: String = "", rate: String = "-delayed(u, 1)") -> String {
    """
    { "model": { "name": "linear", "parameters": { "r": 1 }, "fields": { "u": {} }, "reactions": { "u": "\(rate)" } },
      "domain": { "size": [1], "points": [1] }, "initial": { "u": 1 },
      "time": { "end": 3.75, "step": 0.1, "reactions": { "tolerance": 1e-12 } }\(more) }
    """
  }

  /// By the method of steps: `Σ_j (−1)^j (t − j + 1)^j/j!` over `j ≤ t + 1`.
  private func methodOfSteps(_ t: Double) -> Double {
    (0...Int(t + 1)).reduce(0) { $0 + ($1 % 2 == 0 ? 1 : -1) * pow(t - Double($1) + 1, Double($1)) / factorial($1) }
  }

  /// The solution that is 1 at 0 and 0 before: `Σ_j (−1)^j (t − j)^j/j!` over `j ≤ t`.
  private func fundamental(_ t: Double) -> Double {
    t < 0 ? 0 : (0...Int(t)).reduce(0) { $0 + ($1 % 2 == 0 ? 1 : -1) * pow(t - Double($1), Double($1)) / factorial($1) }
  }

  /// Schemes of first order have nothing to split here, and are of second order, too.
  ///
  /// Between two breaks the solution is a polynomial of low order. Steps are not aligned with the delays.
  @Test(arguments: Scheme.all.map(\.name))
  func theSolutionByTheMethodOfStepsIsMet(scheme: String) throws {
    let errors = try [0.15, 0.075, 0.0375].map { step in
      let state = try finalState(Self.linear(), set: ["time.scheme=\(scheme)", "time.step=\(step)"])
      return abs(state.values(0)[0] - methodOfSteps(3.75))
    }
    print("method of steps, \(scheme): errors \(errors)")
    let order = scheme == "strang4" || scheme == "etdrk4" ? 4.0 : 2
    // What is exact but for rounding has no order.
    for (coarse, fine) in zip(errors, errors.dropFirst()) where fine > 1e-11 {
      #expect(log2(coarse / fine) > order - 0.3)
    }
    #expect(errors[2] < (order == 4 ? 1e-8 : 1e-3))
  }

  /// The course of the whole solution with a tolerance, by the scheme that the program chooses.
  @Test func theSolutionWithAToleranceIsMetAtAllTimes() throws {
    let text = Self.linear().replacingOccurrences(of: #""step": 0.1"#, with: #""tolerance": 1e-7"#)
    let assembly = try RunAssembly(configuration(text), threads: 1)
    var worst = 0.0
    var ends = Set<Double>()
    try advance(assembly) { time, state in
      ends.insert(time)
      worst = max(worst, abs(state.values(0)[0] - methodOfSteps(time)))
    }
    print("method of steps, tolerance 1e-7: largest error \(worst)")
    #expect(worst < 1e-6)
    #expect(ends.isSuperset(of: [1, 2, 3]))
  }

  /// A dose is a jump, which comes back after each delay; its solution is added to that without.
  @Test(arguments: Scheme.all.map(\.name))
  func aDoseComesBackAfterTheDelay(scheme: String) throws {
    let text = Self.linear(#", "treatment": [{ "name": "dose", "at": 0.55, "add": { "u": 2 } }]"#)
    let exact = methodOfSteps(3.75) + 2 * fundamental(3.2)
    let errors = try [0.1, 0.05, 0.025].map { step in
      let state = try finalState(text, set: ["time.scheme=\(scheme)", "time.step=\(step)"])
      return abs(state.values(0)[0] - exact)
    }
    print("dose, \(scheme): errors \(errors)")
    let order = scheme == "strang4" || scheme == "etdrk4" ? 4.0 : 2
    for (coarse, fine) in zip(errors, errors.dropFirst()) where fine > 1e-11 {
      #expect(log2(coarse / fine) > order - 0.3)
    }
    #expect(errors[2] < (order == 4 ? 1e-8 : 1e-3))
  }

  /// Before the start 2, at the start 1: the delayed value jumps at t = 1.
  ///
  /// The solution is that for 2 at all times before, less the one that is 1 at the start.
  @Test(arguments: Scheme.all.map(\.name))
  func aHistoryNeedNotMeetTheStart(scheme: String) throws {
    let text = Self.linear(#", "history": { "u": 2 }"#)
    let exact = 2 * methodOfSteps(3.75) - fundamental(3.75)
    let state = try finalState(text, set: ["time.scheme=\(scheme)", "time.step=0.025"])
    #expect(abs(state.values(0)[0] - exact) < (scheme == "strang4" || scheme == "etdrk4" ? 1e-8 : 1e-3))
    let chosen = try finalState(text.replacingOccurrences(of: #""step": 0.1"#, with: #""tolerance": 1e-6"#))
    #expect(abs(chosen.values(0)[0] - exact) < 1e-6)
  }

  /// A treatment that changes a parameter makes the equations anew; the history goes on.
  ///
  /// Against the same with a rate that depends on time.
  @Test func aParameterThatChangesKeepsTheHistory() throws {
    let changed = try finalState(
      Self.linear(
        #", "treatment": [{ "name": "more", "at": 1.25, "set": { "r": 2 } }]"#, rate: "-r*delayed(u, 1)"),
      set: ["time.scheme=etdrk4", "time.step=0.0625"])
    let written = try finalState(
      Self.linear(rate: "-where(t < 1.25, 1, 2)*delayed(u, 1)"), set: ["time.scheme=lie", "time.step=0.001953125"])
    #expect(abs(changed.values(0)[0] - written.values(0)[0]) < 1e-5)
    #expect(abs(changed.values(0)[0] - methodOfSteps(3.75)) > 0.1)
  }

  /// What is delayed may change with a parameter as well: it has the value that was in force then.
  @Test func aParameterInWhatIsDelayedHasItsValueOfThen() throws {
    let changed = try finalState(
      Self.linear(#", "treatment": [{ "name": "more", "at": 1.25, "set": { "r": 2 } }]"#, rate: "-delayed(r*u, 1)"),
      set: ["time.scheme=etdrk4", "time.step=0.0625"])
    let written = try finalState(
      Self.linear(rate: "-where(t < 2.25, 1, 2)*delayed(u, 1)"), set: ["time.scheme=lie", "time.step=0.001953125"])
    #expect(abs(changed.values(0)[0] - written.values(0)[0]) < 1e-5)
  }

  /// All times are those of the run, also where it does not begin at 0.
  @Test func aRunMayBeginAtAnyTime() throws {
    let later = #""start": 5, "end": 8.75"#
    let text = Self.linear(#", "history": { "u": "1" }"#).replacingOccurrences(of: #""end": 3.75"#, with: later)
    let state = try finalState(text, set: ["time.scheme=etdrk4"])
    #expect(abs(state.values(0)[0] - methodOfSteps(3.75)) < 1e-12)
    // u' = −π/2 u(t − 1) has the solution cos(πt/2).
    let wave = try finalState(
      Self.linear(#", "history": { "u": "cos(pi*t/2)" }"#, rate: "-pi/2*delayed(u, 1)"),
      set: ["time.scheme=etdrk4", "time.end=2", "time.step=0.05"])
    #expect(abs(wave.values(0)[0] + 1) < 1e-6)
  }

  /// The number of steps that the plan promises is that of the run, with what happens at a dose and after each delay.
  @Test func thePlanKnowsTheNumberOfSteps() throws {
    let text = Self.linear(
      #", "treatment": [{ "name": "dose", "at": 0.55, "add": { "u": 2 } }]"#,
      rate: "-delayed(u, 1) - 0.1*delayed(u, 0.37)")
    let assembly = try RunAssembly(configuration(text, set: ["time.scheme=strang"]), threads: 1)
    let plan = try RunPlan(assembly).output.compact
    let simulation = try simulation(of: assembly)
    _ = try simulation.run()
    #expect(simulation.clock.step > 40)
    #expect(plan.contains(#""steps":\#(simulation.clock.step),"#))
  }

  /// Outside the tissue fields are 0, and what is delayed need be no number there.
  @Test func nothingIsDelayedOutsideTheTissue() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.1 } }, "reactions": { "u": "0.1*delayed(1/u, 0.5)" } },
        "domain": { "size": [4], "points": [16], "mask": "x < 3" }, "initial": { "u": "1 + x" },
        "time": { "end": 2, "step": 0.1, "scheme": "strang" } }
      """
    let values = try finalState(text).values(0)
    #expect(values[..<12].allSatisfy { $0 > 1 && $0 < 5 })
    #expect(values[12...].allSatisfy { $0 == 0 })
  }

  /// A compartment is delayed like a field, and the stages of its distributed delay are compartments that nobody sees.
  @Test func compartmentsHaveDelaysToo() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {} }, "compartments": { "A": {}, "B": {} },
          "reactions": { "u": "A - u", "A": "-delayed(A, 1)", "B": "delayed(A, 1, 2) - B + 0*delayed(mean(u), 1)" } },
        "domain": { "size": [1], "points": [300] }, "initial": { "u": "x", "A": 1, "B": 0 },
        "time": { "end": 3.75, "step": 0.05, "scheme": "etdrk4" } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    try advance(assembly) { _, _ in }
    let state = assembly.state
    #expect(state.count == 5)
    #expect(abs(state.values(1)[0] - methodOfSteps(3.75)) < 1e-10)
    for field in 1..<5 { #expect(state.minimum(field) == state.maximum(field)) }
    #expect(assembly.observables.columns == ["mass(u)", "min(u)", "max(u)", "A", "B"])
  }

  // MARK: With diffusion

  /// `u_t = D u_xx − a u(t − τ)` has the solutions `Re e^{λt} cos(kx)` with `λ = −Dk² − a e^{−λτ}`.
  ///
  /// Here `λ = σ + iω` is chosen, and `a` and `D` follow. The history is the solution before the start.
  private static let modal: (text: String, exact: @Sendable (Double, Double) -> Double) = {
    let (sigma, omega, tau, k) = (-0.2, 1.1, 1.5, Double.pi / 2)
    let a = omega * exp(sigma * tau) / sin(omega * tau)
    let diffusivity = -(sigma + a * exp(-sigma * tau) * cos(omega * tau)) / (k * k)
    let text = """
      { "model": { "name": "mode", "parameters": { "tau": \(tau), "a": \(a) }, "fields": { "u": { "diffusion": \(diffusivity) } },
          "reactions": { "u": "-a*delayed(u, tau)" } },
        "domain": { "size": [4], "points": [16] },
        "history": { "u": "exp(\(sigma)*t)*cos(\(omega)*t)*cos(\(k)*x)" },
        "initial": { "u": "cos(\(k)*x)" },
        "time": { "end": 4, "step": 0.1, "reactions": { "tolerance": 1e-12 } }, "numerics": { "propagator": "fourier" } }
      """
    return (text, { exp(sigma * $0) * cos(omega * $0) * cos(k * $1) })
  }()

  @Test(arguments: Scheme.all.map(\.name))
  func aModeWithDelayAndDiffusionFollowsItsExactSolution(name: String) throws {
    let scheme = try #require(Scheme.named(name))
    // One of them is positive only with the Laplacian of neighboring points, whose error in space is not looked at here.
    if name == "etd2-positive" { return }
    let steps = scheme.order == 4 ? [0.05, 0.025, 0.0125] : [0.2, 0.1, 0.05]
    let errors = try steps.map { step in
      let state = try finalState(Self.modal.text, set: ["time.scheme=\(name)", "time.step=\(step)"])
      return state.values(0).enumerated().map { abs($1 - Self.modal.exact(4, (Double($0) + 0.5) / 4)) }.max() ?? .nan
    }
    print("mode, \(name): errors \(errors)")
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(log2(coarse / fine) > Double(scheme.order) - 0.3)
    }
  }

  /// A predator that sees its prey of a while ago, in two axes.
  private static let text = """
    { "model": {
        "name": "predator and prey", "parameters": { "tau": 0.5 },
        "fields": { "a": { "diffusion": 0.3 }, "b": { "diffusion": 0.1 } },
        "reactions": { "a": "a*(1 - delayed(a, 0.8)) - a*b/(0.5 + a)", "b": "delayed(a*b, tau)/(0.5 + a) - 0.4*b" } },
      "domain": { "size": [4, 3], "points": [16, 12], "boundary": { "x": "periodic", "y": "no-flux" } },
      "initial": { "a": "0.6 + 0.3*cos(pi*x/2)*cos(pi*y/3)", "b": "0.4 + 0.2*sin(pi*x/2)" },
      "time": { "end": 2, "step": 0.1, "reactions": { "tolerance": 1e-12 } },
      "numerics": { "propagator": "fourier" } }
    """

  /// Two delays have breaks as near as 0.1 to each other; four steps between two of them let the order be seen.
  @Test(arguments: Scheme.all.map(\.name))
  func everySchemeKeepsItsOrder(name: String) throws {
    let scheme = try #require(Scheme.named(name))
    let symbol = name == "etd2-positive" ? "second-order" : "spectral"
    let accurate = ["numerics.symbol=\(symbol)"]
    let reference = try finalState(Self.text, set: accurate + ["time.scheme=etdrk4", "time.step=0.0025"])
    let steps = scheme.order == 4 ? [0.0125, 0.00625] : [0.1, 0.05, 0.025]
    let errors = try steps.map { step in
      relativeError(try finalState(Self.text, set: accurate + ["time.scheme=\(name)", "time.step=\(step)"]), reference)
    }
    let orders = zip(errors, errors.dropFirst()).map { log2($0 / $1) }
    print("delays, \(name): errors \(errors), observed orders \(orders)")
    for order in orders { #expect(order > Double(scheme.order) - 0.3) }
  }

  @Test(arguments: Scheme.all.map(\.name))
  func resultsDoNotDependOnThreads(name: String) throws {
    let states = try [1, 2, 3].map { try finalState(Self.text, set: ["time.scheme=\(name)"], threads: $0) }
    for state in states.dropFirst() {
      for field in 0..<2 { #expect(state.values(field) == states[0].values(field)) }
    }
  }

  @Test func theErrorFollowsTheTolerance() throws {
    let text = Self.text.replacingOccurrences(of: #""step": 0.1"#, with: #""tolerance": 1e-4"#)
    let reference = try finalState(Self.text, set: ["time.scheme=etdrk4", "time.step=0.005"])
    for scheme in ["strang", "strang4", "rebalanced-strang", "etdrk4", "auto"] {
      for tolerance in [1e-3, 1e-5] {
        let error = relativeError(
          try finalState(text, set: ["time.scheme=\(scheme)", "time.tolerance=\(tolerance)"]), reference)
        print("delays, \(scheme), tolerance \(tolerance): error/tolerance \(error / tolerance)")
        #expect(error < 10 * tolerance)
      }
    }
  }

  /// `u' = −(π/2) u(t − 1)` with `u = cos(πt/2)` before the start, which goes on; and Hutchinson's equation from 1/2, where derivatives jump
  /// at the start and at the ends of delays, against its exact solution of the first two delays.
  ///
  /// The rates of the first are those of the past alone: what is between the values that are kept is all the error there is.
  @Test(arguments: ["auto", "strang4", "etdrk4"], [1e-3, 1e-6, 1e-9])
  func theErrorOfInterpolationFollowsTheTolerance(scheme: String, tolerance: Double) throws {
    let domain = #""domain": { "size": [1], "points": [2] }, "initial": "#
    let wave = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.1 } }, "parameters": { "a": \(0.5 * Double.pi) },
          "reactions": { "u": "-a*delayed(u, 1)" } }, \(domain){ "u": 1 }, "history": { "u": "cos(a*t)" },
        "time": { "end": 21, "tolerance": \(tolerance), "scheme": "\(scheme)" } }
      """
    let waveError = abs(try finalState(wave).values(0)[0])
    // ln u = ln ½ + r t/2 in the first delay, and ∫ (1 − ½ e^{r s/2}) ds = s − (e^{r s/2} − 1)/r in the second.
    let r = 2.5
    let logistic = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.1 } }, "reactions": { "u": "\(r)*u*(1 - delayed(u, 1))" } },
        \(domain){ "u": 0.5 }, "time": { "end": 2, "tolerance": \(tolerance), "scheme": "\(scheme)" } }
      """
    let exact = 0.5 * exp(0.5 * r + r - (exp(0.5 * r) - 1))
    let logisticError = abs(try finalState(logistic).values(0)[0] / exact - 1)
    print(
      "delays, \(scheme), tolerance \(tolerance): error/tolerance \(waveError / tolerance), \(logisticError / tolerance)"
    )
    #expect(waveError < 5 * tolerance && logisticError < 10 * tolerance)
  }

  /// Functionals and convolutions of what is delayed, and delays of these.
  @Test func delaysGoTogetherWithWhatDependsOnTheWholeDomain() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.2 }, "v": { "diffusion": 0.05 } }, "compartments": { "c": {} },
          "reactions": { "u": "u*(1 - convolve(exp(-x^2)/sqrt(pi), delayed(u, 0.4)))*(1 + 0.1*delayed(mean(v), 0.7))",
            "v": "0.4*u*mean(delayed(u, 0.4), x) - 0.3*v*delayed(convolve(exp(-abs(x)), v), 0.7)", "c": "delayed(c, 0.4) - c*mean(u)" } },
        "domain": { "size": [6], "points": [30], "boundary": "periodic" },
        "initial": { "u": "0.8 + 0.5*sin(pi*x/3)", "v": "1 + 0.5*cos(pi*x/3)", "c": 1 },
        "time": { "end": 2, "step": 0.1, "reactions": { "tolerance": 1e-11 } }, "numerics": { "propagator": "fourier" } }
      """
    let reference = try finalState(text, set: ["time.scheme=etdrk4", "time.step=0.01"])
    for scheme in ["strang", "etdrk4"] {
      let errors = try [0.1, 0.05].map {
        relativeError(try finalState(text, set: ["time.scheme=\(scheme)", "time.step=\($0)"]), reference)
      }
      print("delays and the whole domain, \(scheme): \(errors)")
      #expect(log2(errors[0] / errors[1]) > (scheme == "strang" ? 1.8 : 3.5))
    }
  }

  // MARK: The delayed logistic equation

  /// Hutchinson's equation `u' = r u (1 − u(t − 1))`: its state 1 is stable for `r < π/2`, and oscillates with a period near
  /// 4 beyond.
  private func oscillation(r: Double) throws -> (growth: Double, period: Double) {
    let text = """
      { "model": { "name": "Hutchinson", "fields": { "u": {} }, "reactions": { "u": "\(r)*u*(1 - delayed(u, 1))" } },
        "domain": { "size": [1], "points": [1] }, "initial": { "u": 1.001 },
        "time": { "end": 60, "step": 0.03125, "scheme": "etdrk4" } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    var peaks: [(time: Double, height: Double)] = []
    var last: [(Double, Double)] = []
    try advance(assembly) { time, state in
      last = (last + [(time, log(state.values(0)[0]))]).suffix(3)
      guard last.count == 3, last[1].1 > last[0].1, last[1].1 >= last[2].1, time > 20 else { return }
      // The peak of the parabola through the three.
      let (a, b) = (last[0].1 - last[1].1, last[2].1 - last[1].1)
      peaks.append((last[1].0 + 0.5 * (a - b) / (a + b) * 0.03125, last[1].1 - (a - b) * (a - b) / (8 * (a + b))))
    }
    let (first, end) = (try #require(peaks.first), try #require(peaks.last))
    return (
      log(end.height / first.height) / (end.time - first.time), (end.time - first.time) / Double(peaks.count - 1)
    )
  }

  /// The roots `λ` of `λ + r e^{−λ} = 0`, by Newton's method.
  private func root(r: Double) -> (Double, Double) {
    var (x, y) = (0.0, Double.pi / 2)
    for _ in 0..<100 {
      let e = r * exp(-x)
      let (fx, fy) = (x + e * cos(y), y - e * sin(y))
      let (dx, dy) = (1 - e * cos(y), e * sin(y))
      let size = dx * dx + dy * dy
      (x, y) = (x - (fx * dx + fy * dy) / size, y - (fy * dx - fx * dy) / size)
    }
    return (x, y)
  }

  @Test func theDelayedLogisticEquationLosesItsStabilityWhereItShould() throws {
    for r in [1.5, Double.pi / 2, 1.62] {
      let (found, exact) = (try oscillation(r: r), root(r: r))
      print(
        "Hutchinson, r = \(r): growth \(found.growth) (\(exact.0)), period \(found.period) (\(2 * Double.pi / exact.1))"
      )
      // Tolerances: the amplitude is at most some percent, whose square changes the period.
      #expect(abs(found.growth - exact.0) < 1e-4)
      #expect(abs(found.period - 2 * Double.pi / exact.1) < 2e-3)
    }
  }

  // MARK: Signs

  /// A density that falls to nothing within a step or two: cubics through it would be negative.
  @Test(arguments: ["strang", "etd2-positive"])
  func delayedDensitiesAreNotNegative(scheme: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {}, "w": {} }, "reactions": { "u": "-40*u", "w": "delayed(u, 1)*(1 - w)" } },
        "domain": { "size": [1], "points": [1] }, "initial": { "u": 1, "w": 0 },
        "time": { "end": 3, "step": 0.1, "scheme": "\(scheme)" } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    var before = 0.0
    try advance(assembly) { _, state in
      #expect(state.values(1)[0] >= before)
      before = state.values(1)[0]
    }
    #expect(before > 0.5)
  }

  /// A history that may be negative takes back the promise that a field cannot become negative.
  @Test func aNegativeHistoryPromisesNoSign() throws {
    func text(_ history: String) -> String {
      """
      { "model": { "name": "m", "fields": { "u": {}, "w": {} }, "reactions": { "u": "-u", "w": "delayed(u, 1) - w" } },
        "domain": { "size": [1], "points": [1] }, "initial": { "u": 1, "w": 0 }, "history": { "u": "\(history)" },
        "time": { "end": 3, "step": 0.1 } }
      """
    }
    #expect(try configuration(text("exp(-t)")).cannotBecomeNegative == [true, true])
    #expect(try configuration(text("cos(3*t)")).cannotBecomeNegative[1] == false)
    let state = try finalState(text("-1").replacingOccurrences(of: #""end": 3"#, with: #""end": 1"#))
    #expect(abs(state.values(1)[0] + 1 - exp(-1)) < 1e-3)
  }
}
