import Fields
import Operators
import Rates

/// Advances all fields by a stabilized exponential method of second order that keeps non-negative what is, at any step.
///
/// The rates are `R = P − L u` with `P, L ≥ 0`. With `κ ≥ L` at all points, for the state at the start and the
/// predicted one, `N = P + (κ − L) u ≥ 0`, and the method for `u' = (D∇² − κ) u + N`,
///
///     U = e^{hΛ} u + h φ₁(hΛ) N(u),   u_new = e^{hΛ} u + h [(φ₁ − φ₂)(hΛ) N(u) + φ₂(hΛ) N(U)],
///
/// with `Λ = D∇² − κ` of neighboring points, is a sum of non-negative numbers: `e^z`, `φ₁ − φ₂` and `φ₂` are averages of
/// `e^{sz}`. It is found as `U − u` and `u_new − U = h φ₂(hΛ) (N(U) − N(u))`, so that the rounding of the transforms, which goes
/// with the largest value of what is transformed and also reaches points where nothing is, goes with the step: values would bring it
/// once each step, however short. Movement up gradients and the diffusion of fields that stay local are among the rates, with their own shares
/// in `κ`. The price is accuracy: `κ` is that of the point that loses most.
///
/// Source: Q. Du, L. Ju, X. Li & Z. Qiao, Maximum bound principles for a class of semilinear parabolic equations and
/// exponential time-differencing schemes, SIAM Review 63 (2021) 317–359.
package final class PositiveExponentialStepper: DivisibleStepper {
  private let scheme: ExponentialScheme
  private let parts: LinearParts
  private let rates: ProductionLossRates
  let quasiSteady: QuasiSteadyFields?
  let account: MassAccount?
  private let pool: WorkerPool
  private let solution: FieldSet
  private let startRates: FieldSet
  private let endRates: FieldSet
  private let profiler: StepProfiler?

  /// - Parameters:
  ///   - scheme: of two stages, the second one at the end of the step, all of whose weights are non-negative functions.
  ///   - parts: without decay, by the Laplacian of neighboring points.
  package init(
    _ scheme: ExponentialScheme, parts: LinearParts, rates: ProductionLossRates, quasiSteady: QuasiSteadyFields?,
    account: MassAccount? = nil,
    profiler: StepProfiler? = nil, grid: Grid, count: Int, pool: WorkerPool
  ) throws(FieldAllocationError) {
    precondition(scheme.nodes == [0, 1, 1])
    self.scheme = scheme
    self.profiler = profiler
    self.pool = pool
    self.parts = parts
    self.rates = rates
    self.quasiSteady = quasiSteady
    self.account = account
    solution = try FieldSet(grid: grid, count: count)
    startRates = try FieldSet(grid: grid, count: count)
    endRates = try FieldSet(grid: grid, count: count)
  }

  var order: Int { scheme.order }
  var accumulation: ErrorAccumulation { PositiveExponentialStepper.accumulation }
  package var traits: StepperTraits {
    StepperTraits(keepsDensitiesNonNegative: true, fieldSetCount: 3 + rates.fieldSetCount)
  }
  package var work: Work { parts.work + rates.work }

  /// By how much `κ` is raised above what was found too small.
  private static let margin = 1.25

  package func step(
    _ state: FieldSet, from time: Double, by step: Double, memory: StepperMemory, goesOn: Bool
  ) throws(NumericalFailure) -> StepResult {
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, state, from: time) }
    solution.copy(from: state)
    parts.toCoefficients(solution, isNormalized: true)
    try rates.find(state, time: time)
    if let failure = rates.undefined(of: state, time: time) { throw failure }
    var bounds = zip(rates.largestLosses, parts.stencilLosses).map { $0 + $1 }
    let prediction = scheme.stages[0].weights[0]
    while true {
      rates.write(withoutNeighbors(bounds), of: state, time: time, to: startRates)
      profiler?.passed(.reaction)
      parts.addRates(of: state, time: time, to: startRates, neighborsOnly: true)
      parts.toCoefficients(startRates)
      parts.stage(
        into: endRates, base: solution, times: .exponentialLessOne, share: 1, of: step,
        terms: [(startRates, prediction)], decays: bounds)
      add(endRates, to: state)
      try quasiSteady?.settle(state, time: time + step)
      clearRounding(state)
      profiler?.passed(.diffusion)
      try rates.find(state, time: time + step)
      if let failure = rates.undefined(of: state, time: time + step) { throw failure }
      let needed = zip(rates.largestLosses, parts.stencilLosses).map { $0 + $1 }
      if zip(needed, bounds).allSatisfy({ $0 <= $1 }) { break }
      // The prediction loses more than was thought: once more with a larger bound.
      bounds = zip(needed, bounds).map { $0 <= $1 ? $1 : PositiveExponentialStepper.margin * $0 }
      guard bounds.allSatisfy(\.isFinite) else { throw failure(bounds, time) }
      add(endRates, times: -1, to: state)
      try quasiSteady?.settle(state, time: time)
      clearRounding(state)
      try rates.find(state, time: time)
    }
    try record?.passed(state, at: time + step)
    rates.write(withoutNeighbors(bounds), of: state, time: time + step, to: endRates)
    profiler?.passed(.reaction)
    parts.addRates(of: state, time: time + step, to: endRates, neighborsOnly: true)
    parts.toCoefficients(endRates)
    parts.stage(
      into: endRates, base: solution, times: .zero, share: 1, of: step,
      terms: [(startRates, scheme.weights[0] - prediction), (endRates, scheme.weights[1])], decays: bounds)
    add(endRates, to: state)
    clearRounding(state)
    profiler?.passed(.diffusion)
    try quasiSteady?.settle(state, time: time + step)
    return StepResult(
      changes: record?.finished(
        state, by: step, weights: scheme.weights.map(\.limit), comparison: [prediction.limit, 0]))
  }

  private func add(_ change: FieldSet, times factor: Double = 1, to state: FieldSet) {
    for field in 0..<state.count { state.setField(field, toSumOf: [(1, state), (factor, change)], pool: pool) }
  }

  /// The bounds less what a point loses to its neighbors, which is no loss among the rates.
  private func withoutNeighbors(_ bounds: [Double]) -> [Double] { zip(bounds, parts.stencilLosses).map { $0 - $1 } }

  /// Sets to 0 what the rounding of exponentials has left below.
  private func clearRounding(_ state: FieldSet) {
    for field in parts.rounded where state.minimum(field) < 0 {
      state.clearNegative(field, above: -PositiveExponentialStepper.rounding * state.maximum(field))
    }
  }

  /// Relative to the largest value of a field.
  private static let rounding = 1e-13

  private func failure(_ bounds: [Double], _ time: Double) -> NumericalFailure {
    NumericalFailure(
      problem: "is lost at a rate that is too large or no number",
      field: bounds.firstIndex { !$0.isFinite } ?? 0, tile: Tile(row: 0, column: 0, count: 1), point: 0, time: time,
      cause: .loss)
  }
}
