extension Expression {
  /// A condition that holds where this one does, in whose comparisons no number has a kink or a jump that can be told apart by cases.
  ///
  /// `abs`, `min`, `max` and `where`, and by way of them `heaviside`, become cases: `abs(e) < d` is `e >= 0 && e < d || !(e >= 0) && -e < d`.
  /// A whole number `floor(e)` that is compared with a constant, or a line of it, becomes a comparison of `e`. What is inside of a functional stays as it
  /// is, and so do comparisons of the time alone, and those with more than six kinks.
  ///
  /// - Precondition: it is a condition.
  package var withoutKinks: Expression {
    Expression.build { graph in
      let root = graph.insert(self)
      return graph.withoutKinks(root)
    }
  }

  /// What is 0 where a number may turn or bend within a short time.
  ///
  /// Of what is inside of a functional these are the times at which the first and the last point comes to such a place.
  var turningPoints: [Expression] {
    var graph = ExpressionGraph()
    let root = graph.insert(self)
    func zeros(_ roots: [Int], isInside: Bool = false) -> [Expression] {
      let found = graph.reachable(from: roots, entersConditions: true).flatMap { number -> [Int] in
        // A sum over points does not turn with factors at each.
        if isInside, case .binary(let operation, _, _) = graph[number], operation == .multiply || operation == .divide {
          return []
        }
        return graph.zerosAtTurns(of: number)
      }
      return found.map { graph.expression($0) }.filter { $0.constantValue == nil && !$0.isOfTime }
    }
    let outside = zeros([root])
    let arguments = graph.nodes.compactMap { if case .functional(_, let argument) = $0 { argument } else { nil } }
    // A field alone does not cross 0.
    let inside = zeros(arguments, isInside: true).filter {
      $0.nodes.count > 1 && $0.symbols.contains { if case .field = $0 { true } else { false } }
    }
    return outside
      + [Functional.Kind.min, .max].flatMap { kind in inside.map { Expression.functional(kind, of: $0) } }
  }
}

extension ExpressionGraph {
  /// Comparisons with more kinks are left as they are, so that there are not too many cases.
  private static let mostKinks = 6

  fileprivate mutating func withoutKinks(_ condition: Int) -> Int {
    switch self[condition] {
    case .unary(.not, let a):
      let inner = withoutKinks(a)
      return unary(.not, inner)
    case .binary(let operation, let a, let b) where operation.isLogical:
      let (first, second) = (withoutKinks(a), withoutKinks(b))
      return logical(operation, first, second)
    case .binary(let operation, let a, let b) where operation.isComparison:
      let kinks = reachable(from: [a, b], entersConditions: true).filter(isKink)
      guard !expression(condition).isOfTime, kinks.count <= ExpressionGraph.mostKinks else { return condition }
      return cases(operation, a, b)
    default: return condition
    }
  }

  /// A comparison, by the cases of its kinks.
  private mutating func cases(_ operation: BinaryOperation, _ a: Int, _ b: Int) -> Int {
    guard let kink = reachable(from: [a, b], entersConditions: false).first(where: isKink) else {
      return wholeNumber(operation, a, b) ?? wholeNumber(operation.turned, b, a) ?? comparison(operation, a, b)
    }
    let condition: Int
    let values: [Int]
    switch self[kink] {
    case .unary(_, let e):
      let (zero, opposite) = (constant(0), negative(e))
      condition = comparison(.greaterOrEqual, e, zero)
      values = [e, opposite]
    case .choice(let decision, let x, let y):
      condition = withoutKinks(decision)
      values = [x, y]
    case .binary(let extremum, let x, let y):
      condition = comparison(extremum == .max ? .greaterOrEqual : .lessOrEqual, x, y)
      values = [x, y]
    default: preconditionFailure("other operations have no kink")
    }
    let opposite = unary(.not, condition)
    let parts = zip([condition, opposite], values).map { condition, value in
      let sides = replacing(kink, by: value, in: [a, b])
      let compared = cases(operation, sides[0], sides[1])
      return logical(.and, condition, compared)
    }
    return logical(.or, parts[0], parts[1])
  }

