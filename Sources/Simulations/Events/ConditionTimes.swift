import Expressions

/// What is known beforehand of a condition: the signs of those of its comparisons that depend on the time alone, and the times at
/// which the time alone changes something in it.
package struct ConditionTimes: Sendable {
  /// The side of a time at which the time alone may make a condition come true or cease to hold.
  package enum Side: Sendable {
    case before, at, after
  }

  package let tree: ConditionTree
  /// Of each comparison and each turning point; nil for those that depend on more than the time, or change too often.
  private let signs: [Signs?]
  /// Numbers of the comparisons that depend on the time alone and change too often to be followed.
  package let leftOut: [Int]
  package let switches: JumpTimes
  /// Those of the time alone inside of the other comparisons.
  private let inner: TimeComparisons
  private let innerTimes: [JumpTimes]

  private struct Signs: Sendable {
    let values: TimeSigns
    let times: JumpTimes
  }

  /// - Parameter span: from the start to the end of the run.
  package init(_ condition: Expression, parameters: [String: Double], span: ClosedRange<Double>) {
    let values = Dictionary(uniqueKeysWithValues: parameters.map { (Symbol.parameter($0.key), $0.value) })
    let constants = values.mapValues { Expression.constant($0) }
    tree = ConditionTree(condition.substituting(constants).withoutKinks)
    let differences = tree.watched
    signs = differences.map { difference in
      guard difference.isOfTime else { return nil }
      return TimeSigns(difference, from: span.lowerBound, to: span.upperBound)
        .map { Signs(values: $0, times: JumpTimes($0.times)) }
    }
    let isKnown = signs.map { $0 != nil }
    leftOut = differences.indices.filter { differences[$0].isOfTime && !isKnown[$0] }
    inner = TimeComparisons(in: differences.map { $0.isOfTime ? .constant(0) : $0 }, span: span)
    innerTimes = inner.signs.map { JumpTimes($0.times) }
    let others = Expression.switchTimes(
      of: inner.withoutComparisons, parameters: values, from: span.lowerBound, to: span.upperBound, singleTimes: true)
    let known = (signs.compactMap { $0?.values } + inner.signs).flatMap(\.times)
    switches = JumpTimes(Set(known + others).sorted())
  }

  /// Whether each comparison of the time alone that is a part of another one holds at a time, or just before or after it; nil where it
  /// is not known.
  package func innerTruths(at time: Double, _ side: Side) -> [Bool?] {
    inner.truths(zip(inner.signs, innerTimes).map { ConditionTimes.sign($0, $1, at: time, side) })
  }

  /// What is compared, as differences, where these comparisons hold or do not hold; 0 for what depends on the time alone.
  package func differences(where innerTruths: [Bool?]) -> [Expression] { inner.expressions(where: innerTruths) }

  /// Whether a comparison depends on the time alone, and its sign is known.
  package func isKnown(_ comparison: Int) -> Bool { signs[comparison] != nil }

  /// The sign of a comparison at a time, or just before or after it; nil where it depends on more than the time.
  ///
  /// Times that differ by rounding alone are one: at it an equality holds.
  package func sign(of comparison: Int, at time: Double, _ side: Side) -> Double? {
    signs[comparison].map { ConditionTimes.sign($0.values, $0.times, at: time, side) }
  }

  private static func sign(_ values: TimeSigns, _ times: JumpTimes, at time: Double, _ side: Side) -> Double {
    let here = times.indices(at: time)
    switch side {
    case .before: return values.sign(before: here.lowerBound)
    case .after: return values.sign(before: here.upperBound)
    case .at:
      if let single = here.first(where: { values.sign(at: $0) == 0 }) ?? here.first { return values.sign(at: single) }
      return values.sign(before: here.lowerBound)
    }
  }

  /// Whether it holds at some time of the run; nil where that depends on more than the time.
  package var everHolds: Bool? {
    guard signs.allSatisfy({ $0 != nil }) else { return nil }
    func holds(_ time: Double, _ side: Side) -> Bool {
      tree.holds(signs.indices.map { sign(of: $0, at: time, side) ?? .nan })
    }
    let times = switches.times
    guard let first = times.first else { return holds(0, .at) }
    return holds(first, .before) || times.contains { holds($0, .at) || holds($0, .after) }
  }
}
