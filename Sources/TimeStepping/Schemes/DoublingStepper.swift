import Fields
import Operators
import Rates

/// Takes each step of another stepper twice, whole and in halves, so that the difference tells its error.
///
/// With `u_h` the solution of the whole step and `u_{h/2}` that of the two halves, the error of the latter is
/// `(u_{h/2} − u_h)/(2^p − 1)` for a scheme of order `p`. It can be taken off: Strang splitting with exact flows is
/// symmetric, so that what is left is of order 4. The correction is limited so that densities stay non-negative where
/// both solutions are. How large the error is beside the difference is measured now and then (`ErrorCalibration`), and so is
/// what becomes of errors in later steps (`ErrorPropagation`).
///
/// Source: L. F. Richardson & J. A. Gaunt, The deferred approach to the limit, Phil. Trans. R. Soc. A 226 (1927)
/// 299–361; E. Hairer, C. Lubich & G. Wanner, Geometric Numerical Integration, Springer 2006, section II.4.
package final class DoublingStepper: AdaptiveStepper {
  private let base: any DivisibleStepper
  private let extrapolates: Bool
  private let coarse: FieldSet
  private let pool: WorkerPool
  private let calibrates: Bool
  private let estimatesGlobalError: Bool
  /// For what is measured: the solution by two steps of half the size, or one that is carried on; nil where nothing is.
  private let aside: FieldSet?
  private let longest: Double
  /// - Parameters:
  ///   - base: made for being taken in halves.
  ///   - extrapolates: whether the error is taken off.
  ///   - calibrates: whether it is worth while to measure how large errors are beside differences.
  ///   - estimatesGlobalError: whether solutions can be carried on beyond a step.
  ///   - longest: no step may be longer, because the difference would not tell the error.
  package convenience init(
    _ base: SplittingStepper, extrapolates: Bool, calibrates: Bool, estimatesGlobalError: Bool,
    longest: Double = .infinity,
    grid: Grid, pool: WorkerPool
  ) throws(FieldAllocationError) {
    try self.init(
      base, extrapolates: extrapolates, calibrates: calibrates, estimatesGlobalError: estimatesGlobalError,
      longest: longest,
      grid: grid, count: base.diffusion.fields.count, pool: pool)
  }

  package convenience init(
    _ base: PositiveExponentialStepper, estimatesGlobalError: Bool, grid: Grid, count: Int, pool: WorkerPool
  ) throws(FieldAllocationError) {
    try self.init(
      base, extrapolates: false, calibrates: false, estimatesGlobalError: estimatesGlobalError, longest: .infinity,
      grid: grid,
      count: count, pool: pool)
  }

  private init(
    _ base: any DivisibleStepper, extrapolates: Bool, calibrates: Bool, estimatesGlobalError: Bool, longest: Double,
    grid: Grid, count: Int, pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.calibrates = calibrates
    self.estimatesGlobalError = estimatesGlobalError
    aside = self.calibrates || estimatesGlobalError ? try FieldSet(grid: grid, count: count) : nil
    self.base = base
    self.pool = pool
    self.longest = longest
    self.extrapolates = extrapolates
    coarse = try FieldSet(grid: grid, count: count)
  }

  package var traits: StepperTraits {
    var traits = base.traits
    traits.longestStep = longest
    traits.fieldSetCount += aside == nil ? 1 : 2
    if extrapolates { traits.memoryFieldSetCount = 0 }
    return traits
  }
  package var errorTraits: ErrorTraits {
    // That of the base, or of what is left after the extrapolation.
    ErrorTraits(order: base.order + (extrapolates && calibrates ? 3 : 1), targetError: accumulation.targetError)
  }
  package var work: Work { base.work }

  package func memory(restoring saved: SavedStepperMemory) -> StepperMemory { base.memory(restoring: saved) }

  package func memory(_ memory: StepperMemory, forgetting fields: [Int], of state: FieldSet) -> StepperMemory {
    base.memory(memory, forgetting: fields, of: state)
  }

  package func step(
    _ state: FieldSet, from time: Double, by size: Double, memory: StepperMemory, goesOn: Bool
  ) throws(NumericalFailure) -> StepResult {
    let start = Start(time: time, size: size, memory: memory)
    return extrapolates
      ? try extrapolated(state, start, measure: nil).result : try halves(state, start, goesOn: goesOn)
  }

  package func step(
    _ state: FieldSet, from time: Double, by size: Double, memory: StepperMemory, measure: ErrorMeasure
  ) throws(NumericalFailure) -> (StepResult, ErrorEstimate) {
    let start = Start(time: time, size: size, memory: memory)
    let (result, found, local) = try measured(state, start, measure)
    var estimator = measure.estimator
    let isDue = estimatesGlobalError && estimator.propagation.isDue(step: size, by: measure)
    let errors = try calibrated(found, of: state, start, measure, isDue: isDue, &estimator)
    func worst() -> StepError {
      measure.worst(of: errors.values, during: size, accumulating: accumulation, propagation: estimator.propagation)
        .maximum(with: local)
    }
    if isDue, worst().value <= 1,
      let found = propagation(of: state, start, measure, errors.sizes, estimator.calibration)
    {
      estimator.propagation = found
    }
    return (result, ErrorEstimate(error: worst(), sizes: errors.sizes, estimator: estimator))
  }

  private var accumulation: ErrorAccumulation {
    extrapolates ? SplittingScheme.extrapolatedAccumulation : base.accumulation
  }

  // MARK: A step

  /// What a step begins with besides the state.
  private struct Start {
    let time: Double
    let size: Double
    let memory: StepperMemory
  }

  /// Of the difference in the error of the halves.
  private var weight: Double { 1 / (Double(1 << base.order) - 1) }

  /// Replaces `state` by the solution after a step.
  ///
  /// - Returns: with what the difference says of the error of each field, and of what is left of those that are removed somewhere.
  private func measured(
    _ state: FieldSet, _ start: Start, _ measure: ErrorMeasure
  ) throws(NumericalFailure) -> (result: StepResult, errors: FieldErrors, local: StepError) {
    if extrapolates {
      let (result, found) = try extrapolated(state, start, measure: measure)
      guard let found else { preconditionFailure("where there is a measure there are errors") }
      return (result, found.errors, found.local)
    }
    coarse.copy(from: state, pool: pool)
    _ = try base.step(coarse, from: start.time, by: start.size, memory: start.memory, goesOn: false)
    let result = try halves(state, start, goesOn: true)
    let found = errors(of: state, start, measure)
    return (result, found.errors, found.local)
  }

  /// What the difference of `state`, the solution of the halves, from that of the whole step says.
  private func errors(
    of state: FieldSet, _ start: Start, _ measure: ErrorMeasure
  ) -> (errors: FieldErrors, local: StepError) {
    let local = measure.localError(
      of: state, against: coarse, weight: weight, during: start.size, order: base.order + 1,
      controlled: errorTraits.order,
      isTakenOff: extrapolates)
    return (measure.errors(of: state, against: coarse, weight: weight, during: start.size), local)
  }

  /// The same by extrapolation of two halves and the whole step.
  ///
  /// - Returns: errors where there is a measure.
  private func extrapolated(
    _ state: FieldSet, _ start: Start, measure: ErrorMeasure?
  ) throws(NumericalFailure) -> (result: StepResult, found: (errors: FieldErrors, local: StepError)?) {
    let masses = base.account?.masses(of: state)
    coarse.copy(from: state, pool: pool)
    let whole = try base.step(coarse, from: start.time, by: start.size, memory: start.memory, goesOn: false)
    let fine = try halves(state, start, goesOn: false)
    let found = measure.map { errors(of: state, start, $0) }
    state.extrapolate(from: coarse, weight: weight, pool: pool)
    try base.quasiSteady?.settle(state, time: start.time + start.size)
    return (StepResult(changes: extrapolatedChanges(fine.changes, whole.changes, from: masses, to: state)), found)
  }

  /// What each process adds is extrapolated like the solution; what the limiter adds is left to the scheme.
  private func extrapolatedChanges(
    _ fine: MassChanges?, _ whole: MassChanges?, from start: [Double]?, to state: FieldSet
  ) -> MassChanges? {
    guard let account = base.account, let fine, let whole, let start else { return nil }
    var changes = fine
    changes.add(fine, times: weight)
    changes.add(whole, times: -weight)
    changes.doubt = fine.doubt
    account.close(&changes, from: start, to: account.masses(of: state))
    return changes
  }

  private func halves(_ state: FieldSet, _ start: Start, goesOn: Bool) throws(NumericalFailure) -> StepResult {
    if let joined = try base.joinedHalves(state, from: start.time, by: start.size) { return joined }
    let half = 0.5 * start.size
    let first = try base.step(state, from: start.time, by: half, memory: start.memory, goesOn: true)
    var second = try base.step(state, from: start.time + half, by: half, memory: first.memory, goesOn: goesOn)
    if let earlier = first.changes { second.changes?.add(earlier) }
    return second
  }

  // MARK: What is measured now and then

  /// The errors of a solution after a step, from what its differences say of them.
  ///
  /// - Parameter isDue: whether they are to be measured in any case.
  private func calibrated(
    _ found: FieldErrors, of state: FieldSet, _ start: Start, _ measure: ErrorMeasure, isDue: Bool,
    _ estimator: inout GlobalErrorEstimator
  ) throws(NumericalFailure) -> FieldErrors {
    let size = start.size
    let plain = measure.worst(
      of: found.values, during: size, accumulating: accumulation, propagation: estimator.propagation)
    guard calibrates, let aside, plain.value > ErrorCalibration.small, plain.value.isFinite else { return found }
    let growth = extrapolates ? 2 : 0
    if !isDue, let known = estimator.calibration,
      known.holds(step: size, difference: found.values.max() ?? 0, growth: growth)
    {
      return FieldErrors(values: known.errors(found.values, step: size, growth: growth), sizes: found.sizes)
    }
    aside.copy(from: measure.start, pool: pool)
    try refine(aside, start)
    let order = base.order + growth
    let leftOver = 1 / (1 - 1 / Double(1 << order))
    var errors = measure.errors(of: state, against: aside, weight: leftOver, during: size)
    // What halves and quarters differ by for lagging behind what is fast is not what is left of it.
    if !extrapolates { errors.values = zip(errors.values, found.values).map { min($0, $1) } }
    estimator.calibration = ErrorCalibration(step: size, differences: found.values, errors: errors.values)
    return errors
  }

  /// Replaces `state` by the solution after a step by two of half the size.
  private func refine(_ state: FieldSet, _ start: Start) throws(NumericalFailure) {
    let size = 0.5 * start.size
    var memory = start.memory
    for time in [start.time, start.time + size] {
      let half = Start(time: time, size: size, memory: memory)
      memory =
        extrapolates
        ? try extrapolated(state, half, measure: nil).result.memory : try halves(state, half, goesOn: true).memory
    }
  }

  /// Measures what becomes of the error of a step that ends with `state`.
  ///
  /// - Parameters:
  ///   - sizes: of the fields in the step.
  ///   - calibration: the latest one.
  /// - Returns: nil where nothing can be measured now.
  private func propagation(
    of state: FieldSet, _ start: Start, _ measure: ErrorMeasure, _ sizes: StepSizes, _ calibration: ErrorCalibration?
  ) -> ErrorPropagation? {
    guard let aside else { return nil }
    // The more accurate the other solution is, the more of their difference is the error; that of the calibration is the
    // most accurate one, there where it has just been found.
    let size = start.size
    if let calibration, calibration.age > 0 || calibration.step != size { return nil }
    let (copy, other) = calibration == nil ? (aside, coarse) : (coarse, aside)
    copy.copy(from: state, pool: pool)
    let end = start.time + size
    return ErrorPropagation.measured(
      copy, against: other, step: size, sizes: sizes, by: measure, longest: base.longestAfterMemory
    ) {
      solution, steps, span throws(NumericalFailure) in
      _ = try base.step(
        solution, from: end + Double(steps) * size, by: Double(span) * size, memory: start.memory, goesOn: false)
    }
  }
}
