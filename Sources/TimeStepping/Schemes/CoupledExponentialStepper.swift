import Fields
import Operators
import Rates

/// Advances all fields by steps of an exponential Runge–Kutta method whose linear part couples them: diffusion, the mean Jacobian of
/// the reactions, and taxis linearized at the mean densities, exactly; everything else as rates at the stages.
///
/// With `u' = D∇²u + R(u, t)`, `L = D∇² + J − X∇²`, `N = R − (J − X∇²) u` and `F = D∇²u + R(u)`, the stages of a method with the nodes
/// `c_i` and the weights `a_ij`, `b_j` are, `ΔN_j` being `N` at stage `j` less that at the start,
///
///     U_i = u + c_i h φ₁(c_i hL) F + h Σ_{j>1} a_ij(hL) ΔN_j,      u_new = u + h φ₁(hL) F + h Σ_{j>1} b_j(hL) ΔN_j,
///
/// because `Σ_j a_ij = c_i φ₁(c_i hL)`. Where the next stage has the same node it is the one before and the difference.
///
/// `J_ij` is the mean of `∂R_i/∂u_j` over the domain, `X_ij` that of `u_i S_ij`, `S` being sensitivities. What departs little from a uniform
/// state grows and decays at the right rates with steps of any size, and steady states are kept. The order is that of the
/// method for any matrices.
///
/// Source: M. Hochbruck, A. Ostermann & J. Schweitzer, Exponential Rosenbrock-type methods, SIAM J. Numer. Anal. 47 (2009)
/// 786–803.
package final class CoupledExponentialStepper: AdaptiveStepper {
  private let part: CoupledLinearPart
  private let rates: FieldRates
  /// Those of the rates that depend on time itself; nil if none does.
  private let ratesOfTime: FieldRates?
  private let linearization: Linearization
  private let nonNegative: [Int]
  private let account: MassAccount?
  /// For the solution and the rates at the start and at the end of a step, and for what it finds at its stages.
  private let sets: FieldSetPool
  private let scheme: ExponentialScheme
  private let plan: StagePlan
  /// For the error that forcing makes; empty if there is none.
  private let spare: FieldSet
  private let profiler: StepProfiler?

  /// What a step goes through.
  private struct Stages {
    let start: SolutionAndRates
    let matrices: LinearMatrices
    /// A stage; then `ΔN` at the end of the step.
    let stage: PooledFieldSet
    /// `F` at the start.
    let slope: PooledFieldSet
    /// `ΔN` of stages, slot 1 first; slot 0, that of the start, is 0.
    let slots: [PooledFieldSet]

    /// `ΔN` in a slot; that of the new solution is in the place of the stage.
    func rates(_ slot: Int?) -> FieldSet { (slot.map { slots[$0 - 1] } ?? stage).set }
  }

  /// Solutions and rates at the start and at the end of a step, a stage, `F`, and what the stages need.
  private var setCount: Int { 6 + plan.slotCount }

  /// - Parameters:
  ///   - part: with the functions of the scheme.
  ///   - rates: `R`.
  ///   - ratesOfTime: those of them that depend on time itself; nil if none does.
  package init(
    _ scheme: ExponentialScheme, part: CoupledLinearPart, rates: FieldRates, ratesOfTime: FieldRates?,
    linearization: Linearization,
    nonNegative: [Int], account: MassAccount?, profiler: StepProfiler? = nil, volumes: PointVolumes
  ) throws(FieldAllocationError) {
    self.scheme = scheme
    plan = StagePlan(scheme)
    self.part = part
    self.rates = rates
    self.ratesOfTime = ratesOfTime
    self.linearization = linearization
    self.nonNegative = nonNegative
    self.account = account
    self.profiler = profiler
    sets = try FieldSetPool(grid: volumes.grid, fields: part.count, count: 6 + plan.slotCount)
    spare = try FieldSet(grid: volumes.grid, count: ratesOfTime == nil ? 0 : part.count)
  }

  package var traits: StepperTraits {
    StepperTraits(
      fieldSetCount: setCount + (ratesOfTime == nil ? 0 : 1) + part.fieldSetCount
        + rates.fieldSetCount + (ratesOfTime?.fieldSetCount ?? 0), memoryFieldSetCount: 2)
  }
  package var errorTraits: ErrorTraits {
    ErrorTraits(order: scheme.errorOrder, targetError: scheme.errorTarget)
  }
  package var work: Work { [rates, ratesOfTime].reduce(part.work) { $0 + ($1?.work ?? Work()) } }

  package func memory(restoring saved: SavedStepperMemory) -> StepperMemory {
    guard let size = saved.steps.first else { return StepperMemory() }
    return SolutionAndRates(from: sets).memory(size: size, matrices: saved.matrices)
  }

  package func step(
    _ state: FieldSet, from time: Double, by size: Double, memory: StepperMemory, goesOn: Bool
  ) throws(NumericalFailure) -> StepResult {
    guard goesOn else { return try stepAside(state, from: time, by: size, memory) }
    return try take(state, from: time, by: size, memory).result
  }

  package func step(
    _ state: FieldSet, from time: Double, by size: Double, memory: StepperMemory, measure: ErrorMeasure
  ) throws(NumericalFailure) -> (StepResult, ErrorEstimate) {
    let (result, end, stages) = try take(state, from: time, by: size, memory)
    return (result, try estimate(of: state, from: time, by: size, end: end.solution.set, stages, measure))
  }

  private func take(
    _ state: FieldSet, from time: Double, by step: Double, _ memory: StepperMemory
  ) throws(NumericalFailure) -> (result: StepResult, end: SolutionAndRates, Stages) {
    let start = try start(memory, state, time)
    let end = SolutionAndRates(from: sets)
    let matrices = try matrices(memory, of: state, time, step)
    part.prepare(step: step, matrices)
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, state, from: time) }
    let stages = try stages(state, start, matrices, from: time, by: step, isInside: false, &record)
    makeRow(plan.rows[plan.rows.count - 1], stages, by: step, into: end.solution.set)
    state.copy(from: end.solution.set)
    part.toPoints(state)
    profiler?.passed(.diffusion)
    try evaluate(state, time + step, into: end.rates.set)
    profiler?.passed(.reaction)
    stages.stage.set.copy(from: end.rates.set)
    part.subtractLinear(
      matrices, of: end.solution.set, from: start.solution.set, and: start.rates.set, in: stages.stage.set)
    var result = StepResult(memory: end.memory(size: step, matrices: matrices))
    result.changes = record?.finished(state, by: step, scheme)
    result.interpolant = plan.middle.map { middle in
      Interpolant(
        part: part, stages: stages, middle: (stages.slots[middle.slot - 1], middle.scale), record: record,
        scheme: scheme,
        time: time, size: step)
    }
    return (result, end, stages)
  }

  /// Finds `F` and `ΔN` of the stages; `state` is lost.
  private func stages(
    _ state: FieldSet, _ start: SolutionAndRates, _ matrices: LinearMatrices, from time: Double, by step: Double,
    isInside: Bool,
    _ record: inout StageRecord?
  ) throws(NumericalFailure) -> Stages {
    let stages = Stages(
      start: start, matrices: matrices, stage: sets.take(), slope: sets.take(),
      slots: (0..<plan.slotCount).map { _ in sets.take() })
    let stage = stages.stage.set
    part.addDiffusion(of: start.solution.set, to: start.rates.set, into: stages.slope.set)
    for row in plan.rows {
      guard let slot = row.target else { break }
      makeRow(row, stages, by: step, into: stage, isInside: isInside)
      let (target, now) = (stages.rates(slot), time + row.node * step)
      state.copy(from: stage)
      part.toPoints(state)
      try evaluate(state, now, into: target)
      part.subtractLinear(matrices, of: stage, from: start.solution.set, and: start.rates.set, in: target)
      try record?.passed(state, at: now)
    }
    return stages
  }

  /// A stage, or the new solution, in normalized coefficients; then adds up the rates that all later ones take alike.
  private func makeRow(
    _ row: StagePlan.Row, _ stages: Stages, by step: Double, into target: FieldSet, isInside: Bool = false
  ) {
    let terms = (row.increments ?? row.terms).filter { $0.slot > 0 }
    let slope: [CoupledLinearPart.Term] =
      row.increments == nil ? [(.init(share: row.node, number: 1), row.node, stages.slope.set)] : []
    part.combine(
      into: target, base: row.increments == nil ? stages.start.solution.set : stages.stage.set, step: step,
      slope + CoupledExponentialStepper.terms(terms, node: row.node) { stages.rates($0) }, isInside: isInside)
    guard let latest = row.latest, let total = row.addedTo else { return }
    for field in 0..<target.count {
      stages.rates(total).setField(field, toSumOf: [(1, stages.rates(total)), (1, stages.rates(latest))])
    }
  }

  /// One after the other for each function.
  private static func terms(
    _ terms: [StagePlan.Term], node: Double, _ rates: (Int) -> FieldSet
  ) -> [CoupledLinearPart.Term] {
    let all = terms.flatMap { term in
      term.weights.functions(node: node).map { ($0.function, $0.weight, rates(term.slot)) as CoupledLinearPart.Term }
    }
    return Set(all.map(\.0)).sorted { ($0.share, $0.number) < ($1.share, $1.number) }
      .flatMap { function in all.filter { $0.0 == function } }
  }

  /// The coefficients of the rates of a state.
  private func evaluate(_ state: FieldSet, _ time: Double, into target: FieldSet) throws(NumericalFailure) {
    try rates.evaluate(state, time: time, into: target)
    part.toCoefficients(target)
    // A transform carries what is no number to all coefficients.
    guard (0..<target.count).contains(where: { !target.pointer($0)[0].isFinite }) else { return }
    try rates.evaluate(state, time: time, into: target)
    if let failure = NumericalFailure(undefined: target, of: state, time: time) { throw failure }
    part.toCoefficients(target)
  }

  /// `h e(hL) (ΔN_k − ΔN_l)`, the difference from the embedded solution; and what rates that depend on time are missed by.
  private func estimate(
    of state: FieldSet, from time: Double, by step: Double, end: FieldSet, _ stages: Stages, _ measure: ErrorMeasure
  ) throws(NumericalFailure) -> ErrorEstimate {
    let error = plan.spare(keepsLast: false).map { stages.slots[$0 - 1] } ?? sets.take()
    let terms = [(plan.error.of, 1.0), (plan.error.minus, -1)].filter { $0.0 != 0 }
    part.combine(
      into: error.set, base: nil, step: step,
      terms.flatMap { slot, sign in
        (sign * scheme.error.weights).functions(node: 1).map { ($0.function, $0.weight, stages.rates(slot)) }
      })
    let sizes = (0..<state.count).map {
      part.errorSizes($0, error: error.set, new: end, old: stages.start.solution.set)
    }
    let missed = plan.middle.map {
      part.transientErrors(
        of: end, middle: (stages.rates($0.slot), $0.scale), end: stages.stage.set, stages.matrices, step: step,
        isAfterJump: measure.isAfterJump)
    }
    let found = measure.errors(sizes, during: step)
    let forced = try ratesOfTime.map { rates throws(NumericalFailure) in
      try ExponentialStepper.forcingErrors(
        rates, of: state, from: time, by: step, measure, sum: spare, work: error.set)
    }
    return ExponentialStepper.worst(
      found, missed: missed ?? sizes.map { _ in 0 }, forced, of: state, nonNegative: nonNegative, during: step, measure,
      scheme.accumulation)
  }

  private func start(_ memory: StepperMemory, _ state: FieldSet, _ time: Double) throws(NumericalFailure)
    -> SolutionAndRates
  {
    if let kept = SolutionAndRates(memory) { return kept }
    let pair = SolutionAndRates(from: sets)
    pair.solution.set.copy(from: state)
    part.toCoefficients(pair.solution.set)
    try evaluate(state, time, into: pair.rates.set)
    return pair
  }

  /// `h max |ΔJ|` beyond which matrices are taken anew, whose functions take about as long as a step to compute.
  private static let largestChange = 0.1

  /// Those of the step before, as long as they are about right for the state.
  private func matrices(
    _ memory: StepperMemory, of state: FieldSet, _ time: Double, _ step: Double
  ) throws(NumericalFailure) -> LinearMatrices {
    let found = try linearization.matrices(of: state, time: time)
    guard let known = memory.matrices, known.distance(to: found) * step <= CoupledExponentialStepper.largestChange
    else { return found }
    return known
  }

  /// A step that nothing goes on from: the rates at its end are not needed.
  private func stepAside(
    _ state: FieldSet, from time: Double, by step: Double, _ memory: StepperMemory
  ) throws(NumericalFailure) -> StepResult {
    let start = try start(memory, state, time)
    let matrices =
      if let known = memory.matrices { known } else { try linearization.matrices(of: state, time: time) }
    part.prepare(step: step, matrices, isInside: true)
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, state, from: time) }
    let stages = try stages(state, start, matrices, from: time, by: step, isInside: true, &record)
    makeRow(plan.rows[plan.rows.count - 1], stages, by: step, into: state, isInside: true)
    part.toPoints(state)
    return StepResult(changes: record?.finished(state, by: step, scheme))
  }

  /// The solution inside of a step, by a parabola through `ΔN` at its start, in its middle and at its end.
  private final class Interpolant: StepInterpolant {
    private let part: CoupledLinearPart
    private let matrices: LinearMatrices
    private let start: PooledFieldSet
    private let slope, end: PooledFieldSet
    /// A multiple of `ΔN` in the middle, and the factor that makes it of that.
    private let middle: (set: PooledFieldSet, scale: Double)
    /// Of the masses at the stages; nil if no account is kept.
    private var record: StageRecord?
    private var hasMiddle = false
    private let scheme: ExponentialScheme
    private let time, size: Double

    init(
      part: CoupledLinearPart, stages: Stages, middle: (set: PooledFieldSet, scale: Double), record: StageRecord?,
      scheme: ExponentialScheme, time: Double, size: Double
    ) {
      (self.part, matrices, start) = (part, stages.matrices, stages.start.solution)
      (slope, self.middle, end) = (stages.slope, middle, stages.stage)
      (self.record, self.scheme, self.time, self.size) = (record, scheme, time, size)
    }

    func evaluate(into target: FieldSet, after span: Double) throws(NumericalFailure) -> MassChanges? {
      if record != nil, !hasMiddle {
        interpolate(into: target, after: 0.5 * size)
        try record?.passedMiddle(target, at: time + 0.5 * size, scheme)
        hasMiddle = true
      }
      interpolate(into: target, after: span)
      return record?.changes(after: span, ofStep: size, target, scheme)
    }

    private func interpolate(into target: FieldSet, after span: Double) {
      part.prepare(step: span, matrices, isInside: true)
      let s = span / size
      let (phi1, phi2, phi3) = (
        ExponentialScheme.Function(share: 1, number: 1), ExponentialScheme.Function(share: 1, number: 2),
        ExponentialScheme.Function(share: 1, number: 3)
      )
      let (middle, scale) = (self.middle.set.set, self.middle.scale)
      let terms: [CoupledLinearPart.Term] = [
        (phi1, 1, slope.set), (phi2, 4 * scale * s, middle), (phi2, -s, end.set), (phi3, 4 * s * s, end.set),
        (phi3, -8 * scale * s * s, middle),
      ]
      part.combine(into: target, base: start.set, step: span, terms, isInside: true)
      part.toPoints(target)
    }
  }
}
