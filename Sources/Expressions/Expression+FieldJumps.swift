/// A condition on a field at each point by which a number jumps: `where(O > 0.3, a, b)`.
package struct FieldJump: Hashable, Sendable {
  /// A field in the condition.
  package let field: String
  /// The value of the field at which it jumps, which may depend on other fields.
  package let level: Expression
  /// By how much it jumps there, and the values on both sides.
  package let difference, first, second: Expression
  /// Whether the first value holds above the level.
  package let isFirstAbove: Bool
}

extension Expression {
  /// The conditions on fields by which a number jumps, as far as each compares something linear in a field.
  ///
  /// Those between whose values no difference is left at the level, as `where(u > 0, u, 0)`, do not count. What is inside of integrals,
  /// convolutions and delays does not jump with the field at a point.
  package var fieldJumps: [FieldJump] {
    var graph = ExpressionGraph()
    let root = graph.insert(self)
    var found: [FieldJump] = []
    var (seen, open) = (Set([root]), [root])
    while let number = open.popLast() {
      let node = graph[number]
      switch node {
      case .functional, .lineFunctional, .convolution, .delay: continue
      case .choice(let decision, let a, let b):
        let (first, second) = (graph.expression(a), graph.expression(b))
        found += graph.comparisons(in: decision).compactMap { FieldJump($0, $1, between: first, and: second) }
      default: break
      }
      open += node.operands.filter { seen.insert($0).inserted }
    }
    return found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

extension FieldJump {
  /// - Parameters:
  ///   - difference: is compared with 0.
  ///   - isAbove: whether the first value holds where it is larger.
  fileprivate init?(_ difference: Expression, _ isAbove: Bool, between first: Expression, and second: Expression) {
    for case .field(let name) in difference.symbols.sorted(by: { $0.description < $1.description }) {
      let own = Symbol.field(name)
      let slope = difference.derivative(by: own)
      guard !slope.dependsOn(own), let factor = slope.constantValue, factor != 0 else { continue }
      let level = difference.substituting([own: .constant(0)]) * .constant(-1 / factor)
      let (a, b) = (first.substituting([own: level]), second.substituting([own: level]))
      if (a - b).constantValue == 0 { return nil }
      self.init(
        field: name, level: level, difference: a - b, first: a, second: b, isFirstAbove: isAbove == (factor > 0))
      return
    }
    return nil
  }
}

extension ExpressionGraph {
  /// What is compared with 0 in a condition, and whether more than that fulfills it.
  fileprivate mutating func comparisons(in condition: Int) -> [(difference: Expression, isAbove: Bool)] {
    switch self[condition] {
    case .unary(.not, let a): return comparisons(in: a).map { ($0.difference, !$0.isAbove) }
    case .binary(let operation, let a, let b) where operation.isLogical:
      let first = comparisons(in: a)
      return first + comparisons(in: b)
    case .binary(let operation, let a, let b) where operation.isComparison && operation != .equal:
      return [(expression(a) - expression(b), operation == .greater || operation == .greaterOrEqual)]
    default: return []
    }
  }
}
