import Fields
import Operators
import Synchronization

/// Advances all fields by steps of an exponential Runge–Kutta method: diffusion and decay exactly, everything else as
/// rates at the stages.
///
/// Nothing is split, so that steady states are kept, conditions at the sides cost less order, and a fast chemical that
/// decays at a constant rate does not make steps short. Values may fall below 0 by less than the tolerance; to fall
/// by more than ten times the error allowed fails a step, where reactions cannot make a field negative.
package final class ExponentialStepper: Stepper {
  package let scheme: ExponentialScheme
  let parts: LinearParts
  private let rates: FieldRates
  /// Those of the rates that depend on time itself; nil if none does.
  let ratesOfTime: FieldRates?
  private let quasiSteady: QuasiSteadyFields?
  private let account: MassAccount?
  /// Fields that cannot be negative.
  let nonNegative: [Int]
  /// The solution in coefficients and the rates there, of the start of the step and of its end, one pair each.
  private let pairs: [(solution: FieldSet, rates: FieldSet)]
  /// Rates at the first stage in the middle of the step; after the next one the sum of both, which all that follows needs.
  let middle: FieldSet
  /// Rates at the latest stage.
  let latest: FieldSet
  /// Empty where the error is found in coefficients alone.
  let spare: FieldSet
  /// Whether rates are found on the way from a stage to their coefficients.
  private let passesThroughPoints: Bool
  /// Of all threads together, on that way.
  private let reactionTime = Mutex(Duration.zero)
  private let memories = Mutex(Memory())

  private struct Memory {
    /// The pair of the start of the next step.
    var current = 0
    /// Size of the step that found it; nil if it holds nothing.
    var step: Double?
    var pendingStep: Double?
    /// Time at which that step starts, as long as its stages are there.
    var pendingTime: Double?
    /// Whether the rates in the middle of that step are those of the solution there, and not of a stage.
    var hasMiddle = false
  }

  /// - Parameters:
  ///   - parts: the linear part of each field, decay included.
  ///   - rates: all the rest, with what `parts` takes off given back.
  ///   - ratesOfTime: those of them that depend on time itself; nil if none does.
  package init(
    _ scheme: ExponentialScheme, parts: LinearParts, rates: FieldRates, ratesOfTime: FieldRates? = nil,
    quasiSteady: QuasiSteadyFields?, nonNegative: [Int], account: MassAccount? = nil, grid: Grid, count: Int
  ) throws(FieldAllocationError) {
    self.scheme = scheme
    self.parts = parts
    self.rates = rates
    self.ratesOfTime = ratesOfTime
    self.quasiSteady = quasiSteady
    self.nonNegative = nonNegative
    self.account = account
    func set() throws(FieldAllocationError) -> FieldSet { try FieldSet(grid: grid, count: count) }
    passesThroughPoints = parts.canPassThroughPoints && rates.isPointwise && quasiSteady == nil
    pairs = [(try set(), try set()), (try set(), try set())]
    precondition(scheme.sumsMiddle)
    (middle, latest) = (try set(), try set())
    let needsPoints =
      ratesOfTime != nil || parts.hasChangingSides || parts.transformed.count < count
    spare = try FieldSet(grid: grid, count: needsPoints ? count : 0)
  }

  package var errorOrder: Int { scheme.errorOrder }
  package var growthTarget: Double { ExponentialStepper.accumulation.growthTarget }
  package var needsTables: Bool { false }
  package var work: Work { [rates, ratesOfTime].reduce(parts.work) { $0 + ($1?.work ?? Work()) } }
  package var reactionTimeWithinDiffusion: Duration { reactionTime.withLock { $0 } / parts.threadCount }
  package var longestStep: Double { parts.longestStep }
  package var fieldSetCount: Int {
    2 * pairs.count + 2 + (spare.count > 0 ? 1 : 0) + rates.fieldSetCount
      + (ratesOfTime?.fieldSetCount ?? 0)
  }

  package var memory: [(name: String, set: FieldSet)] {
    let pair = pairs[memories.withLock { $0.current }]
    return [(parts.keepsPoints ? "values" : "coefficients", pair.solution), ("rates", pair.rates)]
  }
  package var memorized: StepperMemory {
    get { StepperMemory(steps: memories.withLock { $0.step.map { [$0] } ?? [] }) }
    set { memories.withLock { $0 = Memory(step: newValue.steps.first) } }
  }

  package func commit() {
    memories.withLock { memory in
      memory.current = 1 - memory.current
      memory.step = memory.pendingStep
      memory.pendingTime = nil
    }
  }

  package func restart() { memories.withLock { ($0.step, $0.pendingTime) = (nil, nil) } }
  package func forgetValues(_ fields: [Int], of state: FieldSet) { restart() }

  package func attempt(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    memories.withLock { $0.pendingTime = nil }
    let start = try start(state, time, didFlow)
    let end = pairs[1 - memories.withLock { $0.current }]
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, state, from: time) }
    try stages(state, start: start.solution, startRates: start.rates, from: time, by: step, &record, didFlow)
    parts.stage(
      into: state, keeping: end.solution, base: start.solution, share: 1, of: step,
      terms: lastTerms(start.rates), finishing: UnfinishedTerm(latest), butLastAxis: passesThroughPoints)
    didFlow(.diffusion)
    if passesThroughPoints {
      passThroughPoints(state, keepsPoints: true, time + step, into: end.rates)
    } else {
      try quasiSteady?.settle(state, time: time + step)
      for field in quasiSteady?.fields ?? [] { end.solution.setField(field, toSumOf: [(1, state)]) }
      try evaluate(state, time + step, into: end.rates, didFlow)
    }
    parts.finishCoefficients(end.rates)
    didFlow(.diffusion)
    if let failure = try undefinedRate(end.rates, from: time, by: step, start: start.rates) { throw failure }
    record?.finish(state, by: step, scheme)
    memories.withLock { ($0.pendingStep, $0.pendingTime, $0.hasMiddle) = (step, time, false) }
    guard let measure else { return nil }
    return try error(of: state, from: time, by: step, start: start, end: end, measure)
  }

  /// Where in the step that has just been taken a rate was no number; nil if none was.
  ///
  /// Transforms carry what is no number to all coefficients, so that one of each field that is transformed tells. Only then the stages are found
  /// once more, one after the other, on a set of their own.
  private func undefinedRate(
    _ endRates: FieldSet, from time: Double, by step: Double, start: FieldSet
  ) throws(NumericalFailure) -> NumericalFailure? {
    let transformed = Set(parts.transformed)
    let isSuspect = (0..<endRates.count).contains { field in
      transformed.contains(field)
        ? !endRates.pointer(field)[0].isFinite
        : !endRates.minimum(field).isFinite || !endRates.maximum(field).isFinite
    }
    guard isSuspect, let state = try? FieldSet(grid: start.grid, count: endRates.count),
      let found = try? FieldSet(grid: start.grid, count: endRates.count)
    else { return nil }
    let base = pairs[memories.withLock { $0.current }].solution
    func look(at share: Double, _ terms: [(set: FieldSet, weights: [Double])]) throws(NumericalFailure)
      -> NumericalFailure?
    {
      parts.stage(into: state, base: base, share: share, of: step, terms: terms)
      try quasiSteady?.settle(state, time: time + share * step)
      try rates.evaluate(state, time: time + share * step, into: found)
      return NumericalFailure(undefined: found, of: state, time: time + share * step)
    }
    if let failure = try look(at: 0, []) { return failure }
    var earlier: FieldSet?
    for (index, stage) in scheme.stages.enumerated() {
      let terms = [(start, stage.weights[0])] + (earlier.map { [($0, stage.weights[index])] } ?? [])
      if let failure = try look(at: stage.node, terms) { return failure }
      parts.addRates(of: state, time: time + stage.node * step, to: found)
      parts.toCoefficients(found)
      earlier = earlier ?? (try? FieldSet(grid: start.grid, count: endRates.count))
      earlier?.copy(from: found)
    }
    return nil
  }

  package func advanceAside(_ copy: FieldSet, from time: Double, by step: Double) throws(NumericalFailure) {
    // The pair of the end may hold a step that is about to count, but its stages are lost.
    memories.withLock { $0.pendingTime = nil }
    let start = try start(copy, time, { _ in })
    var record = try account.map { account throws(NumericalFailure) in try StageRecord(account, copy, from: time) }
    try stages(copy, start: start.solution, startRates: start.rates, from: time, by: step, &record, { _ in })
    parts.stage(
      into: copy, base: start.solution, share: 1, of: step, terms: lastTerms(start.rates),
      finishing: UnfinishedTerm(latest))
    try quasiSteady?.settle(copy, time: time + step)
    record?.finish(copy, by: step, scheme)
  }

  /// But where there is an account: what the processes add is known from a step alone.
  package var remembersStep: Bool { account == nil && memories.withLock { $0.pendingTime } != nil }

  package func advanceWithin(_ copy: FieldSet, from time: Double, by part: Double) throws(NumericalFailure) {
    let memory = memories.withLock { $0 }
    guard remembersStep, let whole = memory.pendingStep else { return try advanceAside(copy, from: time, by: part) }
    precondition(memory.pendingTime == time, "the step that was attempted last begins elsewhere")
    // Nobody needs the rates at the latest stage any more.
    if !memory.hasMiddle {
      try interpolate(copy, middle: (middle, 0.5), from: time, by: 0.5 * whole, of: whole)
      try evaluate(copy, time + 0.5 * whole, into: latest, { _ in })
      parts.finishCoefficients(latest)
      memories.withLock { $0.hasMiddle = true }
    }
    try interpolate(copy, middle: (latest, 1), from: time, by: part, of: whole)
  }

  /// The solution within the step that was attempted last, from the rates at its start, in its middle and at its end.
  private func interpolate(
    _ copy: FieldSet, middle: (rates: FieldSet, share: Double), from time: Double, by part: Double, of whole: Double
  ) throws(NumericalFailure) {
    let current = memories.withLock { $0.current }
    let (start, end) = (pairs[current], pairs[1 - current])
    let weights = scheme.weights(within: part / whole)
    let terms = [
      (start.rates, weights.start), (end.rates, weights.end),
      (middle.rates, weights.middle.map { middle.share * $0 }),
    ]
    parts.stage(into: copy, base: start.solution, share: 1, of: part, terms: terms, decays: parts.decays)
    try quasiSteady?.settle(copy, time: time + part)
  }

  /// Computes the rates at all stages but the first, the latest ones not yet along the first axis; `state` is lost.
  private func stages(
    _ state: FieldSet, start: FieldSet, startRates: FieldSet, from time: Double, by step: Double,
    _ record: inout StageRecord?, _ didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) {
    for (index, stage) in scheme.stages.enumerated() {
      let before = index == 0 ? nil : index == 1 ? middle : latest
      let terms = [(startRates, stage.weights[0])] + (before.map { [($0, stage.weights[index])] } ?? [])
      parts.stage(
        into: state, base: start, share: stage.node, of: step, terms: terms,
        finishing: before.map { UnfinishedTerm($0, addedTo: index == 2 ? middle : nil) },
        butLastAxis: passesThroughPoints)
      didFlow(.diffusion)
      let (now, target) = (time + stage.node * step, index == 0 ? middle : latest)
      if passesThroughPoints {
        passThroughPoints(state, keepsPoints: record != nil, now, into: target)
        didFlow(.diffusion)
      } else {
        try quasiSteady?.settle(state, time: now)
        try evaluate(state, now, into: target, didFlow)
      }
      try record?.passed(state, at: now)
    }
  }

  /// What the new solution is the sum of, with the rates at the start.
  private func lastTerms(_ start: FieldSet) -> [(set: FieldSet, weights: [Double])] {
    [(start, scheme.weights[0]), (middle, scheme.weights[1]), (latest, scheme.weights[3])]
  }

  /// The solution in coefficients and the rates at the start of a step, kept from the step before or made from the state.
  private func start(
    _ state: FieldSet, _ time: Double, _ didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> (solution: FieldSet, rates: FieldSet) {
    let memory = memories.withLock { $0 }
    let pair = pairs[memory.current]
    if memory.step == nil {
      pair.solution.copy(from: state)
      parts.toCoefficients(pair.solution, isNormalized: true)
      try evaluate(state, time, into: pair.rates, didFlow)
      parts.finishCoefficients(pair.rates)
      memories.withLock { $0.step = 0 }
    }
    return pair
  }

  /// The rates of a state, not yet along the first axis.
  private func evaluate(
    _ state: FieldSet, _ time: Double, into target: FieldSet, _ didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) {
    try rates.evaluate(state, time: time, into: target, didFlow: didFlow)
    parts.addRates(of: state, time: time, to: target)
    parts.toCoefficients(target, butFirstAxis: true)
    didFlow(.diffusion)
  }

  /// The same from a stage that has not gone along the last axis.
  private func passThroughPoints(_ stage: FieldSet, keepsPoints: Bool, _ time: Double, into target: FieldSet) {
    rates.countEvaluation()
    parts.passThroughPoints(of: stage, keepsPoints: keepsPoints, places: rates.places, to: target) {
      let start = ContinuousClock.now
      self.rates.replace($0, time: time, worker: $1)
      let spent = ContinuousClock.now - start
      self.reactionTime.withLock { $0 += spent }
    }
  }
}
