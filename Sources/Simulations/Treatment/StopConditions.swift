import Expressions
import Fields
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
}

/// Watches for what ends a run.
package final class StopConditions {
  package let conditions: [StopCondition]
  package private(set) var memory: StopMemory
  private let make: (Expression, [String: Double]) throws -> DomainCondition
  private let volumes: PointVolumes
  private let pool: WorkerPool
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

  /// Goes on from a checkpoint, if it is one of a run with as many conditions.
  package func restore(_ memory: StopMemory?) {
    guard let memory, memory.steadySince.count == conditions.count,
      memory.largestSizes.count == self.memory.largestSizes.count
    else { return }
    self.memory = memory
    if let reason = memory.reason, !conditions.contains(where: { $0.reason == reason }) { self.memory.reason = nil }
  }

  /// Whether each condition on the domain holds.
  package func holding(_ state: FieldSet, at time: Double, parameters: [String: Double]) throws -> [Bool] {
    if made?.parameters != parameters {
      made = (
        parameters,
        try conditions.map {
          if case .when(let condition) = $0.kind { try make(condition, parameters) } else { nil }
        }
      )
    }
    return (made?.conditions ?? []).map { $0?.holds(for: state, at: time) ?? false }
  }

  /// Takes note that the solution has jumped.
  package func restart() { memory.steadySince = conditions.map { _ in nil } }

  /// Looks at the end of a step; keeps the reason if the run ends here.
  package func look(
    at state: FieldSet, before: FieldSet, from start: Double, to end: Double, parameters: [String: Double]
  ) throws {
    let holding = try holding(state, at: end, parameters: parameters)
    let rate = rateOfChange(of: state, before: before, during: end - start)
    for (index, condition) in conditions.enumerated() where memory.reason == nil {
      switch condition.kind {
      case .when: if holding[index] { memory.reason = condition.reason }
      case .steady(let limit, let duration):
        guard rate <= limit else {
          memory.steadySince[index] = nil
          continue
        }
        let since = memory.steadySince[index] ?? start
        memory.steadySince[index] = since
        if end - since >= duration { memory.reason = condition.reason }
      }
    }
  }

  /// The largest over fields of `RMS(u − u_before)/(Δt RMS(u))`, a size below 1e-6 of the largest that the field has had
  /// counting as that; infinite if nobody asks.
  private func rateOfChange(of state: FieldSet, before: FieldSet, during step: Double) -> Double {
    let isAsked = conditions.contains { if case .steady = $0.kind { true } else { false } }
    guard isAsked else { return .infinity }
    return (0..<state.count).reduce(0) { worst, field in
      let sizes = state.errorSizes(field, against: before, old: before, volumes: volumes, pool: pool)
      memory.largestSizes[field] = max(memory.largestSizes[field], sizes.value)
      let size = max(sizes.value, 1e-6 * memory.largestSizes[field])
      let rate = sizes.difference == 0 ? 0 : sizes.difference / (step * size)
      return rate > worst || rate.isNaN ? rate : worst
    }
  }
}
