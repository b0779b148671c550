import Fields
import Operators

/// Advances all fields by one step of a splitting scheme.
///
/// A step never leaves half a flow to the next one, so that the state between two steps is the solution itself and the
/// numbers do not depend on when it is looked at.
package final class SplittingStepper: Sendable {
  package let scheme: SplittingScheme
  package let reactions: ReactionIntegrator?
  package let diffusion: Diffusion
  private let functionals: GridEvaluator?
  private let balance: Balance?
  private let predictor: FieldSet?

  /// - Parameters:
  ///   - diffusivities: of each field; balancing acts on those that are positive.
  package init(
    scheme: SplittingScheme, reactions: ReactionIntegrator?, diffusion: Diffusion, diffusivities: [Double], grid: Grid,
    pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.scheme = scheme
    self.reactions = reactions
    self.diffusion = diffusion
    let isNonlocal = reactions?.system.functions.isNonlocal ?? false
    functionals = isNonlocal ? reactions.map { GridEvaluator($0.system.functions, pool: pool) } : nil
    predictor = isNonlocal ? try FieldSet(grid: grid, count: diffusivities.count) : nil
    balance =
      scheme.isRebalanced && reactions != nil
      ? try Balance(
        grid: grid, fields: diffusivities.indices.filter { diffusivities[$0] > 0 }, count: diffusivities.count,
        pool: pool)
      : nil
  }

  /// Sets of all fields that the stepper holds besides the state.
  package var fieldSetCount: Int { (balance == nil ? 0 : Balance.setCount) + (predictor == nil ? 0 : 1) }

  /// Field sets that a later step depends on, by name, to be kept in a checkpoint.
  package var memory: [(name: String, set: FieldSet)] { balance?.memory ?? [] }
  /// Number of steps that the memory holds, to be kept in a checkpoint with it.
  package var memorizedSteps: Int {
    get { balance?.memorizedSteps ?? 0 }
    set { balance?.memorizedSteps = newValue }
  }

  /// Replaces `state`, the solution at `time`, by that at `time + step`.
  ///
  /// - Parameters:
  ///   - remembers: `false` for a step aside, on a copy of the state, that later steps know nothing of.
  ///   - didFlow: called after each flow, for those who measure.
  package func advance(
    _ state: FieldSet, from time: Double, by step: Double, remembers: Bool = true,
    didFlow: (SplittingScheme.Part) -> Void = { _ in }
  ) throws(NumericalFailure) {
    balance?.begin(state, step: step, part: scheme.flows[0].part)
    var elapsed = 0.0
    for (index, flow) in scheme.flows.enumerated() {
      switch flow.part {
      case .reaction:
        try react(state, from: time + elapsed * step, by: flow.fraction * step)
        elapsed += flow.fraction
      case .diffusion:
        if let balance {
          diffusion.advance(state, minus: balance.constant, by: flow.fraction * step)
        } else {
          diffusion.advance(state, by: flow.fraction * step)
        }
      }
      let next = index + 1 < scheme.flows.count ? scheme.flows[index + 1].part : nil
      balance?.passed(state, after: flow.part, before: next)
      didFlow(flow.part)
    }
    if remembers { balance?.finish(step: step) }
  }

  private func react(_ state: FieldSet, from time: Double, by interval: Double) throws(NumericalFailure) {
    guard let reactions else { return }
    guard let functionals, let predictor else {
      return try reactions.advance(state, from: time, by: interval, source: balance?.constant)
    }
    // The functionals change while the points react: a first pass with their values at the start predicts those at
    // the end, and the second takes them as linear in between, which is of second order.
    let start = functionals.functionalValues(of: state, time: time)
    predictor.copy(from: state)
    try reactions.advance(
      predictor, from: time, by: interval, source: balance?.constant, functionals: .init(start: start, end: start))
    let end = functionals.functionalValues(of: predictor, time: time + interval)
    try reactions.advance(
      state, from: time, by: interval, source: balance?.constant, functionals: .init(start: start, end: end))
  }
}
