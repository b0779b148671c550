/// A part of an expression that is a number for some arguments only: `argument^p` with an exponent that is not whole, `sqrt`,
/// `log`, `log10`, or a quotient whose denominator is the argument.
package struct RestrictedPart: Hashable, Sendable {
  /// The whole part, as in `u^1.5`.
  package let part: Expression
  /// What must be at least 0; for a logarithm, a quotient and a negative exponent it must not be 0 either.
  package let argument: Expression
  /// Whether the argument is known to be at least 0 for all values that the symbols can have.
  package let isProven: Bool
}

extension Expression {
  /// The number that stands for 0 where an argument must not be 0.
  ///
  /// A factor that is 0 then makes the product 0, as the limits of `u·log(u)` and of `u·v/(u + v)` are; its inverse can be squared.
  static let leastArgument = 1e-140

  /// The expression with all that has a restricted domain evaluated inside of its domain.
  ///
  /// Fields of at least 0 that occur in an argument of `sqrt`, `log`, `^` or in a denominator count as `max(u, 0)` in the whole term,
  /// and an argument with fields that is at least 0 for all values in the intervals, and must not be 0, as at least 1e-140: `u^1.5`
  /// becomes `max(u, 0)^1.5`, and `u*v/(u + v)` has the value 0 where `u` and `v` are 0. The value is the same, bit for bit, wherever
  /// the symbols are in their intervals and the argument is at least 1e-140. Where rounding or the error of a step has taken a field
  /// below 0, the value is that at 0. Quotients and logarithms inside `where` are left to its condition.
  ///
  /// An expression without a limit, as `v/u` or `log(u)` where `u` is 0, keeps what it has there: it is no finite number. Only `0/0`
  /// is 0 in it.
  ///
  /// An argument that may be negative for values in the intervals, as that of `sqrt(1 - u)`, counts as 0 where it is less than that by
  /// at most a share of its terms.
  ///
  /// An argument may be positive in the intervals, but not where a field is below 0 by as much as its error, as that of `u/(1e-6 + u)`. There a
  /// field counts as no lower than where the argument is half of its smallest value, here as `max(u, -5e-7)`: beyond the pole a loss would have become a gain, or the other way round.
  ///
  /// - Parameters:
  ///   - intervals: what is known of the symbols; the others can have any value.
  ///   - tolerance: that share.
  ///   - errors: by how much fields of at least 0 may be computed below 0.
  package func keptInDomain(
    _ intervals: [Symbol: Interval], tolerance: Double = 0, errors: [Symbol: Double] = [:]
  ) -> Expression {
    let scaled = scalingHills(intervals.compactMapValues(\.single))
    let projected = DomainAnalysis(scaled, intervals, errors: errors).projectingFields()
    let analysis = DomainAnalysis(projected, intervals)
    let raised = analysis.raisingArguments(tolerance: tolerance)
    guard analysis.hasPoles,
      raised.differs(from: analysis.raisingArguments(tolerance: tolerance, scale: 1e20), intervals)
    else { return raised }
    return analysis.raisingArguments(tolerance: tolerance, keepsPoles: true)
  }

  /// Whether two expressions of one structure have other values somewhere where fields are 0 and the others 1.
  private func differs(from other: Expression, _ intervals: [Symbol: Interval]) -> Bool {
    zip(pointwiseParts, other.pointwiseParts).contains { one, other in
      let fields = one.symbols.filter { if case .field = $0 { true } else { false } }.sorted { "\($0)" < "\($1)" }
      var values: [Symbol: Double] = [:]
      for symbol in one.symbols {
        let known = intervals[symbol] ?? .all
        let middle = 0.5 * (known.low + known.high)
        values[symbol] = known.single ?? (middle.isFinite ? middle : 1)
      }
      return Expression.zeros(of: fields.count).contains { zeros in
        for (index, field) in fields.enumerated() { values[field] = zeros.contains(index) ? 0 : 1 }
        guard let a = one.value(at: values), let b = other.value(at: values), a.isFinite, b.isFinite else {
          return false
        }
        return abs(a - b) > 1e-6 * max(abs(a), abs(b))
      }
    }
  }

  /// Which of some fields are 0: all choices of few, else all, none, each, and all but each.
  private static func zeros(of count: Int) -> [Set<Int>] {
    if count <= 6 { return (0..<(1 << count)).map { bits in Set((0..<count).filter { bits >> $0 & 1 == 1 }) } }
    let all = Set(0..<count)
    return [[], all] + (0..<count).flatMap { [[$0], all.subtracting([$0])] }
  }

