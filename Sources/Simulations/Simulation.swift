import Fields
import Rates
import TimeStepping

/// A run: the fields, the stepper that advances them, the clock, and those who look on.
///
/// The loop is: carry out what the treatments do now; take the next step on the way to the next known time, up to the first event inside of it
/// (`Simulation+Events.swift` says where steps end); let the observers see what is due; end the run if a condition asks for that; take a
/// checkpoint when it is time. Output times inside a step are reached on a copy of the state, which is then dropped, so that what is written, and
/// when, never changes a result.
package final class Simulation {
  package let fieldNames: [String]
  package let state: FieldSet
  package var stepper: any TimeStepper { regimen.equations.stepper }
  /// What the latest step that counts has left for the next one.
  package var stepperMemory = StepperMemory()
  /// The treatments.
  package let regimen: Regimen
  package let stops: StopConditions
  /// nil if no field has a threshold.
  package let extinction: Extinction?
  package let startTime: Double
  package let endTime: Double
  package internal(set) var steps: StepPolicy
  package internal(set) var clock: Clock
  package internal(set) var observers: [ScheduledObserver]
  /// What has changed the masses; nil if no account is kept.
  package var ledger: MassLedger?
  /// Checks the state after each step; nil if it is not checked.
  package var health: HealthCheck?
  /// For states inside of a step.
  var aside: FieldSet?
  /// Another way to such states; nil before it is needed.
  var path: OutputPath?
  /// The state at the start of a step that may be rejected or cut short, or inside of which outputs are due; nil before the first
  /// such step.
  private(set) var previous: FieldSet?
  /// Why the latest step that could not be done could not; for messages.
  var obstacle: NumericalFailure?
  var eventLocator = EventLocator()
  private let checkpoints: CheckpointPolicy
  let pool: WorkerPool
  let saveCheckpoint: (Simulation, KeptFields) throws -> Writing
  let writer = BackgroundWriter()
  let copies: CopyMemory
  private var lastCheckpointWall = ContinuousClock.now
  package internal(set) var seconds = RunSeconds()
  var lastCheckpointStep: Int?
  var progress = OutputProgress()
  var recovery = OutputRecovery()
  /// How much each observer had taken before the last state of the run was shown; nil before.
  var marksBeforeEnd: OutputMarks?
  /// Of the step under way, if outputs are due inside of it.
  var stepStart: StepStart?

  /// - Parameter saveCheckpoint: prepares to write a checkpoint of the simulation as it stands, at the end of a step.
  package init(
    fieldNames: [String], state: FieldSet, regimen: Regimen, stops: StopConditions, extinction: Extinction? = nil,
    startTime: Double, endTime: Double, steps: StepPolicy, observers: [ScheduledObserver],
    checkpoints: CheckpointPolicy, pool: WorkerPool,
    saveCheckpoint: @escaping (Simulation, KeptFields) throws -> Writing
  ) throws(FieldAllocationError) {
    self.fieldNames = fieldNames
    self.state = state
    self.regimen = regimen
    self.stops = stops
    self.extinction = extinction
    self.startTime = startTime
    self.endTime = endTime
    self.steps = steps
    self.observers = observers
    self.checkpoints = checkpoints
    self.pool = pool
    copies = CopyMemory(pool)
    self.saveCheckpoint = saveCheckpoint
    clock = Clock(start: startTime)
    let mayGoBack = steps.isControlled || regimen.waits || !stops.conditions.isEmpty
    if mayGoBack { previous = try FieldSet(grid: state.grid, count: state.count) }
  }

  /// The memory for the state at the start of a step.
  func makePrevious() throws -> FieldSet {
    let set = try previous ?? FieldSet(grid: state.grid, count: state.count)
    previous = set
    return set
  }

  /// Why a condition of the run file has ended the run; nil if none has.
  package var stopReason: String? { stops.memory.reason }

  /// How a run ended.
  package enum Outcome: Hashable, Sendable {
    case reachedEnd
    /// A stop was asked for; a checkpoint has been taken.
    case interrupted
    /// A condition of the run file ended it, for this reason; a checkpoint has been taken.
    case stopped(String)
  }

  /// Runs to the end, or until `stopRequested` says so at the end of a step or between outputs inside of one.
  ///
  /// - Parameters:
  ///   - didStep: called after each step.
  ///   - didShow: called after the outputs of a time inside of a step.
  /// - Throws: among others `OutputFailure`, when an output could not be written.
  package func run(
    stopRequested: @escaping () -> Bool = { false }, didStep: (Simulation) -> Void = { _ in },
    didShow: @escaping (Simulation) -> Void = { _ in }
  ) throws -> Outcome {
    progress.isStopRequested = stopRequested
    progress.didShow = didShow
    return try RunSeconds.adding(to: { seconds.total += $0 }) { () throws -> Outcome in
      do {
        let outcome = try runOn(stopRequested, didStep)
        try RunSeconds.adding(to: { seconds.output += $0 }) { () throws -> Void in
          writer.perform(commitAll)
          try recoverOutputs(isAtEnd: true)
        }
        return outcome
      } catch {
        // What the run came to before is on the disk.
        writer.perform(commitAll)
        throw error
      }
    }
  }

  private func runOn(_ stopRequested: () -> Bool, _ didStep: (Simulation) -> Void) throws -> Outcome {
    if stopReason == nil {
      if clock.step == 0 { try observe(at: clock.time, state) }
      try lookForStop()
      while stopReason == nil, clock.time < endTime {
        try recoverOutputs()
        try carryOutTreatments()
        if stopReason != nil { break }
        let step: Clock.Step
        do { step = try takeStep(to: nextKnownTime.time) } catch is Interruption { return .interrupted }
        try removeTraces(after: step)
        clock.complete(step)
        try recordHistory()
        try observe(at: clock.time, state)
        didStep(self)
        try lookForStop(after: step)
        if stopReason != nil { break }
        if stopRequested(), clock.time < endTime {
          try checkpoint()
          return .interrupted
        }
        if isCheckpointDue(after: step) { try checkpoint() }
      }
      // The last checkpoint does not include the outputs of the last state, which a run with a later end would not have.
      if lastCheckpointStep != clock.step || stopReason != nil { try checkpoint() }
    } else if lastCheckpointStep != clock.step {
      try checkpoint()
    }
    marksBeforeEnd = makeMarks()
    try observeEnd()
    return stopReason.map { .stopped($0) } ?? .reachedEnd
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

  func checkpoint() throws {
    try RunSeconds.adding(to: { seconds.checkpoints += $0 }) { () throws -> Void in
      let fields = KeptFields(in: copies)
      writer.write(fields, noting(try saveCheckpoint(self, fields)))
    }
    lastCheckpointWall = .now
    lastCheckpointStep = clock.step
  }

  /// What a checkpoint has to hold besides field values and the extents of what the observers have written.
  ///
  /// Before a step is complete it is that of its start.
  package var memory: SimulationMemory {
    if let stepStart { return stepStart.memory }
    return SimulationMemory(
      clock: clock, scheme: regimen.equations.scheme, stepper: SavedStepperMemory(stepperMemory, steps.estimator),
      control: steps.memory,
      scale: state.scale == 1 ? nil : state.scale,
      regimen: regimen.memory, stops: stops.memory, extinguished: extinction?.removed,
      ledger: ledger?.memory, extents: [:], history: regimen.equations.delays?.history.memory,
      watches: eventLocator.memory,
      health: health?.memory)
  }

  /// Continues where a checkpoint was taken; the caller has restored the regimen, the fields of `state` and the
  /// stepper's memory.
  ///
  /// - Parameter continuesFiles: whether the observers continue the files of the run that took the checkpoint, which
  ///   are then truncated to their length at that time.
  /// - Parameter unwritten: what the observers had seen then and could not write.
  package func restore(
    _ memory: SimulationMemory, continuesFiles: Bool, unwritten: [String: [UnwrittenOutput]] = [:]
  ) throws {
    clock = memory.clock
    if let control = memory.control { steps.restore(control, memory.stepper.estimator, of: stepper) }
    stops.restore(memory.stops, isBranch: !continuesFiles)
    eventLocator.memory = memory.watches ?? EventMemory()
    health?.restore(memory.health, grid: state.grid)
    if let removed = memory.extinguished { extinction?.removed = removed }
    ledger?.restore(memory.ledger, at: clock.time)
    // A checkpoint that holds outputs is replaced by one that does not.
    lastCheckpointStep = unwritten.isEmpty ? clock.step : nil
    for index in observers.indices {
      let (cadence, count) = (observers[index].cadence, observers[index].cadence.count(upTo: clock.time))
      observers[index].next = count
      guard continuesFiles else { continue }
      if count > 0, cadence.isDue(count - 1, at: clock.time) { observers[index].latest = clock.time }
      let observer = observers[index].observer
      if let extent = memory.extents[observer.name] { try observer.cutBack(to: extent) }
      for output in unwritten[observer.name] ?? [] { observer.take(output) }
    }
    writer.perform(commitAll)
  }
}
