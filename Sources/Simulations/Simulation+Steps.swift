import Fields
import Rates
import TimeStepping

extension Simulation {
  /// Does what the treatments do at this time, before the step that begins here.
  func carryOutTreatments() throws {
    try changeBetweenSteps(at: clock.time) { () throws -> ChangeBetweenSteps in
      let before = ledger.flatMap { _ in regimen.equations.account?.masses(of: state) }
      var isTreated = try regimen.carryOut(
        state, at: clock.time, happened: eventLocator.memory.happened(at: clock.time))
      eventLocator.memory.forgetHappened()
      let isJump = jumps.isJump(clock.time) && (isTreated || !regimen.isCarriedOut(at: clock.time))
      if isJump {
        try regimen.equations.quasiSteady?.settle(state, time: jumps.after(clock.time))
        // Quasi-steady fields jump with the rates, and can make a condition come true.
        if try regimen.carryOut(state, at: clock.time) { isTreated = true }
        regimen.noteCarriedOut(at: clock.time)
      }
      // What begins just after this time begins with what is left of it.
      if try regimen.carryOutJustAfter(state, at: clock.time, later: laterStates) {
        isTreated = true
        try regimen.equations.quasiSteady?.settle(state, time: jumps.after(clock.time))
      }
      guard isTreated || isJump else { return .none }
      if isTreated, let before, let after = regimen.equations.account?.masses(of: state) {
        ledger?.addDoses(from: before, to: after)
      }
      return .jump
    }
    try stops.lookJustAfter(state, time: clock.time, later: laterStates)
  }

  /// States a little after this time.
  private func laterStates() throws -> [(time: Double, state: FieldSet)]? {
    let size = 1e-6 * (try nextStep(to: nextKnownTime.time)).size
    let begin = jumps.after(clock.time)
    var later: [(time: Double, state: FieldSet)] = []
    for part in [size, 2 * size, 4 * size] {
      let copy = try FieldSet(grid: state.grid, count: state.count)
      copy.copy(from: state, pool: pool)
      do throws(NumericalFailure) {
        _ = try stepper.step(copy, from: begin, by: part, memory: StepperMemory(), goesOn: false)
      } catch {
        return nil
      }
      later.append((begin + part, copy))
    }
    return later
  }

  /// Keeps the reason if a condition that ends the run holds now.
  ///
  /// - Parameter happened: the events for which the step has ended here.
  func lookForStop(_ happened: Set<String> = []) throws {
    try stops.look(at: state, time: clock.time, happened: happened)
  }

  /// Keeps the reason if the run ends with a step.
  func lookForStop(after step: Clock.Step) throws {
    if let previous { stops.noteSteadyStates(at: state, before: previous, from: step.start, to: step.end) }
    try lookForStop(eventLocator.memory.happened(at: clock.time))
  }

  /// Takes the next step on the way to a time, or as much of it as it takes for a condition to come true, and shows the
  /// observers what is due inside of it.
  func takeStep(to goal: Double) throws -> Clock.Step {
    if steps.isStuck { throw reasonForShortSteps }
    while true {
      let events = try stateEvents
      let start = try stateToGoBackTo(goal, events)
      if let taken = try takeStep(to: goal, from: start, events) { return taken }
    }
  }

  /// Why steps are so short: what was wrong with longer ones here, if they could not be done.
  private var reasonForShortSteps: NumericalFailure {
    let isHere = obstacle.map { abs($0.time - clock.time) <= 1e-6 * (endTime - startTime) } ?? false
    guard isHere, let obstacle else { return NumericalFailure(stuckAt: clock.time, size: clock.stepSize ?? 0) }
    return obstacle
  }

  /// A copy of the state, where a step may be rejected, cut short, or looked into; else nil.
  private func stateToGoBackTo(_ goal: Double, _ events: [StateEvent]) throws -> FieldSet? {
    let mayGoBack =
      steps.isControlled || !events.isEmpty || stops.hasSteadyStates || !regimen.equations.boundsChecks.isEmpty
      || regimen.equations.poleCheck != nil || isAnyoneDue(inside: nextStep(to: goal))
    guard mayGoBack else { return nil }
    let start = try makePrevious()
    start.copy(from: state, pool: pool)
    return start
  }

  /// The next step to try on the way to a time.
  private func nextStep(to goal: Double) -> Clock.Step {
    switch steps {
    case .fixed(let asked): return clock.nextStep(to: goal, askedStep: asked)
    case .controlled(let control):
      let change = max(startTime, regimen.memory.carriedOut?.time ?? startTime)
      let longest = min(
        control.steps.bounds.longest(after: clock.time - change),
        regimen.equations.stepLimits.longestStep(from: clock.time), longestStepOfDelays,
        regimen.equations.growthLimit.map { max($0.longestStep(from: state), control.steps.bounds.smallest) }
          ?? .infinity)
      return clock.step(to: goal, size: min(control.steps.proposal, longest))
    }
  }