  /// What is evaluated at points: the expression, and the arguments of the functionals in it, which count as 1.
  private var pointwiseParts: [Expression] {
    let (distributions, plain) = Expression.extractingDistributions([self])
    let (functionals, parts) = Expression.extractingFunctionals(plain + distributions.map(\.argument))
    return parts + functionals.map(\.argument)
  }

  /// The parts whose domain does not contain all numbers.
  ///
  /// Parts whose argument cannot leave its domain, whatever the values of the fields, are not among them.
  package func restrictedParts(_ intervals: [Symbol: Interval]) -> [RestrictedPart] {
    let domain = DomainAnalysis(self, intervals)
    return domain.limits.indices.compactMap { number in
      guard let limit = domain.limits[number] else { return nil }
      return RestrictedPart(
        part: domain.graph.expression(number), argument: domain.graph.expression(limit.argument),
        isProven: limit.isProven)
    }
  }

  /// The first part that is no finite number although all that it is made of is finite; nil if there is none.
  ///
  /// Parts that contain a symbol without a value, a functional, a convolution or a delayed value are passed over, and so are the
  /// branches that `where` does not take.
  package func undefinedPart(at values: [Symbol: Double]) -> Expression? {
    var results: [Double?] = []
    results.reserveCapacity(nodes.count)
    for node in nodes {
      let operands = node.operands.map { results[$0] }
      switch node {
      case .constant(let value): results.append(value)
      case .truth(let holds): results.append(holds ? 1 : 0)
      case .symbol(let symbol): results.append(values[symbol])
      case .unary(let operation, _): results.append(operands[0].map(operation.value))
      case .binary(let operation, _, _):
        if let a = operands[0], let b = operands[1] {
          results.append(operation.value(a, b))
        } else {
          results.append(nil)
        }
      case .choice: results.append(operands[0].flatMap { $0 != 0 ? operands[1] : operands[2] })
      case .functional, .lineFunctional, .convolution, .delay: results.append(nil)
      }
    }
    // What the value is made of: of a choice only the branch that is taken.
    var isUsed = nodes.map { _ in false }
    isUsed[nodes.count - 1] = true
    for number in nodes.indices.reversed() where isUsed[number] {
      if case .choice(let condition, let a, let b) = nodes[number] {
        isUsed[condition] = true
        if let holds = results[condition] { isUsed[holds != 0 ? a : b] = true }
      } else {
        for operand in nodes[number].operands { isUsed[operand] = true }
      }
    }
    let found = nodes.indices.first { number in
      guard isUsed[number], let value = results[number], !value.isFinite else { return false }
      return nodes[number].operands.allSatisfy { results[$0]?.isFinite ?? true }
    }
    guard let found else { return nil }
    var graph = ExpressionGraph()
    let numbers = graph.insert(nodes)
    return graph.expression(numbers[found])
  }
}

/// The operations of an expression that have a restricted domain.
private struct DomainAnalysis {
  struct Limit {
    let argument: Int
    /// What the argument must be at least.
    let least: Double
    let isProven: Bool
    /// How far below 0 fields may be in it, as a share of their errors.
    let share: Double
  }

  var graph = ExpressionGraph()
  private let root: Int
  /// Of each node; nil where all numbers will do.
  private(set) var limits: [Limit?] = []
  private let known: [Interval]
  /// Whether each node depends on fields at the same point.
  private let dependsOnFields: [Bool]
  /// By how much fields may be below 0.
  private let errors: [Symbol: Double]

  /// Whether there are arguments that must not be 0.
  var hasPoles: Bool { limits.contains { ($0?.least ?? 0) > 0 } }

  init(_ expression: Expression, _ intervals: [Symbol: Interval], errors: [Symbol: Double] = [:]) {
    root = graph.insert(expression)
    // Once with what is known, and once with fields of any value.
    let anyFields = intervals.filter { if case .field = $0.key { false } else { true } }
    let known = DomainAnalysis.intervals(intervals, graph)
    let loose = DomainAnalysis.intervals(anyFields, graph)
    self.errors = errors
    let computed = DomainAnalysis.intervals(DomainAnalysis.widened(intervals, by: errors), graph)
    self.known = known
    let dependsOnFields = DomainAnalysis.dependences(graph)
    self.dependsOnFields = dependsOnFields
    let isUnconditional = DomainAnalysis.unconditional(root, graph)
    for (number, node) in graph.nodes.enumerated() {
      guard let (argument, least) = DomainAnalysis.argument(of: node, known) else {
        limits.append(nil)
        continue
      }
      let (mayBeZero, isProven) = (least == 0, known[argument].low >= 0)
      let isSafe = mayBeZero ? loose[argument].low >= 0 : loose[argument].low > 0 || loose[argument].high < 0
      // A positive bound leaves room for what is slightly out of its interval.
      let isFar = computed[argument].low > 0 || !mayBeZero && computed[argument].high < 0
      let isLeft = !mayBeZero && !(isUnconditional[number] && dependsOnFields[argument])
      if isSafe || isFar || isLeft {
        limits.append(nil)
        continue
      }
      let share = known[argument].low > 0 ? share(of: argument, intervals) : 0
      limits.append(Limit(argument: argument, least: least, isProven: isProven, share: share))
    }
  }

