import Fields
import Operators
import Rates

/// A method that advances all fields by one step.
///
/// A step is a value: it takes the state, the memory of the step before, a time and a size, and returns what it has found. Who asked for it
/// decides whether it counts. To accept a step is to keep the memory that it returns, to reject it is to drop that; a change of
/// the state from outside drops the memory. A stepper itself remembers nothing that a result depends on: it has working memory, and
/// tables that follow from the sizes of steps.
package protocol TimeStepper: AnyObject {
  var traits: StepperTraits { get }
  /// Counted since the stepper was made.
  var work: Work { get }

  /// Replaces `state`, the solution at `time`, by that at `time + size`.
  ///
  /// - Parameters:
  ///   - memory: what the step before has returned; `StepperMemory()` at the start, and where the state or its equations have changed since.
  ///   - goesOn: whether a later step goes on from here; else what only that needs is not computed, and the memory returned is empty.
  /// - Throws: where a rate is no number, reactions cannot be integrated or a loss is too fast; `state` is lost then.
  func step(
    _ state: FieldSet, from time: Double, by size: Double, memory: StepperMemory, goesOn: Bool
  ) throws(NumericalFailure) -> StepResult

  /// The memory that a checkpoint holds; its field sets are yet to be filled.
  func memory(restoring saved: SavedStepperMemory) -> StepperMemory

  /// What remains of a memory where values of the state at the end of its step were set to 0.
  ///
  /// - Parameters:
  ///   - fields: numbers of those that were changed.
  ///   - state: with the changes.
  func memory(_ memory: StepperMemory, forgetting fields: [Int], of state: FieldSet) -> StepperMemory
}

/// A method that says how accurate its steps are.
package protocol AdaptiveStepper: TimeStepper {
  var errorTraits: ErrorTraits { get }

  /// A step that goes on, with an estimate of its error.
  func step(
    _ state: FieldSet, from time: Double, by size: Double, memory: StepperMemory, measure: ErrorMeasure
  ) throws(NumericalFailure) -> (StepResult, ErrorEstimate)
}

extension TimeStepper {
  /// The memory of a method that has none.
  package func memory(restoring saved: SavedStepperMemory) -> StepperMemory { StepperMemory() }
  /// Nothing.
  package func memory(_ memory: StepperMemory, forgetting fields: [Int], of state: FieldSet) -> StepperMemory {
    StepperMemory()
  }
}

/// What a method says of all its steps.
package struct StepperTraits: Sendable {
  /// Whether densities stay non-negative whatever the step.
  package var keepsDensitiesNonNegative = false
  /// No step may be longer, in the unit of time.
  package var longestStep = Double.infinity
  /// Sets of all fields that are held besides the state, memories of steps included.
  package var fieldSetCount = 0
  /// The most field sets that a memory holds.
  package var memoryFieldSetCount = 0

  package init(
    keepsDensitiesNonNegative: Bool = false, longestStep: Double = .infinity, fieldSetCount: Int = 0,
    memoryFieldSetCount: Int = 0
  ) {
    (self.keepsDensitiesNonNegative, self.longestStep) = (keepsDensitiesNonNegative, longestStep)
    (self.fieldSetCount, self.memoryFieldSetCount) = (fieldSetCount, memoryFieldSetCount)
  }
}

/// What a method says of the errors of its steps.
package struct ErrorTraits: Sendable {
  /// Power of the step size with which the estimated error of one step goes to zero.
  package let order: Int
  /// The error, in units of the tolerance, up to which steps grow.
  ///
  /// The errors of steps add up over a run: little where what is measured is the error of the solution itself, more where
  /// it is that of a less accurate one.
  package var targetError = ErrorAccumulation.standardTargetError
  /// Whether propagators have tables for each size of a step.
  package var needsTables = true
}

/// What a step has found besides the solution at its end.
package struct StepResult {
  /// For the next step.
  package var memory: StepperMemory
  /// The solution inside of the step; nil where the method has none.
  package var interpolant: (any StepInterpolant)?
  /// What has changed the masses of the fields in the step; nil if no account is kept.
  package var changes: MassChanges?

  package init(
    memory: StepperMemory = StepperMemory(), interpolant: (any StepInterpolant)? = nil, changes: MassChanges? = nil
  ) {
    (self.memory, self.interpolant, self.changes) = (memory, interpolant, changes)
  }
}

/// The solution inside of a step, about as accurate as at its end.
package protocol StepInterpolant {
  /// Replaces all values of `target` by the solution after a part of the step, a time.
  ///
  /// - Returns: what has changed the masses until then; nil if no account is kept.
  @discardableResult
  func evaluate(into target: FieldSet, after part: Double) throws(NumericalFailure) -> MassChanges?
}

/// What is known of the error of a step.
package struct ErrorEstimate {
  package let error: StepError
  /// Of the fields in the step.
  package let sizes: StepSizes
  /// What is known of the errors of the run, with what the step has added.
  package let estimator: GlobalErrorEstimator
}
