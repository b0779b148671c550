import Fields
import Operators

/// Advances all fields by steps of an exponential Runge–Kutta method whose linear part couples them: diffusion, the mean Jacobian of
/// the reactions, and taxis linearized at the mean densities, exactly; everything else as rates at the stages.
///
/// With `u' = D∇²u + R(u, t)`, `L = D∇² + J − X∇²`, `N = R − (J − X∇²) u` and `F = D∇²u + R(u)`, the stages of Krogstad's method are,
/// `ΔN_i` being `N` at stage `i` less that at the start,
///
///     U₂ = u + ½h φ₁(½hL) F,            U₃ = U₂ + h φ₂(½hL) ΔN₂,
///     U₄ = u + h φ₁(hL) F + 2h φ₂(hL) ΔN₃,
///     u_new = u + h φ₁(hL) F + h φ₂(hL) (2ΔN₂ + 2ΔN₃ − ΔN₄) + 4h φ₃(hL) (ΔN₄ − ΔN₂ − ΔN₃).
///
/// `J_ij` is the mean of `∂R_i/∂u_j` over the domain, `X_ij` that of `u_i S_ij`, `S` being sensitivities. What departs little from a uniform
/// state grows and decays at the right rates with steps of any size, and steady states are kept. The method is of order 4 for any matrices.
///
/// Sources: S. Krogstad, Generalized integrating factor methods for stiff PDEs, J. Comput. Phys. 203 (2005) 72–88; M. Hochbruck,
/// A. Ostermann & J. Schweitzer, Exponential Rosenbrock-type methods, SIAM J. Numer. Anal. 47 (2009) 786–803.
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
  private let scheme = ExponentialScheme.krogstad
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
    /// `ΔN₂`, then `ΔN₂ + ΔN₃`; `ΔN₃`, then `ΔN₄`.
    let middle, latest: PooledFieldSet
  }

  private static let setCount = 8

  package init(
    _ part: CoupledLinearPart, rates: FieldRates, ratesOfTime: FieldRates?, linearization: Linearization,
    nonNegative: [Int], account: MassAccount?, profiler: StepProfiler? = nil, volumes: PointVolumes
  ) throws(FieldAllocationError) {
    self.part = part
    self.rates = rates
    self.ratesOfTime = ratesOfTime
    self.linearization = linearization
    self.nonNegative = nonNegative
    self.account = account
    self.profiler = profiler
    sets = try FieldSetPool(grid: volumes.grid, fields: part.count, count: CoupledExponentialStepper.setCount)
    spare = try FieldSet(grid: volumes.grid, count: ratesOfTime == nil ? 0 : part.count)
  }

  package var traits: StepperTraits {
    StepperTraits(
      fieldSetCount: CoupledExponentialStepper.setCount + (ratesOfTime == nil ? 0 : 1) + part.fieldSetCount
        + rates.fieldSetCount + (ratesOfTime?.fieldSetCount ?? 0), memoryFieldSetCount: 2)
  }
  package var errorTraits: ErrorTraits {
    ErrorTraits(order: scheme.errorOrder, growthTarget: ExponentialStepper.accumulation.growthTarget)
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
    part.combine(into: end.solution.set, base: start.solution.set, step: step, lastTerms(stages))
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
    result.interpolant = Interpolant(part: part, stages: stages, record: record, scheme: scheme, time: time, size: step)
    return (result, end, stages)
  }

  /// Finds `F`, `ΔN₂ + ΔN₃` and `ΔN₄`; `state` is lost.
  private func stages(
    _ state: FieldSet, _ start: SolutionAndRates, _ matrices: LinearMatrices, from time: Double, by step: Double,
    isInside: Bool,
    _ record: inout StageRecord?
  ) throws(NumericalFailure) -> Stages {
    let stages = Stages(
      start: start, matrices: matrices, stage: sets.take(), slope: sets.take(), middle: sets.take(),
      latest: sets.take())
    let (stage, slope) = (stages.stage.set, stages.slope.set)
    let (middle, latest) = (stages.middle.set, stages.latest.set)
    func combine(_ base: FieldSet, _ terms: [CoupledLinearPart.Term]) {
      part.combine(into: stage, base: base, step: step, terms, isInside: isInside)
    }
    func rest(at share: Double, into target: FieldSet) throws(NumericalFailure) {
      state.copy(from: stage)
      part.toPoints(state)
      try evaluate(state, time + share * step, into: target)
      part.subtractLinear(matrices, of: stage, from: start.solution.set, and: start.rates.set, in: target)
      try record?.passed(state, at: time + share * step)
    }
    part.addDiffusion(of: start.solution.set, to: start.rates.set, into: slope)
    combine(start.solution.set, [(.halfPhi1, 1, slope)])
    try rest(at: 0.5, into: middle)
    combine(stage, [(.halfStepPhi2, 1, middle)])
    try rest(at: 0.5, into: latest)
    combine(start.solution.set, [(.phi1, 1, slope), (.phi2, 2, latest)])
    for field in 0..<state.count { middle.setField(field, toSumOf: [(1, middle), (1, latest)]) }
    try rest(at: 1, into: latest)
    return stages
  }

  private func lastTerms(_ stages: Stages) -> [CoupledLinearPart.Term] {
    let (middle, latest) = (stages.middle.set, stages.latest.set)
    return [
      (.phi1, 1, stages.slope.set), (.phi2, 2, middle), (.phi2, -1, latest), (.phi3, -4, middle), (.phi3, 4, latest),
    ]
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

  /// `h (4 φ₃ − φ₂)(hL) (ΔN_new − ΔN₄)`, the difference from a solution of third order; and what rates that depend on time are missed by.
  private func estimate(
    of state: FieldSet, from time: Double, by step: Double, end: FieldSet, _ stages: Stages, _ measure: ErrorMeasure
  ) throws(NumericalFailure) -> ErrorEstimate {
    let (stage, latest) = (stages.stage.set, stages.latest.set)
    part.combine(
      into: latest, base: nil, step: step,
      [(.phi3, 4, stage), (.phi3, -4, latest), (.phi2, -1, stage), (.phi2, 1, latest)])
    let sizes = (0..<state.count).map {
      part.errorSizes($0, error: latest, new: end, old: stages.start.solution.set)
    }
    let missed = part.transientErrors(
      of: end, middle: stages.middle.set, end: stage, stages.matrices, step: step)
    let found = measure.errors(sizes, during: step)
    let forced = try ratesOfTime.map { rates throws(NumericalFailure) in
      try ExponentialStepper.forcingErrors(
        rates, of: state, from: time, by: step, measure, sum: spare, work: latest)
    }
    return ExponentialStepper.worst(
      found, missed: missed, forced, of: state, nonNegative: nonNegative, during: step, measure)
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
    part.combine(into: state, base: start.solution.set, step: step, lastTerms(stages), isInside: true)
    part.toPoints(state)
    return StepResult(changes: record?.finished(state, by: step, scheme))
  }

  /// The solution inside of a step, by a parabola through `ΔN` at its start, half the sum in its middle, and its end.
  private final class Interpolant: StepInterpolant {
    private let part: CoupledLinearPart
    private let matrices: LinearMatrices
    private let start: PooledFieldSet
    private let slope, middle, end: PooledFieldSet
    /// Of the masses at the stages; nil if no account is kept.
    private var record: StageRecord?
    private var hasMiddle = false
    private let scheme: ExponentialScheme
    private let time, size: Double

    init(
      part: CoupledLinearPart, stages: Stages, record: StageRecord?, scheme: ExponentialScheme, time: Double,
      size: Double
    ) {
      (self.part, matrices, start) = (part, stages.matrices, stages.start.solution)
      (slope, middle, end) = (stages.slope, stages.middle, stages.stage)
      (self.record, self.scheme, self.time, self.size) = (record, scheme, time, size)
    }

    func evaluate(into target: FieldSet, after span: Double) throws(NumericalFailure) -> MassChanges? {
      if record != nil, !hasMiddle {
        interpolate(into: target, after: 0.5 * size)
        try record?.passedMiddle(target, at: time + 0.5 * size)
        hasMiddle = true
      }
      interpolate(into: target, after: span)
      return record?.changes(after: span, ofStep: size, target, scheme)
    }

    private func interpolate(into target: FieldSet, after span: Double) {
      part.prepare(step: span, matrices, isInside: true)
      let s = span / size
      let terms: [CoupledLinearPart.Term] = [
        (.phi1, 1, slope.set), (.phi2, 2 * s, middle.set), (.phi2, -s, end.set), (.phi3, 4 * s * s, end.set),
        (.phi3, -4 * s * s, middle.set),
      ]
      part.combine(into: target, base: start.set, step: span, terms, isInside: true)
      part.toPoints(target)
    }
  }
}
