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
      let choice = stepper.memorized.choice
      let before = ledger.flatMap { _ in regimen.equations.account?.masses(of: state) }
      var isTreated = try regimen.carryOut(state, at: clock.time)
      let isJump = jumps.isJump(clock.time) && (isTreated || !regimen.isCarriedOut(at: clock.time))
      guard isTreated || isJump else { return .none }
      if isJump {
        try regimen.equations.quasiSteady?.settle(state, time: jumps.after(clock.time))
        // Fields in balance jump with the rates, and can make a condition come true.
        if try regimen.carryOut(state, at: clock.time) { isTreated = true }
        regimen.noteCarriedOut(at: clock.time)
      }
      if isTreated, let before, let after = regimen.equations.account?.masses(of: state) {
        ledger?.addDoses(from: before, to: after)
      }
      // The equations may have a new stepper, which goes on with the scheme chosen so far until it chooses itself.
      if isTreated, let choice { stepper.memorized = StepperMemory(choice: choice) }
      return .jump
    }
  }

  /// Keeps the reason if a condition that ends the run holds now.
  func lookForStop() throws {
    try stops.look(at: state, time: clock.time, parameters: regimen.memory.changes.parameters)
  }

  /// Keeps the reason if the run ends with a step.
  func lookForStop(after step: Clock.Step) throws {
    if let previous { stops.look(at: state, before: previous, from: step.start, to: step.end) }
    try lookForStop()
  }

  /// Takes the next step on the way to a time, or as much of it as it takes for a condition to come true, and shows the
  /// observers what is due inside of it.
  func takeStep(to goal: Double) throws -> Clock.Step {
    switch steps {
    case .fixed(let asked):
      let step = clock.nextStep(to: goal, askedStep: asked)
      let watches = try watches()
      guard !watches.isEmpty || stops.hasSteadyStates || isAnyoneDue(inside: step) else {
        try stepper.advance(state, from: jumps.after(step.start), by: jumps.length(of: step), didFlow: didFlow)
        try checkHealth(after: step)
        ledger?.add(regimen.equations.account?.latest)
        return step
      }
      return try takeWatchedStep(step, watches)
    case .controlled(let control, let norm): return try takeControlledStep(to: goal, control, norm, watches())
    }
  }

  private func checkHealth(after step: Clock.Step) throws(NumericalFailure) {
    try health?.check(state, step: clock.step + 1, time: step.end, isPromised: stepper.keepsDensitiesNonNegative)
  }

  // MARK: Between jumps of the equations

  var jumps: JumpTimes { regimen.equations.jumps }

  private func attempt(_ step: Clock.Step, measure: ErrorMeasure? = nil) throws(NumericalFailure) -> StepError? {
    try stepper.attempt(
      state, from: jumps.after(step.start), by: jumps.length(of: step), measure: measure, didFlow: didFlow)
  }

  /// Takes a step of a given size, but not beyond where a condition comes true.
  private func takeWatchedStep(_ step: Clock.Step, _ watches: [Watch]) throws -> Clock.Step {
    let previous = try makePrevious()
    previous.copy(from: state, pool: pool)
    _ = try attempt(step)
    let changes = regimen.equations.account?.latest
    let taken = try shortened(step, watches, from: previous)
    return try finishStep(taken, from: previous, taken == step ? changes : regimen.equations.account?.latest)
  }

  /// Makes a step that was attempted last count, and shows what is due inside of it.
  ///
  /// - Parameter changes: of the masses in the step; steps aside write over what the account has.
  @discardableResult
  private func finishStep(
    _ step: Clock.Step, from previous: FieldSet, _ changes: MassChanges?
  ) throws -> Clock.Step {
    try checkHealth(after: step)
    try observeInside(step, from: previous)
    stepper.commit()
    ledger?.add(changes)
    return step
  }

  /// Tries steps until one is as accurate as asked for.
  private func takeControlledStep(
    to goal: Double, _ given: StepControl, _ norm: ErrorNorm, _ watches: [Watch]
  ) throws -> Clock.Step {
    let previous = try makePrevious()
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
        let changes = regimen.equations.account?.latest
        let taken = try shortened(step, watches, from: previous, measure: measure)
        try finishStep(taken, from: previous, taken == step ? changes : regimen.equations.account?.latest)
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

  /// What may happen inside of a step.
  private func watches() throws -> [Watch] {
    try stops.watches(parameters: regimen.memory.changes.parameters) + regimen.watches()
  }

  /// A step that was attempted, or the part of it after which something happens, which is then attempted in its place: a
  /// condition comes true, or a steady state has lasted for long enough.
  private func shortened(
    _ step: Clock.Step, _ watches: [Watch], from previous: FieldSet, measure: ErrorMeasure? = nil
  ) throws -> Clock.Step {
    let last = stops.endOfSteadyState(at: state, before: previous, from: step.start, to: step.end)
    let happening = watches.isEmpty ? nil : try happening(in: step, watches, from: previous)
    if let last, last - step.start < happening ?? step.size {
      let shorter = Clock.Step(start: step.start, end: last, size: last - step.start)
      state.copy(from: previous, pool: pool)
      _ = try attempt(shorter, measure: measure)
      stops.shorten(to: last)
      return shorter
    }
    guard var part = happening, part < step.size else { return step }
    var margin = 4 * step.end.ulp
    while true {
      let shorter = part < step.size ? Clock.Step(start: step.start, end: step.start + part, size: part) : step
      state.copy(from: previous, pool: pool)
      _ = try attempt(shorter, measure: measure)
      if shorter == step || watches.contains(where: { $0.look(at: state, time: shorter.end).hasHappened }) {
        return shorter
      }
      // A step aside and the step itself differ by rounding.
      part += margin
      margin *= 2
    }
  }

  /// The part of a step, whose end is in `state`, after which something happens that had not at its start; nil if nothing does.
  ///
  /// One looks at the end of the step; and at its quarters, where `WatchMemory` asks for that. The moment is then found by steps from
  /// the state before, to 1e-12 of the step.
  private func happening(in step: Clock.Step, _ watches: [Watch], from previous: FieldSet) throws -> Double? {
    // What the time alone changes has been seen at the start, and will be at the end.
    let first = watches.map { $0.look(at: previous, time: step.start, .after) }
    let last = watches.map { $0.look(at: state, time: step.end, .before) }
    let open = watches.indices.filter { !first[$0].hasHappened }
    guard !open.isEmpty else { return nil }
    func happened(_ looks: [Watch.Look]) -> Bool { open.contains { looks[$0].hasHappened } }
    func margin(_ looks: [Watch.Look]) -> Double {
      let found = open.map { looks[$0].margin }
      return found.contains(where: \.isNaN) ? .nan : found.max() ?? .nan
    }
    /// By a step from the start of this one; nil if that fails.
    func lookAside(_ part: Double) throws -> [Watch.Look]? {
      let copy = try copyAside(previous)
      do throws(NumericalFailure) {
        try stepper.advanceAside(copy, from: jumps.after(step.start), by: part)
      } catch {
        return nil
      }
      return watches.map { $0.look(at: copy, time: step.start + part) }
    }
    var found = happened(last) ? (low: 0.0, first, high: step.size, last) : nil
    if watchMemory.asksForALook(
      inStep: clock.step, of: step.size, watches.indices.map { (watches[$0], first[$0], last[$0]) })
    {
      let quarters = try looksWithin(step, watches, from: previous)
      let looks = [first] + quarters + [last]
      if quarters.count == 3 {
        for (index, watch) in watches.enumerated() {
          watchMemory.note(looks.map { $0[index] }, of: watch, apart: 0.25 * step.size)
        }
      }
      for number in looks.indices.dropFirst().dropLast() where happened(looks[number]) {
        // What is found within a step is as accurate as the step, but not the same as a shorter one.
        let part = 0.25 * Double(number) * step.size
        guard let aside = try lookAside(part), happened(aside) else { continue }
        found = (part - 0.25 * step.size, looks[number - 1], part, aside)
        break
      }
    }
    guard let found else { return nil }
    var search = RootBracket(
      low: found.low, margin(found.1), high: found.high, margin(found.3),
      precision: max(1e-12 * step.size, 2 * step.end.ulp))
    while let part = search.next {
      let looks = try lookAside(part)
      search.add(part, hasHappened: looks.map(happened) ?? false, margin: looks.map(margin) ?? .nan)
    }
    return search.high
  }

  /// What is found at the quarters of a step that was attempted last; fewer than three if one cannot be reached.
  private func looksWithin(_ step: Clock.Step, _ watches: [Watch], from previous: FieldSet) throws -> [[Watch.Look]] {
    var looks: [[Watch.Look]] = []
    for quarter in 1...3 {
      let part = 0.25 * Double(quarter) * step.size
      let copy = stepper.remembersStep ? try memoryAside(previous) : try copyAside(previous)
      do throws(NumericalFailure) {
        try stepper.advanceWithin(copy, from: jumps.after(step.start), by: part)
      } catch {
        break
      }
      looks.append(watches.map { $0.look(at: copy, time: step.start + part) })
    }
    return looks
  }
}
