/// A rate of change written as `production − loss · u − Σ obstacles`, all parts of which are non-negative.
///
/// Without obstacles a field `u` that starts non-negative stays so, whatever the other fields do: where it is 0 it can
/// only grow.
package struct RateSplit: Sendable {
  /// What is added per unit of time.
  package let production: Expression
  /// The share of `u` that is lost per unit of time.
  package let loss: Expression
  /// What is taken whether there is any of `u` or not.
  package let obstacles: [Expression]
}

extension Expression {
  /// Splits the rate of change of a field into what is added and what is lost in proportion to the field itself.
  ///
  /// Sums and products of sums are written out until each term has a sign; a term that can have both, as `sin(t)`, becomes
  /// `max(e, 0) − max(−e, 0)`. A negative term belongs to the loss if it can be divided by the field, by its factors or
  /// because it vanishes with the field no slower than linearly.
  ///
  /// - Parameters:
  ///   - intervals: what is known of the symbols; the field itself must not be negative.
  ///   - isUniform: whether the field is the same everywhere, so that it can be taken out of integrals.
  ///   - isSigned: whether the sum of the parts must be the rate, and the loss must not be negative, also where the field is
  ///     negative.
  package func split(
    by field: Symbol, intervals: [Symbol: Interval], isUniform: Bool = false, isSigned: Bool = false
  ) -> RateSplit {
    var splitter = TermSplitter(field: field, intervals: intervals, isUniform: isUniform, isSigned: isSigned)
    let terms = splitter.split(splitter.graph.insert(self))
    var (production, losses, obstacles) = (terms.positive, [Int](), [Int]())
    for term in terms.negative {
      if let share = splitter.dividedByField(term) {
        losses.append(share)
        continue
      }
      // A sum that is a share of the field but for what is 0, or has another sign.
      let parts = splitter.summands(of: term)
      let shares = parts.positive.map { splitter.dividedByField($0) }
      if shares.contains(nil) {
        obstacles.append(term)
      } else {
        production += parts.negative
        losses += shares.compactMap(\.self)
      }
    }
    return RateSplit(
      production: splitter.sum(production), loss: splitter.sum(losses),
      obstacles: obstacles.map { splitter.graph.expression($0) })
  }
}

extension Expression {
  /// The expression divided by a field with which it vanishes, `e(u)/u`; nil if it does not vanish.
  ///
  /// Where the quotient has no limit, as `sqrt(u)/u`, it counts as 0 for `u ≤ 0`.
  ///
  /// - Parameter intervals: what is known of the symbols; the field itself must not be negative.
  package func share(of field: Symbol, intervals: [Symbol: Interval]) -> Expression? {
    var splitter = TermSplitter(field: field, intervals: intervals)
    let number = splitter.graph.insert(self)
    if let share = splitter.dividedByField(number) { return splitter.graph.expression(share) }
    guard substituting([field: .constant(0)]).constantValue == 0 else { return nil }
    let u = Expression.symbol(field)
    return .choice(.combined(.greater, u, .constant(0)), self / u, .constant(0))
  }
}

/// Writes an expression as a sum of terms with known signs.
private struct TermSplitter {
  let field: Symbol
  let intervals: [Symbol: Interval]
  let isUniform: Bool
  let isSigned: Bool
  var graph = ExpressionGraph()
  /// Of the nodes so far.
  private var known: [Interval] = []

  /// `Σ positive − Σ negative`, no term of which is negative.
  struct Terms {
    var positive: [Int] = []
    var negative: [Int] = []

    static prefix func - (terms: Terms) -> Terms { Terms(positive: terms.negative, negative: terms.positive) }
    static func + (a: Terms, b: Terms) -> Terms {
      Terms(positive: a.positive + b.positive, negative: a.negative + b.negative)
    }
    /// Applies something linear to each term.
    func map(_ transform: (Int) -> Int) -> Terms {
      Terms(positive: positive.map(transform), negative: negative.map(transform))
    }
    var count: Int { positive.count + negative.count }
  }

  /// Products are not written out into more terms than this.
  private static let mostTerms = 64

  init(field: Symbol, intervals: [Symbol: Interval], isUniform: Bool = false, isSigned: Bool = false) {
    self.field = field
    self.isUniform = isUniform
    self.isSigned = isSigned
    self.intervals = intervals
  }

  mutating func interval(_ number: Int) -> Interval {
    while known.count <= number {
      known.append(graph.interval(of: graph[known.count], known: known, symbols: intervals))
    }
    return known[number]
  }

  mutating func sum(_ terms: [Int]) -> Expression {
    let zero = graph.constant(0)
    let total = terms.reduce(zero) { graph.sum($0, $1) }
    return graph.expression(total)
  }

  /// The terms of a sum, whatever sign it has as a whole; another node is the only term.
  mutating func summands(of number: Int) -> Terms {
    switch graph[number] {
    case .unary(.negate, let a): -summands(of: a)
    case .binary(.add, let a, let b): summands(of: a) + summands(of: b)
    case .binary(.subtract, let a, let b): summands(of: a) + -summands(of: b)
    default: split(number)
    }
  }

