/// An expression of a few symbols as a function that is evaluated at one point at a time, with what is known of its jumps.
///
/// It jumps only where one of its levels changes: the truth of a condition, or a whole number of `floor`.
package final class PointFunction {
  private let graph: ExpressionGraph
  private let root: Int
  private let symbols: [Symbol]
  /// Numbers of the conditions and of `floor`.
  private let levelNodes: [Int]
  private var results: [Double]
  private var intervals: [Interval] = []

  /// - Parameters:
  ///   - symbols: in the order of the coordinates of a point.
  ///   - constants: values of all others.
  package init(_ expression: Expression, of symbols: [Symbol], constants: [Symbol: Double]) {
    var graph = ExpressionGraph()
    root = graph.insert(expression.substituting(constants.mapValues { .constant($0) }))
    self.symbols = symbols
    levelNodes = graph.nodes.indices.filter { number in
      switch graph.nodes[number] {
      case .binary(let operation, _, _): operation.isComparison
      case .unary(.floor, _): true
      default: false
      }
    }
    results = [Double](repeating: 0, count: graph.nodes.count)
    self.graph = graph
    intervals.reserveCapacity(graph.nodes.count)
  }

  /// Whether it can jump at all.
  package var hasLevels: Bool { !levelNodes.isEmpty }

  /// The value at a point; NaN if there is none.
  package func value(_ point: [Double]) -> Double {
    evaluate(point)
    return results[root]
  }

  /// All levels at a point.
  package func levels(_ point: [Double]) -> [Double] {
    evaluate(point)
    return levelNodes.map { results[$0] }
  }

  /// Whether all levels are the same everywhere in a box, as far as that can be known from intervals.
  package func hasFixedLevels(in box: [Interval]) -> Bool {
    let known = Dictionary(uniqueKeysWithValues: zip(symbols, box))
    intervals.removeAll(keepingCapacity: true)
    for node in graph.nodes { intervals.append(graph.interval(of: node, known: intervals, symbols: known)) }
    return levelNodes.allSatisfy { number in
      switch graph.nodes[number] {
      case .binary(_, let a, let b):
        intervals[a].high < intervals[b].low || intervals[a].low > intervals[b].high
      case .unary(_, let a): intervals[a].low.rounded(.down) == intervals[a].high.rounded(.down)
      default: true
      }
    }
  }

  private func evaluate(_ point: [Double]) {
    for (number, node) in graph.nodes.enumerated() {
      switch node {
      case .constant(let value): results[number] = value
      case .truth(let holds): results[number] = holds ? 1 : 0
      case .symbol(let symbol): results[number] = symbols.firstIndex(of: symbol).map { point[$0] } ?? .nan
      case .unary(let operation, let a): results[number] = operation.value(results[a])
      case .binary(let operation, let a, let b): results[number] = operation.value(results[a], results[b])
      case .choice(let a, let b, let c): results[number] = results[a] != 0 ? results[b] : results[c]
      case .functional, .lineFunctional, .convolution, .delay: results[number] = .nan
      }
    }
  }
}
