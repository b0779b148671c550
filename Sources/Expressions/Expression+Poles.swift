/// A part of an expression that is infinite where its divisor is 0, as `1/(2 - u)` is where `u` is 2.
package struct Pole: Hashable, Sendable {
  package let part: Expression
  /// What is 0 there, as `2 - u`: a factor of the denominator.
  package let divisor: Expression
  /// The expression that contains the part.
  package let whole: Expression

  /// The pole as it is seen at a point, where integrals along an axis, convolutions and delayed values count as 1; nil if the divisor has some.
  ///
  /// - Parameter delayed: symbols that stand for delayed values.
  package func atPoint(delayed: Set<Symbol>) -> Pole? {
    func isElsewhere(_ node: Node) -> Bool {
      switch node {
      case .lineFunctional, .convolution, .delay: true
      case .symbol(let symbol): delayed.contains(symbol)
      default: false
      }
    }
    guard !divisor.nodes.contains(where: isElsewhere) else { return nil }
    let local = Expression.build { target in
      var map: [Int] = []
      for node in whole.nodes {
        map.append(isElsewhere(node) ? target.constant(1) : target.add(node.mapOperands { map[$0] }))
      }
      return map[map.count - 1]
    }
    return Pole(part: part, divisor: divisor, whole: local)
  }

  /// Whether the divisor depends on the solution, not on positions and the time alone.
  package var dependsOnSolution: Bool {
    divisor.symbols.contains { if case .field = $0 { true } else { false } }
  }
}

extension Expression {
  /// The parts that are divided by something that can change its sign in the course of time.
  ///
  /// These are quotients, powers with whole exponents below 0, and tangents. What a functional is taken of is looked into as well, as an expression
  /// of its own.
  ///
  /// - Parameter intervals: what is known of the symbols; the others can have any value.
  package func poles(_ intervals: [Symbol: Interval]) -> [Pole] {
    var graph = ExpressionGraph()
    let root = graph.insert(self)
    let arguments = graph.nodes.compactMap { if case .functional(_, let argument) = $0 { argument } else { nil } }
    return ([root] + arguments).flatMap { graph.poles(of: $0, intervals) }
  }
}

extension ExpressionGraph {
  fileprivate mutating func poles(of root: Int, _ intervals: [Symbol: Interval]) -> [Pole] {
    let divisions = reachable(from: [root], entersConditions: false).flatMap { number in
      divisors(of: number).map { (number: number, divisor: $0) }
    }
    guard !divisions.isEmpty else { return [] }
    var known: [Interval] = []
    for node in nodes { known.append(interval(of: node, known: known, symbols: intervals)) }
    let whole = expression(root)
    return divisions.compactMap { number, divisor in
      let found = expression(divisor)
      guard known[divisor].low < 0, known[divisor].high > 0, found.symbols.contains(where: \.changesInTime)
      else { return nil }
      return Pole(part: expression(number), divisor: found, whole: whole)
    }
  }

  /// What an operation is infinite at the zeros of.
  private mutating func divisors(of number: Int) -> [Int] {
    switch self[number] {
    case .binary(.divide, _, let denominator): return factors(of: denominator)
    case .binary(.power, let base, let exponent):
      guard let exponent = constantValue(exponent), exponent < 0, exponent.rounded() == exponent else { return [] }
      return factors(of: base)
    case .unary(.tan, let angle): return [unary(.cos, angle)]
    default: return []
    }
  }

  /// What is 0 where a number is.
  private func factors(of number: Int) -> [Int] {
    switch self[number] {
    case .constant: []
    case .unary(.negate, let a), .unary(.abs, let a), .binary(.divide, let a, _): factors(of: a)
    case .binary(.multiply, let a, let b): factors(of: a) + factors(of: b)
    case .binary(.power, let base, let exponent) where (constantValue(exponent) ?? 0) > 0: factors(of: base)
    default: [number]
    }
  }
}

extension Symbol {
  fileprivate var changesInTime: Bool {
    switch self {
    case .field, .time: true
    default: false
    }
  }
}

/// The straight line between the values that all symbols have at two times at a point.
package struct PoleLine {
  private let start, end: [Symbol: Double]
  /// How far from the zero of the divisor the rate is looked at, as shares of the way to an end.
  private static let distances = (far: 0.3, near: 0.003)
  /// How many times as large the rate must be at the nearer one; at a pole of first order it is 100 times.
  private static let growth = 10.0

  /// - Parameters:
  ///   - start: of each symbol its value at the start.
  ///   - end: those of the symbols that have others at the end.
  package init(from start: [Symbol: Double], to end: [Symbol: Double]) { (self.start, self.end) = (start, end) }

  /// Whether the line passes a pole: whether an expression grows toward the zero of a divisor like the inverse of the distance.
  ///
  /// - Parameters:
  ///   - divisor: changes its sign between the shares `low` and `high` of the line.
  ///   - whole: what is divided by it.
  /// - Returns: the share of the line at which it is; nil if there is none.
  package func pole(ofDivisor divisor: Expression, in whole: Expression, between low: Double, and high: Double)
    -> Double?
  {
    var (before, after) = (low, high)
    guard let sign = value(divisor, before), sign != 0 else { return nil }
    for _ in 0..<100 {
      let middle = 0.5 * (before + after)
      guard middle > before, middle < after, let value = value(divisor, middle) else { break }
      if value * sign > 0 { before = middle } else { after = middle }
    }
    let grows = [(before, low), (after, high)].contains { zero, side in
      guard
        let far = value(whole, zero + PoleLine.distances.far * (side - zero)),
        let near = value(whole, zero + PoleLine.distances.near * (side - zero))
      else { return false }
      return !near.isFinite || abs(near) > PoleLine.growth * abs(far) && far != 0
    }
    return grows ? before : nil
  }

  private func value(_ expression: Expression, _ share: Double) -> Double? {
    expression.value(at: start.merging(end) { $0 + share * ($1 - $0) })
  }
}
