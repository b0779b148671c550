// Simplifications of arithmetic. All keep the value for finite operands up to rounding. One of them may hide a value
// that is not finite: a term with the factor 0 is absent (0·a = 0/a = 0), even where a itself is infinite or NaN, so
// that a process whose coefficient is set to 0 is switched off altogether.
extension ExpressionGraph {
  mutating func sum(_ a: Int, _ b: Int) -> Int {
    if let folded = folded(.add, a, b) { return folded }
    if constantValue(a) == 0 { return b }
    if constantValue(b) == 0 { return a }
    if let value = constantValue(b), value < 0 { return difference(a, constant(-value)) }
    if let value = constantValue(a), value < 0 { return difference(b, constant(-value)) }
    if let together = likeTerms(a, b, sign: 1) { return together }
    if let positive = negated(b) { return difference(a, positive) }
    if let positive = negated(a) { return difference(b, positive) }
    return intern(.binary(.add, a, b))
  }

  mutating func difference(_ a: Int, _ b: Int) -> Int {
    if let folded = folded(.subtract, a, b) { return folded }
    if constantValue(a) == 0 { return negative(b) }
    if constantValue(b) == 0 { return a }
    if let value = constantValue(b), value < 0 { return sum(a, constant(-value)) }
    if let together = likeTerms(a, b, sign: -1) { return together }
    if let positive = negated(b) { return sum(a, positive) }
    return intern(.binary(.subtract, a, b))
  }

  mutating func negative(_ a: Int) -> Int {
    if let value = constantValue(a) { return constant(-value) }
    let (factor, rest) = coefficient(a)
    if factor != 1 { return scaled(-factor, rest) }
    return intern(.unary(.negate, a))
  }

  mutating func product(_ a: Int, _ b: Int) -> Int {
    if let folded = folded(.multiply, a, b) { return folded }
    if let value = constantValue(a) { return multiple(value, b) }
    if let value = constantValue(b) { return multiple(value, a) }
    let (left, u) = coefficient(a)
    let (right, v) = coefficient(b)
    if left == 1, right == 1 { return a == b ? power(a, constant(2)) : intern(.binary(.multiply, a, b)) }
    guard (left * right).isFinite, left * right != 0 else { return intern(.binary(.multiply, a, b)) }
    return multiple(left * right, product(u, v))
  }

  mutating func quotient(_ a: Int, _ b: Int) -> Int {
    if let folded = folded(.divide, a, b) { return folded }
    if let value = constantValue(b), value != 0 {
      let (factor, rest) = coefficient(a)
      if factor.magnitude != 1, isSafe(factor / value) { return scaled(factor / value, rest) }
      if factor == -1 { return negative(quotient(rest, b)) }
      if value == 1 { return a }
      if value < 0 { return quotient(negative(a), constant(-value)) }
    }
    if constantValue(a) == 0, constantValue(b) != 0 { return a }
    if let scaled = scaledHill(a, b) { return scaled }
    if let share = shareOfPower(a, b) { return share }
    let (factor, rest) = coefficient(a)
    if factor != 1, constantValue(b) == nil { return multiple(factor, quotient(rest, b)) }
    if let value = constantValue(a), value < 0 { return negative(quotient(constant(-value), b)) }
    if let positive = negated(b) { return negative(quotient(a, positive)) }
    return intern(.binary(.divide, a, b))
  }

  /// `s^n/(k^n + s^n)` by way of `(s/k)^n`, where the number `k^n` has overflowed or underflowed; nil for all else.
  private mutating func scaledHill(_ a: Int, _ b: Int) -> Int? {
    guard let (s, k, n) = ExpressionGraph.hill(.binary(.divide, a, b), in: nodes), let exponent = constantValue(n),
      let half = constantValue(k), half > 0
    else { return nil }
    if let value = constantValue(s), value > 0 {
      return constant(1 / (1 + BinaryOperation.power.value(half / value, exponent)))
    }
    return hillOfRatio(s, k, n)
  }

  /// The number `a/(factor · a)` or `a/(c + a)` or `c/(a + c)` of positive numbers, where the power `a` of one has overflowed or underflowed;
  /// nil for all else.
  private mutating func shareOfPower(_ a: Int, _ b: Int) -> Int? {
    let (factor, rest) = coefficient(b)
    if rest == a, powerOfNumber(a) != nil { return constant(1 / factor) }
    guard case .binary(.add, let p, let q) = nodes[b], p == a || q == a else { return nil }
    let other = p == a ? q : p
    guard powerOfNumber(a) != nil || powerOfNumber(other) != nil,
      let part = powerOfNumber(a) ?? constantValue(a), let remainder = powerOfNumber(other) ?? constantValue(other),
      part >= 0, remainder >= 0, part.isFinite || remainder.isFinite, part + remainder > 0
    else { return nil }
    return constant(part == .infinity ? 1 : part / (part + remainder))
  }

