import Fields
import Rates
import TimeStepping

/// Where a step ends because something happens inside of it.
extension Simulation {
  /// What may happen inside of a step.
  func watches() throws -> [Watch] {
    let all = try stops.watches(parameters: regimen.memory.changes.parameters) + regimen.watches()
    return all.filter(\.canHappenInsideSteps)
  }

  /// Tries the part of a step after which something happens in its place: a condition comes true, or a steady state has lasted
  /// for long enough.
  func shorten(_ attempt: StepAttempt, _ watches: [Watch], from previous: FieldSet) throws {
    let step = attempt.step
    watchMemory.forgetHappened()
    // Steps aside leave the state at the end as it is.
    let last = try stops.lookForSteadyStates(in: attempted(attempt, from: previous))
    let event = watches.isEmpty ? nil : try firstEvent(in: attempt, watches, from: previous)
    if let last, last - step.start < event?.found.part ?? step.size {
      try tryAgain(attempt, as: Clock.Step(start: step.start, end: last, size: last - step.start), from: previous)
      return
    }
    guard let event else { return }
    let names = Set(event.found.watches.map { event.watches[$0].name })
    var (part, margin) = (event.found.part, 4 * step.end.ulp)
    while part < step.size {
      let shorter = Clock.Step(start: step.start, end: step.start + part, size: part)
      try tryAgain(attempt, as: shorter, from: previous)
      if event.found.isPassed(event.watches.map { $0.look(at: state, time: shorter.end) }) {
        watchMemory.noteHappened(names, at: shorter.end)
        return
      }
      // A step aside and the step itself differ by rounding.
      part += margin
      margin *= 2
    }
    if event.found.part < step.size { try tryAgain(attempt, as: step, from: previous) }
    watchMemory.noteHappened(names, at: step.end)
  }

  /// Tries another step from the same start.
  private func tryAgain(_ attempt: StepAttempt, as step: Clock.Step, from previous: FieldSet) throws {
    state.copy(from: previous, pool: pool)
    (attempt.step, attempt.result) = (step, StepResult())
    try perform(attempt, from: previous)
  }

  private func attempted(_ attempt: StepAttempt, from previous: FieldSet) throws -> AttemptedStep {
    let (jumps, step) = (jumps, attempt.step)
    return AttemptedStep(
      step: step, number: clock.step, start: previous, end: state,
      sides: (jumps.after(step.start), jumps.before(step.end)),
      rates: stops.hasSteadyStates ? try regimen.equations.ratesOfChange?.rates : nil,
      state: { [self] part in
        let copy = try copyAside(previous)
        do throws(NumericalFailure) {
          _ = try stepAside(copy, in: attempt, by: part)
        } catch {
          return nil
        }
        return copy
      })
  }

  /// The first event in a step that was attempted, whose end is in `state`, and the watches that it is one of; nil if there is none.
  ///
  /// One looks at the quarters of the step where `WatchMemory` asks for that, and more closely where these say that there may be an
  /// event, by steps from the state before: what is found within a step is as accurate as the step, but not the same as a shorter one.
  private func firstEvent(
    in attempt: StepAttempt, _ watches: [Watch], from previous: FieldSet
  ) throws -> (found: EventLocator.Event, watches: [Watch])? {
    let step = attempt.step
    // What the time alone changes has been seen at the start, and will be at the end.
    var first = watches.map { $0.look(at: previous, time: step.start, .after) }
    // What is 0 at the start may have a sign from then on, with which nothing has happened.
    let starts = first
    let isUnclear = first.map { $0.hasHappened && $0.differences.contains(0) }
    if isUnclear.contains(true),
      let later = try looksInside(attempt, at: 1e-6 * step.size, watches, from: previous, isAside: true)
    {
      for index in watches.indices where isUnclear[index] && !later[index].hasHappened { first[index] = later[index] }
    }
    let last = watches.map { $0.look(at: state, time: step.end, .before) }
    let asks = watchMemory.asksForALook(
      inStep: clock.step, of: step.size, watches.indices.map { (watches[$0], first[$0], last[$0]) })
    let inside = asks ? try quarters(of: attempt, watches, from: previous, isAside: false) : []
    let looks = [(part: 0, looks: first)] + inside + [(part: step.size, looks: last)]
    for (index, watch) in watches.enumerated() {
      watchMemory.note(looks.map { ($0.part, $0.looks[index]) }, of: watch, isInside: inside.count == 3)
    }
    let open = watches.indices.filter { !first[$0].hasHappened }
    guard asks, !open.isEmpty else { return nil }
    let openWatches = open.map { watches[$0] }
    let leaving = open.enumerated().flatMap { number, index in
      starts[index].differences.indices.filter { isUnclear[index] && starts[index].differences[$0] == 0 }
        .map { EventLocator.Comparison(watch: number, index: $0) }
    }
    func locator(_ looks: [(part: Double, looks: [Watch.Look])]) -> EventLocator {
      EventLocator(
        openWatches, size: step.size, precision: max(1e-12 * step.size, 2 * step.end.ulp),
        samples: looks.map { sample in (sample.part, open.map { sample.looks[$0] }) }, leaving: Set(leaving))
    }
    var search = locator(looks)
    guard search.mayHaveEvent else { return nil }
    if attempt.result.interpolant != nil {
      let quarters = try quarters(of: attempt, watches, from: previous, isAside: true)
      search = locator([looks[0]] + quarters + [looks[looks.count - 1]])
    }
    let found = try search.firstEvent { part in
      try looksInside(attempt, at: part, openWatches, from: previous, isAside: true)
    }
    return found.map { ($0, openWatches) }
  }

  /// What is found at the quarters of a step that was attempted last, but where one cannot be reached.
  private func quarters(
    of attempt: StepAttempt, _ watches: [Watch], from previous: FieldSet, isAside: Bool
  ) throws -> [(part: Double, looks: [Watch.Look])] {
    try [0.25, 0.5, 0.75].compactMap { quarter in
      let part = quarter * attempt.step.size
      return try looksInside(attempt, at: part, watches, from: previous, isAside: isAside).map { (part, $0) }
    }
  }

  /// What is found after a part of a step; nil if that cannot be reached.
  ///
  /// - Parameter isAside: whether by a step from the start of this one; else as the method sees it, if it does.
  private func looksInside(
    _ attempt: StepAttempt, at part: Double, _ watches: [Watch], from previous: FieldSet, isAside: Bool
  ) throws -> [Watch.Look]? {
    var found: FieldSet
    do {
      if isAside {
        found = try copyAside(previous)
        _ = try stepAside(found, in: attempt, by: part)
      } else {
        found = try look(into: attempt, after: part, from: previous).state
      }
    } catch is NumericalFailure {
      return nil
    }
    return watches.map { $0.look(at: found, time: attempt.step.start + part) }
  }
}
