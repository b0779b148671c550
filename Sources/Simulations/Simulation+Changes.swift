import Fields
import TimeStepping

/// What has become of the state or its equations since the end of the latest step.
enum ChangeBetweenSteps {
  case none
  /// Low values of some fields were set to 0.
  case removal([Int])
  /// Values or equations have jumped.
  case jump
}

extension Simulation {
  /// Changes the state or its equations after a step and before the next one.
  ///
  /// All such changes go through here, so that whoever has kept something of the latest step, values, rates, what it knows
  /// of errors, hears of them: what was set stays as it was set.
  ///
  /// - Parameters:
  ///   - time: at the end of the latest step.
  ///   - change: says what it has done.
  func changeBetweenSteps(at time: Double, _ change: () throws -> ChangeBetweenSteps) throws {
    let done = try change()
    let equations = regimen.equations
    switch done {
    case .none: return
    case .removal(let fields):
      try equations.quasiSteady?.settle(state, time: time)
      stepperMemory = stepper.memory(stepperMemory, forgetting: fields, of: state)
    case .jump:
      // Where rates jump the solution bends, and what looks back on it later does, too.
      try equations.delays?.recordJump(state, at: time)
      restartSteps(at: time)
      try lookForStop()
    }
  }

  /// Begins anew with all that is found from step to step.
  private func restartSteps(at time: Double) {
    health?.solutionHasJumped(to: state, at: time)
    forgetSteps()
    stops.restart()
  }

  /// Drops what is known of earlier steps.
  func forgetSteps() {
    stepperMemory = StepperMemory()
    steps.restart(with: stepper)
  }

  /// Takes note that the equations are others than those of the run that left the state and what the stepper remembers.
  ///
  /// Fields in balance jump with them, and so does what looks back on this time later: the history of before was found with the
  /// equations of before.
  package func equationsHaveChanged() throws {
    eventLocator.memory.forgetHappened()
    try regimen.equations.quasiSteady?.settle(state, time: jumps.after(clock.time))
    try regimen.equations.delays?.recordJump(state, at: clock.time)
    restartSteps(at: clock.time)
  }

  /// Takes away what is to go by the end of a step.
  func removeTraces(after step: Clock.Step) throws {
    guard let extinction else { return }
    // The history of what is delayed takes note of what is left, at the end of the step, afterwards.
    try changeBetweenSteps(at: step.end) {
      let before = extinction.removed
      let fields = extinction.apply(to: state, from: step.start, to: step.end)
      ledger?.remove(zip(extinction.removed, before).map { $0 - $1 })
      return fields.isEmpty ? .none : .removal(fields)
    }
  }
}
