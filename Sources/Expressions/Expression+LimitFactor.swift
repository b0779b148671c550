extension Expression {
  /// Takes a factor `1 − u/K` out, with a number `K > 0`: what is left, and `K`; nil if there is no such factor.
  ///
  /// It is looked for among the factors of products, quotients and whole powers, parameters having been replaced by
  /// their values; `a − b u` is `a (1 − u/K)` with `K = a/b`.
  package func takingOutLimit(of field: Symbol) -> (rest: Expression, limit: Double)? {
    var graph = ExpressionGraph()
    let root = graph.insert(self)
    return graph.takingOutLimit(of: field, root).map { (graph.expression($0.rest), $0.limit) }
  }

  /// The values of a symbol at which a factor of the expression vanishes that is linear in it and has no other symbols.
  ///
  /// Factors are those of products, quotients and powers, and what `max` and `min` choose from.
  package func roots(of symbol: Symbol) -> [Double] {
    var roots: [Double] = []
    var graph = ExpressionGraph()
    var open = [graph.insert(self)]
    while let number = open.popLast() {
      switch graph[number] {
      case .unary(.negate, let a), .binary(.power, let a, _), .binary(.divide, let a, _): open.append(a)
      case .binary(.multiply, let a, let b), .binary(.max, let a, let b), .binary(.min, let a, let b): open += [a, b]
      default:
        let term = graph.expression(number)
        guard let slope = term.derivative(by: symbol).constantValue, slope != 0,
          let start = term.substituting([symbol: .constant(0)]).constantValue, (start / slope).isFinite
        else { continue }
        roots.append(-start / slope)
      }
    }
    return roots
  }
}

extension ExpressionGraph {
  fileprivate mutating func takingOutLimit(of field: Symbol, _ number: Int) -> (rest: Int, limit: Double)? {
    switch self[number] {
    case .unary(.negate, let a):
      return takingOutLimit(of: field, a).map { (negative($0.rest), $0.limit) }
    case .binary(.multiply, let a, let b):
      if let found = takingOutLimit(of: field, a) { return (product(found.rest, b), found.limit) }
      return takingOutLimit(of: field, b).map { (product(a, $0.rest), $0.limit) }
    case .binary(.divide, let a, let b) where constantValue(b) == nil:
      return takingOutLimit(of: field, a).map { (quotient($0.rest, b), $0.limit) }
    case .binary(.power, let a, let n):
      guard let exponent = constantValue(n), exponent >= 1, exponent.rounded() == exponent else { return nil }
      let lower = power(a, constant(exponent - 1))
      return takingOutLimit(of: field, a).map { (product($0.rest, lower), $0.limit) }
    default:
      let term = expression(number)
      guard let slope = term.derivative(by: field).constantValue, slope < 0,
        let start = term.substituting([field: .constant(0)]).constantValue, start > 0, (start / slope).isFinite
      else { return nil }
      return (constant(start), -start / slope)
    }
  }
}
