/// A part of an expression that is infinite where its divisor is 0, as `1/(2 - u)` is where `u` is 2.
package struct Pole: Hashable, Sendable {
  package let part: Expression
  /// What is 0 there, as `2 - u`: a factor of the denominator.
  package let divisor: Expression
  /// The expression that contains the part.
  ///
  /// Integrals along an axis, convolutions and delayed values count as 1 in it.
  package let whole: Expression

  /// Whether the divisor depends on the solution, not on positions and the time alone.
  package var dependsOnSolution: Bool {
    divisor.nodes.contains { node in
      switch node {
      case .symbol(.field), .functional: true
      default: false
      }
    }
  }
}

extension Expression {
  /// The parts that are divided by something that can change its sign in the course of time.
  ///
  /// These are quotients, powers with whole exponents below 0, and tangents. What a functional is taken of is looked into as well, as an expression of its own. Not found are
  /// divisors with integrals along an axis, convolutions or delayed values in them.
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
    let whole = Expression.build { target in
      var map: [Int] = []
      for node in nodes[...root] {
        switch node {
        case .lineFunctional, .convolution, .delay: map.append(target.constant(1))
        default: map.append(target.add(node.mapOperands { map[$0] }))
        }
      }
      return map[root]
    }
    return divisions.compactMap { number, divisor in
      let found = expression(divisor)
      guard known[divisor].low < 0, known[divisor].high > 0, !found.hasDistributions,
        !found.nodes.contains(where: { if case .delay = $0 { true } else { false } }),
        found.symbols.contains(where: \.changesInTime)
          || found.nodes.contains(where: { if case .functional = $0 { true } else { false } })
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
