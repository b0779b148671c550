import Fields

/// The flow of the reactions of all points together with what depends on the whole domain: integrals in the rates, and
/// fields that are always in balance.
///
/// Both change while the points react. A first pass with their values at the start predicts those at the end, and the
/// second pass takes them as linear in between, which is of second order.
final class ReactionFlow: Sendable {
  let integrator: ReactionIntegrator
  private let functionals: GridEvaluator?
  private let quasiSteady: QuasiSteadyFields?
  private let predictor: FieldSet?
  /// Rates of change of the quasi-steady fields, besides those that the caller adds.
  private let slopes: FieldSet?

  init(
    _ integrator: ReactionIntegrator, quasiSteady: QuasiSteadyFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.integrator = integrator
    self.quasiSteady = quasiSteady
    let functions = integrator.system.functions
    functionals = functions.isNonlocal ? GridEvaluator(functions, volumes: volumes, pool: pool) : nil
    let count = integrator.system.fieldCount
    predictor =
      functions.isNonlocal || quasiSteady != nil ? try FieldSet(grid: volumes.grid, count: count) : nil
    slopes = quasiSteady == nil ? nil : try FieldSet(grid: volumes.grid, count: count)
  }

  /// Sets of all fields that are held besides the state.
  var fieldSetCount: Int { (predictor == nil ? 0 : 1) + (slopes == nil ? 0 : 1) }

  /// Replaces `state`, whose quasi-steady fields are in balance, by the solution of `u' = R(u) + source`.
  func advance(
    _ state: FieldSet, from time: Double, by interval: Double, source: FieldSet?
  ) throws(NumericalFailure) {
    guard let predictor else { return try integrator.advance(state, from: time, by: interval, source: source) }
    let start = functionals?.functionalValues(of: state, time: time) ?? []
    predictor.copy(from: state)
    try integrator.advance(
      predictor, from: time, by: interval, source: source, functionals: .init(start: start, end: start))
    try quasiSteady?.settle(predictor, time: time + interval)
    let end = functionals?.functionalValues(of: predictor, time: time + interval) ?? []
    let course = ReactionIntegrator.FunctionalCourse(start: start, end: end)
    guard let slopes, let quasiSteady else {
      return try integrator.advance(state, from: time, by: interval, source: source, functionals: course)
    }
    if let source { slopes.copy(from: source) }
    for field in quasiSteady.fields {
      slopes.setField(field, toSumOf: [(1 / interval, predictor), (-1 / interval, state)])
    }
    try integrator.advance(state, from: time, by: interval, source: slopes, functionals: course)
  }
}
