extension Expression {
  /// The expression with a symbol of its own in place of each condition of `where` that a trace of something can decide, as
  /// `u > 0`: 1 where it holds, 0 where it does not.
  ///
  /// - Parameters:
  ///   - traces: what may be there of what counts as nothing.
  ///   - others: what is known of all other symbols.
  /// - Returns: the expression, and of each condition its symbol, all that may be a trace in it, and whether it is decided where there
  ///   is nothing at all.
  package func openingConditions(
    of traces: [Symbol: Interval], others: [Symbol: Interval]
  ) -> (expression: Expression, conditions: [OpenCondition]) {
    var graph = ExpressionGraph()
    var map: [Int] = []
    var found: [OpenCondition] = []
    let few = others.merging(traces) { $1 }
    let none = others.merging(traces.mapValues { _ in Interval(0, 0) }) { $1 }
    for node in nodes {
      let moved = node.mapOperands { map[$0] }
      guard case .choice(let condition, let first, let second) = moved else {
        map.append(graph.add(moved))
        continue
      }
      let decision = graph.expression(condition)
      let fields = decision.symbols.filter { traces[$0] != nil }
      guard !fields.isEmpty, decision.interval(few).single == nil else {
        map.append(graph.add(moved))
        continue
      }
      // No file has such a name.
      let symbol = Symbol.parameter("whether \(decision)")
      let isOpen = graph.comparison(.greater, graph.symbol(symbol), graph.constant(0.5))
      map.append(graph.choice(isOpen, first, second))
      found.append(
        OpenCondition(symbol: symbol, fields: fields, isDecidedByNothing: decision.interval(none).single != nil))
    }
    guard !found.isEmpty else { return (self, []) }
    return (graph.expression(map[map.count - 1]), found)
  }
}

/// A condition that a trace can decide.
package struct OpenCondition: Hashable, Sendable {
  /// Stands for it.
  package let symbol: Symbol
  package let fields: Set<Symbol>
  /// Whether it is known where there is nothing, so that a trace makes a jump.
  package let isDecidedByNothing: Bool
}
