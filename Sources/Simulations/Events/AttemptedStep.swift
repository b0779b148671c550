import Fields
import Rates
import TimeStepping

/// The step that was tried last, for those who look into it.
package struct AttemptedStep {
  let step: Clock.Step
  /// Number of steps before it.
  let number: Int
  /// The state at its start, and at its end.
  let start, end: FieldSet
  /// The times of its start and of its end, on the sides of jumps at which it lies.
  let sides: (start: Double, end: Double)
  /// nil if the equations have none.
  let rates: RatesOfChange?
  /// The state after a part of it by a step from its start, which is gone with the next call; nil if that cannot be reached.
  let state: (_ part: Double) throws -> FieldSet?
  /// The same as its method sees it, as long as it does: less accurate than a step, but without the cost of one.
  let denseOutput: () -> ((_ part: Double) throws -> FieldSet?)?

  /// - Parameters:
  ///   - number: of steps before it.
  ///   - sides: nil where nothing jumps at its start and its end.
  package init(
    step: Clock.Step, number: Int, start: FieldSet, end: FieldSet, sides: (start: Double, end: Double)? = nil,
    rates: RatesOfChange? = nil, state: @escaping (_ part: Double) throws -> FieldSet?,
    denseOutput: @escaping () -> ((_ part: Double) throws -> FieldSet?)? = { nil }
  ) {
    (self.step, self.number, self.start, self.end) = (step, number, start, end)
    (self.sides, self.rates) = (sides ?? (step.start, step.end), rates)
    (self.state, self.denseOutput) = (state, denseOutput)
  }

  var size: Double { step.size }
}
