import Expressions
import Fields

/// What ends a run before its time.
package struct StopCondition: Sendable {
  package enum Kind: Sendable {
    /// A condition on the whole domain.
    case when(Expression)
    /// No field changes faster than by the share `rate` of its size per unit of time, during `duration`.
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
  /// Up to which the rates of the equations may differ from the changes in steps of a steady state, as they do by the error of a
  /// splitting; nil if they do not.
  var toleratedRate: Double?
  /// What keeps a steady state from being found; nil if nothing seems to.
  package internal(set) var unrest: Unrest?
  /// The start of the first step since the solution jumped; nil before it.
  var began: Double?

  /// The mean rate of change in a step, and the middle of it.
  struct Change: Codable, Hashable, Sendable {
    let time: Double
    let rate: Double
  }
}

/// Watches for what ends a run.
package final class StopConditions {
  package let conditions: [StopCondition]
  package internal(set) var memory: StopMemory
  private let condition: (Expression) throws -> DomainCondition
  let volumes: PointVolumes
  let pool: WorkerPool
  /// The relative error that a step may have; nil with fixed steps.
  let tolerance: Double?
  /// What was found in the step that was attempted last.
  var steadyLook: SteadyLook?
  /// Sets to find rates of change in, by what they are for.
  var steadySets: [String: FieldSet] = [:]

  /// - Parameters:
  ///   - tolerance: the relative error that a step may have; nil with fixed steps.
  ///   - condition: with the parameters in force.
  package init(
    _ conditions: [StopCondition], fieldCount: Int, tolerance: Double?, volumes: PointVolumes, pool: WorkerPool,
    condition: @escaping (Expression) throws -> DomainCondition
  ) {
    self.conditions = conditions
    self.condition = condition
    self.tolerance = tolerance
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

  /// Those of them, by their numbers.
  private var domainConditions: [(index: Int, condition: DomainCondition)] {
    get throws {
      try conditions.enumerated().compactMap { index, stop in
        if case .when(let expression) = stop.kind { (index, try condition(expression)) } else { nil }
      }
    }
  }

  /// What may happen inside of a step: a condition comes true.
  var stateEvents: [StateEvent] {
    get throws { try domainConditions.map { StateEvent(eventName($0.index), [($0.condition, expected: true)]) } }
  }

  /// Adds the times at which a condition can come true by the time alone, and at which a steady state has lasted for long enough.
  func addTimes(to known: inout KnownTimes) throws {
    for (_, condition) in try domainConditions { known.add(.conditionOnTime, condition.switches) }
    for (stop, since) in zip(conditions, memory.steadySince) {
      if let since, case .steady(_, let duration) = stop.kind { known.add(.steadyState, since + duration) }
    }
  }

  /// Keeps the reason if a steady state has lasted for long enough, or a condition holds, at a time.
  ///
  /// - Parameter happened: the events that have happened, whether or not the state, which is rounded, shows it.
  /// - Throws: `TreatmentFailure` if a condition is neither true nor false.
  func look(at state: FieldSet, time: Double, happened: Set<String>) throws {
    for (condition, since) in zip(conditions, memory.steadySince) where memory.reason == nil {
      guard let since, case .steady(_, let duration) = condition.kind else { continue }
      if DoseTimes.isReached(since + duration, at: time) { memory.reason = condition.reason }
    }
    for (index, condition) in try domainConditions where memory.reason == nil {
      guard try happened.contains(eventName(index)) || condition.holdsOnArrival(for: state, at: time) else { continue }
      memory.reason = conditions[index].reason
    }
  }

  /// Keeps the reason if a condition holds just after a time, by the time alone.
  ///
  /// - Parameters:
  ///   - state: after all that happens at that time.
  ///   - later: as in `DomainCondition.holdsJustAfter`.
  func lookJustAfter(_ state: FieldSet, time: Double, later: LaterStates) throws {
    for (index, condition) in try domainConditions where memory.reason == nil {
      guard try condition.holdsJustAfter(for: state, at: time, later: later) else { continue }
      memory.reason = conditions[index].reason
    }
  }

  private func eventName(_ index: Int) -> String { "stop \(index)" }
}
