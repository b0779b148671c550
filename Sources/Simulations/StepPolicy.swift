import TimeStepping

/// How long steps are.
package enum StepPolicy: Sendable {
  /// At most this, and equal on the way to each time that must be hit.
  case fixed(Double)
  /// Chosen by their errors.
  case controlled(ErrorControl)

  var isControlled: Bool {
    if case .controlled = self { return true }
    return false
  }

  /// The choice so far, where steps are chosen.
  package var statistics: StepSizeController.Memory? {
    if case .controlled(let control) = self { return control.steps.memory }
    return nil
  }

  /// An estimate of the largest error of each field in the run so far, as root mean squares over the tissue.
  ///
  /// What the errors of steps add up to is estimated in units of the tolerance, of the worst field at the worst time; no
  /// field has more than that number of its own tolerance `a_i + r_i max_t RMS(u_i)`.
  ///
  /// - Returns: for each field the error in its unit, and relative to `max_t RMS(u_i)`, nil for a field that is 0; nil where
  ///   nothing is estimated.
  package var estimatedErrors: [(absolute: Double, relative: Double?)]? {
    guard case .controlled(let control) = self, let sum = control.steps.memory.largestSum else { return nil }
    return zip(control.allowedErrors, control.largestSizes).map { allowed, size in
      (sum * allowed, size > 0 ? sum * allowed / size : nil)
    }
  }

  /// What is known of the errors of steps, where steps are chosen by them.
  var estimator: GlobalErrorEstimator? {
    if case .controlled(let control) = self { return control.estimator }
    return nil
  }

  var memory: SimulationMemory.Control? {
    guard case .controlled(let control) = self else { return nil }
    return .init(steps: control.steps.memory, largestSizes: control.largestSizes)
  }

  mutating func restore(
    _ memory: SimulationMemory.Control, _ estimator: GlobalErrorEstimator, of stepper: any TimeStepper
  ) {
    guard case .controlled(var control) = self else { return }
    control.restart(with: stepper)
    control.steps.resume(memory.steps)
    control.largestSizes = memory.largestSizes
    control.estimator = estimator
    self = .controlled(control)
  }

  /// Takes note of an accepted step, with its error as it was tried first.
  mutating func accept(_ attempt: StepAttempt, error: StepError) {
    guard case .controlled(var control) = self, let estimate = attempt.estimate else { return }
    control.accept(size: attempt.firstSize, error: error, estimate)
    self = .controlled(control)
  }

  /// Whether steps are so short that the run does not end.
  var isStuck: Bool {
    if case .controlled(let control) = self { return control.steps.isStuck }
    return false
  }

  /// Takes note of a rejected step.
  ///
  /// - Parameter error: nil if the step could not be done at all.
  /// - Returns: whether a smaller one can be tried.
  mutating func reject(_ attempt: StepAttempt, error: StepError?) -> Bool {
    guard case .controlled(var control) = self else { return false }
    defer { self = .controlled(control) }
    return control.reject(size: attempt.step.size, error: error, attempt.estimate)
  }

  /// Takes note that the solution or its equations have jumped.
  mutating func restart(with stepper: any TimeStepper) {
    guard case .controlled(var control) = self else { return }
    control.restart(with: stepper)
    self = .controlled(control)
  }
}
