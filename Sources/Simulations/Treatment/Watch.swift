import Fields

/// Something that may happen inside of a step: one of some conditions comes true, or ceases to hold.
struct Watch {
  struct Part {
    let condition: DomainCondition
    /// Whether the condition is expected to hold, or not to.
    let expected: Bool
  }

  /// Of what is remembered about it.
  let name: String
  let parts: [Part]

  init(_ name: String, _ parts: [(DomainCondition, expected: Bool)]) {
    self.name = name
    self.parts = parts.map { Part(condition: $0.0, expected: $0.expected) }
  }

  /// What a watch is at one moment.
  struct Look {
    fileprivate let parts: [DomainCondition.Look]
    let hasHappened: Bool
    /// Positive where it has happened, negative where not; NaN where that cannot be said.
    let margin: Double

    /// All that is compared, as differences.
    var differences: [Double] { parts.flatMap(\.differences) }
  }

  func look(at state: FieldSet, time: Double, _ side: DomainCondition.Side = .at) -> Look {
    let looks = parts.map { $0.condition.look(at: state, time: time, side) }
    let found = zip(parts, looks).map { part, look in part.expected ? look.margin : -look.margin }
    return Look(
      parts: looks, hasHappened: zip(parts, looks).contains { $0.expected == $1.holds },
      margin: found.contains(where: \.isNaN) ? .nan : found.max() ?? .nan)
  }

  /// Whether it may have happened between two moments, if each difference does not go further than `reach` beyond its
  /// values at both.
  func canHappen(between first: Look, _ last: Look, reaching reach: [Double]) -> Bool {
    var offset = 0
    for (index, part) in parts.enumerated() {
      let count = first.parts[index].differences.count
      defer { offset += count }
      let own = Array(reach[offset..<(offset + count)])
      if part.condition.canHold(part.expected, between: first.parts[index], last.parts[index], reaching: own) {
        return true
      }
    }
    return false
  }
}

/// How fast what is compared in conditions has changed inside of steps.
///
/// It says in which steps one has to look for a condition that comes true and ceases to hold before the end of the step.
package struct WatchMemory: Codable, Hashable, Sendable {
  /// Of each watch and each difference: the largest change per unit of time between two neighboring looks.
  private var rates: [String: [Double]] = [:]

  package init() {}

  /// One looks inside of a step whenever its number is a multiple of this.
  static let interval = 64

  /// Whether one has to look inside of a step: what is compared may get from its values at both ends to where something happens
  /// and back, by as much as it has changed in this step, or would by the fastest change that was seen latest.
  func asksForALook(inStep number: Int, of size: Double, _ ends: [(watch: Watch, first: Watch.Look, last: Watch.Look)])
    -> Bool
  {
    if number.isMultiple(of: WatchMemory.interval) { return true }
    return ends.contains { watch, first, last in
      guard !first.hasHappened else { return false }
      let differences = zip(first.differences, last.differences).map { abs($0 - $1) }
      guard let known = rates[watch.name], known.count == differences.count else { return true }
      return watch.canHappen(between: first, last, reaching: zip(known, differences).map { max($0 * size, $1) })
    }
  }

  /// Takes note of what was found in equal parts of a step.
  mutating func note(_ looks: [Watch.Look], of watch: Watch, apart distance: Double) {
    rates[watch.name] = looks[0].differences.indices.map { index in
      zip(looks, looks.dropFirst()).reduce(0) {
        let rate = abs($1.1.differences[index] - $1.0.differences[index]) / distance
        return rate.isFinite ? max($0, rate) : $0
      }
    }
  }
}
