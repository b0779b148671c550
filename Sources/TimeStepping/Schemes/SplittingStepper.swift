import Fields
import Operators
import Rates

/// Advances all fields by one step of a splitting scheme.
///
/// A step never leaves half a flow to the next one, so that the state between two steps is the solution itself and the
/// numbers do not depend on when it is looked at.
package final class SplittingStepper: DivisibleStepper {
  package let scheme: SplittingScheme
  package let reactions: ReactionIntegrator?
  package let diffusion: Diffusion
  package let taxis: Taxis?
  package let quasiSteady: QuasiSteadyFields?
  private let reactionFlow: ReactionFlow?
  let balance: BalancingConstant?
  let account: MassAccount?
  private let profiler: StepProfiler?

  /// - Parameters:
  ///   - distributions: integrals along an axis and convolutions in the rates.
  ///   - volumes: of the points, for integrals in the reactions.
  ///   - account: of the masses; nil if none is kept.
  ///   - isDivided: whether it takes the halves of the steps of another.
  ///   - profiler: of those who measure the time that parts take.
  package init(
    scheme: SplittingScheme, reactions: ReactionIntegrator?, taxis: Taxis? = nil, diffusion: Diffusion,
    quasiSteady: QuasiSteadyFields? = nil, distributions: DistributionFields? = nil, volumes: PointVolumes,
    account: MassAccount? = nil, isDivided: Bool = false, profiler: StepProfiler? = nil, pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.profiler = profiler
    self.account = account
    self.scheme = scheme
    self.reactions = reactions
    self.diffusion = diffusion
    self.taxis = taxis
    self.quasiSteady = quasiSteady
    reactionFlow = try reactions.map { integrator throws(FieldAllocationError) in
      try ReactionFlow(integrator, quasiSteady: quasiSteady, distributions: distributions, volumes: volumes, pool: pool)
    }
    balance =
      scheme.isRebalanced && reactions != nil
      ? try BalancingConstant(
        grid: volumes.grid, fields: diffusion.fields.indices.filter { diffusion.fields[$0].moves },
        count: diffusion.fields.count, isDivided: isDivided, pool: pool)
      : nil
  }

  /// Whether diffusivities depend on fields that are always in balance.
  private var diffusionNeedsBalance: Bool {
    guard let quasiSteady else { return false }
    return diffusion.fields.contains { !($0.variable?.dependencies.isDisjoint(with: quasiSteady.fields) ?? true) }
  }

  package var work: Work {
    [reactions?.work, taxis?.work].reduce(diffusion.work) { $0 + ($1 ?? Work()) }
  }
  var order: Int { scheme.order }
  var accumulation: ErrorAccumulation { scheme.accumulation }
  package var traits: StepperTraits {
    StepperTraits(
      fieldSetCount: (balance?.setCount ?? 0) + (reactionFlow?.fieldSetCount ?? 0),
      memoryFieldSetCount: balance == nil ? 0 : BalancingConstant.names.count)
  }
  /// Of the constant of a balance.
  var longestAfterMemory: Int? { balance == nil ? nil : 4 }

  package func memory(restoring saved: SavedStepperMemory) -> StepperMemory {
    balance?.memory(restoring: saved) ?? StepperMemory()
  }

  package func memory(_ memory: StepperMemory, forgetting fields: [Int], of state: FieldSet) -> StepperMemory {
    balance?.memory(memory, forgetting: fields, whereEmpty: state) ?? StepperMemory()
  }

  package func step(
    _ state: FieldSet, from time: Double, by size: Double, memory: StepperMemory, goesOn: Bool
  ) throws(NumericalFailure) -> StepResult {
    var result = StepResult(memory: memory)
    result.changes = try flow(state, scheme.flows, from: time, by: size, memory)
    if goesOn, let balance { balance.finish(&result.memory, step: size) } else { result.memory = StepperMemory() }
    return result
  }

  /// Joins the flows in the middle, but with integrals in the rates: then the error of a flow of reactions goes with its length,
  /// and would not be what the halves of a step are compared for.
  func joinedHalves(
    _ state: FieldSet, from time: Double, by step: Double
  ) throws(NumericalFailure) -> StepResult? {
    guard balance == nil, reactionFlow?.isExact ?? true else { return nil }
    return StepResult(changes: try flow(state, scheme.halves, from: time, by: step, StepperMemory()))
  }

  /// - Returns: what has changed the masses.
  private func flow(
    _ state: FieldSet, _ flows: [(part: SplittingScheme.Part, fraction: Double)], from time: Double, by step: Double,
    _ memory: StepperMemory
  ) throws(NumericalFailure) -> MassChanges? {
    balance?.begin(state, step: step, part: flows[0].part, memory: memory)
    var record = account.map { SplitRecord($0, state, source: balance?.constant) }
    // Each part has a clock of its own, which all its flows together take through the step.
    var elapsed: [SplittingScheme.Part: Double] = [:]
    for (index, flow) in flows.enumerated() {
      // At the start of the step the state is in balance already.
      if index > 0, flow.part != .diffusion || diffusionNeedsBalance {
        try quasiSteady?.settle(state, time: time + elapsed[flow.part, default: 0] * step)
      }
      let start = time + elapsed[flow.part, default: 0] * step
      elapsed[flow.part, default: 0] += flow.fraction
      var processes: ProcessAmounts?
      switch flow.part {
      case .reaction:
        processes = try reactionFlow?.advance(
          state, from: start, by: flow.fraction * step, source: balance?.constant, isAccounted: account != nil)
      case .diffusion:
        do throws(DiffusionFailure) {
          try diffuse(state, from: start, flow.fraction, of: step, at: time, elapsed)
        } catch {
          throw NumericalFailure(error)
        }
      case .taxis:
        do throws(VelocityFailure) {
          try taxis?.advance(state, from: start, by: flow.fraction * step)
        } catch {
          throw NumericalFailure(error)
        }
      }
      let next = index + 1 < flows.count ? flows[index + 1].part : nil
      balance?.passed(state, after: flow.part, before: next)
      record?.passed(state, after: flow.part, during: flow.fraction * step, processes)
      profiler?.passed(flow.part)
    }
    try quasiSteady?.settle(state, time: time + step)
    return record?.changes
  }

  private func diffuse(
    _ state: FieldSet, from start: Double, _ fraction: Double, of step: Double, at time: Double,
    _ elapsed: [SplittingScheme.Part: Double]
  ) throws(DiffusionFailure) {
    guard let balance else { return try diffusion.advance(state, from: start, by: fraction * step) }
    // With the constant each part makes half of the change, so that the state between flows is the solution of a time
    // of its own, and what is given at the sides must be of that time: else the order would be lost.
    let done = 0.5 * (elapsed[.reaction, default: 0] + elapsed[.diffusion, default: 0])
    try diffusion.advance(
      state, minus: balance.constant, during: (time + (done - 0.5 * fraction) * step, time + done * step),
      by: fraction * step)
  }
}
