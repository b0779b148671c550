extension Expression {
  /// Takes the functionals of the domain out of some expressions.
  ///
  /// - Returns: the functionals, equal ones once, each before those whose arguments refer to it; and the expressions
  ///   with the symbol `.functional(i)` in place of the i-th.
  package static func extractingFunctionals(
    _ expressions: [Expression]
  ) -> (functionals: [Functional], expressions: [Expression]) {
    var source = ExpressionGraph()
    let inserted = expressions.map { source.insert($0) }
    let (nodes, roots) = source.extract(inserted)
    var graph = ExpressionGraph()
    var numbers: [Node: Int] = [:]
    var functionals: [Functional] = []
    var map: [Int] = []
    for node in nodes {
      let moved = node.mapOperands { map[$0] }
      guard case .functional(let kind, let argument) = moved else {
        map.append(graph.add(moved))
        continue
      }
      if numbers[moved] == nil {
        numbers[moved] = functionals.count
        functionals.append(Functional(kind: kind, argument: graph.expression(argument)))
      }
      map.append(graph.symbol(.functional(numbers[moved] ?? 0)))
    }
    return (functionals, roots.map { graph.expression(map[$0]) })
  }
}
