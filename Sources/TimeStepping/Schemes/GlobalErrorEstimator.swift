/// What is known in a run of how large the errors of its steps are and what becomes of them later.
///
/// Belongs to the equations and the method, not to one step: a step that is rejected leaves what it has measured.
package struct GlobalErrorEstimator: Sendable {
  /// How large errors are beside the differences that tell them: the latest finding.
  var calibration: ErrorCalibration?
  /// What the errors of steps add up to: likewise.
  var transport = ErrorTransport()

  package init() {}

  init(calibration: ErrorCalibration?, transport: ErrorTransport) {
    (self.calibration, self.transport) = (calibration, transport)
  }

  /// Takes note of an accepted step.
  package mutating func accept() {
    calibration?.age += 1
    transport.age += 1
  }
}
