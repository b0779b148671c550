import TimeStepping

extension Simulation {
  /// Takes note of the state at the end of a step, for those who look back on it.
  func recordHistory() throws {
    guard let delays = regimen.equations.delays, try delays.record(state, at: clock.time) else { return }
    // A delayed value jumps, and with it the rates; the solution itself does not.
    forgetSteps()
  }

  /// The worse of the error of a step and that with which delayed values will be interpolated in it.
  func withInterpolationError(_ error: StepError, of attempt: StepAttempt) throws -> StepError {
    guard let delays = regimen.equations.delays, let tolerance = toleranceOfDelays,
      let found = try delays.interpolationError(of: state, at: attempt.step.end, tolerance: tolerance)
    else { return error }
    return error.maximum(with: StepError(value: found, field: error.field))
  }

  /// No step may be longer where little is known of what is delayed.
  var longestStepOfDelays: Double {
    guard let delays = regimen.equations.delays, let tolerance = toleranceOfDelays else { return .infinity }
    return delays.longestStep(tolerance: tolerance)
  }

  /// Relative to the values; nil with a fixed step.
  private var toleranceOfDelays: Double? {
    guard case .controlled(let control) = steps else { return nil }
    return control.norm.tolerance.relative.min()
  }
}
