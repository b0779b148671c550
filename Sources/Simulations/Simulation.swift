import Fields
import TimeStepping

/// A run: the fields, the stepper that advances them, the clock, and those who look on.
///
/// The loop is: take the next step on the way to the next time that must be hit; let the observers see what is due;
/// take a checkpoint when it is time. Output times inside a step are reached by a shorter step on a copy of the state,
/// which is then dropped, so that what is written, and when, never changes a result.
package final class Simulation {
  package let fieldNames: [String]
  package let state: FieldSet
  package let stepper: any Stepper
  package let startTime: Double
  package let endTime: Double
  package private(set) var steps: StepPolicy
  package private(set) var clock: Clock
  package private(set) var observers: [ScheduledObserver]
  private let aside: FieldSet
  /// The state at the start of a step that may be rejected.
  private let previous: FieldSet?
  private let checkpoints: CheckpointPolicy
  private let saveCheckpoint: (Simulation) throws -> Void
  private var lastCheckpointWall = ContinuousClock.now
  private var lastCheckpointStep: Int?

  /// - Parameter saveCheckpoint: writes a checkpoint of the simulation as it stands, at the end of a step.
  package init(
    fieldNames: [String], state: FieldSet, stepper: any Stepper, startTime: Double, endTime: Double,
    steps: StepPolicy, observers: [ScheduledObserver], checkpoints: CheckpointPolicy,
    saveCheckpoint: @escaping (Simulation) throws -> Void
  ) throws(FieldAllocationError) {
    self.fieldNames = fieldNames
    self.state = state
    self.stepper = stepper
    self.startTime = startTime
    self.endTime = endTime
    self.steps = steps
    self.observers = observers
    self.checkpoints = checkpoints
    self.saveCheckpoint = saveCheckpoint
    clock = Clock(start: startTime)
    aside = try FieldSet(grid: state.grid, count: state.count)
    previous = steps.isControlled ? try FieldSet(grid: state.grid, count: state.count) : nil
  }

  /// How a run ended.
  package enum Outcome: Hashable, Sendable {
    case reachedEnd
    /// A stop was asked for; a checkpoint has been taken.
    case interrupted
  }

  /// Runs to the end, or until `stopRequested` says so at the end of a step.
  ///
  /// - Parameter didStep: called after each step.
  package func run(
    stopRequested: () -> Bool = { false }, didStep: (Simulation) -> Void = { _ in }
  ) throws -> Outcome {
    if clock.step == 0 { try observe(at: clock.time, state) }
    while clock.time < endTime {
      let step = try takeStep(to: endTime)
      clock.complete(step)
      try observe(at: clock.time, state)
      didStep(self)
      if stopRequested(), clock.time < endTime {
        try checkpoint()
        return .interrupted
      }
      if isCheckpointDue(after: step) { try checkpoint() }
    }
    if lastCheckpointStep != clock.step { try checkpoint() }
    return .reachedEnd
  }

  /// Takes the next step on the way to a time, and shows the observers what is due inside of it.
  private func takeStep(to goal: Double) throws -> Clock.Step {
    switch steps {
    case .fixed(let asked):
      let step = clock.nextStep(to: goal, askedStep: asked)
      try observeInside(step, from: state)
      try stepper.advance(state, from: step.start, by: step.size)
      return step
    case .controlled(var control, let norm):
      guard let previous else { preconditionFailure("controlled steps need the state before them") }
      previous.copy(from: state)
      let measure = ErrorMeasure(norm, start: previous)
      while true {
        stepper.prepare(state, at: clock.time, longest: goal - clock.time, measure: measure, control: &control)
        let step = clock.step(to: goal, size: control.proposal)
        var error: StepError?
        var failure: NumericalFailure?
        do throws(NumericalFailure) {
          error = try stepper.attempt(
            state, from: step.start, by: step.size, measure: measure, didFlow: { _ in })
        } catch { failure = error }
        if let error, error.value <= 1 {
          try observeInside(step, from: previous)
          stepper.commit()
          norm.commit()
          control.accept(size: step.size, error: error.value)
          steps = .controlled(control, norm)
          return step
        }
        let canShrink = control.reject(size: step.size, error: error?.value ?? .infinity)
        steps = .controlled(control, norm)
        if !canShrink {
          throw failure ?? NumericalFailure(tooLargeError: error, at: step.start, size: step.size)
        }
        stepper.reject()
        state.copy(from: previous)
      }
    }
  }

  // MARK: Looking on

  /// Shows the observers what is due strictly inside a step from a state.
  private func observeInside(_ step: Clock.Step, from state: FieldSet) throws {
    while let time = observers.filter({ !$0.isDue(at: step.end) }).map(\.nextTime).min(), time < step.end {
      aside.copy(from: state)
      try stepper.advanceAside(aside, from: step.start, by: time - step.start)
      try observe(at: time, aside)
    }
  }

  private func observe(at time: Double, _ state: FieldSet) throws {
    let moment = Moment(time: time, step: clock.step, stepSize: clock.stepSize ?? 0, state: state)
    for index in observers.indices where observers[index].isDue(at: time) {
      try observers[index].observer.observe(moment)
      observers[index].next += 1
    }
  }

  // MARK: Checkpoints

  private func isCheckpointDue(after step: Clock.Step) -> Bool {
    if let every = checkpoints.every {
      let cadence = Cadence(start: startTime, interval: every)
      if cadence.count(upTo: step.end) > cadence.count(upTo: step.start) { return true }
    }
    if let seconds = checkpoints.wallSeconds {
      return ContinuousClock.now - lastCheckpointWall >= .seconds(seconds)
    }
    return false
  }

  private func checkpoint() throws {
    try saveCheckpoint(self)
    lastCheckpointWall = .now
    lastCheckpointStep = clock.step
  }

  /// What a checkpoint has to hold besides field values; commits what the observers have written, which it counts.
  package func memory() throws -> SimulationMemory {
    var extents: [String: Int] = [:]
    for scheduled in observers { extents[scheduled.observer.name] = try scheduled.observer.commit() }
    return SimulationMemory(
      clock: clock, stepper: stepper.memorized, control: steps.memory,
      scale: state.scale == 1 ? nil : state.scale,
      extents: extents)
  }

  /// Continues where a checkpoint was taken; the caller has restored the fields of `state` and all of the stepper's
  /// memory.
  ///
  /// - Parameter continuesFiles: whether the observers go on with the files of the run that took the checkpoint, which
  ///   are then cut back to what they held.
  package func restore(_ memory: SimulationMemory, continuesFiles: Bool) throws {
    clock = memory.clock
    if let control = memory.control { steps.restore(control, of: stepper) }
    lastCheckpointStep = clock.step
    for index in observers.indices {
      observers[index].next = observers[index].cadence.count(upTo: clock.time)
      if continuesFiles, let extent = memory.extents[observers[index].observer.name] {
        try observers[index].observer.cutBack(to: extent)
      }
    }
  }
}
