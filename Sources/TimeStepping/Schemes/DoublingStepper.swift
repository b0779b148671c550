import Fields
import Operators
import Synchronization

/// Takes each step of another stepper twice, whole and in halves, so that the difference tells its error.
///
/// With `u_h` the solution of the whole step and `u_{h/2}` that of the two halves, the error of the latter is
/// `(u_{h/2} − u_h)/(2^p − 1)` for a scheme of order `p`. It can be taken off: Strang splitting with exact flows is
/// symmetric, so that what is left is of order 4. The correction is limited so that densities stay non-negative where
/// both solutions are.
///
/// Source: L. F. Richardson & J. A. Gaunt, The deferred approach to the limit, Phil. Trans. R. Soc. A 226 (1927)
/// 299–361; E. Hairer, C. Lubich & G. Wanner, Geometric Numerical Integration, Springer 2006, section II.4.
package final class DoublingStepper: Stepper {
  private let base: any DivisibleStepper
  private let extrapolates: Bool
  private let coarse: FieldSet
  private let pending = Mutex(Balance.Memory())

  /// - Parameters:
  ///   - base: made for being taken in halves.
  ///   - extrapolates: whether the error is taken off.
  ///   - longest: no step may be longer, because the difference would not tell the error.
  package convenience init(
    _ base: SplittingStepper, extrapolates: Bool, longest: Double = .infinity, grid: Grid
  ) throws(FieldAllocationError) {
    try self.init(
      base, extrapolates: extrapolates, longest: longest, grid: grid, count: base.diffusion.fields.count)
  }

  package convenience init(_ base: PositiveExponentialStepper, grid: Grid, count: Int) throws(FieldAllocationError) {
    try self.init(base, extrapolates: false, longest: .infinity, grid: grid, count: count)
  }

  private init(
    _ base: any DivisibleStepper, extrapolates: Bool, longest: Double, grid: Grid, count: Int
  ) throws(FieldAllocationError) {
    self.base = base
    longestStep = longest
    self.extrapolates = extrapolates
    coarse = try FieldSet(grid: grid, count: count)
  }

  package let longestStep: Double
  /// The difference is measured, whose order is that of the base.
  package var errorOrder: Int { base.errorOrder }
  /// The error is taken off only as far as something is there.
  package var keepsDensitiesNonNegative: Bool { base.keepsDensitiesNonNegative }
  package var learnsFromSteps: Bool { base.balance != nil }
  package var work: Work { base.work }
  package var fieldSetCount: Int { 1 + base.fieldSetCount }
  package var memory: [(name: String, set: FieldSet)] { base.memory }
  package var memorized: StepperMemory {
    get { base.memorized }
    set { base.memorized = newValue }
  }

  package func commit() { base.balance?.memory = pending.withLock { $0 } }
  package func restart() { base.restart() }

  package func attempt(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    try advance(state, from: time, by: step, measure: measure, remembers: true, didFlow: didFlow)
  }

  package func advanceAside(_ copy: FieldSet, from time: Double, by step: Double) throws(NumericalFailure) {
    _ = try advance(copy, from: time, by: step, measure: nil, remembers: false, didFlow: { _ in })
  }

  private func advance(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?, remembers: Bool,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    let masses = extrapolates ? base.account?.masses(of: state) : nil
    var whole: MassChanges?
    if measure != nil || extrapolates {
      coarse.copy(from: state)
      try base.flow(coarse, from: time, by: step, didFlow: didFlow)
      whole = base.account?.latest
    }
    try halves(state, from: time, by: step, remembers: remembers, didFlow: didFlow)
    let weight = 1 / (Double(1 << base.order) - 1)
    let error = measure?.error(of: state, against: coarse, weight: weight, during: step)
    if extrapolates {
      state.extrapolate(from: coarse, weight: weight)
      try base.quasiSteady?.settle(state, time: time + step)
      extrapolateAccount(whole, weight: weight, from: masses, to: state)
    }
    return error
  }

  /// What each process adds is extrapolated like the solution; what the limiter adds is left to the scheme.
  private func extrapolateAccount(_ whole: MassChanges?, weight: Double, from start: [Double]?, to state: FieldSet) {
    guard let account = base.account, var changes = account.latest, let whole, let start else { return }
    let fine = changes
    changes.add(fine, times: weight)
    changes.add(whole, times: -weight)
    changes.doubt = fine.doubt
    account.close(&changes, from: start, to: account.masses(of: state))
    account.latest = changes
  }

  private func halves(
    _ state: FieldSet, from time: Double, by step: Double, remembers: Bool, didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) {
    let balance = base.balance
    let before = balance?.memory
    defer { if let before { balance?.memory = before } }
    try base.flow(state, from: time, by: 0.5 * step, didFlow: didFlow)
    let first = base.account?.latest
    if let balance, let before {
      balance.finish(step: 0.5 * step, keeping: [before, pending.withLock { $0 }])
      balance.memory = balance.pending
    }
    try base.flow(state, from: time + 0.5 * step, by: 0.5 * step, didFlow: didFlow)
    if let first { base.account?.latest?.add(first) }
    if let balance, let before, remembers {
      balance.finish(step: 0.5 * step, keeping: [before])
      pending.withLock { $0 = balance.pending }
    }
  }
}
