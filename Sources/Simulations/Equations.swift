import Rates
import TimeStepping

/// The equations in force: what advances the fields, what computes the quasi-steady ones, and what looks back
/// on the past.
package struct Equations {
  /// Name of the scheme of the stepper.
  package let scheme: String
  package let stepper: any TimeStepper
  package let quasiSteady: QuasiSteadyFields?
  /// nil if nothing is delayed.
  package let delays: DelayedFields?
  /// Of what changes the masses; nil if none is kept.
  package let account: MassAccount?
  /// What reaches times inside of a step where densities must stay non-negative; nil if the model does not allow it.
  package let positiveStepper: LazyStepper?
  /// The rates at which they change a state; nil if it has none.
  package let ratesOfChange: LazyRatesOfChange?
  /// Of each field the rate at which an error of it decays at least, if all others are exact; 0 if none is known.
  package let contractionRates: [Double]
  /// When they jump by themselves.
  package let jumps: JumpTimes
  /// The longest steps that see how they depend on the time.
  package let stepLimits: StepLimits
  /// The longest steps with which what departs little from a uniform state grows rightly; nil if there is no such limit.
  package let growthLimit: GrowthLimit?
  /// Find the fields that transforms must not move any more, or that are beyond the bounds of the exact solution.
  package let boundsChecks: [any BoundsCheck]
  /// Finds steps that pass a pole of what the equations contain; nil if nothing can have one.
  package let poleCheck: PoleCheck?

  package init(
    scheme: String, stepper: any TimeStepper, quasiSteady: QuasiSteadyFields?, delays: DelayedFields? = nil,
    account: MassAccount? = nil, positiveStepper: LazyStepper? = nil, ratesOfChange: LazyRatesOfChange? = nil,
    contractionRates: [Double], jumps: JumpTimes = JumpTimes(), stepLimits: StepLimits = StepLimits(),
    growthLimit: GrowthLimit? = nil, boundsChecks: [any BoundsCheck] = [], poleCheck: PoleCheck? = nil
  ) {
    self.poleCheck = poleCheck
    self.boundsChecks = boundsChecks
    self.ratesOfChange = ratesOfChange
    self.positiveStepper = positiveStepper
    self.scheme = scheme
    self.stepper = stepper
    self.quasiSteady = quasiSteady
    self.delays = delays
    self.account = account
    self.contractionRates = contractionRates
    self.jumps = jumps
    self.stepLimits = stepLimits
    self.growthLimit = growthLimit
  }
}

/// A stepper that is made when it is needed first.
package final class LazyStepper {
  private let make: () throws -> any TimeStepper
  private var made: (any TimeStepper)?

  package init(_ make: @escaping () throws -> any TimeStepper) { self.make = make }

  var stepper: any TimeStepper {
    get throws {
      let stepper = try made ?? make()
      made = stepper
      return stepper
    }
  }
}
