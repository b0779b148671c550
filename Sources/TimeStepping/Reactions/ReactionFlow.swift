import Fields
import Rates

/// The flow of the reactions of all points together with what depends on the whole domain or on the past: integrals and
/// convolutions in the rates, fields that are always in balance, delayed values.
///
/// These change while the points react. A first pass with their values at the start predicts those at the end, and the
/// second pass takes them as linear in between, which is of second order. Delayed values at the end are known without
/// it; the flow with them as linear in time is symmetric, so that what is made of it keeps an error in even powers.
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

  /// Whether nothing in the rates depends on the whole domain or the past.
  var isExact: Bool { sets == nil }

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
    try extend(state, into: sets.state, time: time)
    if let source { sets.source.copyCommonFields(from: source) }
    let start = functionals?.functionalValues(of: sets.state, time: time) ?? []
    var end = start
    let (delayed, predicted) = (delayedFields(state), predictedFields(state))
    try distributions?.delays?.fill(sets.source, from: state.count, time: time + interval)
    for field in delayed { setSlope(field, to: sets.source, over: interval, sets) }
    let isGiven = source != nil || !delayed.isEmpty
    if functionals != nil || !predicted.isEmpty {
      sets.predicted.copyCommonFields(from: sets.state)
      // What stands for the whole domain does not change in the first pass.
      for field in predicted { sets.source.fill(field, with: 0) }
      try integrator.advance(
        sets.predicted, from: time, by: interval, source: isGiven ? sets.source : nil,
        functionals: .init(start: start, end: start))
      try quasiSteady?.settle(sets.predicted, time: time + interval)
      try extend(sets.predicted, into: sets.predicted, time: time + interval)
      end = functionals?.functionalValues(of: sets.predicted, time: time + interval) ?? []
      for field in predicted { setSlope(field, to: sets.predicted, over: interval, sets) }
    }
    let isDriven = isGiven || !predicted.isEmpty
    let amounts = try integrator.advance(
      sets.state, from: time, by: interval, source: isDriven ? sets.source : nil,
      functionals: .init(start: start, end: end), isAccounted: isAccounted)
    state.copyCommonFields(from: sets.state)
    return amounts
  }

  /// Lets a field go straight from its value at the start to that at the end.
  private func setSlope(_ field: Int, to end: FieldSet, over interval: Double, _ sets: Sets) {
    sets.source.setField(field, toSumOf: [(1 / interval, end), (-1 / interval, sets.state)])
  }

  /// Makes compartments one number again: tiles divide the interval each in its own way, so that they differ by less than
  /// the tolerance.
  private func makeUniform(_ state: FieldSet) {
    for field in integrator.system.uniformFields where state.minimum(field) != state.maximum(field) {
      state.fill(field, with: state.sum(field) / Double(integrator.volumes.pointCount))
      integrator.volumes.clearOutside(state, field: field)
    }
  }

  /// Fields that follow from the past: their rate is the slope of a line.
  private func delayedFields(_ state: FieldSet) -> Range<Int> {
    state.count..<(state.count + (distributions?.delays?.names.count ?? 0))
  }

  /// Fields that follow from the others, likewise.
  private func predictedFields(_ state: FieldSet) -> [Int] {
    (quasiSteady?.fields ?? []) + Array(delayedFields(state).upperBound..<integrator.system.fieldCount)
  }

  private func extend(_ state: FieldSet, into target: FieldSet, time: Double) throws(NumericalFailure) {
    if let distributions {
      try distributions.extend(state, into: target, time: time)
    } else if target !== state {
      target.copyCommonFields(from: state)
    }
  }
}
