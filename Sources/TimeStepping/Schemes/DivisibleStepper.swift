import Fields

/// A stepper whose steps can be taken in halves by another, so that the difference tells the error.
protocol DivisibleStepper: Stepper {
  /// Order in the step size.
  var order: Int { get }
  /// How the errors of its steps add up.
  var accumulation: ErrorAccumulation { get }
  /// What it remembers from step to step; nil if nothing.
  var balance: Balance? { get }
  var quasiSteady: QuasiSteadyFields? { get }
  /// Where it writes down what has changed the masses; nil if nowhere.
  var account: MassAccount? { get }

  /// Replaces `state`, the solution at `time`, by that at `time + step`, and remembers nothing.
  func flow(
    _ state: FieldSet, from time: Double, by step: Double, didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure)

  /// The same by two steps of half the size, where that takes less work than one after the other.
  ///
  /// - Returns: false, and nothing is done, where it does not.
  func flowByHalves(
    _ state: FieldSet, from time: Double, by step: Double, didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> Bool
}

extension DivisibleStepper {
  func flowByHalves(
    _ state: FieldSet, from time: Double, by step: Double, didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> Bool { false }
}
