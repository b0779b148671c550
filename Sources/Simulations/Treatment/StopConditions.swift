import Expressions
import Fields
import Glibc
import TimeStepping

/// What ends a run before its time.
package struct StopCondition: Sendable {
  package enum Kind: Sendable {
    /// A condition on the whole domain.
    case when(Expression)
    /// No field changes by more than `rate` of its size per unit of time, during `duration`.
    case steady(rate: Double, duration: Double)
  }

  package let kind: Kind
  /// Why the run ends then, for people.
  package let reason: String

  package init(_ kind: Kind, reason: String) {
    self.kind = kind
    self.reason = reason
  }
}

/// What the conditions that end a run remember, as a checkpoint keeps it.
package struct StopMemory: Codable, Hashable, Sendable {
  /// Of each condition: the time since which the solution has been steady.
  package var steadySince: [Double?]
  /// The largest root mean square that each field has had.
  package var largestSizes: [Double]
  /// Why the run has ended.
  package var reason: String?
  /// How fast the solution has changed in the latest step since it jumped; nil before the first.
  var latestChange: Change?

  /// The rate of change in the middle of a step.
  struct Change: Codable, Hashable, Sendable {
    let time: Double
    let rate: Double
  }
}

/// Watches for what ends a run.
package final class StopConditions {
  package let conditions: [StopCondition]
  package private(set) var memory: StopMemory
  private let make: (Expression, [String: Double]) throws -> DomainCondition
  private let volumes: PointVolumes
  private let pool: WorkerPool
  /// When a steady state has lasted for long enough, if a step was shortened to end then.
  private var steadyEnd: Double?
  private var made: (parameters: [String: Double], conditions: [DomainCondition?])?

  /// - Parameter make: a condition, with some parameters changed.
  package init(
    _ conditions: [StopCondition], fieldCount: Int, volumes: PointVolumes, pool: WorkerPool,
    make: @escaping (Expression, [String: Double]) throws -> DomainCondition
  ) {
    self.conditions = conditions
    self.make = make
    self.volumes = volumes
    self.pool = pool
    memory = StopMemory(
      steadySince: conditions.map { _ in nil }, largestSizes: [Double](repeating: 0, count: fieldCount))
  }

  /// Continues from a checkpoint, if it is one of a run with as many conditions.
  ///
  /// - Parameter isBranch: whether it is another run, which may go on where the first one has ended.
  package func restore(_ memory: StopMemory?, isBranch: Bool = false) {
    guard let memory, memory.steadySince.count == conditions.count,
      memory.largestSizes.count == self.memory.largestSizes.count
    else { return }
    self.memory = memory
    if isBranch { self.memory.reason = nil }
  }

  // MARK: Conditions on the domain

  /// Those of them, with some parameters changed; nil in place of the others.
  private func domainConditions(_ parameters: [String: Double]) throws -> [DomainCondition?] {
    if let made, made.parameters == parameters { return made.conditions }
    let conditions = try conditions.map { condition -> DomainCondition? in
      if case .when(let condition) = condition.kind { try make(condition, parameters) } else { nil }
    }
    made = (parameters, conditions)
    return conditions
  }

  /// What may happen inside of a step: a condition comes true.
  func watches(parameters: [String: Double]) throws -> [Watch] {
    try domainConditions(parameters).enumerated().compactMap { index, condition in
      condition.map { Watch(watchName(index), [($0, expected: true)]) }
    }
  }

  /// The next time at which a condition can come true by the time alone, or a steady state has lasted for long enough; nil if
  /// none is known.
  func nextTime(after time: Double, parameters: [String: Double]) throws -> Double? {
    let switches = try domainConditions(parameters).compactMap { $0?.switches.next(after: time) }
    let ends = zip(conditions, memory.steadySince).compactMap { condition, since -> Double? in
      guard let since, case .steady(_, let duration) = condition.kind else { return nil }
      return DoseTimes.isReached(since + duration, at: time) ? nil : since + duration
    }
    return (switches + ends).min()
  }

  /// Keeps the reason if a steady state has lasted for long enough, or a condition holds, at a time, or just after it by the time
  /// alone.
  ///
  /// - Parameter happened: the watches that have happened, whether or not the state, which is rounded, shows it.
  /// - Throws: `TreatmentFailure` if a condition is neither true nor false.
  func look(at state: FieldSet, time: Double, parameters: [String: Double], happened: Set<String>) throws {
    for (condition, since) in zip(conditions, memory.steadySince) where memory.reason == nil {
      guard let since, case .steady(_, let duration) = condition.kind else { continue }
      if DoseTimes.isReached(since + duration, at: time) { memory.reason = condition.reason }
    }
    for (index, made) in try domainConditions(parameters).enumerated() where memory.reason == nil {
      guard let made, try happened.contains(watchName(index)) || made.holds(for: state, aroundTime: time) else {
        continue
      }
      memory.reason = conditions[index].reason
    }
  }

  private func watchName(_ index: Int) -> String { "stop \(index)" }

  // MARK: Steady states

  var hasSteadyStates: Bool { conditions.contains { if case .steady = $0.kind { true } else { false } } }

  /// Takes note that the solution has jumped.
  package func restart() {
    memory.steadySince = conditions.map { _ in nil }
    memory.latestChange = nil
  }

  /// When a steady state has lasted for long enough inside of a step, which is then to be shortened; nil if none has.
  func endOfSteadyState(
    at state: FieldSet, before: FieldSet, from start: Double, to end: Double
  ) -> Double? {
    steadyEnd = nil
    guard hasSteadyStates else { return nil }
    let change = change(of: state, before: before, from: start, to: end).change
    return zip(conditions, memory.steadySince).compactMap { condition, since -> Double? in
      guard case .steady(let limit, let duration) = condition.kind, change.rate <= limit else { return nil }
      let last = (since ?? fall(to: limit, change) ?? start) + duration
      return DoseTimes.isReached(last, at: start) || DoseTimes.isReached(end, at: last) ? nil : last
    }.min()
  }

  /// Takes note that a step was shortened to end where a steady state does.
  func shorten(to end: Double) { steadyEnd = end }

  /// Looks at the change in a step, and takes note since when the solution has been steady.
  ///
  /// A steady state begins where the rate of change, interpolated between the middles of steps, has fallen to the limit.
  func look(at state: FieldSet, before: FieldSet, from start: Double, to end: Double) {
    guard hasSteadyStates else { return }
    let (change, sizes) = change(of: state, before: before, from: start, to: end)
    memory.largestSizes = zip(memory.largestSizes, sizes).map { max($0, $1) }
    for (index, condition) in conditions.enumerated() {
      guard case .steady(let limit, _) = condition.kind else { continue }
      // The whole step, before it was shortened, was steady.
      guard change.rate <= limit || steadyEnd == end else {
        memory.steadySince[index] = nil
        continue
      }
      memory.steadySince[index] = memory.steadySince[index] ?? fall(to: limit, change) ?? start
    }
    memory.latestChange = change
  }

  /// When the rate of change has fallen to a limit, between the middle of the step before and that of the present one.
  private func fall(to limit: Double, _ change: StopMemory.Change) -> Double? {
    guard let earlier = memory.latestChange, earlier.rate.isFinite, change.rate > 0, earlier.rate > limit, limit > 0
    else { return nil }
    return earlier.time + (change.time - earlier.time) * log(earlier.rate / limit) / log(earlier.rate / change.rate)
  }

  /// The largest over fields of `RMS(u − u_before)/(Δt RMS(u))`, a size below 1e-6 of the largest that the field has had
  /// counting as that; and the sizes.
  private func change(
    of state: FieldSet, before: FieldSet, from start: Double, to end: Double
  ) -> (change: StopMemory.Change, sizes: [Double]) {
    let found = (0..<state.count).map {
      state.errorSizes($0, against: before, old: before, volumes: volumes, pool: pool)
    }
    let rate = zip(found, memory.largestSizes).reduce(0.0) { worst, next in
      let (sizes, largest) = next
      let size = max(sizes.value, 1e-6 * max(largest, sizes.value))
      let rate = sizes.difference == 0 ? 0 : sizes.difference / ((end - start) * size)
      return rate > worst || rate.isNaN ? rate : worst
    }
    return (StopMemory.Change(time: 0.5 * (start + end), rate: rate), found.map(\.value))
  }
}
