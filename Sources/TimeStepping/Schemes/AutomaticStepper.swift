import Fields
import Operators
import Synchronization

/// Advances all fields by steps of whichever scheme takes the least work for the tolerance.
///
/// At the start, after each jump, and when steps are rejected again and again, every candidate whose trial can be worth it
/// takes trial steps from the state at hand until its size for the tolerance is known; the one with the least work per unit
/// of time is taken. Every `interval` steps, or so seldom that it adds at most `share` to the work, each of the others
/// takes one step of the size with which it would be better by `margin`; if its error allows that, and what such errors add
/// up to where it is measured, it is taken from then on. A trial is worth it if it takes little of the work that it can save
/// until the next jump. Work is counted, with fixed weights, never read from a clock: the same run makes the same choices
/// everywhere.
package final class AutomaticStepper: Stepper {
  package struct Candidate: Sendable {
    package let name: String
    package let stepper: any Stepper

    package init(name: String, stepper: any Stepper) {
      self.name = name
      self.stepper = stepper
    }
  }

  package let candidates: [Candidate]
  private let stored: Mutex<Stored>

  private struct Stored {
    var current = 0
    var choice = SchemeChoice()
    /// Done so far, trials included.
    var work = Work()
  }

  /// Trial steps of one candidate.
  private static let mostTrials = 4
  /// Least steps between two looks at the alternatives.
  private static let interval = 50
  /// The work of a look, as a share of that of the steps until the next, and of what it can save.
  private static let share = 0.1
  /// So many steps in vain since the latest choice ask for another.
  private static let mostRejections = 20
  private static let mostRejectionsInARow = 2
  /// The first step after a jump, as a share of what the tolerance allows.
  private static let caution = 0.25
  /// By how much an alternative must be better.
  private static let margin = 1.5
  /// By how much the steps of an alternative may be longer.
  private static let hope = 3.0
  /// What a trial at the start or after a jump may take, as a share of what it can save.
  private static let stake = 0.5
  /// What a trial takes, in steps: two, and twice that where later ones have to know more.
  private static let trialSteps = 4.0
  /// What a look at an alternative takes, where what its errors add up to is measured as well.
  private static let lookSteps = 8.0

  package init(_ candidates: [Candidate]) {
    precondition(!candidates.isEmpty)
    self.candidates = candidates
    stored = Mutex(Stored())
  }

  private var current: any Stepper { candidates[stored.withLock { $0.current }].stepper }

  package var errorOrder: Int { current.errorOrder }
  package var growthTarget: Double { current.growthTarget }
  package var longestStep: Double { current.longestStep }
  package var needsTables: Bool { current.needsTables }
  package var remembersStep: Bool { current.remembersStep }
  package var fieldSetCount: Int { candidates.reduce(0) { $0 + $1.stepper.fieldSetCount } }
  package var work: Work { stored.withLock { $0.work } }
  package var reactionTimeWithinDiffusion: Duration {
    candidates.reduce(.zero) { $0 + $1.stepper.reactionTimeWithinDiffusion }
  }
  package var memory: [(name: String, set: FieldSet)] { current.memory }
  package var memorized: StepperMemory {
    get {
      var memory = current.memorized
      memory.choice = stored.withLock { $0.choice }
      return memory
    }
    set {
      stored.withLock { stored in
        stored.choice = newValue.choice ?? SchemeChoice()
        let name = stored.choice.decisions.last?.scheme
        stored.current = candidates.firstIndex { $0.name == name } ?? 0
      }
      current.memorized = newValue
    }
  }
  /// What was chosen so far.
  package var choice: SchemeChoice { stored.withLock { $0.choice } }

  package func attempt(
    _ state: FieldSet, from time: Double, by step: Double, measure: ErrorMeasure?,
    didFlow: (SplittingScheme.Part) -> Void
  ) throws(NumericalFailure) -> StepError? {
    let (stepper, before) = (current, current.work)
    defer { count(stepper.work - before) }
    return try stepper.attempt(state, from: time, by: step, measure: measure, didFlow: didFlow)
  }

  private func count(_ work: Work) { stored.withLock { $0.work = $0.work + work } }

  package func commit() {
    current.commit()
    stored.withLock { $0.choice.steps += 1 }
  }

  package func reject() {
    current.reject()
    stored.withLock { $0.choice.rejections += 1 }
  }

  package func advanceAside(_ copy: FieldSet, from time: Double, by step: Double) throws(NumericalFailure) {
    let (stepper, before) = (current, current.work)
    defer { count(stepper.work - before) }
    try stepper.advanceAside(copy, from: time, by: step)
  }

  package func advanceWithin(_ copy: FieldSet, from time: Double, by part: Double) throws(NumericalFailure) {
    let (stepper, before) = (current, current.work)
    defer { count(stepper.work - before) }
    try stepper.advanceWithin(copy, from: time, by: part)
  }

  package func restart() {
    for candidate in candidates { candidate.stepper.restart() }
    stored.withLock { $0.choice.isOutdated = true }
  }

  package func forgetValues(_ fields: [Int], of state: FieldSet) {
    for candidate in candidates { candidate.stepper.forgetValues(fields, of: state) }
  }

  // MARK: Choosing

  package func prepare(
    _ state: FieldSet, at time: Double, longest: Double, measure: ErrorMeasure, control: inout StepControl
  ) {
    let choice = choice
    guard candidates.count > 1 else { return }
    let isStuck =
      choice.rejections >= AutomaticStepper.mostRejections
      || control.memory.rejectionsInARow >= AutomaticStepper.mostRejectionsInARow
    if choice.isOutdated || isStuck {
      // Where steps are rejected they become shorter with every choice, so that there is an end to it.
      choose(state, time, isStuck ? min(longest, control.proposal) : longest, measure, &control)
    } else if choice.steps >= choice.pause ?? AutomaticStepper.interval {
      reconsider(state, time, longest, measure, &control)
    }
  }

  /// What a trial has found.
  private struct Finding {
    /// The size of a step for the tolerance.
    let size: Double
    /// Of a step of about this size.
    let cost: Double

    var costPerTime: Double { cost / size }
  }

  private func choose(
    _ state: FieldSet, _ time: Double, _ longest: Double, _ measure: ErrorMeasure, _ control: inout StepControl
  ) {
    let current = stored.withLock { $0.current }
    var (costs, untried) = ([String: Double](), [String]())
    var best: (index: Int, finding: Finding)?
    for index in [current] + candidates.indices.filter({ $0 != current }) {
      let (name, stepper) = (candidates[index].name, candidates[index].stepper)
      if index != current { stepper.restart() }
      if let known = best?.finding, !isWorthTrying(index, against: known, state, time, longest, measure, control) {
        untried.append(name)
        continue
      }
      guard let finding = search(index, state, time, longest, measure, control, best?.finding) else { continue }
      costs[name] = finding.costPerTime
      if best.map({ finding.costPerTime < $0.finding.costPerTime }) ?? true { best = (index, finding) }
    }
    // Where none can do it the present one is left to fail by itself.
    guard let (best, finding) = best else { return note(current, time) }
    note(best, time, costs, untried: untried)
    // After a jump all is in motion, and no step before has shown how fast: the first ones are shorter.
    let isFresh = control.memory.previousError == nil
    control.adopt(
      candidates[best].stepper, size: isFresh ? AutomaticStepper.caution * finding.size : finding.size)
  }

  /// Takes one step of each alternative, of the size with which it would be better.
  private func reconsider(
    _ state: FieldSet, _ time: Double, _ longest: Double, _ measure: ErrorMeasure, _ control: inout StepControl
  ) {
    let current = stored.withLock { $0.current }
    let size = min(control.proposal, longest)
    var measure = measure
    let before = work
    guard let own = trial(current, state, time, size, measure) else { return note(current, time) }
    var costs = [candidates[current].name: own.work.cost / size]
    var best: (index: Int, size: Double, cost: Double)?
    let saving = (1 - 1 / AutomaticStepper.margin) * own.work.cost * longest / size
    measure.isThorough = true
    for (index, candidate) in candidates.enumerated() where index != current {
      // What it takes must not depend on steps of long ago, which nobody remembers after a resumption.
      candidate.stepper.restart()
      guard let known = stepCost(index, state, time, min(size, candidate.stepper.longestStep), measure) else {
        continue
      }
      let wanted = AutomaticStepper.margin * known * size / own.work.cost
      guard wanted <= min(longest, control.bounds.largest, candidate.stepper.longestStep),
        AutomaticStepper.lookSteps * known < AutomaticStepper.share * saving
      else { continue }
      candidate.stepper.restart()
      if candidate.stepper.learnsFromSteps {
        guard trial(index, state, time, wanted, measure) != nil else { continue }
        candidate.stepper.commit()
      }
      guard let found = trial(index, state, time, wanted, measure), found.error <= 1 else { continue }
      let cost = found.work.cost / wanted
      costs[candidate.name] = cost
      if best.map({ cost < $0.cost }) ?? (cost < own.work.cost / size) { best = (index, wanted, cost) }
    }
    note(best?.index ?? current, time, costs)
    let steps = (work - before).cost / (AutomaticStepper.share * own.work.cost)
    stored.withLock { $0.choice.pause = steps > Double(AutomaticStepper.interval) ? Int(min(steps, 1e9)) : nil }
    if let best { control.adopt(candidates[best.index].stepper, size: best.size) }
  }

  private func note(_ index: Int, _ time: Double, _ costs: [String: Double] = [:], untried: [String] = []) {
    stored.withLock { stored in
      let isNew = stored.choice.decisions.isEmpty || index != stored.current
      stored.current = index
      stored.choice.steps = 0
      stored.choice.rejections = 0
      stored.choice.pause = nil
      stored.choice.isOutdated = false
      if isNew {
        stored.choice.decisions.append(
          .init(time: time, scheme: candidates[index].name, costs: costs, untried: untried))
      }
    }
  }

  /// Whether the trial of a candidate takes little of what it can save until the next jump.
  private func isWorthTrying(
    _ index: Int, against known: Finding, _ state: FieldSet, _ time: Double, _ longest: Double, _ measure: ErrorMeasure,
    _ control: StepControl
  ) -> Bool {
    let stepper = candidates[index].stepper
    // Where few steps are left there is nothing to save, and what a step takes need not be known.
    guard AutomaticStepper.stake * longest > AutomaticStepper.trialSteps * known.size else { return false }
    let size = min(known.size, control.bounds.largest, stepper.longestStep)
    guard let cost = stepCost(index, state, time, size, measure) else { return true }
    let hoped = min(AutomaticStepper.hope * known.size, control.bounds.largest, stepper.longestStep)
    let saving = (known.costPerTime - cost / hoped) * longest
    return AutomaticStepper.trialSteps * cost < AutomaticStepper.stake * saving
  }

  /// Looks for the size of a step for the tolerance; nil if none of those tried could be done at all.
  ///
  /// - Parameter known: the best candidate so far: the search begins at its size, and ends as soon as it is clear that
  ///   this one takes more work.
  private func search(
    _ index: Int, _ state: FieldSet, _ time: Double, _ longest: Double, _ measure: ErrorMeasure, _ control: StepControl,
    _ known: Finding?
  ) -> Finding? {
    let stepper = candidates[index].stepper
    var control = control
    control.adopt(stepper, size: known?.size ?? control.proposal)
    let limit = min(longest, control.longest)
    var size = min(control.proposal, limit)
    var finding: Finding?
    for _ in 0..<AutomaticStepper.mostTrials {
      guard let trial = trial(index, state, time, size, measure), trial.error.isFinite else {
        size *= 0.1
        continue
      }
      if finding == nil, stepper.learnsFromSteps { stepper.commit() }
      let next = min(control.size(after: size, error: trial.error), limit)
      let found = Finding(size: next, cost: trial.work.cost)
      finding = found
      if let known, found.costPerTime > AutomaticStepper.margin * known.costPerTime { break }
      if next > 0.8 * size && next < 1.3 * size || next == limit && size == limit { break }
      size = next
    }
    return finding
  }

  /// What a step of a candidate takes: as it was found when it was tried last, or else by a step whose error nobody asks for.
  private func stepCost(
    _ index: Int, _ state: FieldSet, _ time: Double, _ size: Double, _ measure: ErrorMeasure
  ) -> Double? {
    let (name, stepper) = (candidates[index].name, candidates[index].stepper)
    if let known = stored.withLock({ $0.choice.stepCosts[name] }) { return known }
    defer { state.copy(from: measure.start) }
    let before = stepper.work
    do throws(NumericalFailure) {
      _ = try stepper.attempt(state, from: time, by: size, measure: nil, didFlow: { _ in })
    } catch {
      return nil
    }
    let work = stepper.work - before
    count(work)
    stored.withLock { $0.choice.stepCosts[name] = work.cost }
    return work.cost
  }

  /// Takes a step and puts the state back; nil if it could not be done.
  ///
  /// - Returns: its error, or what such errors add up to where that is known and more, in units of the tolerance.
  private func trial(
    _ index: Int, _ state: FieldSet, _ time: Double, _ size: Double, _ measure: ErrorMeasure
  ) -> (error: Double, work: Work)? {
    defer { state.copy(from: measure.start) }
    let stepper = candidates[index].stepper
    let (before, occasional) = (stepper.work, stepper.occasionalWork)
    do throws(NumericalFailure) {
      let error = try stepper.attempt(state, from: time, by: size, measure: measure, didFlow: { _ in })
      let all = stepper.work - before
      let work = all - (stepper.occasionalWork - occasional)
      stored.withLock {
        $0.work = $0.work + all
        $0.choice.stepCosts[candidates[index].name] = work.cost
      }
      return (error.map { max($0.value, $0.sum ?? 0) } ?? .infinity, work)
    } catch {
      return nil
    }
  }
}
