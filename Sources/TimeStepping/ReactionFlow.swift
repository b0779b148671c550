import Fields

/// The flow of the reactions of all points together with what depends on the whole domain: integrals and convolutions
/// in the rates, and fields that are always in balance.
///
/// These change while the points react. A first pass with their values at the start predicts those at the end, and the
/// second pass takes them as linear in between, which is of second order.
final class ReactionFlow: Sendable {
  let integrator: ReactionIntegrator
  private let functionals: GridEvaluator?
  private let quasiSteady: QuasiSteadyFields?
  private let distributions: DistributionFields?
  /// The state at the start and at the predicted end, and rates that are added, where the whole domain matters.
  ///
  /// Without integrals along an axis and convolutions as many fields as the state.
  private let sets: Sets?

  private struct Sets: Sendable {
    let state: FieldSet
    let predicted: FieldSet
    let source: FieldSet

    init(grid: Grid, count: Int) throws(FieldAllocationError) {
      state = try FieldSet(grid: grid, count: count)
      predicted = try FieldSet(grid: grid, count: count)
      source = try FieldSet(grid: grid, count: count)
    }
  }

  /// - Parameters:
  ///   - integrator: of the fields of the model and of those that stand for distributions.
  init(
    _ integrator: ReactionIntegrator, quasiSteady: QuasiSteadyFields?, distributions: DistributionFields?,
    volumes: PointVolumes, pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.integrator = integrator
    self.quasiSteady = quasiSteady
    self.distributions = distributions
    let functions = integrator.system.functions
    functionals = functions.isNonlocal ? GridEvaluator(functions, volumes: volumes, pool: pool) : nil
    let isNonlocal = functions.isNonlocal || quasiSteady != nil || distributions != nil
    sets = isNonlocal ? try Sets(grid: volumes.grid, count: integrator.system.fieldCount) : nil
  }

  /// Sets of all fields that are held besides the state.
  var fieldSetCount: Int { sets == nil ? 0 : 3 }

  /// Replaces `state`, whose quasi-steady fields are in balance, by the solution of `u' = R(u) + source`.
  ///
  /// - Returns: what the processes have added, if `isAccounted`.
  func advance(
    _ state: FieldSet, from time: Double, by interval: Double, source: FieldSet?, isAccounted: Bool
  ) throws(NumericalFailure) -> ProcessAmounts? {
    defer { makeUniform(state) }
    guard let sets else {
      return try integrator.advance(state, from: time, by: interval, source: source, isAccounted: isAccounted)
    }
    extend(state, into: sets.state, time: time)
    sets.predicted.copyCommonFields(from: sets.state)
    if let source { sets.source.copyCommonFields(from: source) }
    let given = source.map { _ in sets.source }
    let start = functionals?.functionalValues(of: sets.state, time: time) ?? []
    // What stands for the whole domain does not change in the first pass.
    for field in derivedFields(state) { sets.source.fill(field, with: 0) }
    try integrator.advance(
      sets.predicted, from: time, by: interval, source: given, functionals: .init(start: start, end: start))
    try quasiSteady?.settle(sets.predicted, time: time + interval)
    extend(sets.predicted, into: sets.predicted, time: time + interval)
    let end = functionals?.functionalValues(of: sets.predicted, time: time + interval) ?? []
    for field in derivedFields(state) {
      sets.source.setField(field, toSumOf: [(1 / interval, sets.predicted), (-1 / interval, sets.state)])
    }
    let isDriven = given != nil || !derivedFields(state).isEmpty
    let amounts = try integrator.advance(
      sets.state, from: time, by: interval, source: isDriven ? sets.source : nil,
      functionals: .init(start: start, end: end), isAccounted: isAccounted)
    state.copyCommonFields(from: sets.state)
    return amounts
  }

  /// Makes compartments one number again: tiles divide the interval each in its own way, so that they differ by less than
  /// the tolerance.
  private func makeUniform(_ state: FieldSet) {
    for field in integrator.system.uniformFields where state.minimum(field) != state.maximum(field) {
      state.fill(field, with: state.sum(field) / Double(integrator.volumes.pointCount))
      integrator.volumes.clearOutside(state, field: field)
    }
  }

  /// Fields that follow from the others: their rate is the slope of a line.
  private func derivedFields(_ state: FieldSet) -> [Int] {
    (quasiSteady?.fields ?? []) + Array(state.count..<integrator.system.fieldCount)
  }

  private func extend(_ state: FieldSet, into target: FieldSet, time: Double) {
    if let distributions {
      distributions.extend(state, into: target, time: time)
    } else if target !== state {
      target.copyCommonFields(from: state)
    }
  }
}
