import Fields
import Foundation
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
  private let volume: Double

  private struct Memory {
    var current = 0
    /// Size of the step that found the current pair; nil if it holds nothing.
    var step: Double?
    var pendingStep: Double?
    var pendingTime: Double?
    var matrices: [Double]?
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
    volume = volumes.total
    func set() throws(FieldAllocationError) -> FieldSet { try FieldSet(grid: volumes.grid, count: part.count) }
    pairs = [(try set(), try set()), (try set(), try set())]
    (stage, slope, middle, latest) = (try set(), try set(), try set(), try set())
  }

  package var errorOrder: Int { scheme.errorOrder }
  package var growthTarget: Double { ExponentialStepper.accumulation.growthTarget }
  package var needsTables: Bool { true }
  package var work: Work { [rates, ratesOfTime].reduce(part.work) { $0 + ($1?.work ?? Work()) } }
  package var fieldSetCount: Int { 8 + rates.fieldSetCount + (ratesOfTime?.fieldSetCount ?? 0) }
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
    let (jacobian, coupling) = matrices(of: state, time, step)
    part.prepare(step: step, jacobian: jacobian, coupling: coupling)
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, state, from: time) }
    func rest(at share: Double, into target: FieldSet) throws(NumericalFailure) {
      state.copy(from: stage)
      part.toPoints(state)
      try rates.evaluate(state, time: time + share * step, into: target)
      part.toCoefficients(target)
      part.subtractLinear(jacobian, coupling, of: stage, from: start.solution, and: start.rates, in: target)
      try record?.passed(state, at: time + share * step)
    }
    part.addDiffusion(of: start.solution, to: start.rates, into: slope)
    part.combine(into: stage, base: start.solution, step: step, [(.halfPhi1, 1, slope)])
    try rest(at: 0.5, into: middle)
    part.combine(into: stage, base: stage, step: step, [(.halfStepPhi2, 1, middle)])
    try rest(at: 0.5, into: latest)
    part.combine(into: stage, base: start.solution, step: step, [(.phi1, 1, slope), (.phi2, 2, latest)])
    for field in 0..<state.count { middle.setField(field, toSumOf: [(1, middle), (1, latest)]) }
    try rest(at: 1, into: latest)
    part.combine(
      into: end.solution, base: start.solution, step: step,
      [(.phi1, 1, slope), (.phi2, 2, middle), (.phi2, -1, latest), (.phi3, -4, middle), (.phi3, 4, latest)])
    state.copy(from: end.solution)
    part.toPoints(state)
    didFlow(.diffusion)
    try rates.evaluate(state, time: time + step, into: end.rates)
    part.toCoefficients(end.rates)
    didFlow(.reaction)
    record?.finish(state, by: step, scheme)
    stage.copy(from: end.rates)
    part.subtractLinear(jacobian, coupling, of: end.solution, from: start.solution, and: start.rates, in: stage)
    memories.withLock { ($0.pendingStep, $0.pendingTime) = (step, time) }
    guard let measure else { return nil }
    return try error(of: state, from: time, by: step, start: start.solution, end: end.solution, measure)
  }

  /// `h (4 φ₃ − φ₂)(hL) (ΔN_new − ΔN₄)`, the difference from a solution of third order; and what rates that depend on time are missed by.
  private func error(
    of state: FieldSet, from time: Double, by step: Double, start: FieldSet, end: FieldSet, _ measure: ErrorMeasure
  ) throws(NumericalFailure) -> StepError {
    part.combine(
      into: latest, base: nil, step: step, [(.phi3, 4, stage), (.phi3, -4, latest), (.phi2, -1, stage), (.phi2, 1, latest)])
    let sizes = (0..<state.count).map { part.errorSizes($0, error: latest, new: end, old: start) }
    var found = [measure.errors(sizes, during: step)]
    if let ratesOfTime {
      // Simpson's rule against the composite one, as in `ExponentialStepper`.
      let changed = slope
      changed.copy(from: state)
      for (quarter, weight) in [1.0, -4, 6, -4, 1].enumerated() {
        try ratesOfTime.evaluate(state, time: time + 0.25 * Double(quarter) * step, into: latest)
        for field in 0..<changed.count {
          changed.setField(field, toSumOf: [(1, changed), (weight * step / 12, latest)])
        }
      }
      found.append(measure.errors(of: state, against: changed, weight: 10, during: step))
      memories.withLock { $0.pendingTime = nil }
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
      try rates.evaluate(state, time: time, into: pair.rates)
      part.toCoefficients(pair.rates)
      memories.withLock { $0.step = 0 }
    }
    return pair
  }

  static let refresh = Double(ProcessInfo.processInfo.environment["REFRESH"] ?? "0.05")!
  static let uncoupled = ProcessInfo.processInfo.environment["UNCOUPLED"] != nil
  static let noTaxis = ProcessInfo.processInfo.environment["NOTAXIS"] != nil

  private func matrices(of state: FieldSet, _ time: Double, _ step: Double) -> (jacobian: [Double], coupling: [Double]) {
    let count = part.count * part.count
    let known = memories.withLock { $0.matrices }
    var found = linearization.matrices(of: state, time: time)
    if CoupledExponentialStepper.uncoupled { found = found.map { _ in 0 } }
    if CoupledExponentialStepper.noTaxis { for k in count..<2 * count { found[k] = 0 } }
    var used = found
    if let known {
      let change = zip(known, found).map { abs($0 - $1) }.max() ?? 0
      if change * step <= CoupledExponentialStepper.refresh { used = known }
    }
    memories.withLock { $0.matrices = used }
    return (Array(used.prefix(count)), Array(used.dropFirst(count)))
  }

  package func advanceAside(_ copy: FieldSet, from time: Double, by step: Double) throws(NumericalFailure) {
    preconditionFailure("not yet")
  }

  package var remembersStep: Bool { account == nil && memories.withLock { $0.pendingTime } != nil }

  package func advanceWithin(_ copy: FieldSet, from time: Double, by span: Double) throws(NumericalFailure) {
    let memory = memories.withLock { $0 }
    guard remembersStep, let whole = memory.pendingStep, let matrices = memory.matrices else {
      return try advanceAside(copy, from: time, by: span)
    }
    let count = part.count * part.count
    part.prepare(
      step: span, jacobian: Array(matrices.prefix(count)), coupling: Array(matrices.dropFirst(count)), isInside: true)
    let start = pairs[memory.current]
    let s = span / whole
    // A parabola through ΔN at the start, half the sum in the middle, and the end.
    let terms: [(CoupledLinearPart.Function, weight: Double, FieldSet)] = [
      (.phi1, 1, slope), (.phi2, 2 * s, middle), (.phi2, -s, stage), (.phi3, 4 * s * s, stage),
      (.phi3, -4 * s * s, middle),
    ]
    part.combine(into: copy, base: start.solution, step: span, terms, isInside: true)
    part.toPoints(copy)
  }
}
