import Fields

/// Ends a step in the middle of its outputs: the step is rolled back, and the run continues later from its start.
struct Interruption: Error {}

/// The start of a step that has been attempted: the state of a checkpoint that is taken before the step is complete.
///
/// Its field values are those of `previous`, and those that the stepper has until the step is committed.
struct StepStart {
  let memory: SimulationMemory
  /// How much each observer had taken then; nil before the first output inside of the step.
  var marks: OutputMarks?
}

/// What happens between outputs: requests to stop, and reports of progress.
struct OutputProgress {
  var isStopRequested: () -> Bool = { false }
  var didShow: (Simulation) -> Void = { _ in }
  /// Time of the latest output inside of the step under way.
  var shownTime: Double?
}

extension Simulation {
  /// The time of the latest output, which may be ahead of the clock by a step.
  package var shownTime: Double { max(clock.time, progress.shownTime ?? clock.time) }

  /// The state at the end of the latest complete step, which is that of checkpoints.
  package var completeState: FieldSet { stepStart == nil ? state : previous ?? state }

  /// Takes note of the start of a step that is about to be attempted, if outputs are due inside of it.
  func noteStart(of step: Clock.Step) {
    stepStart = nil
    if isAnyoneDue(inside: step) { stepStart = StepStart(memory: memory) }
  }

  /// After the outputs of a time inside of a step: where more are to follow, looks whether a stop is requested or an output has
  /// failed.
  ///
  /// - Throws: `Interruption` when a stop is requested; a checkpoint of the start of the step is then on its way.
  func superviseOutputs(at time: Double, inside step: Clock.Step) throws {
    progress.shownTime = time
    progress.didShow(self)
    guard stepStart != nil, isAnyoneDue(inside: step) else { return }
    if progress.isStopRequested() {
      try checkpoint()
      throw Interruption()
    }
    try recoverOutputs()
  }
}