  mutating func split(_ number: Int) -> Terms {
    let interval = interval(number)
    if interval == Interval(0, 0) { return Terms() }
    if interval.isNonNegative { return Terms(positive: [number]) }
    if interval.isNonPositive { return Terms(negative: [graph.negative(number)]) }
    switch graph[number] {
    case .unary(.negate, let a): return -split(a)
    case .binary(.add, let a, let b): return split(a) + split(b)
    case .binary(.subtract, let a, let b): return split(a) + -split(b)
    case .binary(.multiply, let a, let b): return product(split(a), split(b)) ?? parts(number)
    case .binary(.divide, let a, let b) where self.interval(b).isNonNegative:
      return split(a).map { graph.quotient($0, b) }
    case .binary(.power, let a, let n):
      guard let exponent = graph.constantValue(n), exponent > 1, exponent.rounded() == exponent else { break }
      // An even power has a sign, so that this one is odd.
      let square = graph.power(a, graph.constant(exponent - 1))
      return split(a).map { graph.product(square, $0) }
    case .functional(let kind, let a) where kind == .integral || kind == .mean:
      return split(a).map { graph.add(.functional(kind, $0)) }
    case .choice(let condition, let a, let b):
      let zero = graph.constant(0)
      let (first, second) = (split(a), split(b))
      return first.map { graph.choice(condition, $0, zero) } + second.map { graph.choice(condition, zero, $0) }
    default: break
    }
    return parts(number)
  }

  /// The positive and the negative part of something of unknown sign.
  private mutating func parts(_ number: Int) -> Terms {
    let zero = graph.constant(0)
    let opposite = graph.negative(number)
    return Terms(
      positive: [graph.extremum(.max, number, zero)], negative: [graph.extremum(.max, opposite, zero)])
  }

  private mutating func product(_ a: Terms, _ b: Terms) -> Terms? {
    guard a.count * b.count <= TermSplitter.mostTerms else { return nil }
    var terms = Terms()
    for factor in b.positive { terms = terms + a.map { graph.product($0, factor) } }
    for factor in b.negative { terms = terms + -a.map { graph.product($0, factor) } }
    return terms
  }

  /// A term divided by the field, or nil if it does not vanish with it.
  mutating func dividedByField(_ term: Int) -> Int? {
    guard isSigned else { return factoredQuotient(term) ?? limitQuotient(term) }
    let anySign = intervals.merging([field: .all]) { $1 }
    guard let share = factoredQuotient(term), graph.expression(share).interval(anySign).isNonNegative else {
      return nil
    }
    return share
  }

  /// Takes the field out of the factors of a term.
  private mutating func factoredQuotient(_ number: Int) -> Int? {
    func both(_ a: Int, _ b: Int, _ combine: (inout ExpressionGraph, Int, Int) -> Int) -> Int? {
      guard let a = factoredQuotient(a), let b = factoredQuotient(b) else { return nil }
      return combine(&graph, a, b)
    }
    switch graph[number] {
    case .constant(0): return number
    case .symbol(field): return graph.constant(1)
    case .unary(.negate, let a): return factoredQuotient(a).map { graph.negative($0) }
    case .binary(.multiply, let a, let b):
      if let a = factoredQuotient(a) { return graph.product(a, b) }
      return factoredQuotient(b).map { graph.product(a, $0) }
    case .binary(.divide, let a, let b): return factoredQuotient(a).map { graph.quotient($0, b) }
    case .binary(.add, let a, let b): return both(a, b) { $0.sum($1, $2) }
    case .binary(.subtract, let a, let b): return both(a, b) { $0.difference($1, $2) }
    case .binary(let operation, let a, let b) where (operation == .min || operation == .max) && !isSigned:
      // The field is not negative, so that it leaves the order as it is.
      return both(a, b) { $0.extremum(operation, $1, $2) }
    case .binary(.power, let a, let n):
      guard interval(n).low >= 1, interval(a).isNonNegative || graph.constantValue(n) != nil else { return nil }
      let one = graph.constant(1)
      let lower = graph.power(a, graph.difference(n, one))
      return factoredQuotient(a).map { graph.product($0, lower) }
    case .choice(let condition, let a, let b): return both(a, b) { $0.choice(condition, $1, $2) }
    case .functional(let kind, let a) where isUniform && (kind == .integral || kind == .mean):
      return factoredQuotient(a).map { graph.add(.functional(kind, $0)) }
    default: return nil
    }
  }

  /// `e(u)/u` with its limit `e′(0)` at 0, where `e(0) = 0` and that limit is finite.
  private mutating func limitQuotient(_ number: Int) -> Int? {
    let term = graph.expression(number)
    let empty: [Symbol: Expression] = [field: .constant(0)]
    guard term.substituting(empty).constantValue == 0 else { return nil }
    let limit = term.derivative(by: field).substituting(empty)
    guard !limit.hasUndefinedNumber else { return nil }
    let u = graph.symbol(field)
    let (quotient, slope, zero) = (graph.quotient(number, u), graph.insert(limit), graph.constant(0))
    return graph.choice(graph.comparison(.greater, u, zero), quotient, slope)
  }
}
