import Fields
import Operators
import Rates

/// Advances all fields by steps of an exponential Runge–Kutta method: diffusion and decay exactly, everything else as
/// rates at the stages.
///
/// Nothing is split, so that steady states are kept, conditions at the sides cost less order, and a fast chemical that
/// decays at a constant rate does not make steps short. Values may fall below 0 by less than the tolerance; to fall
/// by more than ten times the error allowed fails a step, where reactions cannot make a field negative.
package final class ExponentialStepper: AdaptiveStepper {
  package let scheme: ExponentialScheme
  let plan: StagePlan
  let parts: LinearParts
  private let rates: FieldRates
  /// Those of the rates that depend on time itself; nil if none does.
  let ratesOfTime: FieldRates?
  private let quasiSteady: QuasiSteadyFields?
  private let account: MassAccount?
  /// Fields that cannot be negative.
  let nonNegative: [Int]
  /// For the solution and the rates at the start and at the end of a step, and for rates at its stages.
  let sets: FieldSetPool
  /// Empty where the error is found in coefficients alone.
  let spare: FieldSet
  /// Whether rates are found on the way from a stage to their coefficients.
  private let passesThroughPoints: Bool
  private let profiler: StepProfiler?
  private let count: Int

  /// What a step has found at its stages.
  struct Stages {
    let start: SolutionAndRates
    /// Of the new solution.
    let end: SolutionAndRates
    /// For rates at the stages, slot 1 first.
    let slots: [PooledFieldSet]

    /// The rates in a slot; nil for those at the new solution.
    func rates(_ slot: Int?) -> FieldSet {
      guard let slot else { return end.rates.set }
      return slot == 0 ? start.rates.set : slots[slot - 1].set
    }
  }

  /// Solutions and rates at the start and at the end of a step, and what the stages need.
  private var setCount: Int { 4 + plan.slotCount }

  /// - Parameters:
  ///   - parts: the linear part of each field, decay included.
  ///   - rates: all the rest, with what `parts` takes off given back.
  ///   - ratesOfTime: those of them that depend on time itself; nil if none does.
  package init(
    _ scheme: ExponentialScheme, parts: LinearParts, rates: FieldRates, ratesOfTime: FieldRates? = nil,
    quasiSteady: QuasiSteadyFields?, nonNegative: [Int], account: MassAccount? = nil, profiler: StepProfiler? = nil,
    grid: Grid, count: Int
  ) throws(FieldAllocationError) {
    self.scheme = scheme
    plan = StagePlan(scheme)
    self.parts = parts
    self.rates = rates
    self.ratesOfTime = ratesOfTime
    self.quasiSteady = quasiSteady
    self.nonNegative = nonNegative
    self.account = account
    self.profiler = profiler
    self.count = count
    passesThroughPoints = parts.canPassThroughPoints && rates.isPointwise && quasiSteady == nil
    sets = try FieldSetPool(grid: grid, fields: count, count: 4 + plan.slotCount)
    let needsPoints =
      ratesOfTime != nil || parts.hasChangingSides || parts.transformed.count < count
    spare = try FieldSet(grid: grid, count: needsPoints ? count : 0)
  }

  package var traits: StepperTraits {
    StepperTraits(
      longestStep: parts.longestStep,
      fieldSetCount: setCount + (spare.count > 0 ? 1 : 0) + rates.fieldSetCount
        + (ratesOfTime?.fieldSetCount ?? 0), memoryFieldSetCount: 2)
  }
  package var errorTraits: ErrorTraits {
    ErrorTraits(
      order: scheme.errorOrder, targetError: scheme.errorTarget, needsTables: false)
  }
  package var work: Work { [rates, ratesOfTime].reduce(parts.work) { $0 + ($1?.work ?? Work()) } }

  /// Along a line values stay at the points.
  private var nameOfSolution: String { parts.keepsPoints ? "values" : "coefficients" }

  package func memory(restoring saved: SavedStepperMemory) -> StepperMemory {
    guard let size = saved.steps.first else { return StepperMemory() }
    return SolutionAndRates(from: sets).memory(size: size, name: nameOfSolution)
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
    let (result, stages) = try take(state, from: time, by: size, memory)
    return (result, try estimate(of: state, from: time, by: size, stages, measure))
  }

  private func take(
    _ state: FieldSet, from time: Double, by step: Double, _ memory: StepperMemory
  ) throws(NumericalFailure) -> (result: StepResult, Stages) {
    let start = try start(memory, state, time)
    let stages = Stages(
      start: start, end: SolutionAndRates(from: sets), slots: (0..<plan.slotCount).map { _ in sets.take() })
    let end = stages.end
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, state, from: time) }
    try find(stages, state, from: time, by: step, &record)
    makeRow(
      plan.rows[plan.rows.count - 1], stages, of: step, into: state, keeping: end.solution.set, passesThroughPoints)
    if passesThroughPoints {
      passThroughPoints(state, keepsPoints: true, time + step, into: end.rates.set)
    } else {
      try quasiSteady?.settle(state, time: time + step)
      for field in quasiSteady?.fields ?? [] { end.solution.set.setField(field, toSumOf: [(1, state)]) }
      try evaluate(state, time + step, into: end.rates.set)
    }
    parts.finishCoefficients(end.rates.set)
    profiler?.passed(.diffusion)
    if let failure = try undefinedRate(stages, from: time, by: step) { throw failure }
    let changes = record?.finished(state, by: step, scheme)
    let interpolant = plan.inside.map { inside in
      Interpolant(
        stepper: self, start: start, end: end, middle: (stages.slots[inside.middle - 1], inside.scale),
        last: stages.slots[inside.last - 1], record: record, time: time, size: step)
    }
    return (
      StepResult(memory: end.memory(size: step, name: nameOfSolution), interpolant: interpolant, changes: changes),
      stages
    )
  }

  /// Where in the step that has just been taken a rate was no number; nil if none was.
  ///
  /// Transforms carry what is no number to all coefficients, so that one of each field that is transformed tells. Only then the stages are found
  /// once more, one after the other, on a set of their own.
  private func undefinedRate(
    _ stages: Stages, from time: Double, by step: Double
  ) throws(NumericalFailure) -> NumericalFailure? {
    let (endRates, start) = (stages.end.rates.set, stages.start.rates.set)
    let transformed = Set(parts.transformed)
    let isSuspect = (0..<endRates.count).contains { field in
      transformed.contains(field)
        ? !endRates.pointer(field)[0].isFinite
        : !endRates.minimum(field).isFinite || !endRates.maximum(field).isFinite
    }
    guard isSuspect, let state = try? FieldSet(grid: start.grid, count: endRates.count),
      let found = try? FieldSet(grid: start.grid, count: endRates.count)
    else { return nil }
    let base = stages.start.solution.set
    func look(at share: Double, _ terms: [(set: FieldSet, weights: PhiWeights)]) throws(NumericalFailure)
      -> NumericalFailure?
    {
      parts.stage(into: state, base: base, share: share, of: step, terms: terms)
      try quasiSteady?.settle(state, time: time + share * step)
      try rates.evaluate(state, time: time + share * step, into: found)
      return NumericalFailure(undefined: found, of: state, time: time + share * step)
    }
    if let failure = try look(at: 0, []) { return failure }
    var earlier = [start]
    for stage in scheme.stages {
      if let failure = try look(at: stage.node, Array(zip(earlier, stage.weights))) { return failure }
      parts.addRates(of: state, time: time + stage.node * step, to: found)
      parts.toCoefficients(found)
      guard let kept = try? FieldSet(copying: found) else { return nil }
      earlier.append(kept)
    }
    return nil
  }

  /// A step that nothing goes on from: the rates at its end are not needed.
  private func stepAside(
    _ state: FieldSet, from time: Double, by step: Double, _ memory: StepperMemory
  ) throws(NumericalFailure) -> StepResult {
    let start = try start(memory, state, time)
    // Nothing is kept of the end.
    let stages = Stages(start: start, end: start, slots: (0..<plan.slotCount).map { _ in sets.take() })
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, state, from: time) }
    try find(stages, state, from: time, by: step, &record)
    makeRow(plan.rows[plan.rows.count - 1], stages, of: step, into: state)
    try quasiSteady?.settle(state, time: time + step)
    return StepResult(changes: record?.finished(state, by: step, scheme))
  }

  /// Computes the rates at all stages but the first, the latest ones not yet along the first axis; `state` is lost.
  private func find(
    _ stages: Stages, _ state: FieldSet, from time: Double, by step: Double, _ record: inout StageRecord?
  ) throws(NumericalFailure) {
    for row in plan.rows {
      guard let target = row.target else { break }
      makeRow(row, stages, of: step, into: state, passesThroughPoints)
      let now = time + row.node * step
      if passesThroughPoints {
        passThroughPoints(state, keepsPoints: record != nil, now, into: stages.rates(target))
        profiler?.passed(.diffusion)
      } else {
        try quasiSteady?.settle(state, time: now)
        try evaluate(state, now, into: stages.rates(target))
      }
      try record?.passed(state, at: now)
    }
  }

  /// The values of a stage at the points, or what is not yet along the last axis.
  private func makeRow(
    _ row: StagePlan.Row, _ stages: Stages, of step: Double, into state: FieldSet,
    keeping coefficients: FieldSet? = nil, _ butLastAxis: Bool = false
  ) {
    parts.stage(
      into: state, keeping: coefficients, base: stages.start.solution.set, share: row.node, of: step,
      terms: row.terms.map { (stages.rates($0.slot), $0.weights) },
      finishing: row.latest.map { UnfinishedTerm(stages.rates($0), addedTo: row.addedTo.map(stages.rates)) },
      butLastAxis: butLastAxis)
    profiler?.passed(.diffusion)
  }

  /// The solution in coefficients and the rates at the start of a step, kept from the step before or made from the state.
  private func start(_ memory: StepperMemory, _ state: FieldSet, _ time: Double) throws(NumericalFailure)
    -> SolutionAndRates
  {
    if let kept = SolutionAndRates(memory) { return kept }
    let pair = SolutionAndRates(from: sets)
    pair.solution.set.copy(from: state)
    parts.toCoefficients(pair.solution.set, isNormalized: true)
    try evaluate(state, time, into: pair.rates.set)
    parts.finishCoefficients(pair.rates.set)
    return pair
  }

  /// The rates of a state, not yet along the first axis.
  private func evaluate(_ state: FieldSet, _ time: Double, into target: FieldSet) throws(NumericalFailure) {
    try rates.evaluate(state, time: time, into: target)
    parts.addRates(of: state, time: time, to: target)
    parts.toCoefficients(target, butFirstAxis: true)
    profiler?.passed(.diffusion)
  }

  /// The same from a stage that has not gone along the last axis.
  private func passThroughPoints(_ stage: FieldSet, keepsPoints: Bool, _ time: Double, into target: FieldSet) {
    rates.countEvaluation()
    parts.passThroughPoints(of: stage, keepsPoints: keepsPoints, places: rates.places, to: target) {
      [rates, profiler] in
      guard let profiler else { return rates.replace($0, time: time, worker: $1) }
      let start = ContinuousClock.now
      rates.replace($0, time: time, worker: $1)
      profiler.addReactions(ContinuousClock.now - start)
    }
  }
}

