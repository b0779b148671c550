import Configuration
import Documents
import Fields
import Foundation
import Rates
import Testing
import TimeStepping

@Suite struct ToleranceTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let reference: [String]
    /// Each with how far below the tolerance the error may lie.
    let schemes: [String: Double]
    /// The tightest tolerance that the reference is good for.
    var tightest = 1e-7
  }

  static let fisher = Problem(
    testDescription: "Fisher",
    text: """
      { "model": { "name": "fisher", "fields": { "u": { "diffusion": 1 } }, "reactions": { "u": "u*(1 - u)" } },
        "domain": { "size": [60], "points": [120] }, "initial": { "u": "0.5*exp(-x^2/4)" },
        "time": { "end": 20 }, "numerics": { "propagator": "fourier" } }
      """, reference: ["time.scheme=strang4", "time.step=0.02"],
    schemes: ["lie": 5, "strang": 10, "strang4": 50, "rebalanced-strang": 10, "etdrk4": 5])

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
    schemes: ["lie": 50, "strang": 50, "strang4": 500, "rebalanced-strang": 5, "etdrk4": 20])

  static let immunotherapy = Problem(
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

  /// Steps as long as the tolerance allows are so long that the limit of the balance acts on them, and not on their halves.
  static let acid = Problem(
    testDescription: "acid",
    text: """
      { "model": "gatenby-gawlinski", "parameters": { "delta1": 1.5 }, "domain": { "size": [0.5], "points": [200] },
        "initial": { "u": "(1 + tanh((x - 0.2)/0.02))/2", "v": "(1 - tanh((x - 0.2)/0.02))/2", "w": "(1 - tanh((x - 0.2)/0.1))/2" },
        "time": { "end": 10 }, "numerics": { "symbol": "second-order" } }
      """, reference: ["time.scheme=rebalanced-strang", "time.tolerance=1e-7"],
    schemes: ["rebalanced-strang": 20, "auto": 20], tightest: 1e-5)

  @Test(arguments: [fisher, predator, immunotherapy, acid])
  func theAchievedErrorFollowsTheTolerance(problem: Problem) throws {
    let reference = try finalState(problem.text, set: problem.reference + ["time.reactions.tolerance=1e-12"])
    for (scheme, margin) in problem.schemes.sorted(by: { $0.key < $1.key }) {
      for tolerance in ["1e-2", "1e-3", "1e-4", "1e-5", "1e-6", "1e-7"].prefix(scheme == "lie" ? 4 : 6) {
        let asked = try #require(Double(tolerance))
        guard asked >= problem.tightest else { continue }
        let settings = ["time.tolerance=\(tolerance)", "time.scheme=\(scheme)"]
        let assembly = try RunAssembly(configuration(problem.text, set: settings), threads: 1)
        let run = try simulation(of: assembly)
        _ = try run.run()
        let ratio = try relativeError(assembly.state, reference) / asked
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
      _ = try attempt(assembly, by: 0.1)
      let reactions = try #require(assembly.reactions)
      let tiles = reactions.statistics.tiles.values.reduce(0, +)
      #expect(tiles == flows * reactions.tiling.count)
    }
  }

  /// Takes the first step of a run, and measures its error.
  private func attempt(_ assembly: RunAssembly, by step: Double) throws -> (start: FieldSet, error: StepError) {
    let start = try FieldSet(copying: assembly.state)
    let measure = try errorMeasure(of: assembly, from: start)
    let (_, estimate) = try ErrorControl.adaptive(assembly.stepper).step(
      assembly.state, from: 0, by: step, memory: StepperMemory(), measure: measure)
    return (start, estimate.error)
  }

  /// The constant of a balance is limited in long steps, in the halves of which it is not.
  ///
  /// What was measured there says nothing of steps whose halves are as long. A state at rest was 0.023 off at a point.
  @Test func whatHappensInTheHalvesOfLongerStepsIsMeasured() throws {
    let text = """
      { "model": { "name": "rest", "fields": { "u": { "diffusion": 0.1 } }, "reactions": { "u": "1 + cos(pi*x/2) - u" } },
        "domain": { "size": [2], "points": [32] }, "initial": { "u": 0 },
        "time": { "end": 3000, "scheme": "rebalanced-strang", "tolerance": 1e-4 } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    let run = try simulation(of: assembly)
    var (worst, longest) = (0.0, 0.0)
    _ = try run.run(stopRequested: { run.clock.time > 400 }) { run in
      guard run.clock.time > 20 else { return }
      worst = max(worst, abs(run.state.minimum(0) - 0.198874369909095))
      longest = max(longest, run.clock.stepSize ?? 0)
    }
    print("at rest: off by \(worst) in \(run.clock.step) steps of at most \(longest)")
    #expect(worst < 5e-4 && longest >= 1)
  }

  /// The solution reaches the end of the domain of its rate at t = 1.445, where whole steps fail and shorter ones come nearer: after
  /// ten thousand that are shorter than 1e-10 of the run it ends.
  @Test(arguments: ["strang", "strang4"])
  func aRunThatDoesNotProgressEnds(scheme: String) throws {
    let text = """
      { "model": { "name": "end", "fields": { "u": { "diffusion": 0.05 } }, "reactions": { "u": "0.3 + 0.1*sqrt(1 - u)" } },
        "domain": { "size": [4], "points": [8] }, "initial": { "u": 0.5 },
        "time": { "end": 2, "scheme": "\(scheme)", "tolerance": 1e-4 } }
      """
    let run = try simulation(of: RunAssembly(configuration(text), threads: 1))
    let failure = #expect(throws: NumericalFailure.self) { _ = try run.run() }
    print("\(scheme): after \(run.clock.step) steps at \(run.clock.time): \(failure?.problem ?? "")")
    #expect(abs(run.clock.time - 1.445) < 1e-3 && run.clock.step < 30_000 && failure?.field == 0)
  }

  /// What is left after the extrapolation is known within a tenth or so, and not only that it is less than the difference.
  @Test(arguments: [(fisher, 1.0), (fisher, 2.0), (predator, 0.25), (predator, 1.0)])
  func theErrorOfAnExtrapolatedStepIsMeasured(problem: Problem, step: Double) throws {
    let exact = ["time.reactions.tolerance=1e-12", "time.scheme=strang4", "time.end=\(step)"]
    let assembly = try RunAssembly(configuration(problem.text, set: exact + ["time.tolerance=1e-9"]), threads: 1)
    let (start, found) = try attempt(assembly, by: step)
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

  /// `a` forgets its errors at a rate of 3 at least if it acts on itself at points only, and `b` cannot be negative.
  @Test(arguments: [
    ("2*b - (3 + b)*a", "{}", "b*(1 - b)", 3.0), ("2*b - (3 + b)*a", "{ \"diffusion\": \"1 + b\" }", "b*(1 - b)", 3),
    ("2*b - (3 + b)*a", "{}", "b*(1 - b) - 1", 0), ("2*b - 3*a", "{}", "b*(1 - b) - 1", 3),
    ("2*b + a*b - 3*a", "{}", "b*(1 - b)", 0), ("2*b + a/(1 + a) - 3*a", "{}", "b*(1 - b)", 2),
    ("2*b + mean(a) - 3*a", "{}", "b*(1 - b)", 0), ("2*b + convolve(exp(-x^2), a) - 3*a", "{}", "b*(1 - b)", 0),
    ("2*b + delayed(a, 1) - 3*a", "{}", "b*(1 - b)", 0), ("2*b - 3*a", "{ \"diffusion\": \"1 + a\" }", "b*(1 - b)", 0),
    ("2*b - 3*a", "{ \"taxis\": [{ \"toward\": \"b\", \"sensitivity\": 1 }] }", "b*(1 - b)", 0),
  ])
  func whatForgetsItsErrorsIsKnown(rate: String, field: String, other: String, expected: Double) throws {
    let text = """
      { "model": { "name": "two", "fields": { "a": \(field), "b": {} },
          "reactions": { "a": "\(rate)", "b": "\(other)" } },
        "domain": { "size": [1], "points": [8] }, "initial": { "a": 1, "b": 1 }, "time": { "end": 1 } }
      """
    let rates = try configuration(text).contractionRates
    #expect(rates == [expected, 0])
  }

  /// A parameter that a treatment changes counts as it is.
  @Test func whatForgetsItsErrorsIsKnownAfterTreatments() throws {
    let text = """
      { "model": { "name": "one", "parameters": { "k": 3 }, "fields": { "a": {} }, "reactions": { "a": "1 - k*a" } },
        "domain": { "size": [1], "points": [8] }, "initial": { "a": 1 }, "time": { "end": 2, "scheme": "strang4" },
        "treatment": [{ "name": "stop", "at": 1, "set": { "k": 0 } }] }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    let run = try simulation(of: assembly)
    #expect(run.regimen.equations.contractionRates == [3])
    _ = try run.run()
    #expect(run.regimen.equations.contractionRates == [0])
  }

  /// Steps of a fast chemical that follows the others are as long as its error at the time allows, not as if it added up:
  /// it took 2,569 and 191 steps where nothing was known of that.
  @Test(arguments: [("rebalanced-strang", 1500), ("etdrk4", 165)])
  func stepsOfAFastChemicalAreNotTooShort(scheme: String, most: Int) throws {
    let settings = ["time.scheme=\(scheme)", "parameters.mu_w=200"]
    let text = ToleranceTests.immunotherapy.text
    let exact = ["time.tolerance=1e-8", "time.reactions.tolerance=1e-12"]
    let reference = try finalState(text, set: settings + exact)
    let assembly = try RunAssembly(configuration(text, set: settings + ["time.tolerance=1e-5"]), threads: 1)
    let run = try simulation(of: assembly)
    _ = try run.run()
    #expect(relativeError(assembly.state, reference) < 1e-5)
    #expect(run.clock.step < most)
  }

  /// Errors that nothing forgets, and that make those of another field, add up to no more than is asked for: to 5.0 and 7.4 times
  /// it where nothing was known of that.
  @Test(arguments: ["strang", "etd2-positive"])
  func errorsThatLastDoNotAddUpToMore(scheme: String) throws {
    let text = """
      {
        "title": "Infiltration by T cells, one axis",
        "model": "matzavinos-chaplain-kuznetsov",
        "domain": { "size": [0.5], "points": [200] },
        "initial": {
          "E": "3.3e5*(1 + tanh((x - 0.2)/0.02))/2",
          "a": 0,
          "T": "5e8*(1 - tanh((x - 0.2)/0.02))/2",
          "C": 0,
        },
        "time": { "end": 20 },
        "numerics": { "symbol": "second-order" },
      }
      """
    let reference = try finalState(text, set: ["time.scheme=etdrk4", "time.tolerance=1e-6"])
    let found = try finalState(text, set: ["time.scheme=\(scheme)", "time.tolerance=1e-2"])
    func size(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let errors = (0..<found.count).map { field in
      let right = reference.values(field)
      return size(zip(found.values(field), right).map { $0 - $1 }) / size(right)
    }
    let ratio = try #require(errors.max()) / 1e-2
    print("\(scheme): \(ratio) of the tolerance")
    #expect(ratio < 1.5 && ratio > 0.1)
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

@Suite struct StepSizeControllerTests {
  @Test(arguments: [1e-30, 0.3, 1, 1.4142135623730951, 2, 1e10])
  func rungsLieBelowTheSize(size: Double) {
    let rung = StepSizeController.level(below: size)
    #expect(StepSizeController.size(rung) <= size)
    #expect(StepSizeController.size(rung + 1) > size)
  }

  @Test func errorsSetTheSizes() {
    var control = StepSizeController(bounds: .init(smallest: 1e-9, largest: 64, first: 1), errorOrder: 3)
    #expect(control.proposal == 1)
    control.accept(size: 1, error: StepError(value: 1e-9, field: 0))
    #expect(control.proposal == 4)
    // A step that ends early says nothing against a larger one.
    control.accept(size: 0.01, error: StepError(value: 0.001, field: 0))
    #expect(control.proposal == 4)
    var canShrink = control.reject(size: 8, error: 8)
    #expect(canShrink)
    #expect(control.proposal == StepSizeController.size(6))
    canShrink = control.reject(size: control.proposal, error: .infinity)
    #expect(canShrink)
    #expect(control.proposal == StepSizeController.size(-4))
    canShrink = control.reject(size: 1e-9, error: 2)
    #expect(!canShrink)
    for _ in 0..<100 { control.accept(size: control.proposal, error: StepError(value: 0, field: 0)) }
    #expect(control.proposal == 64)
  }

  /// Sizes are rounded down, and errors of a hundredth of the tolerance ask for little more: steps grow all the same.
  @Test func stepsGrowWhileErrorsAreSmall() {
    var control = StepSizeController(bounds: .init(smallest: 1e-9, largest: 64, first: 1), errorOrder: 5)
    control.accept(size: 1, error: StepError(value: 0.5, field: 0))
    for _ in 0..<50 { control.accept(size: control.proposal, error: StepError(value: 0.005, field: 0)) }
    #expect(control.proposal == 64)
  }

  /// Errors that are forgotten let steps grow further, but not again at once to where an error was too large.
  @Test func stepsGrowFurtherWhereErrorsAreForgotten() throws {
    let bounds = StepSizeController.Bounds(smallest: 1e-9, largest: 64, first: 1)
    func size(growing: Double) -> Double {
      var control = StepSizeController(bounds: bounds, errorOrder: 3)
      control.accept(size: 1, error: StepError(value: 0.5, field: 0))
      for _ in 0..<50 {
        control.accept(size: control.proposal, error: StepError(value: 0.3, field: 0, growing: growing))
      }
      return control.proposal
    }
    #expect(size(growing: 0.3) == 1)
    #expect(size(growing: 0.003) == 64)

    // Errors jump at a size of 4: what lies below is taken, and longer steps are tried more and more seldom.
    var control = StepSizeController(bounds: bounds, errorOrder: 3)
    control.accept(size: 1, error: StepError(value: 0.5, field: 0))
    var rejections: [Int] = []
    var taken: Set<Double> = []
    for step in 0..<800 {
      if control.proposal >= 4 {
        _ = control.reject(size: control.proposal, error: 1.2)
        rejections.append(step)
      } else {
        if step > 50 { taken.insert(control.proposal) }
        control.accept(size: control.proposal, error: StepError(value: 0.3, field: 0, growing: 0.003))
      }
    }
    let pauses = zip(rejections.dropFirst(), rejections).map { $0 - $1 }
    print("pauses between rejections: \(pauses)")
    // What is rejected twice in a row begins below, so that a trial takes up to three rejections.
    let trials = pauses.filter { $0 > 10 }
    #expect(trials.count >= 3 && trials.count < 8 && zip(trials, trials.dropFirst()).allSatisfy { $1 > $0 })
    #expect(try #require(trials.max()) > 100)
    #expect(taken == [1, StepSizeController.size(6)])
  }

  /// A checkpoint of before this knows no patience.
  @Test func refusalsOfEarlierCheckpointsAreRead() throws {
    var control = StepSizeController(bounds: .init(smallest: 1e-9, largest: 64, first: 1), errorOrder: 3)
    _ = control.reject(size: 1, error: 2)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try #require(String(data: encoder.encode(control.memory), encoding: .utf8))
    let earlier = text.replacing(#","patience":20"#, with: "")
    #expect(earlier != text)
    #expect(try JSONDecoder().decode(StepSizeController.Memory.self, from: Data(earlier.utf8)) == control.memory)
  }
}
