import Fields

/// An event whose time follows from the state: one of some conditions comes true, or ceases to hold.
///
/// Its event functions are the differences `a − b` that its conditions compare; their signs say whether it has happened.
package struct StateEvent {
  struct Part {
    let condition: DomainCondition
    /// Whether the condition is expected to hold, or not to.
    let expected: Bool
  }

  /// Of what is remembered about it.
  let name: String
  private let parts: [Part]
  /// Number of differences of all conditions, and of turning points.
  let functionCount: Int
  /// The numbers of the turning points among them.
  let turningPoints: Set<Int>

  package init(_ name: String, _ parts: [(DomainCondition, expected: Bool)]) {
    self.name = name
    self.parts = parts.map { Part(condition: $0.0, expected: $0.expected) }
    var (count, turningPoints) = (0, Set<Int>())
    for (condition, _) in parts {
      turningPoints.formUnion(condition.turningPoints.map { count + $0 })
      count += condition.comparisonCount
    }
    (functionCount, self.turningPoints) = (count, turningPoints)
  }

  /// Whether it can happen at a time that is not known beforehand.
  var canHappenInsideSteps: Bool { parts.contains { $0.condition.canChangeInsideSteps } }

  /// What it is at one moment.
  struct Values {
    let hasHappened: Bool
    /// Of its functions.
    let functions: [Double]
  }

  func values(of state: FieldSet, at time: Double, _ side: ConditionTimes.Side = .at) -> Values {
    let looks = parts.map { $0.condition.look(at: state, time: time, side) }
    return Values(
      hasHappened: zip(parts, looks).contains { $0.expected == $1.holds }, functions: looks.flatMap(\.differences))
  }

  /// Whether it has happened where the functions have some values.
  func hasHappened(for values: [Double]) -> Bool {
    contains(values) { $0.condition.holds(for: $1) == $0.expected }
  }

  /// Whether it can have happened for some values within ranges, or can happen in between because what is compared turns.
  func canHappen(for ranges: [ClosedRange<Double>]) -> Bool {
    turningPoints.contains { ranges[$0].lowerBound < 0 && ranges[$0].upperBound > 0 }
      || contains(ranges) { $0.condition.canHold($0.expected, for: $1) }
  }

  /// Whether something is true of a part and what belongs to its functions.
  private func contains<Value>(_ values: [Value], where isTrue: (Part, [Value]) -> Bool) -> Bool {
    var rest = values[...]
    return parts.contains { part in
      let own = Array(rest.prefix(part.condition.comparisonCount))
      rest = rest.dropFirst(own.count)
      return isTrue(part, own)
    }
  }
}