extension ExponentialStepper {
  /// The solution inside of a step, from the rates at its start, in its middle and at its end.
  ///
  /// Those in the middle are the ones with which the step ends where it does: its sum has the rates `N₄` of the last stage in the place of
  /// those at the new solution, `N₅`, so that by Simpson's rule `N(h/2) = N_m + (N₄ − N₅)/4 + O(h⁴)` with what the stages in the
  /// middle give, `N_m`. Nothing is evaluated.
  private final class Interpolant: StepInterpolant {
    private let stepper: ExponentialStepper
    private let start, end: SolutionAndRates
    /// A multiple of the rates that the stages give in the middle, and the factor that makes them of it.
    private let middle: (set: PooledFieldSet, scale: Double)
    /// The rates at the last stage.
    private let last: PooledFieldSet
    /// Of the masses at the stages; nil if no account is kept.
    private var record: StageRecord?
    private var hasMiddle = false
    private let time, size: Double

    init(
      stepper: ExponentialStepper, start: SolutionAndRates, end: SolutionAndRates,
      middle: (set: PooledFieldSet, scale: Double), last: PooledFieldSet, record: StageRecord?, time: Double,
      size: Double
    ) {
      (self.stepper, self.start, self.end, self.middle, self.last) = (stepper, start, end, middle, last)
      (self.record, self.time, self.size) = (record, time, size)
    }

    func evaluate(into target: FieldSet, after part: Double) throws(NumericalFailure) -> MassChanges? {
      if record != nil, !hasMiddle {
        try interpolate(target, after: 0.5 * size)
        try record?.passedMiddle(target, at: time + 0.5 * size, stepper.scheme)
        hasMiddle = true
      }
      try interpolate(target, after: part)
      return record?.changes(after: part, ofStep: size, target, stepper.scheme)
    }

    private func interpolate(_ target: FieldSet, after part: Double) throws(NumericalFailure) {
      let weights = ExponentialScheme.weights(within: part / size)
      let correction = 0.25 * weights.middle
      let terms = [
        (start.rates.set, weights.start), (end.rates.set, weights.end - correction),
        (middle.set.set, middle.scale * weights.middle), (last.set, correction),
      ]
      stepper.parts.stage(
        into: target, base: start.solution.set, share: 1, of: part, terms: terms, decays: stepper.parts.decays)
      try stepper.quasiSteady?.settle(target, time: time + part)
    }
  }
}
