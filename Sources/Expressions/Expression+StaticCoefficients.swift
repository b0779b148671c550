extension Expression {
  /// Takes out of some expressions what depends on the position alone, which is the same in every evaluation.
  ///
  /// - Returns: the largest such parts, equal ones once, conditions excepted; and the expressions with a field of its name in place of
  ///   each. The names are none that a file could have. Nothing is taken out if there are many.
  package static func extractingStaticCoefficients(
    _ expressions: [Expression]
  ) -> (places: [(name: String, expression: Expression)], expressions: [Expression]) {
    var source = ExpressionGraph()
    let inserted = expressions.map { source.insert($0) }
    let (nodes, roots) = source.extract(inserted)
    // What is computed in every evaluation, and what is found on the way to it.
    let (isNeeded, isTaken) = largestParts(of: roots, among: nodes) { if case .coordinate = $0 { true } else { false } }
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

  /// The largest parts of some roots that depend on symbols of one kind and, besides, on parameters at most; conditions excepted.
  ///
  /// - Returns: which nodes are such a part, and which are these or on the way to them from a root.
  static func largestParts(
    of roots: [Int], among nodes: [Node], dependingOn isOfKind: (Symbol) -> Bool
  ) -> (isNeeded: [Bool], isTaken: [Bool]) {
    enum Kind { case number, wanted, other }
    var kinds: [Kind] = []
    for node in nodes {
      switch node {
      case .constant, .truth, .symbol(.parameter): kinds.append(.number)
      case .symbol(let symbol): kinds.append(isOfKind(symbol) ? .wanted : .other)
      case .unary, .binary, .choice:
        let operands = node.operands.map { kinds[$0] }
        kinds.append(operands.contains(.other) ? .other : operands.contains(.wanted) ? .wanted : .number)
      case .functional, .lineFunctional, .convolution, .delay: kinds.append(.other)
      }
    }
    var (isNeeded, isTaken) = (nodes.map { _ in false }, nodes.map { _ in false })
    for root in roots { isNeeded[root] = true }
    for index in nodes.indices.reversed() where isNeeded[index] {
      if kinds[index] == .wanted, !nodes[index].isCondition {
        isTaken[index] = true
      } else {
        for operand in nodes[index].operands { isNeeded[operand] = true }
      }
    }
    return (isNeeded, isTaken)
  }
}
