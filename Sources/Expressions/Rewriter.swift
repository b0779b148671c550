/// Rebuilds expressions from the leaves up, replacing parts; each shared part is rebuilt once.
struct Rewriter {
  /// The replacement of a part whose own parts have been rebuilt, or nil to keep it.
  let replacement: (Expression) -> Expression?
  private var done: [Expression: Expression] = [:]

  init(_ replacement: @escaping (Expression) -> Expression?) { self.replacement = replacement }

  mutating func rewrite(_ expression: Expression) -> Expression {
    if let known = done[expression] { return known }
    let rebuilt = rebuild(expression)
    let result = replacement(rebuilt) ?? rebuilt
    done[expression] = result
    return result
  }

  private mutating func rebuild(_ expression: Expression) -> Expression {
    switch expression.node.form {
    case .constant, .symbol: return expression
    case .sum(let terms): return .sum(terms.map { rewrite($0) })
    case .product(let factors): return .product(factors.map { rewrite($0) })
    case .quotient(let a, let b): return rewrite(a) / rewrite(b)
    case .power(let a, let b): return .power(rewrite(a), rewrite(b))
    case .unary(let function, let a): return .unary(function, rewrite(a))
    case .binary(let function, let a, let b): return .binary(function, rewrite(a), rewrite(b))
    case .not(let a): return .not(rewrite(a))
    case .choice(let a, let b, let c): return .choice(if: rewrite(a), then: rewrite(b), else: rewrite(c))
    case .functional(let kind, let a): return .functional(kind, of: rewrite(a))
    case .convolution(let a, let b): return Expression(.convolution(kernel: rewrite(a), of: rewrite(b)))
    }
  }
}

extension Expression {
  /// The expression with symbols replaced, simplified.
  package func substituting(_ values: [Symbol: Expression]) -> Expression {
    guard !values.isEmpty, !symbols.isDisjoint(with: values.keys) else { return self }
    var rewriter = Rewriter { expression in
      if case .symbol(let symbol) = expression.node.form { values[symbol] } else { nil }
    }
    return rewriter.rewrite(self)
  }

  /// The expression with symbols replaced by numbers, simplified.
  package func substituting(_ values: [Symbol: Double]) -> Expression {
    substituting(values.mapValues(Expression.constant))
  }
}
