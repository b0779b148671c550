import Fields
import TimeStepping

extension Simulation {
  /// The next time that a step must not go beyond.
  func goal(after time: Double) -> Double {
    let times = [regimen.nextTime(after: time), extinction?.nextTime(after: time), endTime]
    return goalBeforeBreaks(times.compactMap { $0 }.min() ?? endTime)
  }

  /// Does what the treatments do at this time, before the step that begins here.
  func carryOutTreatments() throws {
    try changeBetweenSteps(at: clock.time) { () throws -> ChangeBetweenSteps in
      let choice = stepper.memorized.choice
      let before = ledger.flatMap { _ in regimen.equations.account?.masses(of: state) }
      let isTreated = try regimen.carryOut(state, at: clock.time)
      guard isTreated || jumps.isJump(clock.time) else { return .none }
      if isTreated, let before, let after = regimen.equations.account?.masses(of: state) {
        ledger?.addDoses(from: before, to: after)
      }
      // The equations may have a new stepper, which goes on with the scheme chosen so far until it chooses itself.
      if isTreated, let choice { stepper.memorized = StepperMemory(choice: choice) }
      return .jump
    }
  }

  /// Why the run ends here; nil if it goes on.
  func reasonToStop(from start: Double) throws -> String? {
    guard let previous, !stops.conditions.isEmpty else { return nil }
    try stops.look(
      at: state, before: previous, from: start, to: clock.time, parameters: regimen.memory.changes.parameters)
    stopsHeld = stops.conditions.map { _ in false }
    return stops.memory.reason
  }

  /// Takes the next step on the way to a time, or as much of it as it takes for a condition to come true, and shows the
  /// observers what is due inside of it.
  func takeStep(to goal: Double) throws -> Clock.Step {
    if !stops.conditions.isEmpty, stopsHeld == nil { stopsHeld = try stopsHolding() }
    switch steps {
    case .fixed(let asked):
      let step = clock.nextStep(to: goal, askedStep: asked)
      guard regimen.isWatching || !stops.conditions.isEmpty else {
        try observeInside(step, from: state)
        try stepper.advance(state, from: jumps.after(step.start), by: jumps.length(of: step), didFlow: didFlow)
        ledger?.add(regimen.equations.account?.latest)
        return step
      }
      return try takeWatchedStep(step)
    case .controlled(let control, let norm): return try takeControlledStep(to: goal, control, norm)
    }
  }

  // MARK: Between jumps of the equations

  var jumps: JumpTimes { regimen.equations.jumps }

  private func attempt(_ step: Clock.Step, measure: ErrorMeasure? = nil) throws(NumericalFailure) -> StepError? {
    try stepper.attempt(
      state, from: jumps.after(step.start), by: jumps.length(of: step), measure: measure, didFlow: didFlow)
  }

  /// Takes a step of a given size, but not beyond where a condition comes true.
  private func takeWatchedStep(_ step: Clock.Step) throws -> Clock.Step {
    guard let previous else { preconditionFailure("a step that may be cut short needs the state before it") }
    previous.copy(from: state, pool: pool)
    _ = try attempt(step)
    // Steps aside write there too.
    var changes = regimen.equations.account?.latest
    let taken = try crossing(in: step) ?? step
    if taken != step {
      state.copy(from: previous, pool: pool)
      _ = try attempt(taken)
      changes = regimen.equations.account?.latest
    }
    try observeInside(taken, from: previous)
    stepper.commit()
    ledger?.add(changes)
    return taken
  }

  /// Tries steps until one is as accurate as asked for.
  private func takeControlledStep(
    to goal: Double, _ given: StepControl, _ norm: ErrorNorm
  ) throws -> Clock.Step {
    guard let previous else { preconditionFailure("controlled steps need the state before them") }
    var control = given
    previous.copy(from: state, pool: pool)
    let measure = ErrorMeasure(norm, start: previous, forgettingRates: regimen.equations.forgettingRates)
    while true {
      stepper.prepare(
        state, at: jumps.after(clock.time), longest: goal - clock.time, measure: measure, control: &control)
      let step = clock.step(to: goal, size: control.proposal)
      var error: StepError?
      var failure: NumericalFailure?
      do throws(NumericalFailure) {
        error = try attempt(step, measure: measure)
      } catch { failure = error }
      if let error, error.value <= 1 {
        var changes = regimen.equations.account?.latest
        let taken = try crossing(in: step) ?? step
        if taken != step {
          state.copy(from: previous, pool: pool)
          _ = try attempt(taken, measure: measure)
          changes = regimen.equations.account?.latest
        }
        try observeInside(taken, from: previous, isOverwritten: stops.conditions.isEmpty)
        stepper.commit()
        ledger?.add(changes)
        norm.commit()
        // A step that was cut short says nothing against one as long as it would have been.
        control.accept(size: step.size, error: error)
        steps = .controlled(control, norm)
        return taken
      }
      let canShrink = control.reject(size: step.size, error: error?.value ?? .infinity)
      steps = .controlled(control, norm)
      if !canShrink {
        throw failure ?? NumericalFailure(tooLargeError: error, at: step.start, size: step.size)
      }
      stepper.reject()
      state.copy(from: previous, pool: pool)
    }
  }

  // MARK: Conditions

  private func stopsHolding() throws -> [Bool] {
    try stops.holding(state, at: clock.time, parameters: regimen.memory.changes.parameters)
  }

  /// The part of a step, whose end is in `state`, after which a condition that did not hold at its start holds; nil if none
  /// comes true.
  ///
  /// It is found by bisection, each time with a step from the state before, to a billionth of the step.
  private func crossing(in step: Clock.Step) throws -> Clock.Step? {
    guard regimen.isWatching || stopsHeld?.contains(false) ?? false, let previous, try comesTrue(state, at: step.end)
    else { return nil }
    var (low, high) = (0.0, step.size)
    while high - low > 1e-9 * step.size {
      let middle = 0.5 * (low + high)
      if step.start + middle <= step.start { break }
      let aside = try copyAside(previous)
      try stepper.advanceAside(aside, from: jumps.after(step.start), by: middle)
      if try comesTrue(aside, at: step.start + middle) { high = middle } else { low = middle }
    }
    return high == step.size ? nil : Clock.Step(start: step.start, end: step.start + high, size: high)
  }

  private func comesTrue(_ state: FieldSet, at time: Double) throws -> Bool {
    if try regimen.isTriggered(by: state, at: time) { return true }
    guard let stopsHeld, stopsHeld.contains(false) else { return false }
    let holding = try stops.holding(state, at: time, parameters: regimen.memory.changes.parameters)
    return zip(stopsHeld, holding).contains { !$0 && $1 }
  }
}
