import Fields
import Rates

/// The step that was attempted last, for those who look into it.
struct AttemptedStep {
  let step: Clock.Step
  /// Number of steps before it.
  let number: Int
  /// The state at its start, and at its end.
  let start, end: FieldSet
  /// The times of its start and of its end, on the sides of jumps at which it lies.
  let sides: (start: Double, end: Double)
  /// nil if the equations have none.
  let rates: RatesOfChange?
  /// The state after a part of it, which is gone with the next call; nil if that cannot be reached.
  let state: (_ part: Double) throws -> FieldSet?

  var size: Double { step.size }
}
