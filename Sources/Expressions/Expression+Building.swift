/// Builders that simplify. All other expressions are made with these.
extension Expression {
  package static func constant(_ value: Double) -> Expression {
    Expression(.constant(value == 0 ? 0 : value))
  }

  package static func symbol(_ symbol: Symbol) -> Expression { Expression(.symbol(symbol)) }

  package static func functional(_ kind: Functional.Kind, of argument: Expression) -> Expression {
    Expression(.functional(kind, argument))
  }

  package static func + (a: Expression, b: Expression) -> Expression { sum([a, b]) }
  package static func - (a: Expression, b: Expression) -> Expression { sum([a, -b]) }
  package static prefix func - (a: Expression) -> Expression { product([constant(-1), a]) }
  package static func * (a: Expression, b: Expression) -> Expression { product([a, b]) }

  package static func / (a: Expression, b: Expression) -> Expression {
    if a.constantValue == 0 { return a }
    if let divisor = b.constantValue {
      if let value = a.constantValue { return constant(value / divisor) }
      if divisor == 1 { return a }
      // Only a power of two has an exact inverse; the others keep the one rounding of a division by a constant.
      if divisor.significand == 1, (1 / divisor).isNormal { return product([constant(1 / divisor), a]) }
    }
    // A constant factor stays outside, so that quotients that differ in it alone are computed once.
    let (coefficient, rest) = a.splitCoefficient
    if coefficient != 1 { return product([constant(coefficient), rest / b]) }
    if case .quotient(let above, let below) = a.node.form { return above / (below * b) }
    return Expression(.quotient(a, b))
  }

  /// Adds up, folding constants and collecting terms that differ in a constant factor only.
  package static func sum(_ terms: [Expression]) -> Expression {
    var constant = 0.0
    var order: [Expression] = []
    var coefficients: [Expression: Double] = [:]
    func add(_ term: Expression) {
      if let value = term.constantValue { return constant += value }
      if case .sum(let inner) = term.node.form { return inner.forEach(add) }
      let (coefficient, rest) = term.splitCoefficient
      if coefficients[rest] == nil { order.append(rest) }
      coefficients[rest, default: 0] += coefficient
    }
    terms.forEach(add)
    var collected = order.compactMap { rest in
      let coefficient = coefficients[rest]!
      return coefficient == 0 ? nil : product([.constant(coefficient), rest])
    }
    if constant != 0 || collected.isEmpty { collected.append(.constant(constant)) }
    return collected.count == 1 ? collected[0] : Expression(.sum(collected))
  }

  /// A constant factor and what it multiplies.
  var splitCoefficient: (coefficient: Double, rest: Expression) {
    guard case .product(let factors) = node.form, let coefficient = factors[0].constantValue else { return (1, self) }
    return (coefficient, factors.count == 2 ? factors[1] : Expression(.product(Array(factors.dropFirst()))))
  }

  /// Multiplies, folding constants and collecting powers of the same base with constant exponents.
  package static func product(_ factors: [Expression]) -> Expression {
    var coefficient = 1.0
    var order: [Expression] = []
    var exponents: [Expression: Double] = [:]
    func multiply(_ factor: Expression) {
      if let value = factor.constantValue { return coefficient *= value }
      if case .product(let inner) = factor.node.form { return inner.forEach(multiply) }
      var (base, exponent) = (factor, 1.0)
      if case .power(let inner, let power) = factor.node.form, let value = power.constantValue {
        (base, exponent) = (inner, value)
      }
      if exponents[base] == nil { order.append(base) }
      exponents[base, default: 0] += exponent
    }
    factors.forEach(multiply)
    if coefficient == 0 { return .constant(0) }
    var collected = order.map { power($0, .constant(exponents[$0]!)) }.filter { $0.constantValue != 1 }
    if coefficient != 1 || collected.isEmpty { collected.insert(.constant(coefficient), at: 0) }
    return collected.count == 1 ? collected[0] : Expression(.product(collected))
  }

  package static func power(_ base: Expression, _ exponent: Expression) -> Expression {
    if let e = exponent.constantValue {
      if e == 0 { return .constant(1) }
      if e == 1 { return base }
      if let b = base.constantValue { return .constant(exactPower(b, e)) }
      if case .power(let inner, let first) = base.node.form, let f = first.constantValue, isWhole(e), isWhole(f) {
        return power(inner, .constant(e * f))
      }
    }
    return Expression(.power(base, exponent))
  }

  private static func isWhole(_ value: Double) -> Bool { value == value.rounded() && abs(value) < 1e6 }

  package static func unary(_ function: UnaryFunction, _ a: Expression) -> Expression {
    if let value = a.constantValue { return .constant(function(value)) }
    return Expression(.unary(function, a))
  }

  package static func binary(_ function: BinaryFunction, _ a: Expression, _ b: Expression) -> Expression {
    if let x = a.constantValue, let y = b.constantValue, !function.isCondition { return .constant(function(x, y)) }
    return Expression(.binary(function, a, b))
  }

  package static func not(_ a: Expression) -> Expression { Expression(.not(a)) }

  package static func choice(if condition: Expression, then a: Expression, else b: Expression) -> Expression {
    if a == b { return a }
    if let isTrue = condition.knownTruth { return isTrue ? a : b }
    return Expression(.choice(if: condition, then: a, else: b))
  }

  /// Whether a condition on constants holds.
  private var knownTruth: Bool? {
    switch node.form {
    case .binary(let function, let a, let b):
      if let x = a.constantValue, let y = b.constantValue { return function(x, y) != 0 }
      guard function == .and || function == .or, let left = a.knownTruth, let right = b.knownTruth else { return nil }
      return function == .and ? left && right : left || right
    case .not(let a): return a.knownTruth.map { !$0 }
    default: return nil
    }
  }
}
