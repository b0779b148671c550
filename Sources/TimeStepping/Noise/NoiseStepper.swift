import Fields
import Operators
import Rates

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
/// The memory of the other stepper belongs to a solution without noise: each half begins without one.
package final class NoiseStepper: TimeStepper {
  private let base: any TimeStepper
  private let noise: NoiseFlow
  private let quasiSteady: QuasiSteadyFields?
  private let account: MassAccount?

  package init(_ base: any TimeStepper, noise: NoiseFlow, quasiSteady: QuasiSteadyFields?, account: MassAccount? = nil)
  {
    self.account = account
    self.base = base
    self.noise = noise
    self.quasiSteady = quasiSteady
  }

  package var traits: StepperTraits {
    var traits = base.traits
    traits.longestStep *= 2
    traits.fieldSetCount += 1
    traits.memoryFieldSetCount = 0
    return traits
  }
  package var work: Work { base.work + noise.work }

  package func step(
    _ state: FieldSet, from time: Double, by size: Double, memory: StepperMemory, goesOn: Bool
  ) throws(NumericalFailure) -> StepResult {
    let (middle, half) = (time + 0.5 * size, 0.5 * size)
    let first = try base.step(state, from: time, by: half, memory: StepperMemory(), goesOn: false)
    let before = account?.masses(of: state)
    try noise.advance(state, from: time, to: time + size, amplitudesAt: middle)
    let after = account?.masses(of: state)
    try quasiSteady?.settle(state, time: middle)
    var result = try base.step(state, from: middle, by: half, memory: StepperMemory(), goesOn: false)
    if let first = first.changes { result.changes?.add(first) }
    if let before, let after { result.changes?.addNoise(zip(after, before).map { $0 - $1 }) }
    return result
  }
}
