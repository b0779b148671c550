import Fields
import Rates
import TimeStepping

/// Where a step ends, and why.
///
/// 1. No step goes beyond the next *known time* (`nextKnownTime`): of a dose, of the end of an infusion, of a jump of the equations, at which the
///    time alone changes a condition, at which traces are removed, at which a delayed value is not smooth, of the end of the run.
///    Each is a `TimeSequence`, and `KnownTimes` merges them.
/// 2. On the way there its size is chosen, or given (`nextStep(to:)`).
/// 3. Where a *located event* lies inside of the step that was tried, it is taken again up to there (`endAtFirstEvent`): a condition on the
///    solution that ends the run, sets off a course of doses or arms one again (`StateEvent`), or a steady state that has lasted for long enough.
///    `EventLocator` finds the first of them.
///
/// Outputs and checkpoints end no step.
extension Simulation {
  /// The next time at which a step ends that is known beforehand.
  var nextKnownTime: TimeEvent {
    get throws {
      var known = KnownTimes(end: endTime)
      try regimen.addTimes(to: &known)
      try stops.addTimes(to: &known)
      extinction?.addTimes(to: &known)
      return known.next(after: clock.time)
    }
  }

  /// What may happen inside of a step.
  var stateEvents: [StateEvent] {
    get throws { try (stops.stateEvents + regimen.stateEvents).filter(\.canHappenInsideSteps) }
  }

  /// Tries the part of a step up to the first event inside of it in its place.
  func endAtFirstEvent(_ attempt: StepAttempt, _ events: [StateEvent], from previous: FieldSet) throws {
    let step = attempt.step
    // Steps aside leave the state at the end as it is.
    let attempted = try attempted(attempt, from: previous)
    guard let event = try eventLocator.firstEvent(in: attempted, of: events, orOf: stops) else { return }
    var (part, end, margin) = (event.part, event.time, 4 * step.end.ulp)
    while part < step.size {
      try tryAgain(attempt, as: Clock.Step(start: step.start, end: end, size: part), from: previous)
      if event.isPassed(state, end) {
        eventLocator.memory.noteHappened(event.names, at: end)
        return
      }
      // A step aside and the step itself differ by rounding.
      part += margin
      end = step.start + part
      margin *= 2
    }
    if event.part < step.size { try tryAgain(attempt, as: step, from: previous) }
    eventLocator.memory.noteHappened(event.names, at: step.end)
  }

  /// Tries another step from the same start.
  private func tryAgain(_ attempt: StepAttempt, as step: Clock.Step, from previous: FieldSet) throws {
    state.copy(from: previous, pool: pool)
    (attempt.step, attempt.result) = (step, StepResult())
    try perform(attempt, from: previous)
  }

  private func attempted(_ attempt: StepAttempt, from previous: FieldSet) throws -> AttemptedStep {
    let (jumps, step) = (jumps, attempt.step)
    /// What is found inside of the step; nil where that fails.
    func found(_ state: () throws -> FieldSet) throws -> FieldSet? {
      do { return try state() } catch is NumericalFailure { return nil }
    }
    return AttemptedStep(
      step: step, number: clock.step, start: previous, end: state,
      sides: (jumps.after(step.start), jumps.before(step.end)),
      rates: stops.hasSteadyStates ? try regimen.equations.ratesOfChange?.rates : nil,
      state: { [self] part in
        try found {
          let copy = try copyAside(previous)
          _ = try stepAside(copy, in: attempt, by: part)
          return copy
        }
      },
      denseOutput: { [self] in
        guard attempt.result.interpolant != nil else { return nil }
        return { [self] part in try found { try look(into: attempt, after: part, from: previous).state } }
      })
  }
}
