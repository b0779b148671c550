import Fields
import Operators

/// Advances all fields by steps of one scheme.
///
/// A step is tried, on the state itself; whoever asked for it decides whether it counts. Only a step that counts
/// changes what the stepper remembers, so that it can be tried again with another size, or done aside on a copy.
package protocol Stepper: AnyObject, Sendable {
  /// Power of the step size with which the estimated error of one step goes to zero.
  var errorOrder: Int { get }
  /// The error, in units of the tolerance, up to which steps grow.
  ///
  /// The errors of steps add up over a run: little where what is measured is the error of the solution itself, more where
  /// it is that of a less accurate one.
  var growthTarget: Double { get }

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

  /// Finds the solution after a part of the step that was attempted last and is about to count, about as accurate as at its end;
  /// `copy` is the state at its start.
  func advanceWithin(_ copy: FieldSet, from time: Double, by part: Double) throws(NumericalFailure)

  /// Whether `advanceWithin` does not look at `copy`, but remembers the step that was attempted last.
  var remembersStep: Bool { get }

  /// Forgets all earlier steps: the solution has jumped, or its equations have.
  func restart()

  /// Drops what was found of the values of the state at the end of the latest step, because some were changed since; what
  /// is known of errors and of the equations remains.
  ///
  /// - Parameters:
  ///   - fields: those that were changed, where they are 0 now.
  ///   - state: with the changes.
  func forgetValues(_ fields: [Int], of state: FieldSet)

  /// Field sets that a later step depends on, by name, to be kept in a checkpoint.
  ///
  /// Which they are depends on `memorized`.
  var memory: [(name: String, set: FieldSet)] { get }
  /// What a later step depends on besides, to be kept in a checkpoint.
  var memorized: StepperMemory { get set }
  /// Sets of all fields that are held besides the state.
  var fieldSetCount: Int { get }
  /// Whether densities stay non-negative whatever the step.
  var keepsDensitiesNonNegative: Bool { get }
  /// No step may be longer.
  var longestStep: Double { get }
  /// Whether propagators have tables for each size of a step.
  var needsTables: Bool { get }
  /// Done since the start.
  var work: Work { get }
  /// Time that reactions have taken within flows of diffusion, for those who measure it; nothing depends on it.
  var reactionTimeWithinDiffusion: Duration { get }
}

extension Stepper {
  package var keepsDensitiesNonNegative: Bool { false }
  package var growthTarget: Double { ErrorAccumulation.standardGrowthTarget }
  package var longestStep: Double { .infinity }
  package var remembersStep: Bool { false }
  package var reactionTimeWithinDiffusion: Duration { .zero }
  package var needsTables: Bool { true }

  package func advanceWithin(_ copy: FieldSet, from time: Double, by part: Double) throws(NumericalFailure) {
    try advanceAside(copy, from: time, by: part)
  }

  /// Takes a step that counts.
  package func advance(
    _ state: FieldSet, from time: Double, by step: Double, didFlow: (SplittingScheme.Part) -> Void = { _ in }
  ) throws(NumericalFailure) {
    _ = try attempt(state, from: time, by: step, measure: nil, didFlow: didFlow)
    commit()
  }
}

/// What a stepper remembers besides field values.
package struct StepperMemory: Codable, Hashable, Sendable {
  /// Sizes of the steps that the field sets in memory belong to, the latest first.
  package var steps: [Double] = []
  /// Where errors are measured now and then: the latest finding.
  var calibration: ErrorCalibration?
  /// Where what becomes of errors is measured now and then: likewise.
  var transport: ErrorTransport?
  /// Where the linear part of the equations is that about the mean: its matrices.
  var matrices: LinearMatrices?

  private enum CodingKeys: String, CodingKey {
    case steps, transport, matrices
    case calibration = "gain"
  }

  package init(steps: [Double] = []) { self.steps = steps }
}
