extension Expression {
  /// Takes out of some expressions what depends on the position alone, which is the same in every evaluation.
  ///
  /// - Returns: the largest such parts, equal ones once, conditions excepted; and the expressions with a field of its name in place of
  ///   each. The names are none that a file could have. Nothing is taken out if there are many.
  package static func extractingPlaces(
    _ expressions: [Expression]
  ) -> (places: [(name: String, expression: Expression)], expressions: [Expression]) {
    var source = ExpressionGraph()
    let inserted = expressions.map { source.insert($0) }
    let (nodes, roots) = source.extract(inserted)
    let isOfPlace = placesAmong(nodes)
    // What is computed in every evaluation, and what is found on the way to it.
    var (isNeeded, isTaken) = (nodes.map { _ in false }, nodes.map { _ in false })
    for root in roots { isNeeded[root] = true }
    for index in nodes.indices.reversed() where isNeeded[index] {
      if isOfPlace[index], !nodes[index].isCondition {
        isTaken[index] = true
      } else {
        for operand in nodes[index].operands { isNeeded[operand] = true }
      }
    }
    guard (1...mostPlaces).contains(isTaken.count { $0 }) else { return ([], expressions) }
    var (whole, graph) = (ExpressionGraph(), ExpressionGraph())
    let numbers = whole.insert(nodes)
    var places: [(name: String, expression: Expression)] = []
    var map: [Int] = []
    for (index, node) in nodes.enumerated() {
      if isTaken[index] {
        let name = "place \(places.count)"
        places.append((name, whole.expression(numbers[index])))
        map.append(graph.symbol(.field(name)))
      } else {
        map.append(isNeeded[index] ? graph.add(node.mapOperands { map[$0] }) : -1)
      }
    }
    return (places, roots.map { graph.expression(map[$0]) })
  }

  /// Each takes memory for every point.
  private static let mostPlaces = 8

  /// Which of some nodes depend on the position and, besides, on parameters at most.
  private static func placesAmong(_ nodes: [Node]) -> [Bool] {
    enum Kind { case number, place, other }
    var kinds: [Kind] = []
    for node in nodes {
      switch node {
      case .constant, .truth, .symbol(.parameter): kinds.append(.number)
      case .symbol(.coordinate): kinds.append(.place)
      case .unary, .binary, .choice:
        let operands = node.operands.map { kinds[$0] }
        kinds.append(operands.contains(.other) ? .other : operands.contains(.place) ? .place : .number)
      case .symbol, .functional, .lineFunctional, .convolution, .delay: kinds.append(.other)
      }
    }
    return kinds.map { $0 == .place }
  }
}
