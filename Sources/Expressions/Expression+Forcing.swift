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
    let (_, isTaken) = largestParts(of: roots, among: nodes) { $0 == .time }
    var whole = ExpressionGraph()
    let positions = whole.insert(nodes)
    return nodes.indices.filter { isTaken[$0] }.map { whole.expression(positions[$0]) }
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
