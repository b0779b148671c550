import Fields
import Operators
import Synchronization

/// Takes each step of another stepper twice, whole and in halves, so that the difference tells its error.
///
/// With `u_h` the solution of the whole step and `u_{h/2}` that of the two halves, the error of the latter is
/// `(u_{h/2} − u_h)/(2^p − 1)` for a scheme of order `p`. It can be taken off: Strang splitting with exact flows is
/// symmetric, so that what is left is of order 4. The correction is limited so that densities stay non-negative where
/// both solutions are. How large the error is beside the difference is measured now and then (`ErrorCalibration`), and so is
/// what becomes of errors in later steps (`ErrorTransport`).
///
/// Source: L. F. Richardson & J. A. Gaunt, The deferred approach to the limit, Phil. Trans. R. Soc. A 226 (1927)
/// 299–361; E. Hairer, C. Lubich & G. Wanner, Geometric Numerical Integration, Springer 2006, section II.4.
package final class DoublingStepper: Stepper {
  private let base: any DivisibleStepper
  private let extrapolates: Bool
  private let coarse: FieldSet
  private let pool: WorkerPool
  private let calibrates: Bool
  private let learnsTransport: Bool
  /// For what is measured: the solution by two steps of half the size, or one that is carried on; nil where nothing is.
  private let aside: FieldSet?
  private let pending = Mutex(Balance.Memory())
  private let learned = Mutex(Learned())

  /// The longest flow, in steps, for which the constant of a balance is any good.
  private static let longestBalanced = 4

  private struct Learned {
    var calibration: ErrorCalibration?
    var transport = ErrorTransport()
  }

  /// - Parameters:
  ///   - base: made for being taken in halves.
  ///   - extrapolates: whether the error is taken off.
  ///   - calibrates: whether it is worth while to measure how large errors are beside differences.
  ///   - learnsTransport: whether solutions can be carried on beyond a step.
  ///   - longest: no step may be longer, because the difference would not tell the error.
  package convenience init(
    _ base: SplittingStepper, extrapolates: Bool, calibrates: Bool, learnsTransport: Bool, longest: Double = .infinity,
    grid: Grid, pool: WorkerPool
  ) throws(FieldAllocationError) {
    try self.init(
      base, extrapolates: extrapolates, calibrates: calibrates, learnsTransport: learnsTransport, longest: longest,
      grid: grid, count: base.diffusion.fields.count, pool: pool)
  }

  package convenience init(
    _ base: PositiveExponentialStepper, learnsTransport: Bool, grid: Grid, count: Int, pool: WorkerPool
  ) throws(FieldAllocationError) {
    try self.init(
      base, extrapolates: false, calibrates: false, learnsTransport: learnsTransport, longest: .infinity, grid: grid,
      count: count, pool: pool)
  }

  private init(
    _ base: any DivisibleStepper, extrapolates: Bool, calibrates: Bool, learnsTransport: Bool, longest: Double,
    grid: Grid, count: Int, pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.calibrates = calibrates
    self.learnsTransport = learnsTransport
    aside = self.calibrates || learnsTransport ? try FieldSet(grid: grid, count: count) : nil
    self.base = base
    self.pool = pool
    longestStep = longest
    self.extrapolates = extrapolates
    coarse = try FieldSet(grid: grid, count: count)
  }

  package let longestStep: Double
  package var growthTarget: Double { accumulation.growthTarget }
  /// That of the base, or of what is left after the extrapolation.
  package var errorOrder: Int { base.errorOrder + (extrapolates && calibrates ? 2 : 0) }
  /// The error is taken off only as far as something is there.
  package var keepsDensitiesNonNegative: Bool { base.keepsDensitiesNonNegative }
  package var work: Work { base.work }
  package var fieldSetCount: Int { (aside == nil ? 1 : 2) + base.fieldSetCount }
  package var memory: [(name: String, set: FieldSet)] { base.memory }
  package var memorized: StepperMemory {
    get {
      var memory = base.memorized
      (memory.calibration, memory.transport) = learned.withLock { ($0.calibration, $0.transport) }
      return memory
    }
    set {
      base.memorized = newValue
      learned.withLock {
        ($0.calibration, $0.transport) = (newValue.calibration, newValue.transport ?? ErrorTransport())
      }
    }
  }

  package func commit() {
    base.balance?.memory = pending.withLock { $0 }
    learned.withLock { learned in
      learned.calibration?.age += 1
      learned.transport.age += 1
    }
  }

  package func restart() {
    base.restart()
    learned.withLock { ($0.calibration, $0.transport) = (nil, ErrorTransport()) }
  }

  package func forgetValues(_ fields: [Int], of state: FieldSet) { base.forgetValues(fields, of: state) }

  package func attempt(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    let differences = try solve(state, from: time, by: step, measure: measure, remembers: true, didFlow: didFlow)
    guard let measure, let differences else { return nil }
    let isDue = learnsTransport && learned.withLock { $0.transport.isDue(step: step, by: measure) }
    let errors = try calibrated(
      differences, of: state, from: time, by: step, measure: measure, isDue: isDue, didFlow: didFlow)
    if isDue, worst(of: errors, measure, step).value <= 1 {
      learnTransport(of: state, at: time + step, step: step, measure: measure, didFlow: didFlow)
    }
    return worst(of: errors, measure, step)
  }

  package func advanceAside(_ copy: FieldSet, from time: Double, by step: Double) throws(NumericalFailure) {
    _ = try solve(copy, from: time, by: step, measure: nil, remembers: false, didFlow: { _ in })
  }

  private func worst(of errors: [Double], _ measure: ErrorMeasure, _ step: Double) -> StepError {
    measure.worst(
      of: errors, during: step, accumulating: accumulation, transport: learned.withLock { $0.transport })
  }

  private var accumulation: ErrorAccumulation {
    extrapolates ? SplittingScheme.extrapolatedAccumulation : base.accumulation
  }

  // MARK: A step

  /// Of the difference in the error of the halves.
  private var weight: Double { 1 / (Double(1 << base.order) - 1) }

  /// Replaces `state` by the solution after a step.
  ///
  /// - Returns: what the difference says of the error of each field; nil without a measure.
  private func solve(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?, remembers: Bool,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> [Double]? {
    guard extrapolates || measure != nil else {
      try halves(state, from: time, by: step, remembers: remembers, didFlow: didFlow)
      return nil
    }
    let masses = extrapolates ? base.account?.masses(of: state) : nil
    coarse.copy(from: state, pool: pool)
    try base.flow(coarse, from: time, by: step, didFlow: didFlow)
    let whole = base.account?.latest
    try halves(state, from: time, by: step, remembers: remembers && !extrapolates, didFlow: didFlow)
    let differences = measure?.errors(of: state, against: coarse, weight: weight, during: step)
    guard extrapolates else { return differences }
    state.extrapolate(from: coarse, weight: weight, pool: pool)
    try base.quasiSteady?.settle(state, time: time + step)
    extrapolateAccount(whole, weight: weight, from: masses, to: state)
    return differences
  }

  // MARK: What is measured now and then

  /// The errors of a solution after a step, from what its differences say of them.
  ///
  /// - Parameter isDue: whether they are to be measured in any case.
  private func calibrated(
    _ differences: [Double], of state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure, isDue: Bool,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> [Double] {
    let plain = worst(of: differences, measure, step)
    guard calibrates, let aside, plain.value > ErrorCalibration.small, plain.value.isFinite else { return differences }
    if !isDue, let known = learned.withLock({ $0.calibration }),
      known.holds(step: step, difference: differences.max() ?? 0)
    {
      return known.errors(differences, step: step, growth: extrapolates ? 2 : 0)
    }
    aside.copy(from: measure.start, pool: pool)
    try measuring { () throws(NumericalFailure) in
      try refine(aside, from: time, by: step, didFlow: didFlow)
      guard base.balance != nil else { return }
      // What these halves leave to the next step has been written over.
      state.copy(from: measure.start, pool: pool)
      try halves(state, from: time, by: step, remembers: true, didFlow: didFlow)
    }
    let order = base.order + (extrapolates ? 2 : 0)
    let leftOver = 1 / (1 - 1 / Double(1 << order))
    var errors = measure.errors(of: state, against: aside, weight: leftOver, during: step)
    // What halves and quarters differ by for lagging behind what is fast is not what is left of it.
    if !extrapolates { errors = zip(errors, differences).map { min($0, $1) } }
    learned.withLock {
      $0.calibration = ErrorCalibration(step: step, differences: differences, errors: errors)
    }
    return errors
  }

  /// Replaces `state` by the solution after a step by two of half the size.
  private func refine(
    _ state: FieldSet, from time: Double, by step: Double, didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) {
    guard let balance = base.balance else {
      for start in [time, time + 0.5 * step] {
        _ = try solve(state, from: start, by: 0.5 * step, measure: nil, remembers: false, didFlow: didFlow)
      }
      return
    }
    let before = balance.memory
    defer { balance.memory = before }
    for quarter in 0..<4 {
      try base.flow(state, from: time + 0.25 * Double(quarter) * step, by: 0.25 * step, didFlow: didFlow)
      balance.finish(step: 0.25 * step, keeping: [before])
      balance.memory = balance.pending
    }
  }

  /// Does what only measures, and is no part of the step.
  private func measuring<Result, Failure>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
    let changes = base.account?.latest
    defer { base.account?.latest = changes }
    return try work()
  }

  /// Measures what becomes of the error of a step that ends at a time with `state`.
  private func learnTransport(
    of state: FieldSet, at time: Double, step: Double, measure: ErrorMeasure, didFlow: (SplittingScheme.Part) -> Void
  ) {
    guard let aside else { return }
    // The more accurate the other solution is, the more of their difference is the error; that of the calibration is the
    // most accurate one, there where it has just been found.
    let calibration = learned.withLock { $0.calibration }
    if let calibration, calibration.age > 0 || calibration.step != step { return }
    let (copy, other) = calibration == nil ? (aside, coarse) : (coarse, aside)
    copy.copy(from: state, pool: pool)
    let found = measuring {
      ErrorTransport.measured(
        copy, against: other, step: step, by: measure,
        longest: base.balance.map { _ in DoublingStepper.longestBalanced }
      ) {
        solution, steps, span throws(NumericalFailure) in
        try base.flow(solution, from: time + Double(steps) * step, by: Double(span) * step, didFlow: didFlow)
      }
    }
    learned.withLock { $0.transport = found }
  }

  // MARK: Parts of a step

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
