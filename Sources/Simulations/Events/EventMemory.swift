/// What is remembered from step to step of events whose time follows from the state.
package struct EventMemory: Codable, Hashable, Sendable {
  /// Of each event and each of its functions: the largest change per unit of time between two neighboring samples, since the latest
  /// look inside of a step.
  private var rates: [String: [Double]] = [:]
  /// The events for which the latest step has ended.
  private var happened: Happened?

  private struct Happened: Codable, Hashable, Sendable {
    let time: Double
    let names: Set<String>
  }

  package init() {}

  // MARK: What has happened

  /// The events that have happened at a time, at which a step has ended for that.
  ///
  /// The state of that time need not show it: an equality of numbers that are rounded holds only by luck.
  func happened(at time: Double) -> Set<String> { happened.flatMap { $0.time == time ? $0.names : nil } ?? [] }

  /// Takes note of the events for which a step ends.
  mutating func noteHappened(_ names: Set<String>, at time: Double) {
    happened = names.isEmpty ? nil : Happened(time: time, names: names)
  }

  /// Takes note that what follows from the events of the latest step has been done.
  mutating func forgetHappened() { happened = nil }

  // MARK: Where to look

  /// One looks inside of a step whenever its number is a multiple of this.
  static let interval = 64

  /// Whether one has to look inside of a step: a function may get from its values at both ends to where something happens
  /// and back, by as much as it has changed in this step, or would by the fastest change since the latest look inside.
  func asksForALook(
    inStep number: Int, of size: Double,
    _ ends: [(event: StateEvent, first: StateEvent.Values, last: StateEvent.Values)]
  ) -> Bool {
    if number.isMultiple(of: EventMemory.interval) { return true }
    return ends.contains { event, first, last in
      guard !first.hasHappened else { return false }
      guard !last.hasHappened else { return true }
      guard let known = rates[event.name], known.count == first.functions.count else { return true }
      let ranges = known.indices.map { index in
        let (a, b) = (first.functions[index], last.functions[index])
        let reach = max(known[index] * size, abs(a - b))
        let (low, high) = (min(a, b) - reach, max(a, b) + reach)
        return low <= high ? low...high : -Double.infinity...Double.infinity
      }
      return event.canHappen(for: ranges)
    }
  }

  /// Takes note of what was found in a step.
  ///
  /// - Parameter isInside: whether one has looked inside of it, so that what was known before counts no more.
  mutating func note(_ samples: [(part: Double, values: StateEvent.Values)], of event: StateEvent, isInside: Bool) {
    let known = isInside ? nil : rates[event.name]
    rates[event.name] = samples[0].values.functions.indices.map { index in
      let start = known.flatMap { index < $0.count ? $0[index] : nil } ?? 0
      return zip(samples, samples.dropFirst()).reduce(start) {
        let rate = abs($1.1.values.functions[index] - $1.0.values.functions[index]) / ($1.1.part - $1.0.part)
        return rate.isFinite ? max($0, rate) : $0
      }
    }
  }
}
