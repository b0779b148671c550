extension Expression {
  /// The value with the given values of symbols, computed part by part in double precision; nil if a symbol has no
  /// value or a functional is left. For constant expressions, and as a check of programs.
  package func value(_ symbols: [Symbol: Double] = [:]) -> Double? {
    var evaluation = Evaluation(symbols: symbols)
    return evaluation.value(of: self)
  }
}

private struct Evaluation {
  let symbols: [Symbol: Double]
  private var done: [Expression: Double] = [:]

  init(symbols: [Symbol: Double]) { self.symbols = symbols }

  mutating func value(of expression: Expression) -> Double? {
    if let known = done[expression] { return known }
    let result = compute(expression.node.form)
    done[expression] = result
    return result
  }

  private mutating func values(of expressions: [Expression]) -> [Double]? {
    var values: [Double] = []
    for expression in expressions {
      guard let value = value(of: expression) else { return nil }
      values.append(value)
    }
    return values
  }

  private mutating func compute(_ form: Expression.Form) -> Double? {
    switch form {
    case .constant(let value): return value
    case .symbol(let symbol): return symbols[symbol]
    case .functional, .convolution: return nil
    default: break
    }
    guard let v = values(of: form.children) else { return nil }
    return switch form {
    case .sum: v.reduce(0, +)
    case .product: v.reduce(1, *)
    case .quotient: v[0] / v[1]
    case .power: exactPower(v[0], v[1])
    case .unary(let function, _): function(v[0])
    case .binary(let function, _, _): function(v[0], v[1])
    case .not: v[0] == 0 ? 1 : 0
    case .choice: v[0] != 0 ? v[1] : v[2]
    case .constant, .symbol, .functional, .convolution: nil
    }
  }
}
