import Configuration
import Fields
import Foundation
import Simulations
import Testing
import TimeStepping

/// A run that comes to rest, and when its rate of change falls to a limit for good, in closed form.
struct SteadyCase: CustomTestStringConvertible, Sendable {
  let name: String
  let model: String
  var domain = #""size": [1], "points": [4]"#
  let initial: String
  let limit: Double
  /// The relative rate of change at a time.
  let rate: @Sendable (_ time: Double) -> Double

  static let duration = 5.0
  var testDescription: String { name }

  func text(_ time: String) -> String {
    """
    { "model": { "name": "m", \(model) }, "domain": { \(domain) }, "initial": { \(initial) },
      "time": { "end": 400, \(time) }, "stop": [ { "steady": \(limit), "for": \(SteadyCase.duration) } ] }
    """
  }

  /// The end of the run: `duration` after the rate has fallen to the limit for the last time.
  var end: Double {
    let step = 0.01
    let last = (0..<20_000).last { rate(Double($0) * step) > limit } ?? 0
    var (low, high) = (Double(last) * step, Double(last + 1) * step)
    while true {
      let middle = 0.5 * (low + high)
      guard middle > low, middle < high else { return middle + SteadyCase.duration }
      if rate(middle) > limit { low = middle } else { high = middle }
    }
  }

  /// `u = 1 + e^{−t}`, and another field that is ten times as slow.
  static let decay = SteadyCase(
    name: "decay", model: #""fields": { "u": {}, "v": {} }, "reactions": { "u": "1 - u", "v": "0.1*(1 - v)" }"#,
    initial: #""u": 2, "v": 2"#, limit: 1e-3,
    rate: { max(exp(-$0) / (1 + exp(-$0)), 0.1 * exp(-0.1 * $0) / (1 + exp(-0.1 * $0))) })

  /// `u = 1 + ½ e^{−λt} cos πx/2` with `λ = D (π/2)²`, or that of the Laplacian of neighboring points.
  static func mode(ofNeighbors: Bool) -> SteadyCase {
    let (wave, spacing) = (Double.pi / 2, 2.0 / 32)
    let decay = 0.1 * (ofNeighbors ? pow(2 / spacing * sin(0.5 * wave * spacing), 2) : wave * wave)
    return SteadyCase(
      name: ofNeighbors ? "a wave of neighboring points" : "a wave",
      model: #""fields": { "u": { "diffusion": 0.1 } }, "reactions": { "u": "0" }"#,
      domain: #""size": [2], "points": [32]"#, initial: #""u": "1 + 0.5*cos(pi*x/2)""#, limit: 1e-3,
      rate: { 0.5 * decay * exp(-decay * $0) * 0.5.squareRoot() / (1 + 0.125 * exp(-2 * decay * $0)).squareRoot() })
  }

