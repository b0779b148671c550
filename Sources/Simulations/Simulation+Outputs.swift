import Fields
import Rates
import TimeStepping

/// What observers are shown.
extension Simulation {
  // MARK: Inside of a step

  /// The next time strictly inside of a step at which an observer wants to look.
  private func nextTime(inside step: Clock.Step) -> Double? {
    let next = observers.lazy.filter { !$0.isDue(at: step.end) }.map(\.nextTime).min()
    return next.flatMap { $0 < step.end ? $0 : nil }
  }

  func isAnyoneDue(inside step: Clock.Step) -> Bool { nextTime(inside: step) != nil }

  /// Shows the observers what is due strictly inside of a step that is about to count.
  ///
  /// - Parameter start: the state at its start.
  func observeInside(_ attempt: StepAttempt, from start: FieldSet) throws {
    let step = attempt.step
    if stepStart != nil, isAnyoneDue(inside: step) { stepStart?.marks = makeMarks() }
    while let time = nextTime(inside: step) {
      let found = try RunSeconds.adding(to: { seconds.output += $0 }) { () throws -> OutputState in
        try stateInside(attempt, at: time, from: start)
      }
      if let problem = found.problem { health?.note(problem, inOutputAt: time, of: found.state) }
      // Each at its own time, however near those of others are: what is shown does not depend on who else looks.
      try observe(
        at: time, found.state, observers.indices.filter { observers[$0].nextTime == time }, adding: found.changes)
      try superviseOutputs(at: time, inside: step)
    }
    path?.end()
  }

  /// A solution at a time inside of a step.
  private struct OutputState {
    let state: FieldSet
    /// Of the masses since the start of the step.
    let changes: MassChanges?
    /// What a step would not have been allowed to end with; nil if there is nothing.
    let problem: HealthCheck.Problem?
  }

  /// The solution at a time inside of a step, held to what the steps themselves are held to.
  ///
  /// Where the stepper finds values there that a step could not end with, because data are sharp and what it has is good for the
  /// whole step only, the time is reached by steps of a scheme that keeps densities non-negative.
  private func stateInside(_ attempt: StepAttempt, at time: Double, from start: FieldSet) throws -> OutputState {
    let copy: FieldSet
    var (problem, changes) = (HealthCheck.Problem?.none, MassChanges?.none)
    do {
      (copy, changes) = try look(into: attempt, after: time - attempt.step.start, from: start)
      problem = health?.problem(in: copy, between: start, state)
    } catch let failure as NumericalFailure {
      copy = try memoryAside(start)
      for field in 0..<copy.count { copy.fill(field, with: .nan) }
      problem = .notFinite(field: failure.field)
    }
    guard let problem else {
      for check in regimen.equations.boundsChecks { check.cutWithinTolerance(copy) }
      return OutputState(state: copy, changes: changes, problem: nil)
    }
    if let path = try makePath(), let health {
      do throws(NumericalFailure) {
        let found = try path.reach(
          time, ofStepAt: jumps.after(attempt.step.start), length: jumps.length(of: attempt.step), from: start, health)
        let left = health.problem(in: found.state, between: start, state)
        if left == nil || problem.isNotFinite && left?.isNotFinite == false {
          return OutputState(state: found.state, changes: found.changes, problem: left)
        }
      } catch {
        path.end()
      }
    }
    return OutputState(state: copy, changes: changes, problem: problem)
  }

  /// Another way into a step; nil if the model does not allow it.
  private func makePath() throws -> OutputPath? {
    guard let stepper = try regimen.equations.positiveStepper?.stepper else { return nil }
    if let path, path.stepper === stepper { return path }
    path = try OutputPath(stepper, like: state, pool: pool)
    return path
  }

  /// A copy of a state to take steps aside with, in memory that is there from the first time on.
  func copyAside(_ start: FieldSet) throws -> FieldSet {
    let copy = try memoryAside(start)
    copy.copy(from: start, pool: pool)
    return copy
  }

  /// That memory, for something of the same size as a state.
  func memoryAside(_ state: FieldSet) throws -> FieldSet {
    let set = try aside ?? FieldSet(grid: state.grid, count: state.count)
    aside = set
    return set
  }

  // MARK: Looking on

  /// Shows a state to the observers to whom it is due at the end of a step, with their own times where these differ by rounding.
  func observe(at time: Double, _ state: FieldSet) throws {
    let due = Dictionary(grouping: observers.indices.filter { observers[$0].isDue(at: time) }) {
      observers[$0].ownTime(at: time)
    }
    for (own, indices) in due.sorted(by: { $0.key < $1.key }) {
      try observe(at: own, state, indices)
      for index in indices { observers[index].latest = time }
    }
  }

  /// - Parameter changes: of the masses since the latest step that counts.
  private func observe(at time: Double, _ state: FieldSet, _ due: [Int], adding changes: MassChanges? = nil) throws {
    try show(state, at: time, to: due, adding: changes)
    for index in due { observers[index].next += 1 }
  }

  /// Shows the last state of the run to the observers that have not seen it, and closes what they have written.
  ///
  /// Those who have seen the state before a dose at this time see the one after it at the next larger number.
  func observeEnd() throws {
    let (seen, others) = (
      observers.indices.filter { observers[$0].latest == clock.time },
      observers.indices.filter { observers[$0].latest != clock.time }
    )
    try show(state, at: clock.time, to: others)
    if regimen.isCarriedOut(at: clock.time) {
      let latest = seen.map { observers[$0].ownTime(at: clock.time) }.reduce(clock.time, max)
      try show(state, at: latest.nextUp, to: seen)
    }
    writer.write(KeptFields(in: copies), commitAll)
  }

  private func show(_ state: FieldSet, at time: Double, to shown: [Int], adding changes: MassChanges? = nil) throws {
    guard !shown.isEmpty else { return }
    let moment = Moment(
      time: time, step: clock.step, stepSize: clock.stepSize ?? 0, state: state, fields: KeptFields(in: copies),
      ledger: ledger?.entries(adding: changes))
    try RunSeconds.adding(to: { seconds.output += $0 }) { () throws -> Void in
      let writings = try shown.map { try observers[$0].observer.observe(moment) }
      for index in shown { observers[index].latest = time }
      writer.write(moment.fields, settle: settleObservers) { [writer] in
        for writing in writings { do { try writing() } catch { writer.record(error) } }
      }
    }
  }
}