  private static func widened(_ intervals: [Symbol: Interval], by errors: [Symbol: Double]) -> [Symbol: Interval] {
    intervals.merging(
      errors.compactMap { symbol, error in
        guard let known = intervals[symbol], known.isNonNegative else { return nil }
        return (symbol, Interval(known.low - error, known.high))
      }
    ) { $1 }
  }

  /// The share of their errors by which fields may be below 0 so that an argument is at least half of its smallest value.
  private func share(of argument: Int, _ intervals: [Symbol: Interval]) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<40 {
      let middle = 0.5 * (low + high)
      let known = DomainAnalysis.intervals(
        DomainAnalysis.widened(intervals, by: errors.mapValues { middle * $0 }), graph)
      if known[argument].low >= 0.5 * self.known[argument].low { low = middle } else { high = middle }
    }
    return low
  }

  /// The argument of an operation that has a restricted domain, and the end of it.
  private static func argument(of node: Node, _ known: [Interval]) -> (Int, least: Double)? {
    switch node {
    case .unary(.sqrt, let a): return (a, 0)
    case .unary(.log, let a), .unary(.log10, let a): return (a, Expression.leastArgument)
    case .binary(.divide, _, let b): return (b, Expression.leastArgument)
    case .binary(.power, let a, let n):
      guard let exponent = known[n].single else { return (a, 0) }
      let isWhole = exponent.rounded() == exponent
      if exponent >= 0 { return isWhole ? nil : (a, 0) }
      // Its power shall be finite.
      return (a, BinaryOperation.power.value(Expression.leastArgument, min(1, -1 / exponent)))
    default: return nil
    }
  }

  private static func dependences(_ graph: ExpressionGraph) -> [Bool] {
    var found: [Bool] = []
    for node in graph.nodes {
      switch node {
      case .symbol(.field): found.append(true)
      case .functional: found.append(false)
      default: found.append(node.operands.contains { found[$0] })
      }
    }
    return found
  }

  private static func intervals(_ symbols: [Symbol: Interval], _ graph: ExpressionGraph) -> [Interval] {
    var known: [Interval] = []
    for node in graph.nodes { known.append(graph.interval(of: node, known: known, symbols: symbols)) }
    return known
  }

  /// Which operations are done whatever the conditions.
  private static func unconditional(_ root: Int, _ graph: ExpressionGraph) -> [Bool] {
    var found = graph.nodes.map { _ in false }
    found[root] = true
    for number in graph.nodes.indices.reversed() where found[number] {
      if case .choice(let condition, _, _) = graph.nodes[number] {
        found[condition] = true
      } else {
        for operand in graph.nodes[number].operands { found[operand] = true }
      }
    }
    return found
  }

  /// The expression with `max(u, 0)` in place of each field that cannot be negative and occurs in an argument, in all terms that
  /// have such arguments; or with the negative bound that the argument allows.
  func projectingFields() -> Expression {
    var hasLimit = graph.nodes.map { _ in false }
    // How far below 0 fields may be in an argument; nil if the node is in none.
    var shares: [Double?] = graph.nodes.map { _ in nil }
    for (number, node) in graph.nodes.enumerated() {
      hasLimit[number] = limits[number] != nil || node.operands.contains { hasLimit[$0] }
    }
    guard hasLimit[root] else { return graph.expression(root) }
    func bound(_ number: Int, by share: Double) { shares[number] = min(shares[number] ?? .infinity, share) }
    for limit in limits { if let limit { bound(limit.argument, by: limit.share) } }
    for number in graph.nodes.indices.reversed() {
      guard let share = shares[number] else { continue }
      for operand in graph.nodes[number].operands { bound(operand, by: share) }
    }
    // Each node as it is, with the fields replaced, and as a sum some terms of which have them replaced.
    return Expression.build { target in
      var (plain, projected, sum) = ([Int](), [Int](), [Int]())
      for (number, node) in graph.nodes.enumerated() {
        plain.append(target.add(node.mapOperands { plain[$0] }))
        if case .symbol(let symbol) = node, case .field = symbol, let share = shares[number],
          known[number].isNonNegative
        {
          let bound = target.constant(share == 0 ? 0 : -share * (errors[symbol] ?? 0))
          projected.append(target.extremum(.max, plain[number], bound))
        } else {
          projected.append(target.add(node.mapOperands { projected[$0] }))
        }
        switch node {
        case .unary(.negate, _), .binary(.add, _, _), .binary(.subtract, _, _):
          sum.append(target.add(node.mapOperands { sum[$0] }))
        default: sum.append(hasLimit[number] ? projected[number] : plain[number])
        }
      }
      return sum[root]
    }
  }

  /// The expression with the arguments raised to the ends of their domains.
  ///
  /// - Parameters:
  ///   - scale: of the least arguments that must not be 0.
  ///   - keepsPoles: whether arguments that must not be 0 stay as they are, but for `0/0`, which is 0.
  func raisingArguments(tolerance: Double, scale: Double = 1, keepsPoles: Bool = false) -> Expression {
    guard limits.contains(where: { $0 != nil }) else { return graph.expression(root) }
    return Expression.build { target in
      var map: [Int] = []
      for (number, node) in graph.nodes.enumerated() {
        let moved = node.mapOperands { map[$0] }
        guard let limit = limits[number], !keepsPoles || limit.least == 0 || node.isQuotient,
          var raised = raised(limit, of: node, map, tolerance: tolerance, scale: scale, &target)
        else {
          map.append(target.add(moved))
          continue
        }
        if keepsPoles, case .binary(.divide, let a, let b) = moved {
          raised = target.choice(target.comparison(.equal, a, target.constant(0)), raised, b)
        }
        switch moved {
        case .unary(let operation, _): map.append(target.unary(operation, raised))
        case .binary(let operation, let a, _) where operation == .divide: map.append(target.quotient(a, raised))
        case .binary(let operation, _, let b): map.append(target.binary(operation, raised, b))
        default: map.append(target.add(moved))
        }
      }
      return map[root]
    }
  }

  /// An argument, raised; nil where it stays as it is.
  private func raised(
    _ limit: Limit, of node: Node, _ map: [Int], tolerance: Double, scale: Double, _ target: inout ExpressionGraph
  ) -> Int? {
    let (argument, least) = (map[limit.argument], target.constant(scale * limit.least))
    if limit.isProven {
      if case .binary(.max, let inner, let bound) = target[argument], target.constantValue(bound) == 0 {
        return target.extremum(.max, inner, least)
      }
      return target.extremum(.max, argument, least)
    }
    // A denominator may have any sign.
    if case .binary(.divide, _, _) = node { return nil }
    guard tolerance > 0, isDifference(limit.argument) else { return nil }
    let size = target.product(target.constant(-tolerance), magnitude(limit.argument, map, &target))
    return target.choice(
      target.comparison(.less, argument, size), argument, target.extremum(.max, argument, least))
  }

  private func isDifference(_ number: Int) -> Bool {
    switch graph[number] {
    case .binary(.subtract, _, _), .binary(.add, _, _): true
    case .binary(.multiply, let a, let b): isDifference(a) || isDifference(b)
    case .binary(.divide, let a, _), .unary(.negate, let a): isDifference(a)
    default: false
    }
  }

  /// The sum of the absolute values of all terms of a sum, and of its factors: `1 + |u| + |v|` of `1 - u - v`.
  private func magnitude(_ number: Int, _ map: [Int], _ target: inout ExpressionGraph) -> Int {
    switch graph[number] {
    case .binary(.subtract, let a, let b), .binary(.add, let a, let b):
      let (left, right) = (magnitude(a, map, &target), magnitude(b, map, &target))
      return target.sum(left, right)
    case .binary(.multiply, let a, let b):
      let (left, right) = (magnitude(a, map, &target), magnitude(b, map, &target))
      return target.product(left, right)
    case .binary(.divide, let a, let b):
      let (left, right) = (magnitude(a, map, &target), target.unary(.abs, map[b]))
      return target.quotient(left, right)
    case .unary(.negate, let a): return magnitude(a, map, &target)
    default: return target.unary(.abs, map[number])
    }
  }
}

extension Node {
  fileprivate var isQuotient: Bool { if case .binary(.divide, _, _) = self { true } else { false } }
}