  /// `u = 1/(1 + 99 e^{−t/2})`.
  static let logistic = SteadyCase(
    name: "logistic growth", model: #""fields": { "u": {} }, "reactions": { "u": "0.5*u*(1 - u)" }"#,
    initial: #""u": 0.01"#, limit: 1e-3, rate: { 0.5 * (1 - 1 / (1 + 99 * exp(-0.5 * $0))) })

  /// `(u − 2) + i (v − 2) = e^{(−0.1 + i) t}`: each field alone stands still at times.
  static let oscillation = SteadyCase(
    name: "oscillation",
    model:
      #""fields": { "u": {}, "v": {} }, "reactions": { "u": "0.2 - 0.1*u - (v - 2)", "v": "u - 2 - 0.1*(v - 2)" }"#,
    initial: #""u": 3, "v": 2"#, limit: 1e-3,
    rate: {
      let (x, y) = (exp(-0.1 * $0) * cos($0), exp(-0.1 * $0) * sin($0))
      return max(abs(-0.1 * x - y) / (2 + x), abs(x - 0.1 * y) / (2 + y))
    })

  /// A field alone that turns: `u = 2 + e^{−0.1 t} sin t`.
  static let turning = SteadyCase(
    name: "one field that turns",
    model: #""fields": { "u": {} }, "reactions": { "u": "exp(-0.1*t)*(cos(t) - 0.1*sin(t))" }"#,
    initial: #""u": 2"#, limit: 1e-3,
    rate: { abs(exp(-0.1 * $0) * (cos($0) - 0.1 * sin($0))) / (2 + exp(-0.1 * $0) * sin($0)) })

  /// A compartment, and a field in balance with it: `A = 1 + e^{−t}`, `w = A³`.
  static let balance = SteadyCase(
    name: "a field in balance",
    model: #"""
      "compartments": { "A": {} }, "fields": { "w": { "quasi_steady": true } },
      "processes": [ { "name": "a", "rate": "1 - A", "change": { "A": 1 } }, { "name": "w", "rate": "A^3 - w", "change": { "w": 1 } } ]
      """#,
    initial: #""A": 2"#, limit: 1e-3, rate: { 3 * exp(-$0) / (1 + exp(-$0)) })
}

/// When the run of a text ends by a steady state.
private func end(_ text: String, threads: Int = 1) throws -> Double {
  let simulation = try simulation(of: RunAssembly(configuration(text), threads: threads))
  #expect(try simulation.run() == .stopped("steady state"))
  return simulation.clock.time
}

private let tolerances = [1e-2, 1e-4, 1e-6]

@Suite struct SteadyStateTests {
  /// Where steps of any size are exact.
  @Test(arguments: ["strang", "strang4", "rebalanced-strang", "etdrk4", "etdrk4-coupled", "etd2-positive", "auto"])
  func theBeginningOfASteadyStateDoesNotDependOnTheSteps(scheme: String) throws {
    let fixed = scheme == "auto" ? [] : [16, 5, 0.5].map { #""step": \#($0)"# }
    for given in [SteadyCase.decay, .mode(ofNeighbors: scheme == "etd2-positive"), .logistic] {
      // Exact are splittings alone; the other schemes know the decay at 0 only.
      if given.name == "logistic growth", !scheme.hasPrefix("strang") { continue }
      for time in fixed + tolerances.map({ #""tolerance": \#($0)"# }) {
        // A kernel of neighboring points takes the place of the transform in short parts of a step.
        let error = try abs(end(given.text(#"\#(time), "scheme": "\#(scheme)""#)) - given.end)
        #expect(error < 1e-9, "\(given.name), \(time): \(error)")
      }
    }
  }

  /// Elsewhere the rate is as wrong as the solution is, relative to its distance from rest: by `e/limit` of a decay time.
  @Test(arguments: [SteadyCase.logistic, .oscillation, .turning, .balance], [1e-4, 1e-6])
  func elsewhereItIsAsAccurateAsTheSolution(given: SteadyCase, tolerance: Double) throws {
    for scheme in ["strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive", "auto"] {
      if scheme == "etd2-positive", tolerance < 1e-5 { continue }
      let error = try abs(end(given.text(#""tolerance": \#(tolerance), "scheme": "\#(scheme)""#)) - given.end)
      print("a steady state, \(given.name), \(scheme), tolerance \(tolerance): \(error)")
      #expect(error < tolerance / given.limit, "\(scheme): \(error)")
    }
  }

  /// Steps over several turns, by flows that are exact to 1e-12.
  @Test(arguments: [0.5, 2, 3.2, 6.283185307179586, 9])
  func aTurnIsNoRest(step: Double) throws {
    for given in [SteadyCase.oscillation, .turning] {
      let text = given.text(#""step": \#(step), "scheme": "strang", "reactions": { "tolerance": 1e-12 }"#)
      #expect(try abs(end(text) - given.end) < 1e-6, "\(given.name)")
    }
  }

  /// A period is a step, so that all steps end with the same state.
  @Test func whatMovesWithThePeriodOfTheStepsIsNoRest() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {} }, "reactions": { "u": "cos(2*pi*t)" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "u": 2 }, "time": { "end": 30, "step": 1, "scheme": "strang" },
        "stop": [ { "steady": 1e-2, "for": 3 } ] }
      """
    #expect(try simulation(of: RunAssembly(configuration(text), threads: 1)).run() == .reachedEnd)
  }

  /// `u = 1 + e^{−t}` until a dose makes it 3 at t = 6.5, less than `duration` after it has come to rest.
  @Test(arguments: [#""step": 30"#, #""step": 0.7"#, #""tolerance": 1e-3"#])
  func aDoseBeginsAnew(time: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {} }, "reactions": { "u": "1 - u" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "u": 2 }, "time": { "end": 100, "scheme": "strang", \(time) },
        "treatment": [ { "name": "d", "at": 6.5, "set": { "u": 3 } }, { "name": "none", "at": 16, "multiply": { "u": 1 } } ],
        "stop": [ { "steady": 1e-2, "for": 3 } ] }
      """
    // 2 e^{−s}/(1 + 2 e^{−s}) = 0.01
    #expect(try abs(end(text) - (6.5 + log(2 * 99) + 3)) < 1e-9)
    // The rest is interrupted.
    let longer = text.replacingOccurrences(of: #""for": 3"#, with: #""for": 5"#)
    #expect(try abs(end(longer) - 21) < 1e-9)
  }

  /// `v` falls to rest, and grows again from t = 20 on, within one step.
  @Test(arguments: [#""step": 9"#, #""step": 0.5"#, #""tolerance": 1e-6"#])
  func aRestInsideOfAStepCounts(time: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "v": {} }, "reactions": { "v": "exp(-t) + exp(t - 20)" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "v": 1000 }, "time": { "end": 40, "scheme": "strang", \(time),
          "reactions": { "tolerance": 1e-12 } },
        "stop": [ { "steady": 1e-6, "for": 4 } ] }
      """
    func rate(_ t: Double) -> Double { (exp(-t) + exp(t - 20)) / (1001 - exp(-t) + exp(t - 20) - exp(-20)) }
    var (low, high) = (0.0, 10.0)
    for _ in 0..<100 {
      if rate(0.5 * (low + high)) > 1e-6 { low = 0.5 * (low + high) } else { high = 0.5 * (low + high) }
    }
    #expect(try abs(end(text) - high - 4) < 1e-6)
  }

  /// The steady state of a splitting is one of its steps, and not of the equations, nor of a shorter step at its end.
  @Test(arguments: [
    (#""step": 2, "scheme": "strang""#, 1e-3, 0.3), (#""step": 0.5, "scheme": "strang""#, 1e-5, 0.02),
    (#""step": 0.5, "scheme": "strang4""#, 1e-7, 0.02), (#""step": 0.1, "scheme": "strang""#, 1e-7, 1e-3),
    (#""tolerance": 1e-4, "scheme": "strang""#, 1e-7, 3e-3), (#""tolerance": 1e-4, "scheme": "strang4""#, 1e-7, 0.05),
    (#""step": 0.5, "scheme": "etdrk4""#, 1e-7, 1e-8), (#""tolerance": 1e-4"#, 1e-7, 1e-8),
  ])
  func aSplittingComesToRest(time: String, limit: Double, precision: Double) throws {
    let decay = 1 + 0.1 * pow(Double.pi / 2, 2)
    let given = SteadyCase(
      name: "", model: #""fields": { "u": { "diffusion": 0.1 } }, "reactions": { "u": "1 + cos(pi*x/2) - u" }"#,
      domain: #""size": [2], "points": [32]"#, initial: #""u": 0"#, limit: limit,
      rate: {
        func size(_ mean: Double, _ wave: Double) -> Double { (mean * mean + 0.5 * wave * wave).squareRoot() }
        return size(exp(-$0), exp(-decay * $0)) / size(1 - exp(-$0), (1 - exp(-decay * $0)) / decay)
      })
    let error = try abs(end(given.text(time)) - given.end)
    print("the rest of a splitting, \(time), limit \(limit): \(error)")
    #expect(error < precision)
  }

  /// Runs that do not come to a steady state say so.
  ///
  /// A balanced splitting takes at most what is there in a step, so that long steps have a state of rest of their own, 0.07 from that of the
  /// equations. And what is driven by less than the tolerance is not told from errors. A limit far below the tolerance is reached.
  @Test(arguments: [
    (#""end": 400, "step": 2.5"#, "0", 1e-3, Unrest.Kind.stationarySteps as Unrest.Kind?),
    (#""end": 3000, "tolerance": 1e-4"#, "1e-6*sin(3*t)", 1e-8, .withinTolerance),
    (#""end": 3000, "tolerance": 1e-4"#, "0", 1e-8, nil), (#""end": 400, "step": 0.5"#, "0", 1e-7, nil),
    (#""end": 400, "tolerance": 1e-4"#, "0", 1e-3, nil),
  ])
  func whatKeepsASteadyStateFromBeingFoundIsSaid(
    time: String, drive: String, limit: Double, unrest: Unrest.Kind?
  ) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.1 } }, "reactions": { "u": "1 + cos(pi*x/2) + \(drive) - u" } },
        "domain": { "size": [2], "points": [32] }, "initial": { "u": 0 }, "time": { "scheme": "rebalanced-strang", \(time) },
        "stop": [ { "steady": \(limit), "for": 5 } ] }
      """
    let simulation = try simulation(of: RunAssembly(configuration(text), threads: 1))
    #expect(try simulation.run() == (unrest == nil ? .stopped("steady state") : .reachedEnd))
    let found = simulation.stops.memory.unrest
    #expect(found?.isTold ?? false == (unrest != nil) && (unrest == nil || found?.kind == unrest))
  }

  /// What goes on moving is no error: an oscillation, and a decay by a power of the time.
  @Test(arguments: ["etdrk4", "rebalanced-strang"]) func whatMovesIsNotTakenForErrors(scheme: String) throws {
    for (rates, initial) in [
      (#""u": "v", "v": "-(u - 2)""#, "3"), (#""u": "-(u - 1)^3", "v": "0""#, "2"),
      (#""u": "10*(u - u^3/3 - v)", "v": "0.1*(u + 0.3)""#, "1"),
    ] {
      let text = """
        { "model": { "name": "m", "fields": { "u": {}, "v": {} }, "reactions": { \(rates) } },
          "domain": { "size": [1], "points": [4] }, "initial": { "u": \(initial), "v": 0 },
          "time": { "end": 300, "tolerance": 1e-4, "scheme": "\(scheme)" }, "stop": [ { "steady": 1e-7, "for": 5 } ] }
        """
      let simulation = try simulation(of: RunAssembly(configuration(text), threads: 1))
      #expect(try simulation.run() == .reachedEnd)
      #expect(simulation.stops.memory.unrest?.isTold != true)
    }
  }

  @Test func lookingTakesAFewHundredthsOfTheWork() throws {
    func evaluations(_ stop: String) throws -> (each: Double, steps: Int) {
      let text = """
        { "model": { "name": "m", "fields": { "u": { "diffusion": 0.01 } },
            "reactions": { "u": "u*(1 - u)*(0.5 + 0.4*cos(pi*x/2))" } },
          "domain": { "size": [2], "points": [32] }, "initial": { "u": 0.1 },
          "time": { "end": 200, "step": 0.05, "scheme": "etdrk4" }, "stop": [ \(stop) ] }
        """
      let current = try CurrentAssembly(RunAssembly(configuration(text), threads: 1))
      let simulation = try current.makeSimulation(ledger: nil)
      _ = try simulation.run()
      return (current.work.rateEvaluations / Double(simulation.clock.step), simulation.clock.step)
    }
    let (without, with) = (try evaluations(""), try evaluations(#"{ "steady": 1e-4, "for": 10 }"#))
    print("evaluations in a step with a steady state: \(with), without: \(without)")
    #expect(with.steps > 500 && with.steps < without.steps)
    #expect(with.each < 1.05 * without.each)
  }
}

/// `∂u/∂t` of the equations against what short steps make of the state.
@Suite struct RatesOfChangeTests {
  private static let models: [(String, String, String, String)] = [
    (
      "any tissue",
      #"""
      "fields": { "u": { "diffusion": "0.1 + 0.05*x" , "taxis": [ { "toward": "v", "sensitivity": 0.3 } ] },
                  "v": { "diffusion": 0.2 }, "w": { "quasi_steady": true, "diffusion": 1 } },
      "compartments": { "A": {} },
      "reactions": { "u": "u*(1 - u) - A*u*v", "v": "u - v^2 + w", "w": "u - 2*w", "A": "mean(u) - A" }
      """#,
      #""size": [4, 3], "points": [16, 12], "mask": "(x - 2)^2 + (y - 1.5)^2 < 2""#, "strang"
    ),
    (
      "given sides",
      #"""
      "fields": { "u": { "diffusion": 0.5, "boundary": { "x-": { "value": "1 + t" }, "x+": { "robin": { "coefficient": 2, "outside": 0.3 } } } },
                  "v": { "diffusion": 0.1, "advection": { "x": "0.2" } } },
      "reactions": { "u": "-u*v", "v": "0.3*u*(1 - v)" }
      """#, #""size": [4], "points": [24]"#, "etdrk4"
    ),
    (
      "neighboring points",
      #""fields": { "u": { "diffusion": 0.1 }, "v": { "diffusion": 0.05 } }, "reactions": { "u": "-u*v", "v": "u - v" }"#,
      #""size": [4, 2], "points": [24, 12]"#, "etd2-positive"
    ),
    (
      "a ball and other fields",
      #""fields": { "u": { "diffusion": 0.1, "cross_diffusion": { "v": 0.05 } }, "v": { "diffusion": 0.05 } }, "reactions": { "u": "1 - u", "v": "u - v" }"#,
      #""geometry": "spherical-radial", "size": [4], "points": [24]"#, "strang"
    ),
  ]

  @Test(arguments: models.map(\.0))
  func theyAreWhatShortStepsMakeOfTheState(name: String) throws {
    guard let (_, model, domain, scheme) = RatesOfChangeTests.models.first(where: { $0.0 == name }) else { return }
    let step = 2e-5
    let axis = domain.contains("radial") ? "r" : "x"
    let initial =
      #""u": "1 + 0.3*cos(pi*\#(axis)/4)", "v": "0.5 + 0.2*cos(pi*\#(axis)/2)""#
      + (model.contains("\"A\"") ? #", "A": 0.4"# : "")
    let text = """
      { "model": { "name": "m", \(model) }, "domain": { \(domain) }, "initial": { \(initial) },
        "time": { "end": 1, "step": \(step), "scheme": "\(scheme)", "reactions": { "tolerance": 1e-12 } } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 2)
    let simulation = try simulation(of: assembly)
    let state = assembly.state
    func set() throws -> FieldSet { try FieldSet(grid: state.grid, count: state.count) }
    let (rates, near, far) = (try set(), try set(), try set())
    let found = try #require(try simulation.regimen.equations.ratesOfChange?.rates)
    try found.evaluate(state, time: 0, span: 1, into: rates)
    for (copy, size) in [(near, step), (far, 2 * step)] {
      copy.copy(from: state)
      _ = try simulation.stepper.step(copy, from: 0, by: size, memory: StepperMemory(), goesOn: false)
    }
    for field in 0..<state.count {
      let points =
        assembly.volumes.isMasked
        ? state.values(field).indices.filter { state.values(field)[$0] != 0 } : Array(state.values(field).indices)
      let (start, one, two) = (state.values(field), near.values(field), far.values(field))
      let slopes = points.map { (4 * one[$0] - two[$0] - 3 * start[$0]) / (2 * step) }
      let size = slopes.reduce(0) { max($0, abs($1)) }
      let worst = zip(points, slopes).reduce(0) { max($0, abs($1.1 - rates.values(field)[$1.0])) }
      #expect(size > 1e-3 && worst < 2e-5 * max(size, 1), "field \(field): \(worst) of \(size)")
    }
  }
}