  /// The value of a positive number to the power of another, as it stands; nil for all else.
  private func powerOfNumber(_ a: Int) -> Double? {
    guard case .binary(.power, let base, let exponent) = nodes[a], let value = constantValue(base), value > 0 else {
      return nil
    }
    return constantValue(exponent).map { BinaryOperation.power.value(value, $0) }
  }

  /// The numbers of `s`, `k` and `n` if a node is `s^n/(k^n + s^n)`.
  static func hill(_ node: Node, in nodes: [Node]) -> (s: Int, k: Int, n: Int)? {
    guard case .binary(.divide, let a, let b) = node, case .binary(.power, let s, let n) = nodes[a],
      case .binary(.add, let p, let q) = nodes[b], p == a || q == a,
      case .binary(.power, let k, n) = nodes[p == a ? q : p]
    else { return nil }
    return (s, k, n)
  }

  /// `r/(1 + r)` with `r = (s/k)^n`.
  mutating func hillOfRatio(_ s: Int, _ k: Int, _ n: Int) -> Int {
    let ratio = power(quotient(s, k), n)
    // Beyond, the quotient is 1 to rounding, and the power may overflow.
    let limited = extremum(.min, ratio, constant(1e300))
    return quotient(limited, sum(constant(1), limited))
  }

  mutating func power(_ a: Int, _ b: Int) -> Int {
    if let x = constantValue(a), let y = constantValue(b), x != 0, !BinaryOperation.power.machineValue(x, y).isNormal {
      return intern(.binary(.power, a, b))
    }
    if let folded = folded(.power, a, b) { return folded }
    switch constantValue(b) {
    case 0: return constant(1)
    case 1: return a
    case -1: return quotient(constant(1), a)
    case 0.5: return unary(.sqrt, a)
    default: return constantValue(a) == 1 ? a : intern(.binary(.power, a, b))
    }
  }

  // MARK: Pieces

  /// `factor · a`, where `a` may be a multiple itself.
  private mutating func multiple(_ factor: Double, _ a: Int) -> Int {
    if factor == 0 { return constant(0) }
    let (inner, rest) = coefficient(a)
    if inner != 1, isSafe(factor * inner) { return multiple(factor * inner, rest) }
    if case .binary(.divide, let numerator, let denominator) = nodes[a], let value = constantValue(numerator),
      isSafe(factor * value)
    {
      return quotient(constant(factor * value), denominator)
    }
    return scaled(factor, a)
  }

  /// `factor · a` for an `a` without a factor of its own.
  private mutating func scaled(_ factor: Double, _ a: Int) -> Int {
    switch factor {
    case 0: constant(0)
    case 1: a
    case -1: intern(.unary(.negate, a))
    default: intern(.binary(.multiply, constant(factor), a))
    }
  }

  /// Writes an operand as a number times the rest: `3·x` as (3, x), `−x` as (−1, x), anything else as (1, itself).
  private func coefficient(_ a: Int) -> (factor: Double, rest: Int) {
    switch nodes[a] {
    case .unary(.negate, let rest): (-1, rest)
    case .binary(.multiply, let factor, let rest): constantValue(factor).map { ($0, rest) } ?? (1, a)
    default: (1, a)
    }
  }

  /// `b` with the other sign if `b` carries a minus, else nil.
  private mutating func negated(_ b: Int) -> Int? {
    let (factor, rest) = coefficient(b)
    return factor < 0 ? scaled(-factor, rest) : nil
  }

  private mutating func likeTerms(_ a: Int, _ b: Int, sign: Double) -> Int? {
    let (left, u) = coefficient(a)
    let (right, v) = coefficient(b)
    guard u == v, (left + sign * right).isFinite else { return nil }
    return multiple(left + sign * right, u)
  }

  /// Whether a product of constants neither overflowed nor underflowed.
  private func isSafe(_ value: Double) -> Bool { value.isNormal }

  /// The value of an operation on two constants, unless it is not finite.
  private mutating func folded(_ operation: BinaryOperation, _ a: Int, _ b: Int) -> Int? {
    guard let x = constantValue(a), let y = constantValue(b) else { return nil }
    let value = operation.machineValue(x, y)
    return value.isFinite ? constant(value) : nil
  }
}
