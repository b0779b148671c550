import Fields
import Operators

/// Advances fields that are driven by noise: half a step without it by another stepper, the noise of the whole step, half
/// a step without it.
///
/// The noise is that of a path given as a function of the time, so that a shorter step from the same state, to look at the
/// solution inside of a step or to find where a condition comes true, moves along the same path as the whole step; and
/// what is left of the path is what later steps take.
///
/// The composition is symmetric: if the amplitudes do not depend on the fields, or are `s u` with constant `s`, moments
/// are of second order in the step, and paths of first order. With amplitudes that depend on the fields in another way
/// moments are of first order; paths are of first order between limits with constant `q`, else of order ½. The order
/// falls with noise that is white in space, whose solution is not smooth. Noise passes through half a step of diffusion
/// before anybody sees it, as in the equation itself.
///
/// What the other stepper remembers belongs to a solution without noise, and is dropped before each half.
package final class NoiseStepper: Stepper {
  private let base: any Stepper
  private let noise: NoiseFlow
  private let quasiSteady: QuasiSteadyFields?
  private let account: MassAccount?

  package init(_ base: any Stepper, noise: NoiseFlow, quasiSteady: QuasiSteadyFields?, account: MassAccount? = nil) {
    self.account = account
    self.base = base
    self.noise = noise
    self.quasiSteady = quasiSteady
  }

  package var errorOrder: Int { 2 }
  package var memory: [(name: String, set: FieldSet)] { [] }
  package var memorized: StepperMemory {
    get { StepperMemory() }
    set {}
  }
  package var fieldSetCount: Int { base.fieldSetCount + 1 }
  package var keepsDensitiesNonNegative: Bool { base.keepsDensitiesNonNegative }
  package var longestStep: Double { 2 * base.longestStep }
  package var work: Work { base.work + noise.work }

  package func commit() {}
  package func restart() {}
  package func forgetValues(_ fields: [Int], of state: FieldSet) {}

  package func attempt(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    precondition(measure == nil, "steps with noise are not chosen by their errors")
    let middle = time + 0.5 * step
    base.restart()
    try base.advance(state, from: time, by: 0.5 * step, didFlow: didFlow)
    var changes = account?.latest
    let before = account?.masses(of: state)
    try noise.advance(state, from: time, to: time + step, amplitudesAt: middle)
    if let before, let after = account?.masses(of: state) { changes?.addNoise(zip(after, before).map { $0 - $1 }) }
    try quasiSteady?.settle(state, time: middle)
    base.restart()
    try base.advance(state, from: middle, by: 0.5 * step, didFlow: didFlow)
    if let changes { account?.latest?.add(changes) }
    return nil
  }

  package func advanceAside(_ copy: FieldSet, from time: Double, by step: Double) throws(NumericalFailure) {
    // Nothing is remembered, so that a step aside is a step.
    _ = try attempt(copy, from: time, by: step, measure: nil, didFlow: { _ in })
  }
}
