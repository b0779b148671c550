import Fields
import Operators
import Synchronization

/// Takes each step of another stepper twice, whole and in halves, so that the difference tells its error.
///
/// With `u_h` the solution of the whole step and `u_{h/2}` that of the two halves, the error of the latter is
/// `(u_{h/2} − u_h)/(2^p − 1)` for a scheme of order `p`. It can be taken off: Strang splitting with exact flows is
/// symmetric, so that what is left is of order 4. The correction is limited so that densities stay non-negative where
/// both solutions are. How much is left is measured now and then (`ExtrapolationGain`), and so is what becomes of errors in
/// later steps (`ErrorTransport`).
///
/// Source: L. F. Richardson & J. A. Gaunt, The deferred approach to the limit, Phil. Trans. R. Soc. A 226 (1927)
/// 299–361; E. Hairer, C. Lubich & G. Wanner, Geometric Numerical Integration, Springer 2006, section II.4.
package final class DoublingStepper: Stepper {
  private let base: any DivisibleStepper
  private let extrapolates: Bool
  private let coarse: FieldSet
  private let pool: WorkerPool
  private let learnsGain: Bool
  private let learnsTransport: Bool
  /// For what is measured: two extrapolated steps of half the size, or a solution that is carried on; nil where nothing is.
  private let aside: FieldSet?
  private let pending = Mutex(Balance.Memory())
  private let learned = Mutex(Learned())

  private struct Learned {
    var gain: ExtrapolationGain?
    var transport = ErrorTransport()
    var work = Work()
  }

  /// - Parameters:
  ///   - base: made for being taken in halves.
  ///   - extrapolates: whether the error is taken off.
  ///   - learnsGain: whether it is worth while to measure how much extrapolation gains.
  ///   - learnsTransport: whether solutions can be carried on beyond a step.
  ///   - longest: no step may be longer, because the difference would not tell the error.
  package convenience init(
    _ base: SplittingStepper, extrapolates: Bool, learnsGain: Bool, learnsTransport: Bool, longest: Double = .infinity,
    grid: Grid, pool: WorkerPool
  ) throws(FieldAllocationError) {
    try self.init(
      base, extrapolates: extrapolates, learnsGain: learnsGain, learnsTransport: learnsTransport, longest: longest,
      grid: grid, count: base.diffusion.fields.count, pool: pool)
  }

  package convenience init(
    _ base: PositiveExponentialStepper, learnsTransport: Bool, grid: Grid, count: Int, pool: WorkerPool
  ) throws(FieldAllocationError) {
    try self.init(
      base, extrapolates: false, learnsGain: false, learnsTransport: learnsTransport, longest: .infinity, grid: grid,
      count: count, pool: pool)
  }

  private init(
    _ base: any DivisibleStepper, extrapolates: Bool, learnsGain: Bool, learnsTransport: Bool, longest: Double,
    grid: Grid, count: Int, pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.learnsGain = extrapolates && learnsGain
    self.learnsTransport = learnsTransport
    aside = self.learnsGain || learnsTransport ? try FieldSet(grid: grid, count: count) : nil
    self.base = base
    self.pool = pool
    longestStep = longest
    self.extrapolates = extrapolates
    coarse = try FieldSet(grid: grid, count: count)
  }

  package let longestStep: Double
  package var growthTarget: Double { accumulation.growthTarget }
  /// That of the base, or of what is left after the extrapolation.
  package var errorOrder: Int { base.errorOrder + (learnsGain ? 2 : 0) }
  /// The error is taken off only as far as something is there.
  package var keepsDensitiesNonNegative: Bool { base.keepsDensitiesNonNegative }
  package var learnsFromSteps: Bool { base.balance != nil }
  package var work: Work { base.work }
  package var occasionalWork: Work { learned.withLock { $0.work } }
  package var fieldSetCount: Int { (aside == nil ? 1 : 2) + base.fieldSetCount }
  package var memory: [(name: String, set: FieldSet)] { base.memory }
  package var memorized: StepperMemory {
    get {
      var memory = base.memorized
      (memory.gain, memory.transport) = learned.withLock { ($0.gain, $0.transport) }
      return memory
    }
    set {
      base.memorized = newValue
      learned.withLock { ($0.gain, $0.transport) = (newValue.gain, newValue.transport ?? ErrorTransport()) }
    }
  }

  package func commit() {
    base.balance?.memory = pending.withLock { $0 }
    learned.withLock { learned in
      learned.gain?.age += 1
      learned.transport.age += 1
    }
  }

  package func restart() {
    base.restart()
    learned.withLock { ($0.gain, $0.transport) = (nil, ErrorTransport()) }
  }

  package func attempt(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    let error = try advance(state, from: time, by: step, measure: measure, remembers: true, didFlow: didFlow)
    if let measure, let error, error.value <= 1 {
      learnTransport(of: state, at: time + step, step: step, measure: measure, didFlow: didFlow)
    }
    return error
  }

  package func advanceAside(_ copy: FieldSet, from time: Double, by step: Double) throws(NumericalFailure) {
    _ = try advance(copy, from: time, by: step, measure: nil, remembers: false, didFlow: { _ in })
  }

  private func advance(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?, remembers: Bool,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    if extrapolates { return try extrapolatedStep(state, from: time, by: step, measure: measure, didFlow: didFlow) }
    if measure != nil {
      coarse.copy(from: state, pool: pool)
      try base.flow(coarse, from: time, by: step, didFlow: didFlow)
    }
    try halves(state, from: time, by: step, remembers: remembers, didFlow: didFlow)
    guard let measure else { return nil }
    return worst(of: measure.errors(of: state, against: coarse, weight: weight, during: step), measure, step)
  }

  private func worst(of errors: [Double], _ measure: ErrorMeasure, _ step: Double) -> StepError {
    measure.worst(
      of: errors, during: step, accumulating: accumulation, transport: learned.withLock { $0.transport })
  }

  private var accumulation: ErrorAccumulation {
    extrapolates ? SplittingScheme.extrapolatedAccumulation : base.accumulation
  }

  /// Of the difference in the error of the halves.
  private var weight: Double { 1 / (Double(1 << base.order) - 1) }

  // MARK: Extrapolation

  private func extrapolatedStep(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    let differences = try extrapolate(state, from: time, by: step, measure: measure, didFlow: didFlow)
    guard let measure, let differences else { return nil }
    let plain = worst(of: differences, measure, step)
    guard plain.value > ExtrapolationGain.small, plain.value.isFinite, learnsGain, let aside else { return plain }
    if let gain = learned.withLock({ $0.gain }), gain.holds(step: step, difference: differences.max() ?? 0) {
      return worst(of: gain.errors(differences, step: step), measure, step)
    }
    aside.copy(from: measure.start, pool: pool)
    try measuring { () throws(NumericalFailure) in
      for start in [time, time + 0.5 * step] {
        _ = try extrapolate(aside, from: start, by: 0.5 * step, measure: nil, didFlow: didFlow)
      }
    }
    let leftOver = 1 / (1 - 1 / Double(1 << (base.order + 2)))
    let errors = measure.errors(of: state, against: aside, weight: leftOver, during: step)
    learned.withLock { $0.gain = ExtrapolationGain(step: step, differences: differences, errors: errors) }
    return worst(of: errors, measure, step)
  }

  /// Does what only measures, and is not done in each step.
  private func measuring<Result, Failure>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
    let (changes, before) = (base.account?.latest, base.work)
    defer {
      base.account?.latest = changes
      let done = base.work - before
      learned.withLock { $0.work = $0.work + done }
    }
    return try work()
  }

  /// Measures what becomes of the error of a step that ends at a time with `state`, if it is time to.
  private func learnTransport(
    of state: FieldSet, at time: Double, step: Double, measure: ErrorMeasure, didFlow: (SplittingScheme.Part) -> Void
  ) {
    let learned = learned.withLock { $0 }
    guard learnsTransport, let aside, learned.transport.isDue(step: step) else { return }
    // The error of an extrapolated solution is that from two of half the size, there where its gain has just been measured.
    if let gain = learned.gain, gain.age > 0 || gain.step != step { return }
    let (copy, other) = learned.gain == nil ? (aside, coarse) : (coarse, aside)
    copy.copy(from: state, pool: pool)
    let found = measuring {
      ErrorTransport.measured(copy, against: other, step: step, by: measure) {
        solution, steps throws(NumericalFailure) in
        try base.flow(solution, from: time + Double(steps) * step, by: step, didFlow: didFlow)
      }
    }
    self.learned.withLock { $0.transport = found }
  }

  /// - Returns: the error of each field that was taken off; nil without a measure.
  private func extrapolate(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> [Double]? {
    let masses = base.account?.masses(of: state)
    coarse.copy(from: state, pool: pool)
    try base.flow(coarse, from: time, by: step, didFlow: didFlow)
    let whole = base.account?.latest
    try halves(state, from: time, by: step, remembers: false, didFlow: didFlow)
    let differences = measure?.errors(of: state, against: coarse, weight: weight, during: step)
    state.extrapolate(from: coarse, weight: weight, pool: pool)
    try base.quasiSteady?.settle(state, time: time + step)
    extrapolateAccount(whole, weight: weight, from: masses, to: state)
    return differences
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
    if try base.flowByHalves(state, from: time, by: step, didFlow: didFlow) { return }
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
