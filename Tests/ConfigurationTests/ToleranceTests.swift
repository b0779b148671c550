import Configuration
import Documents
import Fields
import Testing
import TimeStepping

@Suite struct ToleranceTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let reference: [String]
    /// Each with how far below the tolerance the error may lie.
    let schemes: [String: Double]
  }

  private static let fisher = Problem(
    testDescription: "Fisher",
    text: """
      { "model": { "name": "fisher", "fields": { "u": { "diffusion": 1 } }, "reactions": { "u": "u*(1 - u)" } },
        "domain": { "size": [60], "points": [120] }, "initial": { "u": "0.5*exp(-x^2/4)" },
        "time": { "end": 20 }, "numerics": { "propagator": "fourier" } }
      """, reference: ["time.scheme=strang4", "time.step=0.02"],
    schemes: ["lie": 10, "strang": 100, "strang4": 500, "rebalanced-strang": 10, "etdrk4": 50])

  private static let predator = Problem(
    testDescription: "predator and prey",
    text: """
      { "model": { "name": "predator and prey",
          "fields": { "a": { "diffusion": 0.3 }, "b": { "diffusion": 0.1 }, "m": {} },
          "reactions": { "a": "a*(1 - a) - a*b/(0.5 + a)*(1 + 0.2*sin(t))", "b": "a*b/(0.5 + a) - 0.4*b", "m": "0.1*b - 0.2*m" } },
        "domain": { "size": [4, 3], "points": [24, 20], "boundary": { "x": "periodic", "y": "no-flux" } },
        "initial": { "a": "0.6 + 0.3*cos(pi*x/2)*cos(pi*y/3)", "b": "0.4 + 0.2*sin(pi*x/2)", "m": 0.1 },
        "time": { "end": 20 }, "numerics": { "propagator": "fourier" } }
      """, reference: ["time.scheme=strang4", "time.step=0.01"],
    schemes: ["lie": 50, "strang": 200, "strang4": 500, "rebalanced-strang": 10, "etdrk4": 50])

  private static let immunotherapy = Problem(
    testDescription: "immunotherapy",
    text: """
      { "model": "kirschner-panetta-diffusion", "parameters": { "sigma_u": 0.018 },
        "domain": { "size": [120], "points": [64] },
        "initial": {
          "u": "0.3019*(1 + 0.1*cos(3*pi*x/120) + 0.1*cos(6*pi*x/120))",
          "v": "0.39*(1 + 0.2*cos(3*pi*x/120) - 0.2*cos(6*pi*x/120))",
          "w": "0.0226*(1 + 0.3*cos(3*pi*x/120) + 0.1*cos(6*pi*x/120))" },
        "time": { "end": 20 }, "numerics": { "propagator": "fourier" } }
      """, reference: ["time.scheme=etdrk4", "time.step=0.005"], schemes: ["rebalanced-strang": 10, "etdrk4": 50])

  @Test(arguments: [fisher, predator, immunotherapy])
  func theAchievedErrorFollowsTheTolerance(problem: Problem) throws {
    let reference = try finalState(problem.text, set: problem.reference + ["time.reactions.tolerance=1e-12"])
    for (scheme, margin) in problem.schemes.sorted(by: { $0.key < $1.key }) {
      for tolerance in ["1e-2", "1e-3", "1e-4", "1e-5", "1e-6", "1e-7"].prefix(scheme == "lie" ? 4 : 6) {
        let settings = ["time.tolerance=\(tolerance)", "time.scheme=\(scheme)"]
        let assembly = try RunAssembly(configuration(problem.text, set: settings), threads: 1)
        let run = try simulation(of: assembly)
        _ = try run.run()
        let ratio = try relativeError(assembly.state, reference) / #require(Double(tolerance))
        print("\(problem.testDescription): \(scheme) at \(tolerance): \(ratio) of it in \(run.clock.step) steps")
        #expect(ratio < 10 && ratio > 1 / margin)
      }
    }
  }

  /// Two flows of reactions in the whole step and three in its halves, the one in the middle shared; not so with integrals in
  /// the rates, whose flows are less accurate the longer they are and are done twice.
  @Test func halvesOfAStepShareTheFlowOfReactionsInTheMiddle() throws {
    for (rate, flows) in [("a*b/(0.5 + a) - 0.4*b", 5), ("a*b/(0.5 + mean(a)) - 0.4*b", 12)] {
      let settings = ["time.tolerance=1e-3", "time.scheme=strang", #"model.reactions.b="\#(rate)""#]
      let assembly = try RunAssembly(configuration(ToleranceTests.predator.text, set: settings), threads: 1)
      let run = try simulation(of: assembly)
      _ = try run.run()
      let reactions = try #require(assembly.reactions)
      let tiles = reactions.statistics.tiles.values.reduce(0, +)
      let attempts = try run.clock.step + #require(run.steps.statistics).rejections
      #expect(tiles == flows * reactions.tiling.count * attempts)
    }
  }

  /// What is left after the extrapolation is known within a tenth or so, and not only that it is less than the difference.
  @Test(arguments: [(fisher, 1.0), (fisher, 2.0), (predator, 0.25), (predator, 1.0)])
  func theErrorOfAnExtrapolatedStepIsMeasured(problem: Problem, step: Double) throws {
    let exact = ["time.reactions.tolerance=1e-12", "time.scheme=strang4", "time.end=\(step)"]
    let assembly = try RunAssembly(configuration(problem.text, set: exact + ["time.tolerance=1e-9"]), threads: 1)
    guard case .controlled(_, let norm) = assembly.stepPolicy() else {
      Issue.record("no tolerance")
      return
    }
    let start = try FieldSet(grid: assembly.state.grid, count: assembly.state.count)
    start.copy(from: assembly.state)
    let found = try #require(
      try assembly.stepper.attempt(
        assembly.state, from: 0, by: step, measure: ErrorMeasure(norm, start: start), didFlow: { _ in }))
    let reference = try finalState(problem.text, set: exact + ["time.step=\(step/200)"])
    let (values, right) = (assembly.state.values(found.field), reference.values(found.field))
    func size(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let error = size(zip(values, right).map { $0 - $1 })
    let asked = 1e-9 * max(size(values), size(start.values(found.field)))
    print("\(problem.testDescription), step \(step): \(found.value) found, \(error/asked) in units of the tolerance")
    #expect(found.value > 0.8 * error / asked && found.value < 1.25 * error / asked)
  }

  /// Something that happens suddenly makes steps short there, some of them after being rejected, and long again after.
  @Test func stepsFollowWhatHappens() throws {
    let text = """
      { "model": { "name": "switch", "fields": { "u": { "diffusion": 0.02 } },
          "reactions": { "u": "10*(1 + tanh((t - 4.3)/0.02))*exp(-2*max(t - 4.3, 0))*(0.5 + 0.3*cos(2*pi*x) - u^2)" } },
        "domain": { "size": [1], "points": [16] }, "initial": { "u": "0.1 + 0.05*cos(pi*x)" },
        "time": { "end": 20, "tolerance": 1e-7, "scheme": "strang4" } }
      """
    let run = try simulation(of: RunAssembly(configuration(text), threads: 1))
    var steps: [(time: Double, size: Double)] = []
    _ = try run.run(didStep: { steps.append(($0.clock.time, $0.clock.stepSize ?? 0)) })
    let during = try #require(steps.filter { abs($0.time - 4.3) < 0.05 }.map(\.size).min())
    let before = try #require(steps.filter { $0.time < 4 }.map(\.size).max())
    let after = try #require(steps.filter { $0.time > 15 }.map(\.size).max())
    print("steps before \(before), during \(during), after \(after) the switch")
    #expect(before > 8 * during && after > 50 * during)
    #expect(try #require(run.steps.statistics).rejections > 0)
    #expect(run.clock.time == 20)
    #expect(run.clock.smallestStep == steps.map(\.size).min())
  }

  /// Where the smallest step allowed is not accurate enough the run fails, and says so.
  @Test func aToleranceThatCannotBeMetIsAFailure() throws {
    let settings = ["time.tolerance=1e-6", "time.smallest_step=1", "time.largest_step=2"]
    let run = try simulation(of: RunAssembly(configuration(Self.predator.text, set: settings), threads: 1))
    let failure = try #require(throws: NumericalFailure.self) { _ = try run.run() }
    #expect(failure.problem.contains("times the tolerance"))
    // Both change fast; the third does not.
    #expect(failure.field < 2)
  }

  @Test(arguments: ["strang", "strang4", "rebalanced-strang"])
  func resultsDoNotDependOnThreads(scheme: String) throws {
    let states = try [1, 2, 3].map {
      try finalState(Self.predator.text, set: ["time.scheme=\(scheme)", "time.tolerance=1e-3"], threads: $0)
    }
    for state in states.dropFirst() {
      for field in 0..<3 { #expect(state.values(field) == states[0].values(field)) }
    }
  }

  @Test func toleranceAndFixedStepContradictEachOther() throws {
    let problems = try #require(throws: Diagnostics.self) {
      _ = try configuration(Self.fisher.text, set: ["time.step=0.1", "time.tolerance=1e-3", "time.first_step=1"])
    }
    #expect(problems.description.contains("a fixed step leaves nothing to choose for \"tolerance\""))
    #expect(problems.description.contains("a fixed step leaves nothing to choose for \"first_step\""))
  }

  /// Each field has its own tolerance; what is not said is 1e-4.
  @Test func tolerancesOfFieldsAreRead() throws {
    let read = try configuration(
      Self.predator.text, set: [#"time.tolerance={ "relative": { "a": 1e-2, "m": 1e-3 }, "absolute": { "b": 5 } }"#])
    guard case .controlled(let tolerance, _) = read.steps else {
      Issue.record("no tolerance")
      return
    }
    #expect(tolerance == Tolerance(relative: [1e-2, 1e-4, 1e-3], absolute: [nil, 5, nil]))
    #expect(throws: Diagnostics.self) {
      try configuration(Self.predator.text, set: [#"time.tolerance={ "relative": { "A": 1e-2 } }"#])
    }
  }
}

@Suite struct StepControlTests {
  @Test(arguments: [1e-30, 0.3, 1, 1.4142135623730951, 2, 1e10])
  func rungsLieBelowTheSize(size: Double) {
    let rung = StepControl.rung(below: size)
    #expect(StepControl.size(rung) <= size)
    #expect(StepControl.size(rung + 1) > size)
  }

  @Test func errorsSetTheSizes() {
    var control = StepControl(bounds: .init(smallest: 1e-9, largest: 64, first: 1), errorOrder: 3)
    #expect(control.proposal == 1)
    control.accept(size: 1, error: 1e-9)
    #expect(control.proposal == 8)
    // A step that ends early says nothing against a larger one.
    control.accept(size: 0.01, error: 0.001)
    #expect(control.proposal == 8)
    var canShrink = control.reject(size: 8, error: 8)
    #expect(canShrink)
    #expect(control.proposal == StepControl.size(6))
    canShrink = control.reject(size: control.proposal, error: .infinity)
    #expect(canShrink)
    #expect(control.proposal == StepControl.size(-2))
    canShrink = control.reject(size: 1e-9, error: 2)
    #expect(!canShrink)
    for _ in 0..<100 { control.accept(size: control.proposal, error: 0) }
    #expect(control.proposal == 64)
  }

  /// Sizes are rounded down, and errors of a hundredth of the tolerance ask for little more: steps grow all the same.
  @Test func stepsGrowWhileErrorsAreSmall() {
    var control = StepControl(bounds: .init(smallest: 1e-9, largest: 64, first: 1), errorOrder: 5)
    control.accept(size: 1, error: 0.5)
    for _ in 0..<50 { control.accept(size: control.proposal, error: 0.005) }
    #expect(control.proposal == 64)
  }
}
