import Fields

/// An event that may happen inside of a step: one of some conditions comes true, or ceases to hold.
struct Watch {
  struct Part {
    let condition: DomainCondition
    /// Whether the condition is expected to hold, or not to.
    let expected: Bool
  }

  /// Of what is remembered about it.
  let name: String
  let parts: [Part]
  /// Number of comparisons in all conditions, and of turning points.
  let comparisonCount: Int
  /// The numbers of the turning points among them.
  let turningPoints: Set<Int>

  init(_ name: String, _ parts: [(DomainCondition, expected: Bool)]) {
    self.name = name
    self.parts = parts.map { Part(condition: $0.0, expected: $0.expected) }
    var (count, turningPoints) = (0, Set<Int>())
    for (condition, _) in parts {
      turningPoints.formUnion(condition.turningPoints.map { count + $0 })
      count += condition.comparisonCount
    }
    (comparisonCount, self.turningPoints) = (count, turningPoints)
  }

  /// Whether it can happen at a time that is not known beforehand.
  var canHappenInsideSteps: Bool { parts.contains { $0.condition.canChangeInsideSteps } }

  /// What a watch is at one moment.
  struct Look {
    let hasHappened: Bool
    /// All that is compared, as differences.
    let differences: [Double]
  }

  func look(at state: FieldSet, time: Double, _ side: ConditionTimes.Side = .at) -> Look {
    let looks = parts.map { $0.condition.look(at: state, time: time, side) }
    return Look(
      hasHappened: zip(parts, looks).contains { $0.expected == $1.holds }, differences: looks.flatMap(\.differences))
  }

  /// Whether it has happened where the differences have some values.
  func hasHappened(for differences: [Double]) -> Bool {
    var rest = differences[...]
    return parts.contains { part in
      let own = Array(rest.prefix(part.condition.comparisonCount))
      rest = rest.dropFirst(own.count)
      return part.condition.holds(for: own) == part.expected
    }
  }

  /// Whether it can have happened for some differences within ranges, or can happen in between because what is compared turns.
  func canHappen(for ranges: [ClosedRange<Double>]) -> Bool {
    if turningPoints.contains(where: { ranges[$0].lowerBound < 0 && ranges[$0].upperBound > 0 }) { return true }
    var rest = ranges[...]
    return parts.contains { part in
      let own = Array(rest.prefix(part.condition.comparisonCount))
      rest = rest.dropFirst(own.count)
      return part.condition.canHold(part.expected, for: own)
    }
  }
}

/// What is remembered from step to step of events inside of steps.
package struct WatchMemory: Codable, Hashable, Sendable {
  /// Of each watch and each difference: the largest change per unit of time between two neighboring looks, since the latest
  /// look inside of a step.
  private var rates: [String: [Double]] = [:]
  /// The events for which the latest step has ended.
  private var happened: Happened?

  private struct Happened: Codable, Hashable, Sendable {
    let time: Double
    /// Of watches.
    let names: Set<String>
  }

  package init() {}

  // MARK: What has happened

  /// The watches that have happened at a time, at which a step has ended for that.
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

  /// Whether one has to look inside of a step: what is compared may get from its values at both ends to where something happens
  /// and back, by as much as it has changed in this step, or would by the fastest change since the latest look inside.
  func asksForALook(inStep number: Int, of size: Double, _ ends: [(watch: Watch, first: Watch.Look, last: Watch.Look)])
    -> Bool
  {
    if number.isMultiple(of: WatchMemory.interval) { return true }
    return ends.contains { watch, first, last in
      guard !first.hasHappened else { return false }
      guard !last.hasHappened else { return true }
      guard let known = rates[watch.name], known.count == first.differences.count else { return true }
      let ranges = known.indices.map { index in
        let (a, b) = (first.differences[index], last.differences[index])
        let reach = max(known[index] * size, abs(a - b))
        let (low, high) = (min(a, b) - reach, max(a, b) + reach)
        return low <= high ? low...high : -Double.infinity...Double.infinity
      }
      return watch.canHappen(for: ranges)
    }
  }

  /// Takes note of what was found in a step.
  ///
  /// - Parameter isInside: whether one has looked inside of it, so that what was known before counts no more.
  mutating func note(_ looks: [(part: Double, look: Watch.Look)], of watch: Watch, isInside: Bool) {
    let known = isInside ? nil : rates[watch.name]
    rates[watch.name] = looks[0].look.differences.indices.map { index in
      let start = known.flatMap { index < $0.count ? $0[index] : nil } ?? 0
      return zip(looks, looks.dropFirst()).reduce(start) {
        let rate = abs($1.1.look.differences[index] - $1.0.look.differences[index]) / ($1.1.part - $1.0.part)
        return rate.isFinite ? max($0, rate) : $0
      }
    }
  }
}
