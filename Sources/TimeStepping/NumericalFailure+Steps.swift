import Fields
import Rates

extension NumericalFailure {
  /// The error of a step of the smallest size is too large.
  package init(tooLargeError error: StepError?, at time: Double, size: Double) {
    self = NumericalFailure(
      problem: "cannot be advanced as accurately as asked for: with a step of \(Float(size)) its error is "
        + "\(Float(error?.value ?? .infinity)) times the tolerance",
      field: error?.field ?? 0, tile: Tile(row: 0, column: 0, count: 1), point: 0, time: time, cause: .smallestStep
    ).inStep(endingAt: time + size)
  }

  /// Steps have become so short that the run does not end.
  package init(stuckAt time: Double, size: Double) {
    self.init(
      problem:
        "cannot be advanced as accurately as asked for but by steps of \(Float(size)), of which the run would take too many",
      field: 0, tile: Tile(row: 0, column: 0, count: 1), point: 0, time: time, cause: .smallestStep)
  }
}