  /// Tries steps until one counts.
  ///
  /// - Parameter start: the state at the start of the step, if it may not count; else the step counts as it is.
  /// - Returns: the step; nil if it does not count because the propagators were changed.
  private func takeStep(to goal: Double, from start: FieldSet?, _ events: [StateEvent]) throws -> Clock.Step? {
    while true {
      let step = nextStep(to: goal)
      noteStart(of: step)
      let attempt = StepAttempt(step)
      do throws(NumericalFailure) {
        try perform(attempt, from: start)
        if let start, let poleCheck = regimen.equations.poleCheck {
          try poleCheck.check(from: (start, jumps.after(step.start)), to: (state, step.end))
        }
      } catch {
        obstacle = error
        try reject(attempt, error: nil, because: error, from: start)
        continue
      }
      let error = try attempt.estimate.map { try withInterpolationError($0.error, of: attempt) }
      if let error, error.value > 1 {
        try reject(attempt, error: error, because: nil, from: start)
        continue
      }
      var correction = BoundsCorrection()
      if let start {
        correction = try self.correction(after: step, from: start)
        if correction.changesPropagators {
          try takeBack(correction, to: start)
          return nil
        }
        try endAtFirstEvent(attempt, events, from: start)
      }
      try finish(attempt, from: start, correction)
      if let error { steps.accept(attempt, error: error) }
      return attempt.step
    }
  }

  /// Tries a step from the state.
  ///
  /// - Parameter start: a copy of the state.
  func perform(_ attempt: StepAttempt, from start: FieldSet?) throws(NumericalFailure) {
    let (time, size) = (jumps.after(attempt.step.start), jumps.length(of: attempt.step))
    guard let start, case .controlled(let control) = steps else {
      attempt.result = try stepper.step(state, from: time, by: size, memory: stepperMemory, goesOn: true)
      return
    }
    var measure = control.measure(from: start, contractionRates: regimen.equations.contractionRates)
    if let known = attempt.estimate?.estimator { measure.estimator = known }
    (attempt.result, attempt.estimate) = try ErrorControl.adaptive(stepper).step(
      state, from: time, by: size, memory: stepperMemory, measure: measure)
  }

  /// Goes back to the start of a rejected step.
  ///
  /// - Throws: the failure, or that the error is too large, where no smaller step can be tried.
  private func reject(
    _ attempt: StepAttempt, error: StepError?, because failure: NumericalFailure?, from start: FieldSet?
  ) throws {
    let step = attempt.step
    guard let start, steps.isControlled else {
      if let failure { throw failure }
      return
    }
    guard steps.reject(attempt, error: error) else {
      throw failure?.inStep(endingAt: step.end)
        ?? NumericalFailure(tooLargeError: error, at: step.start, size: step.size)
    }
    state.copy(from: start, pool: pool)
  }

  /// Makes a step count, and shows what is due inside of it.
  ///
  /// - Parameter correction: the fields that are cut off at their bounds at its end.
  private func finish(_ attempt: StepAttempt, from start: FieldSet?, _ correction: BoundsCorrection) throws {
    cut(correction)
    try health?.check(
      state, step: clock.step + 1, time: attempt.step.end, isPromised: stepper.traits.keepsDensitiesNonNegative)
    if let start { try observeInside(attempt, from: start) }
    (stepStart, progress.shownTime) = (nil, nil)
    stepperMemory = attempt.result.memory
    ledger?.add(attempt.result.changes)
    if !correction.fields.isEmpty {
      try regimen.equations.quasiSteady?.settle(state, time: attempt.step.end)
      stepperMemory = stepper.memory(stepperMemory, forgetting: correction.fields, of: state)
    }
  }

  // MARK: Between jumps of the equations

  var jumps: JumpTimes { regimen.equations.jumps }

  // MARK: Aside

  /// Takes a step from the start of one that was tried, of which nothing remains but the state that it leads to.
  ///
  /// - Parameter copy: the state at the start.
  /// - Returns: what has changed the masses.
  func stepAside(_ copy: FieldSet, in attempt: StepAttempt, by part: Double) throws(NumericalFailure) -> MassChanges? {
    // Both would take more memory than steps do.
    attempt.result.interpolant = nil
    return try stepper.step(
      copy, from: jumps.after(attempt.step.start), by: part, memory: stepperMemory, goesOn: false
    ).changes
  }

  /// Finds the solution inside of a step that was tried, as its method sees it.
  ///
  /// - Parameter start: the state at the start.
  /// - Returns: the solution, which is gone with the next call, and what has changed the masses.
  func look(
    into attempt: StepAttempt, after part: Double, from start: FieldSet
  ) throws -> (state: FieldSet, changes: MassChanges?) {
    if let interpolant = attempt.result.interpolant {
      let target = try memoryAside(start)
      return (target, try interpolant.evaluate(into: target, after: part))
    }
    let copy = try copyAside(start)
    return (copy, try stepAside(copy, in: attempt, by: part))
  }
}

/// A step that is tried.
final class StepAttempt {
  /// As it was tried first.
  let firstSize: Double
  /// The step, or the part of it that is tried in its place.
  var step: Clock.Step
  var result = StepResult()
  /// Of its error; nil with a fixed step.
  var estimate: ErrorEstimate?

  init(_ step: Clock.Step) { (self.step, firstSize) = (step, step.size) }
}
