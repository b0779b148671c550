/// What is known in a run of how large the errors of its steps are and what becomes of them later.
///
/// Belongs to the equations and the method, not to one step: a step that is rejected leaves what it has measured.
package struct GlobalErrorEstimator: Sendable {
  /// How large errors are beside the differences that tell them: the latest finding.
  var calibration: ErrorCalibration?
  /// What the errors of steps add up to: likewise.
  var propagation = ErrorPropagation()

  /// Accepted steps after which a finding is made anew.
  static let lifetime = 200
  /// Whether steps are so long that a finding for one size holds for the other: less than twice or half of it.
  static func isNear(_ size: Double, _ other: Double) -> Bool { size <= 2 * other && other <= 2 * size }

  package init() {}

  init(calibration: ErrorCalibration?, propagation: ErrorPropagation) {
    (self.calibration, self.propagation) = (calibration, propagation)
  }

  /// Takes note of an accepted step.
  package mutating func accept() {
    calibration?.age += 1
    propagation.age += 1
  }
}
