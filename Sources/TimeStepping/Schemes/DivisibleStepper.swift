import Fields
import Rates

/// A stepper whose steps can be taken in halves by another, so that the difference tells the error.
protocol DivisibleStepper: TimeStepper {
  /// Order in the step size.
  var order: Int { get }
  /// How the errors of its steps add up.
  var accumulation: ErrorAccumulation { get }
  var quasiSteady: QuasiSteadyFields? { get }
  /// Of the masses; nil if none is kept.
  var account: MassAccount? { get }
  /// The longest step, in sizes of the step before, for which a memory is any good; nil for any.
  var longestAfterMemory: Int? { get }

  /// Replaces `state` by the solution after two steps of half the size, where that takes less work than one after the other.
  ///
  /// - Returns: nil, and nothing is done, where it does not.
  func joinedHalves(
    _ state: FieldSet, from time: Double, by step: Double
  ) throws(NumericalFailure) -> StepResult?
}

extension DivisibleStepper {
  var longestAfterMemory: Int? { nil }

  func joinedHalves(
    _ state: FieldSet, from time: Double, by step: Double
  ) throws(NumericalFailure) -> StepResult? { nil }
}
