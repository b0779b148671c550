import Expressions

/// What is known beforehand of a condition: the signs of those of its comparisons that depend on the time alone, and the times at
/// which the time alone changes something in it.
package struct ConditionTimes: Sendable {
  /// The side of a time at which the time alone may make a condition come true or cease to hold.
  package enum Side: Sendable {
    case before, at, after
  }

  package let tree: ConditionTree
  /// Of each comparison; nil for those that depend on more than the time, or change too often.
  private let signs: [Signs?]
  /// Numbers of the comparisons that depend on the time alone and change too often to be followed.
  package let leftOut: [Int]
  package let switches: JumpTimes

  private struct Signs: Sendable {
    let values: TimeSigns
    let times: JumpTimes
  }

  /// - Parameter span: from the start to the end of the run.
  package init(_ condition: Expression, parameters: [String: Double], span: ClosedRange<Double>) {
    let values = Dictionary(uniqueKeysWithValues: parameters.map { (Symbol.parameter($0.key), $0.value) })
    let constants = values.mapValues { Expression.constant($0) }
    tree = ConditionTree(condition)
    let differences = tree.differences.map { $0.substituting(constants) }
    signs = differences.map { difference in
      guard difference.isOfTime else { return nil }
      return TimeSigns(difference, from: span.lowerBound, to: span.upperBound)
        .map { Signs(values: $0, times: JumpTimes($0.times)) }
    }
    let isKnown = signs.map { $0 != nil }
    leftOut = differences.indices.filter { differences[$0].isOfTime && !isKnown[$0] }
    let others = Expression.switchTimes(
      of: differences.indices.filter { !differences[$0].isOfTime }.map { differences[$0] }, parameters: values,
      from: span.lowerBound, to: span.upperBound, singleTimes: true)
    switches = JumpTimes(Set(signs.flatMap { $0?.values.times ?? [] } + others).sorted())
  }

  /// Whether a comparison depends on the time alone, and its sign is known.
  package func isKnown(_ comparison: Int) -> Bool { signs[comparison] != nil }

  /// The sign of a comparison at a time, or just before or after it; nil where it depends on more than the time.
  ///
  /// Times that differ by rounding alone are one: at it an equality holds.
  package func sign(of comparison: Int, at time: Double, _ side: Side) -> Double? {
    guard let (values, times) = signs[comparison].map({ ($0.values, $0.times) }) else { return nil }
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

extension Expression {
  /// Whether it depends on nothing but the time.
  fileprivate var isOfTime: Bool {
    nodes.allSatisfy { node in
      switch node {
      case .symbol(let symbol): symbol == .time
      case .functional, .lineFunctional, .convolution, .delay: false
      default: true
      }
    }
  }
}