  /// `c·floor(e) + d` compared with a constant, as a comparison of `e`; nil for all else.
  private mutating func wholeNumber(_ operation: BinaryOperation, _ a: Int, _ b: Int) -> Int? {
    guard let limit = constantValue(b) else { return nil }
    switch self[a] {
    case .unary(.floor, let e): return wholeNumber(operation, argument: e, limit)
    case .unary(.negate, let e): return wholeNumber(operation.turned, e, constant(-limit))
    case .binary(.add, let x, let y):
      if let term = constantValue(y) { return wholeNumber(operation, x, constant(limit - term)) }
      return constantValue(x).flatMap { wholeNumber(operation, y, constant(limit - $0)) }
    case .binary(.subtract, let x, let y):
      if let term = constantValue(y) { return wholeNumber(operation, x, constant(limit + term)) }
      return constantValue(x).flatMap { wholeNumber(operation.turned, y, constant($0 - limit)) }
    case .binary(.multiply, let x, let y):
      guard let factor = constantValue(x), factor != 0 else { return nil }
      return wholeNumber(factor > 0 ? operation : operation.turned, y, constant(limit / factor))
    default: return nil
    }
  }

  private mutating func wholeNumber(_ operation: BinaryOperation, argument e: Int, _ limit: Double) -> Int? {
    func atLeast(_ value: Double, _ graph: inout ExpressionGraph) -> Int {
      let bound = graph.constant(value)
      return graph.comparison(.greaterOrEqual, e, bound)
    }
    let reached = atLeast(limit.rounded(.up), &self)
    let passed = atLeast(limit.rounded(.down) + 1, &self)
    let notReached = unary(.not, reached)
    let notPassed = unary(.not, passed)
    switch operation {
    case .greaterOrEqual: return reached
    case .greater: return passed
    case .less: return notReached
    case .lessOrEqual: return notPassed
    // Of what is no whole number the two are one.
    case .equal: return logical(.and, reached, notPassed)
    default: return logical(.or, notReached, passed)
    }
  }

  private func isKink(_ number: Int) -> Bool {
    switch self[number] {
    case .unary(.abs, _), .binary(.min, _, _), .binary(.max, _, _), .choice: !expression(number).isOfTime
    default: false
    }
  }

  /// What some numbers are made of, in rising order, without what is inside of functionals.
  func reachable(from roots: [Int], entersConditions: Bool) -> [Int] {
    var found = Set(roots)
    var open = roots
    while let number = open.popLast() {
      let operands: [Int] =
        switch self[number] {
        case .functional, .lineFunctional, .convolution, .delay: []
        case .choice(_, let a, let b) where !entersConditions: [a, b]
        default: self[number].operands
        }
      open += operands.filter { found.insert($0).inserted }
    }
    return found.sorted()
  }

  /// Numbers with another in place of one of their parts, outside of functionals.
  private mutating func replacing(_ part: Int, by other: Int, in roots: [Int]) -> [Int] {
    var map = [part: other]
    for number in reachable(from: roots, entersConditions: true) where number != part {
      switch self[number] {
      case .functional, .lineFunctional, .convolution, .delay: map[number] = number
      default: map[number] = add(self[number].mapOperands { map[$0] ?? $0 })
      }
    }
    return roots.map { map[$0] ?? $0 }
  }

  fileprivate mutating func zerosAtTurns(of number: Int) -> [Int] {
    switch self[number] {
    case .binary(.power, let base, let exponent):
      return constantValue(exponent).map { $0.remainder(dividingBy: 2) == 0 } ?? false ? [base] : []
    case .binary(.multiply, let a, let b): return constantValue(a) == nil && constantValue(b) == nil ? [a, b] : []
    case .binary(.divide, _, let b), .unary(.abs, let b): return [b]
    case .binary(.min, let a, let b), .binary(.max, let a, let b): return [difference(a, b)]
    case .binary(let operation, let a, let b) where operation.isComparison: return [difference(a, b)]
    // It jumps at each whole number.
    case .unary(.floor, let a):
      let scaled = product(constant(.pi), a)
      return [unary(.sin, scaled)]
    default: return []
    }
  }
}

extension BinaryOperation {
  /// The comparison with its sides exchanged.
  fileprivate var turned: BinaryOperation {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    default: self
    }
  }
}
