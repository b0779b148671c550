extension Expression {
  /// The expression as a sum of numbers times terms, equal terms once: `3 − 2·(E·T)` of `3 - E*(2*T)`.
  ///
  /// Sums, differences, and products and quotients with numbers are looked into; nothing is multiplied out. The term of a
  /// plain number is 1. In order of first appearance.
  package var linearTerms: [(coefficient: Double, term: Expression)] {
    var graph = ExpressionGraph()
    let root = graph.insert(self)
    var collector = LinearTermCollector(graph: graph)
    collector.add(root, times: 1)
    return collector.order.map { (collector.coefficients[$0] ?? 0, $0) }
  }
}

private struct LinearTermCollector {
  let graph: ExpressionGraph
  private(set) var coefficients: [Expression: Double] = [:]
  private(set) var order: [Expression] = []

  init(graph: ExpressionGraph) { self.graph = graph }

  mutating func add(_ root: Int, times factor: Double) {
    var open = [(root, factor)]
    while let (number, factor) = open.popLast() {
      switch graph[number] {
      case .unary(.negate, let a): open.append((a, -factor))
      case .binary(.add, let a, let b): open += [(b, factor), (a, factor)]
      case .binary(.subtract, let a, let b): open += [(b, -factor), (a, factor)]
      case .binary(.divide, let a, let b) where graph.constantValue(b) != nil:
        open.append((a, factor / (graph.constantValue(b) ?? 1)))
      case .binary(.multiply, let a, let b) where graph.constantValue(a) != nil:
        open.append((b, factor * (graph.constantValue(a) ?? 1)))
      case .binary(.multiply, let a, let b) where graph.constantValue(b) != nil:
        open.append((a, factor * (graph.constantValue(b) ?? 1)))
      default: note(number, factor)
      }
    }
  }

  private mutating func note(_ number: Int, _ factor: Double) {
    let (coefficient, factors) = product(number)
    // In an order of their own, so that a·b and b·a are one term.
    let term = factors.sorted { $0.description < $1.description }.reduce(Expression.constant(1)) { $0 * $1 }
    if coefficients[term] == nil { order.append(term) }
    coefficients[term, default: 0] += factor * coefficient
  }

  /// A product as a number and its other factors.
  private func product(_ root: Int) -> (Double, [Expression]) {
    var (coefficient, factors, open) = (1.0, [Expression](), [root])
    while let number = open.popLast() {
      switch graph[number] {
      case .constant(let value): coefficient *= value
      case .unary(.negate, let a):
        coefficient = -coefficient
        open.append(a)
      case .binary(.multiply, let a, let b): open += [b, a]
      case .binary(.divide, let a, let b) where graph.constantValue(b) != nil:
        coefficient /= graph.constantValue(b) ?? 1
        open.append(a)
      default: factors.append(graph.expression(number))
      }
    }
    return (coefficient, factors)
  }
}
