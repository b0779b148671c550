import Fields
import Operators
import Synchronization

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
package final class CoupledExponentialStepper: Stepper {
  private let part: CoupledLinearPart
  private let rates: FieldRates
  /// Those of the rates that depend on time itself; nil if none does.
  private let ratesOfTime: FieldRates?
  private let linearization: Linearization
  private let nonNegative: [Int]
  private let account: MassAccount?
  /// The solution and the rates at the start of the step and at its end, in normalized coefficients.
  private let pairs: [(solution: FieldSet, rates: FieldSet)]
  /// A stage; then `ΔN` at the end of the step.
  private let stage: FieldSet
  /// `F` at the start.
  private let slope: FieldSet
  /// `ΔN₂`, then `ΔN₂ + ΔN₃`; `ΔN₃`, then `ΔN₄`.
  private let middle, latest: FieldSet
  private let memories = Mutex(Memory())
  private let scheme = ExponentialScheme.krogstad
  /// For the error that forcing makes; empty if there is none.
  private let spare: FieldSet

  private struct Memory {
    var current = 0
    /// Size of the step that found the current pair; nil if it holds nothing.
    var step: Double?
    var pendingStep: Double?
    var pendingTime: Double?
    var matrices: LinearMatrices?
  }

  package init(
    _ part: CoupledLinearPart, rates: FieldRates, ratesOfTime: FieldRates?, linearization: Linearization,
    nonNegative: [Int], account: MassAccount?, volumes: PointVolumes
  ) throws(FieldAllocationError) {
    self.part = part
    self.rates = rates
    self.ratesOfTime = ratesOfTime
    self.linearization = linearization
    self.nonNegative = nonNegative
    self.account = account
    func set() throws(FieldAllocationError) -> FieldSet { try FieldSet(grid: volumes.grid, count: part.count) }
    pairs = [(try set(), try set()), (try set(), try set())]
    spare = try FieldSet(grid: volumes.grid, count: ratesOfTime == nil ? 0 : part.count)
    (stage, slope, middle, latest) = (try set(), try set(), try set(), try set())
  }

  package var errorOrder: Int { scheme.errorOrder }
  package var growthTarget: Double { ExponentialStepper.accumulation.growthTarget }
  package var work: Work { [rates, ratesOfTime].reduce(part.work) { $0 + ($1?.work ?? Work()) } }
  package var fieldSetCount: Int {
    (ratesOfTime == nil ? 8 : 9) + part.fieldSetCount + rates.fieldSetCount + (ratesOfTime?.fieldSetCount ?? 0)
  }
  package var memory: [(name: String, set: FieldSet)] {
    let pair = pairs[memories.withLock { $0.current }]
    return [("coefficients", pair.solution), ("rates", pair.rates)]
  }
  package var memorized: StepperMemory {
    get {
      var memory = StepperMemory()
      memories.withLock {
        memory.steps = $0.step.map { [$0] } ?? []
        memory.matrices = $0.matrices
      }
      return memory
    }
    set { memories.withLock { $0 = Memory(step: newValue.steps.first, matrices: newValue.matrices) } }
  }

  package func commit() {
    memories.withLock { memory in
      memory.current = 1 - memory.current
      memory.step = memory.pendingStep
      memory.pendingTime = nil
    }
  }

  package func restart() { memories.withLock { ($0.step, $0.pendingTime, $0.matrices) = (nil, nil, nil) } }
  package func forgetValues(_ fields: [Int], of state: FieldSet) { restart() }

  package func attempt(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    memories.withLock { $0.pendingTime = nil }
    let start = try start(state, time)
    let end = pairs[1 - memories.withLock { $0.current }]
    let matrices = try matrices(of: state, time, step)
    part.prepare(step: step, matrices)
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, state, from: time) }
    try stages(state, start, matrices, from: time, by: step, isInside: false, &record)
    part.combine(into: end.solution, base: start.solution, step: step, lastTerms)
    state.copy(from: end.solution)
    part.toPoints(state)
    didFlow(.diffusion)
    try evaluate(state, time + step, into: end.rates)
    didFlow(.reaction)
    record?.finish(state, by: step, scheme)
    stage.copy(from: end.rates)
    part.subtractLinear(matrices, of: end.solution, from: start.solution, and: start.rates, in: stage)
    memories.withLock { ($0.pendingStep, $0.pendingTime) = (step, time) }
    guard let measure else { return nil }
    return try error(of: state, from: time, by: step, start: start.solution, end: end.solution, matrices, measure)
  }

  /// Finds `F`, `ΔN₂ + ΔN₃` and `ΔN₄`; `state` is lost.
  private func stages(
    _ state: FieldSet, _ start: (solution: FieldSet, rates: FieldSet), _ matrices: LinearMatrices, from time: Double,
    by step: Double, isInside: Bool, _ record: inout StageRecord?
  ) throws(NumericalFailure) {
    func combine(_ base: FieldSet, _ terms: [CoupledLinearPart.Term]) {
      part.combine(into: stage, base: base, step: step, terms, isInside: isInside)
    }
    func rest(at share: Double, into target: FieldSet) throws(NumericalFailure) {
      state.copy(from: stage)
      part.toPoints(state)
      try evaluate(state, time + share * step, into: target)
      part.subtractLinear(matrices, of: stage, from: start.solution, and: start.rates, in: target)
      try record?.passed(state, at: time + share * step)
    }
    part.addDiffusion(of: start.solution, to: start.rates, into: slope)
    combine(start.solution, [(.halfPhi1, 1, slope)])
    try rest(at: 0.5, into: middle)
    combine(stage, [(.halfStepPhi2, 1, middle)])
    try rest(at: 0.5, into: latest)
    combine(start.solution, [(.phi1, 1, slope), (.phi2, 2, latest)])
    for field in 0..<state.count { middle.setField(field, toSumOf: [(1, middle), (1, latest)]) }
    try rest(at: 1, into: latest)
  }

  private var lastTerms: [CoupledLinearPart.Term] {
    [(.phi1, 1, slope), (.phi2, 2, middle), (.phi2, -1, latest), (.phi3, -4, middle), (.phi3, 4, latest)]
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
  private func error(
    of state: FieldSet, from time: Double, by step: Double, start: FieldSet, end: FieldSet, _ matrices: LinearMatrices,
    _ measure: ErrorMeasure
  ) throws(NumericalFailure) -> StepError {
    part.combine(
      into: latest, base: nil, step: step,
      [(.phi3, 4, stage), (.phi3, -4, latest), (.phi2, -1, stage), (.phi2, 1, latest)])
    let sizes = (0..<state.count).map { part.errorSizes($0, error: latest, new: end, old: start) }
    let missed = part.transientErrors(of: end, middle: middle, end: stage, matrices, step: step)
    var found = [measure.errors(sizes, during: step)]
    found.append(measure.errors(relative: missed.map { ExponentialStepper.weightOfMissed * $0 }))
    if let ratesOfTime {
      found.append(
        try ExponentialStepper.forcingErrors(
          ratesOfTime, of: state, from: time, by: step, measure, sum: spare, work: latest))
    }
    let worst = found.map { measure.worst(of: $0, during: step, accumulating: ExponentialStepper.accumulation) }
      .reduce(StepError(value: 0, field: 0)) { $0.orWorse($1) }
    return measure.error(worst, of: state, nonNegative: nonNegative)
  }

  private func start(
    _ state: FieldSet, _ time: Double
  ) throws(NumericalFailure) -> (solution: FieldSet, rates: FieldSet) {
    let memory = memories.withLock { $0 }
    let pair = pairs[memory.current]
    if memory.step == nil {
      pair.solution.copy(from: state)
      part.toCoefficients(pair.solution)
      try evaluate(state, time, into: pair.rates)
      memories.withLock { $0.step = 0 }
    }
    return pair
  }

  /// `h max |ΔJ|` beyond which matrices are taken anew, whose functions take about as long as a step to compute.
  private static let largestChange = 0.1

  /// Those of the step before, as long as they are about right for the state.
  private func matrices(of state: FieldSet, _ time: Double, _ step: Double) throws(NumericalFailure) -> LinearMatrices {
    let found = try linearization.matrices(of: state, time: time)
    return memories.withLock { memory in
      if let known = memory.matrices, known.distance(to: found) * step <= CoupledExponentialStepper.largestChange {
        return known
      }
      memory.matrices = found
      return found
    }
  }

  package func advanceAside(_ copy: FieldSet, from time: Double, by step: Double) throws(NumericalFailure) {
    // The pair of the end may hold a step that is about to count, but its stages are lost.
    memories.withLock { $0.pendingTime = nil }
    let start = try start(copy, time)
    let known = memories.withLock { $0.matrices }
    let matrices = if let known { known } else { try linearization.matrices(of: copy, time: time) }
    part.prepare(step: step, matrices, isInside: true)
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, copy, from: time) }
    try stages(copy, start, matrices, from: time, by: step, isInside: true, &record)
    part.combine(into: copy, base: start.solution, step: step, lastTerms, isInside: true)
    part.toPoints(copy)
    record?.finish(copy, by: step, scheme)
  }

  package var remembersStep: Bool { account == nil && memories.withLock { $0.pendingTime } != nil }

  package func advanceWithin(_ copy: FieldSet, from time: Double, by span: Double) throws(NumericalFailure) {
    let memory = memories.withLock { $0 }
    guard remembersStep, let whole = memory.pendingStep, let matrices = memory.matrices else {
      return try advanceAside(copy, from: time, by: span)
    }
    part.prepare(step: span, matrices, isInside: true)
    let start = pairs[memory.current]
    let s = span / whole
    // A parabola through ΔN at the start, half the sum in the middle, and the end.
    let terms: [CoupledLinearPart.Term] = [
      (.phi1, 1, slope), (.phi2, 2 * s, middle), (.phi2, -s, stage), (.phi3, 4 * s * s, stage),
      (.phi3, -4 * s * s, middle),
    ]
    part.combine(into: copy, base: start.solution, step: span, terms, isInside: true)
    part.toPoints(copy)
  }
}
