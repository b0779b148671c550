extension Expression {
  /// The derivative by a symbol.
  ///
  /// Where the expression jumps or bends (`floor`, `heaviside`, `abs`, `min`, `max`, `where`), it is that of the piece
  /// at hand. Functionals of the domain and convolutions count as constants: this is the derivative at one point.
  package func derivative(by symbol: Symbol) -> Expression {
    var differentiation = Differentiation(symbol: symbol)
    return differentiation.derivative(of: self)
  }
}

/// Differentiates by one symbol, each shared part once.
private struct Differentiation {
  let symbol: Symbol
  private var done: [Expression: Expression] = [:]

  init(symbol: Symbol) { self.symbol = symbol }

  mutating func derivative(of expression: Expression) -> Expression {
    guard expression.dependsOn(symbol) else { return .constant(0) }
    if let known = done[expression] { return known }
    let result = compute(expression)
    done[expression] = result
    return result
  }

  private mutating func compute(_ expression: Expression) -> Expression {
    switch expression.node.form {
    case .constant, .functional, .convolution, .not: return .constant(0)
    case .symbol(let other): return .constant(other == symbol ? 1 : 0)
    case .sum(let terms): return .sum(terms.map { derivative(of: $0) })
    case .product(let factors):
      return .sum(
        factors.indices.map { index in
          var parts = factors
          parts[index] = derivative(of: factors[index])
          return .product(parts)
        })
    case .quotient(let a, let b):
      let (da, db) = (derivative(of: a), derivative(of: b))
      return da / b - a * db / .power(b, .constant(2))
    case .power(let base, let exponent): return power(base, exponent, expression)
    case .unary(let function, let a): return derivative(of: function, at: a, value: expression) * derivative(of: a)
    case .binary(let function, let a, let b):
      switch function {
      case .min: return .choice(if: .binary(.lessOrEqual, a, b), then: derivative(of: a), else: derivative(of: b))
      case .max: return .choice(if: .binary(.lessOrEqual, b, a), then: derivative(of: a), else: derivative(of: b))
      default: return .constant(0)
      }
    case .choice(let condition, let a, let b):
      return .choice(if: condition, then: derivative(of: a), else: derivative(of: b))
    }
  }

  private mutating func power(_ base: Expression, _ exponent: Expression, _ value: Expression) -> Expression {
    let db = derivative(of: base)
    guard exponent.dependsOn(symbol) else {
      return exponent * .power(base, exponent - .constant(1)) * db
    }
    return value * (derivative(of: exponent) * .unary(.log, base) + exponent * db / base)
  }

  private func derivative(of function: UnaryFunction, at a: Expression, value: Expression) -> Expression {
    switch function {
    case .exp: value
    case .log: .constant(1) / a
    case .log10: .constant(1) / (.constant(2.302585092994045684) * a)
    case .sqrt: .constant(0.5) / value
    case .abs: .choice(if: .binary(.lessOrEqual, .constant(0), a), then: .constant(1), else: .constant(-1))
    case .sin: .unary(.cos, a)
    case .cos: -.unary(.sin, a)
    case .tan: .constant(1) + .power(value, .constant(2))
    case .tanh: .constant(1) - .power(value, .constant(2))
    case .erf: .constant(1.1283791670955125739) * .unary(.exp, -.power(a, .constant(2)))
    case .floor: .constant(0)
    }
  }
}
