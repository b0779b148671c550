import Fields

/// Advances all fields by steps of one scheme.
///
/// A step is tried, on the state itself; whoever asked for it decides whether it counts. Only a step that counts
/// changes what the stepper remembers, so that it can be tried again with another size, or done aside on a copy.
package protocol Stepper: AnyObject, Sendable {
  /// Power of the step size with which the estimated error of one step goes to zero.
  var errorOrder: Int { get }

  /// Replaces `state`, the solution at `time`, by that at `time + step`.
  ///
  /// - Parameters:
  ///   - measure: to measure the error of the step with; nil if nobody wants to know.
  ///   - didFlow: called after each part of the work, for those who measure its time.
  /// - Returns: the error in units of the tolerance, nil without a measure.
  func attempt(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError?

  /// Makes what the latest attempt found the memory for the next step.
  func commit()

  /// Takes a step on a copy of the state that later ones know nothing of, possibly between an attempt and its commit.
  func advanceAside(_ copy: FieldSet, from time: Double, by step: Double) throws(NumericalFailure)

  /// Forgets all earlier steps: the solution has jumped, or its equations have.
  func restart()

  /// Field sets that a later step depends on, by name, to be kept in a checkpoint.
  var memory: [(name: String, set: FieldSet)] { get }
  /// Sizes of the steps that the memory holds, the latest first, to be kept in a checkpoint with it.
  var memorizedSteps: [Double] { get set }
  /// Sets of all fields that are held besides the state.
  var fieldSetCount: Int { get }
}

extension Stepper {
  /// Takes a step that counts.
  package func advance(
    _ state: FieldSet, from time: Double, by step: Double, didFlow: (SplittingScheme.Part) -> Void = { _ in }
  ) throws(NumericalFailure) {
    _ = try attempt(state, from: time, by: step, measure: nil, didFlow: didFlow)
    commit()
  }
}
