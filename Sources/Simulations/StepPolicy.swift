import TimeStepping

/// How long steps are.
package enum StepPolicy: Sendable {
  /// At most this, and equal on the way to each time that must be hit.
  case fixed(Double)
  /// Chosen by their errors.
  case controlled(StepControl, ErrorNorm)

  var isControlled: Bool {
    if case .controlled = self { return true }
    return false
  }

  /// The choice so far, where steps are chosen.
  package var statistics: StepControl.Memory? {
    if case .controlled(let control, _) = self { return control.memory }
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
    guard case .controlled(let control, let norm) = self, let sum = control.memory.largestSum else { return nil }
    return zip(norm.allowedErrors, norm.largestSizes).map { allowed, size in
      (sum * allowed, size > 0 ? sum * allowed / size : nil)
    }
  }

  var memory: SimulationMemory.Control? {
    guard case .controlled(let control, let norm) = self else { return nil }
    return .init(steps: control.memory, largestSizes: norm.largestSizes)
  }

  mutating func restore(_ memory: SimulationMemory.Control, of stepper: any Stepper) {
    guard case .controlled(var control, let norm) = self else { return }
    control.describe(stepper)
    control.memory = memory.steps
    norm.largestSizes = memory.largestSizes
    self = .controlled(control, norm)
  }

  /// Takes note that the solution or its equations have jumped.
  mutating func restart(with stepper: any Stepper) {
    guard case .controlled(var control, let norm) = self else { return }
    control.describe(stepper)
    control.restart()
    self = .controlled(control, norm)
  }
}
