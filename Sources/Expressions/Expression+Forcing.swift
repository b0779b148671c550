extension Expression {
  /// The largest parts of some expressions that depend on the time alone, equal ones once, conditions excepted.
  ///
  /// - Parameters:
  ///   - values: of parameters and coordinates.
  package static func partsOfTime(_ expressions: [Expression], at values: [Symbol: Double]) -> [Expression] {
    let numbers = values.mapValues { Expression.constant($0) }
    var source = ExpressionGraph()
    let inserted = expressions.map { source.insert($0.substituting(numbers)) }
    let (nodes, roots) = source.extract(inserted)
    enum Kind { case number, time, other }
    var kinds: [Kind] = []
    for node in nodes {
      switch node {
      case .constant, .truth: kinds.append(.number)
      case .symbol(.time): kinds.append(.time)
      case .unary, .binary, .choice:
        let operands = node.operands.map { kinds[$0] }
        kinds.append(operands.contains(.other) ? .other : operands.contains(.time) ? .time : .number)
      case .symbol, .functional, .lineFunctional, .convolution, .delay: kinds.append(.other)
      }
    }
    var isNeeded = nodes.map { _ in false }
    for root in roots { isNeeded[root] = true }
    var whole = ExpressionGraph()
    let positions = whole.insert(nodes)
    var found: [Expression] = []
    for index in nodes.indices.reversed() where isNeeded[index] {
      if kinds[index] == .time, !nodes[index].isCondition {
        found.append(whole.expression(positions[index]))
      } else {
        for operand in nodes[index].operands { isNeeded[operand] = true }
      }
    }
    return found
  }
}

/// An expression of the time alone, to be bounded over many intervals.
package struct TimeRange {
  private let graph: ExpressionGraph
  private let root: Int
  private var known: [Interval] = []

  /// - Precondition: the expression depends on nothing else.
  package init(_ expression: Expression) {
    var graph = ExpressionGraph()
    root = graph.insert(expression)
    self.graph = graph
  }

  /// Bounds of its values from one time to another, by interval arithmetic.
  package mutating func range(from start: Double, to end: Double) -> Interval {
    let time = [Symbol.time: Interval(start, end)]
    known.removeAll(keepingCapacity: true)
    for node in graph.nodes { known.append(graph.interval(of: node, known: known, symbols: time)) }
    return known[root]
  }
}
