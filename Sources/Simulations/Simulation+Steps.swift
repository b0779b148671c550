import Fields
import TimeStepping

extension Simulation {
  /// The next time that a step must not go beyond.
  func goal(after time: Double) throws -> Double {
    let times = [
      try regimen.nextTime(after: time), try stops.nextTime(after: time, parameters: regimen.memory.changes.parameters),
      extinction?.nextTime(after: time), endTime,
    ]
    return goalBeforeBreaks(times.compactMap { $0 }.min() ?? endTime)
  }

  /// Does what the treatments do at this time, before the step that begins here.
  func carryOutTreatments() throws {
    try changeBetweenSteps(at: clock.time) { () throws -> ChangeBetweenSteps in
      let before = ledger.flatMap { _ in regimen.equations.account?.masses(of: state) }
      var isTreated = try regimen.carryOut(state, at: clock.time, happened: watchMemory.happened(at: clock.time))
      watchMemory.forgetHappened()
      let isJump = jumps.isJump(clock.time) && (isTreated || !regimen.isCarriedOut(at: clock.time))
      guard isTreated || isJump else { return .none }
      if isJump {
        try regimen.equations.quasiSteady?.settle(state, time: jumps.after(clock.time))
        // Quasi-steady fields jump with the rates, and can make a condition come true.
        if try regimen.carryOut(state, at: clock.time) { isTreated = true }
        regimen.noteCarriedOut(at: clock.time)
      }
      if isTreated, let before, let after = regimen.equations.account?.masses(of: state) {
        ledger?.addDoses(from: before, to: after)
      }
      // Their stepper may be one of before, from an earlier course of the treatment.
      if isTreated { stepper.memorized = StepperMemory() }
      return .jump
    }
  }

  /// Keeps the reason if a condition that ends the run holds now.
  ///
  /// - Parameter happened: the watches for which the step has ended here.
  func lookForStop(_ happened: Set<String> = []) throws {
    try stops.look(
      at: state, time: clock.time, parameters: regimen.memory.changes.parameters, happened: happened)
  }

  /// Keeps the reason if the run ends with a step.
  func lookForStop(after step: Clock.Step) throws {
    if let previous { stops.noteSteadyStates(at: state, before: previous, from: step.start, to: step.end) }
    try lookForStop(watchMemory.happened(at: clock.time))
  }

  /// Takes the next step on the way to a time, or as much of it as it takes for a condition to come true, and shows the
  /// observers what is due inside of it.
  func takeStep(to goal: Double) throws -> Clock.Step {
    while true {
      switch steps {
      case .fixed(let asked):
        let step = clock.nextStep(to: goal, askedStep: asked)
        let watches = try watches()
        let mayGoBack = !watches.isEmpty || stops.hasSteadyStates || !regimen.equations.boundsChecks.isEmpty
        guard mayGoBack || isAnyoneDue(inside: step) else {
          try stepper.advance(state, from: jumps.after(step.start), by: jumps.length(of: step), didFlow: didFlow)
          try checkHealth(after: step)
          ledger?.add(regimen.equations.account?.latest)
          return step
        }
        if let taken = try takeWatchedStep(step, watches) { return taken }
      case .controlled(let control, let norm):
        if let taken = try takeControlledStep(to: goal, control, norm, watches()) { return taken }
      }
    }
  }

  private func checkHealth(after step: Clock.Step) throws(NumericalFailure) {
    try health?.check(state, step: clock.step + 1, time: step.end, isPromised: stepper.keepsDensitiesNonNegative)
  }

  // MARK: Between jumps of the equations

  var jumps: JumpTimes { regimen.equations.jumps }

  func attempt(_ step: Clock.Step, measure: ErrorMeasure? = nil) throws(NumericalFailure) -> StepError? {
    try stepper.attempt(
      state, from: jumps.after(step.start), by: jumps.length(of: step), measure: measure, didFlow: didFlow)
  }

  /// Takes a step of a given size, but not beyond where a condition comes true.
  ///
  /// - Returns: the step; nil if it does not count because the propagators were changed.
  private func takeWatchedStep(_ step: Clock.Step, _ watches: [Watch]) throws -> Clock.Step? {
    let previous = try makePrevious()
    previous.copy(from: state, pool: pool)
    noteStart(of: step)
    _ = try attempt(step)
    let correction = try self.correction(after: step, from: previous)
    if correction.changesPropagators {
      try takeBack(correction, to: previous)
      return nil
    }
    let changes = regimen.equations.account?.latest
    let taken = try shortened(step, watches, from: previous)
    return try finishStep(
      taken, from: previous, taken == step ? changes : regimen.equations.account?.latest, correction)
  }

  /// Makes a step that was attempted last count, and shows what is due inside of it.
  ///
  /// - Parameters:
  ///   - changes: of the masses in the step; steps aside write over what the account has.
  ///   - correction: the fields that are cut off at their bounds at its end.
  @discardableResult
  private func finishStep(
    _ step: Clock.Step, from previous: FieldSet, _ changes: MassChanges?, _ correction: BoundsCorrection
  ) throws -> Clock.Step {
    cut(correction)
    try checkHealth(after: step)
    try observeInside(step, from: previous)
    (stepStart, progress.shownTime) = (nil, nil)
    stepper.commit()
    ledger?.add(changes)
    if !correction.fields.isEmpty {
      try regimen.equations.quasiSteady?.settle(state, time: step.end)
      stepper.forgetValues(correction.fields, of: state)
    }
    return step
  }

  /// Tries steps until one is as accurate as asked for.
  ///
  /// - Returns: the step; nil if it does not count because the propagators were changed.
  private func takeControlledStep(
    to goal: Double, _ given: StepControl, _ norm: ErrorNorm, _ watches: [Watch]
  ) throws -> Clock.Step? {
    let previous = try makePrevious()
    var control = given
    previous.copy(from: state, pool: pool)
    let measure = ErrorMeasure(norm, start: previous, forgettingRates: regimen.equations.forgettingRates)
    while true {
      let change = max(startTime, regimen.memory.carriedOut?.time ?? startTime)
      let longest = min(
        control.bounds.longest(after: clock.time - change), regimen.equations.stepLimits.longestStep(from: clock.time))
      let step = clock.step(to: goal, size: min(control.proposal, longest))
      noteStart(of: step)
      var error: StepError?
      var failure: NumericalFailure?
      do throws(NumericalFailure) {
        error = try attempt(step, measure: measure)
      } catch { failure = error }
      if let error, error.value <= 1 {
        let correction = try self.correction(after: step, from: previous)
        if correction.changesPropagators {
          try takeBack(correction, to: previous)
          return nil
        }
        let changes = regimen.equations.account?.latest
        let taken = try shortened(step, watches, from: previous, measure: measure)
        try finishStep(
          taken, from: previous, taken == step ? changes : regimen.equations.account?.latest, correction)
        norm.commit()
        // A step that was cut short says nothing against one as long as it would have been.
        control.accept(size: step.size, error: error)
        steps = .controlled(control, norm)
        return taken
      }
      let canShrink = control.reject(size: step.size, error: error?.value ?? .infinity)
      steps = .controlled(control, norm)
      if !canShrink {
        throw failure?.inStep(endingAt: step.end)
          ?? NumericalFailure(tooLargeError: error, at: step.start, size: step.size)
      }
      state.copy(from: previous, pool: pool)
    }
  }
}
