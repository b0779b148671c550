extension Expression {
  /// The expression with its jumps at another place: every condition on values that differ from point to point, because they are
  /// made of fields, replaced by a given condition.
  ///
  /// A whole number `floor(e)` counts as larger by 1 where the condition holds. Functionals of the whole domain are the same at
  /// all points.
  ///
  /// - Returns: nil if there is no such jump.
  package func switching(by condition: Expression) -> Expression? {
    var graph = ExpressionGraph()
    let substitute = graph.insert(condition)
    var (map, differs): ([Int], [Bool]) = ([], [])
    var isFound = false
    for node in nodes {
      let moved = node.mapOperands { map[$0] }
      switch node {
      case .symbol(.field): differs.append(true)
      case .functional: differs.append(false)
      default: differs.append(node.operands.contains { differs[$0] })
      }
      switch (node, moved) {
      case (.choice(let decision, _, _), .choice(_, let first, let second)) where differs[decision]:
        map.append(graph.choice(substitute, first, second))
        isFound = true
      case (.unary(.floor, let argument), _) where differs[argument]:
        let more = graph.choice(substitute, graph.constant(1), graph.constant(0))
        map.append(graph.sum(graph.add(moved), more))
        isFound = true
      default: map.append(graph.add(moved))
      }
    }
    return isFound ? graph.expression(map[map.count - 1]) : nil
  }
}
