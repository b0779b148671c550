import Fields
import Foundation
import Rates
import Testing
import TimeStepping

/// A step is a value: what it returns follows from the state, the memory, the time and the size.
@Suite struct StepTests {
  typealias Method = LineProblem.Method
  static let adaptive = Method.allCases.filter { $0 != .lie }

  /// A state with two steps behind it, and their memory.
  private func begun(
    _ problem: LineProblem, _ stepper: any TimeStepper
  ) throws -> (state: FieldSet, memory: StepperMemory) {
    let state = try problem.start()
    var memory = StepperMemory()
    for step in 0..<2 {
      memory = try stepper.step(state, from: 0.25 * Double(step), by: 0.25, memory: memory, goesOn: true).memory
    }
    return (state, memory)
  }

  @Test(arguments: Method.allCases)
  func stepsHaveTheirOrder(method: Method) throws {
    let problem = try LineProblem.cycle()
    let reference = try problem.solution(.etdrk4, steps: 4096, until: 4)
    let errors = try [32, 64].map { distance(try problem.solution(method, steps: $0, until: 4), reference) }
    let order = log2(errors[0] / errors[1])
    print("\(method.name): errors \(errors), order \(order)")
    #expect(order > Double(method.order) - 0.3)
  }

  /// Whatever else has been done with the stepper meanwhile.
  @Test(arguments: Method.allCases, [false, true])
  func theSameStepGivesTheSameBits(method: Method, isAdaptive: Bool) throws {
    if method == .lie, isAdaptive { return }
    let problem = try LineProblem.cycle()
    let stepper = try problem.stepper(method, isAdaptive: isAdaptive)
    let (state, memory) = try begun(problem, stepper)
    let (first, second) = (try FieldSet(copying: state), try FieldSet(copying: state))
    let kept = try stepper.step(first, from: 0.5, by: 0.5, memory: memory, goesOn: true).memory
    for (size, goesOn) in [(2.0, true), (0.125, false), (0.7, true)] {
      _ = try stepper.step(FieldSet(copying: state), from: 0.5, by: size, memory: memory, goesOn: goesOn)
    }
    let again = try stepper.step(second, from: 0.5, by: 0.5, memory: memory, goesOn: true).memory
    #expect(isSame(first, second))
    #expect(kept.steps == again.steps && kept.fields.map(\.name) == again.fields.map(\.name))
    for (one, other) in zip(kept.fields, again.fields) { #expect(isSame(one.set.set, other.set.set)) }
  }

  /// A stepper that is made anew goes on from a memory, as after a checkpoint.
  @Test(arguments: Method.allCases, [false, true])
  func aMemoryIsAllThatAStepNeeds(method: Method, isAdaptive: Bool) throws {
    if method == .lie, isAdaptive { return }
    let problem = try LineProblem.cycle()
    let stepper = try problem.stepper(method, isAdaptive: isAdaptive)
    let (state, memory) = try begun(problem, stepper)
    let other = try problem.stepper(method, isAdaptive: isAdaptive)
    let data = try JSONEncoder().encode(SavedStepperMemory(memory, nil))
    let restored = other.memory(restoring: try JSONDecoder().decode(SavedStepperMemory.self, from: data))
    #expect(restored.steps == memory.steps && restored.fields.map(\.name) == memory.fields.map(\.name))
    for (to, from) in zip(restored.fields, memory.fields) { to.set.set.copy(from: from.set.set) }
    let copy = try FieldSet(copying: state)
    _ = try stepper.step(state, from: 0.5, by: 0.25, memory: memory, goesOn: true)
    _ = try other.step(copy, from: 0.5, by: 0.25, memory: restored, goesOn: true)
    #expect(isSame(state, copy))
  }

  /// The field sets of memories that nobody holds any more are used again.
  @Test(arguments: [Method.rebalancedStrang] + Method.exponential)
  func memoriesTakeTurns(method: Method) throws {
    let problem = try LineProblem.cycle()
    let stepper = try problem.stepper(method, isAdaptive: true)
    let state = try problem.start()
    var memory = StepperMemory()
    var sets: Set<ObjectIdentifier> = []
    for step in 0..<40 {
      let before = try FieldSet(copying: state)
      let start = 0.1 * Double(step)
      _ = try stepper.step(FieldSet(copying: before), from: start, by: 0.2, memory: memory, goesOn: true)
      memory = try stepper.step(state, from: start, by: 0.1, memory: memory, goesOn: true).memory
      sets.formUnion(memory.fields.map { ObjectIdentifier($0.set.set) })
    }
    #expect(!sets.isEmpty && sets.count <= 9)
    #expect(memory.fields.count <= stepper.traits.memoryFieldSetCount)
  }

  /// Without a memory a step begins anew: it is the same as that of a stepper that has done nothing.
  @Test(arguments: Method.allCases)
  func nothingIsRememberedWithoutAMemory(method: Method) throws {
    let problem = try LineProblem.cycle()
    let used = try problem.stepper(method)
    let (state, _) = try begun(problem, used)
    let copy = try FieldSet(copying: state)
    _ = try used.step(state, from: 0.5, by: 0.25, memory: StepperMemory(), goesOn: true)
    _ = try problem.stepper(method).step(copy, from: 0.5, by: 0.25, memory: StepperMemory(), goesOn: true)
    #expect(isSame(state, copy))
  }

  /// A step that nothing goes on from leads to the same solution, and leaves nothing.
  @Test(arguments: Method.allCases)
  func aStepAsideIsTheStep(method: Method) throws {
    let problem = try LineProblem.cycle()
    let stepper = try problem.stepper(method)
    let (state, memory) = try begun(problem, stepper)
    let copy = try FieldSet(copying: state)
    let aside = try stepper.step(copy, from: 0.5, by: 0.25, memory: memory, goesOn: false)
    _ = try stepper.step(state, from: 0.5, by: 0.25, memory: memory, goesOn: true)
    #expect(distance(state, copy) < 1e-14)
    #expect(aside.memory.isEmpty && aside.memory.fields.isEmpty && aside.interpolant == nil)
  }

  /// The interpolant evaluates no rates, and comes to the end of the step.
  @Test(arguments: Method.exponential)
  func interpolantsEvaluateNothing(method: Method) throws {
    let problem = try LineProblem.cycle()
    let stepper = try problem.stepper(method)
    let (state, memory) = try begun(problem, stepper)
    let start = try FieldSet(copying: state)
    let step = try stepper.step(state, from: 0.5, by: 0.1, memory: memory, goesOn: true)
    let (work, target) = (stepper.work.rateEvaluations, try FieldSet(grid: problem.grid, count: 2))
    for part in [0.01, 0.05, 0.1 - 1e-9] { try #require(step.interpolant).evaluate(into: target, after: part) }
    #expect(stepper.work.rateEvaluations == work)
    print("\(method.name): \(distance(target, state)) from the end of a step of \(distance(start, state))")
    #expect(distance(target, state) < 1e-5 * distance(start, state))
  }

  /// The interpolant is about as accurate as the end of the step.
  @Test(arguments: Method.exponential, [0.2, 0.5, 0.9])
  func interpolantsAreAccurate(method: Method, share: Double) throws {
    let problem = try LineProblem.cycle()
    let stepper = try problem.stepper(method)
    let (state, memory) = try begun(problem, stepper)
    let exact = try [share, 1].map { part in
      let copy = try FieldSet(copying: state)
      let fine = try problem.stepper(.etdrk4)
      var memory = StepperMemory()
      for step in 0..<64 {
        let size = part / 64
        memory = try fine.step(copy, from: 0.5 + size * Double(step), by: size, memory: memory, goesOn: true).memory
      }
      return copy
    }
    let target = try FieldSet(grid: problem.grid, count: 2)
    let step = try stepper.step(state, from: 0.5, by: 1, memory: memory, goesOn: true)
    try #require(step.interpolant).evaluate(into: target, after: share)
    let errors = (inside: distance(target, exact[0]), end: distance(state, exact[1]))
    print("\(method.name) at \(share): \(errors)")
    #expect(errors.inside < 5 * errors.end)
  }

  @Test(arguments: Method.allCases)
  func threadsChangeNoBit(method: Method) throws {
    let problem = try LineProblem.cycle()
    let ends = try [1, 2].map { try begun(problem, problem.stepper(method, threads: $0)).state }
    #expect(isSame(ends[0], ends[1]))
  }

  /// Profiling adds up times, and changes nothing.
  @Test(arguments: Method.allCases)
  func profilingChangesNoBit(method: Method) throws {
    let problem = try LineProblem.cycle()
    let profiler = StepProfiler(threads: 1)
    _ = profiler.take()
    let measured = try begun(problem, problem.stepper(method, profiler: profiler)).state
    let times = profiler.take()
    #expect(times.reaction > 0 && times.diffusion > 0)
    #expect(isSame(measured, try begun(problem, problem.stepper(method)).state))
    let rest = profiler.take()
    #expect(rest.reaction == 0 && rest.diffusion == 0 && rest.reactionCalls == 0)
  }

  /// What was set to 0 stays so in the memory, and the memory of before is as it was.
  @Test func aBalanceForgetsFieldsThatWereRemoved() throws {
    let problem = try LineProblem.cycle()
    let stepper = try problem.stepper(.rebalancedStrang)
    let (state, memory) = try begun(problem, stepper)
    let before = memory.fields.map { $0.set.set.values(0) }
    state.fill(0, with: 0)
    let after = stepper.memory(memory, forgetting: [0], of: state)
    #expect(after.fields.allSatisfy { $0.set.set.values(0).allSatisfy { $0 == 0 } })
    #expect(after.fields.map { $0.set.set.values(1) } == memory.fields.map { $0.set.set.values(1) })
    #expect(memory.fields.map { $0.set.set.values(0) } == before && before.contains { $0.contains { $0 != 0 } })
  }
}

/// What adaptive steppers say of their errors.
@Suite struct StepErrorTests {
  private func attempt(
    _ problem: LineProblem, _ method: LineProblem.Method, by size: Double, tolerance: Double = 1e-4,
    estimator: GlobalErrorEstimator = .init()
  ) throws -> (state: FieldSet, estimate: ErrorEstimate) {
    let stepper = ErrorControl.adaptive(try problem.stepper(method, isAdaptive: true))
    let (state, start) = (try problem.start(), try problem.start())
    let measure = ErrorMeasure(
      try problem.norm(relative: tolerance), start: start, largestSizes: [0, 0], contractionRates: [0, 0],
      estimator: estimator)
    let (_, estimate) = try stepper.step(state, from: 0, by: size, memory: StepperMemory(), measure: measure)
    return (state, estimate)
  }

  /// Not less than the true error, and with extrapolation about that.
  ///
  /// Exponential schemes tell the error of a less accurate solution.
  @Test(
    arguments: [
      (.strang, 2.0, 30.0), (.strang4, 0.4, 3), (.rebalancedStrang, 0.5, 40), (.etdrk4, 1, 100),
    ] as [(LineProblem.Method, Double, Double)], [0.25, 0.5])
  func estimatesAreAboutTheErrors(_ given: (method: LineProblem.Method, least: Double, most: Double), size: Double)
    throws
  {
    let problem = try LineProblem.cycle()
    let (state, estimate) = try attempt(problem, given.method, by: size)
    let exact = try problem.start()
    var memory = StepperMemory()
    let fine = try problem.stepper(.etdrk4)
    for step in 0..<64 {
      memory = try fine.step(exact, from: size / 64 * Double(step), by: size / 64, memory: memory, goesOn: true).memory
    }
    let worst =
      (0..<2).map { field -> Double in
        let (values, right) = (state.values(field), exact.values(field))
        let square = zip(values, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (square / right.reduce(0) { $0 + $1 * $1 }).squareRoot() / 1e-4
      }.max() ?? 0
    print("\(given.method.name), step \(size): estimated \(estimate.error.value), true \(worst)")
    #expect(estimate.error.value > 0.3 * worst && estimate.error.value < given.most * worst)
  }

  @Test(arguments: StepTests.adaptive)
  func estimatesGoWithTheirOrder(method: LineProblem.Method) throws {
    let problem = try LineProblem.cycle()
    let stepper = ErrorControl.adaptive(try problem.stepper(method, isAdaptive: true))
    // Small errors are not measured as closely.
    let tolerance = method == .strang4 ? 1e-9 : 1e-4
    let values = try [0.25, 0.125].map {
      try attempt(problem, method, by: $0, tolerance: tolerance).estimate.error.value
    }
    let order = log2(values[0] / values[1])
    print("\(method.name): estimates \(values), order \(order)")
    #expect(abs(order - Double(stepper.errorTraits.order)) < 0.8)
  }

  /// Findings about errors come with the estimate, whether the step counts or not, and are not kept by the stepper.
  @Test func findingsBelongToTheEstimate() throws {
    let problem = try LineProblem.cycle()
    let first = try attempt(problem, .strang4, by: 0.5).estimate
    let again = try attempt(problem, .strang4, by: 0.5).estimate
    #expect(first.error.value == again.error.value)
    let informed = try attempt(problem, .strang4, by: 0.5, estimator: first.estimator).estimate
    // What was measured is used in place of a measurement.
    #expect(abs(informed.error.value / first.error.value - 1) < 1e-9)
  }

  /// The loop that a run consists of, without anything else of a run.
  private func run(
    _ problem: LineProblem, _ method: LineProblem.Method, tolerance: Double, until end: Double
  ) throws -> (state: FieldSet, control: ErrorControl, steps: Int) {
    let stepper = ErrorControl.adaptive(try problem.stepper(method, isAdaptive: true))
    var control = ErrorControl(
      bounds: .init(smallest: 1e-9, largest: 1, first: 0.01),
      norm: try problem.norm(relative: tolerance, duration: end), stepper: stepper)
    let (state, start) = (try problem.start(), try problem.start())
    var (memory, time, steps) = (StepperMemory(), 0.0, 0)
    while time < end {
      let size = min(control.steps.proposal, end - time)
      start.copy(from: state)
      let (result, estimate) = try stepper.step(
        state, from: time, by: size, memory: memory,
        measure: control.measure(from: start, contractionRates: [0, 0]))
      if estimate.error.value <= 1 {
        (memory, time, steps) = (result.memory, time + size, steps + 1)
        control.accept(size: size, error: estimate.error, estimate)
      } else {
        let canShrink = control.reject(size: size, error: estimate.error, estimate)
        #expect(canShrink)
        state.copy(from: start)
      }
    }
    return (state, control, steps)
  }

  @Test(arguments: StepTests.adaptive.filter { $0 != .positive }, [1e-3, 1e-5])
  func errorsFollowTheTolerance(method: LineProblem.Method, tolerance: Double) throws {
    let problem = try LineProblem.cycle()
    let (state, control, steps) = try run(problem, method, tolerance: tolerance, until: 20)
    let reference = try problem.solution(.etdrk4, steps: 8000, until: 20)
    let error = distance(state, reference)
    print("\(method.name) at \(tolerance): \(steps) steps, \(control.steps.memory.rejections) rejected, error \(error)")
    #expect(error < 5 * tolerance && steps < 2500)
    #expect(control.largestSizes.allSatisfy { $0 > 0.1 && $0 < 2 })
    #expect(zip(control.allowedErrors, control.largestSizes).allSatisfy { abs($0 / (tolerance * $1) - 1) < 1e-5 })
  }

  /// A jump makes the control forget what was found, and the sizes that the fields have had stay.
  @Test func afterAJumpErrorsAreMeasuredAnew() throws {
    let problem = try LineProblem.cycle()
    var (_, control, _) = try run(problem, .strang, tolerance: 1e-4, until: 20)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let saved = { (estimator: GlobalErrorEstimator) in
      try encoder.encode(SavedStepperMemory(StepperMemory(), estimator))
    }
    let (known, sizes) = (try saved(control.estimator), control.largestSizes)
    control.restart(with: try problem.stepper(.strang, isAdaptive: true))
    #expect(try saved(control.estimator) == saved(GlobalErrorEstimator()) && known != saved(GlobalErrorEstimator()))
    #expect(control.largestSizes == sizes)
  }
}
