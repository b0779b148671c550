// Simplifications of functions, conditions and choices. Comparisons are never turned round (`!(a < b)` stays), because
// no comparison holds for NaN.
extension ExpressionGraph {
  mutating func unary(_ operation: UnaryOperation, _ a: Int) -> Int {
    switch operation {
    case .negate: return negative(a)
    case .not: return negation(a)
    default:
      if let x = constantValue(a) {
        let value = operation.machineValue(x)
        if value.isFinite { return constant(value) }
      }
      return intern(.unary(operation, a))
    }
  }

  mutating func extremum(_ operation: BinaryOperation, _ a: Int, _ b: Int) -> Int {
    if a == b { return a }
    if let x = constantValue(a), let y = constantValue(b) { return constant(operation.machineValue(x, y)) }
    return intern(.binary(operation, a, b))
  }

  mutating func comparison(_ operation: BinaryOperation, _ a: Int, _ b: Int) -> Int {
    if let x = constantValue(a), let y = constantValue(b) { return truth(operation.machineValue(x, y) != 0) }
    return intern(.binary(operation, a, b))
  }

  mutating func logical(_ operation: BinaryOperation, _ a: Int, _ b: Int) -> Int {
    if a == b { return a }
    for (operand, other) in [(a, b), (b, a)] {
      guard case .truth(let holds) = nodes[operand] else { continue }
      return holds == (operation == .and) ? other : operand
    }
    return intern(.binary(operation, a, b))
  }

  mutating func choice(_ condition: Int, _ first: Int, _ second: Int) -> Int {
    if first == second { return first }
    if case .truth(let holds) = nodes[condition] { return holds ? first : second }
    return intern(.choice(condition, first, second))
  }

  private mutating func negation(_ a: Int) -> Int {
    switch nodes[a] {
    case .truth(let holds): truth(!holds)
    case .unary(.not, let inner): inner
    default: intern(.unary(.not, a))
    }
  }
}
