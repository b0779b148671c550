/// Comparisons inside of expressions that depend on the time alone, such as `t == 0.3` in `where(t == 0.3, mean(u), 0)`.
///
/// Evaluated with a time that is rounded an equality fails, or holds for a while. So the sign of each comparison is found beforehand
/// (`TimeSigns`), and its truth takes its place when the expressions are evaluated. A comparison that changes too often to be
/// followed stays as it is written.
package struct TimeComparisons: Sendable {
  private struct Part: Sendable {
    let comparison: Expression
    let operation: BinaryOperation
    let signs: TimeSigns
  }

  private let expressions: [Expression]
  /// Those that contain others come before these.
  private var parts: [Part] = []
  /// The expressions with something that does not depend on the time in place of the comparisons.
  package private(set) var withoutComparisons: [Expression]

  /// - Parameters:
  ///   - expressions: that depend on nothing besides the time, the fields and the position.
  ///   - span: from the start to the end of the run.
  package init(in expressions: [Expression], span: ClosedRange<Double>) {
    self.expressions = expressions
    withoutComparisons = expressions
    var leftOut: Set<Expression> = []
    for index in expressions.indices {
      while let (part, operation, difference) = withoutComparisons[index].lastTimeComparison(besides: leftOut) {
        guard let signs = TimeSigns(difference, from: span.lowerBound, to: span.upperBound) else {
          leftOut.insert(part)
          continue
        }
        let standIn = Expression.build { graph in
          let symbol = graph.symbol(.parameter("comparison \(parts.count) of the time"))
          return graph.comparison(.greater, symbol, graph.constant(0))
        }
        parts.append(Part(comparison: part, operation: operation, signs: signs))
        withoutComparisons = withoutComparisons.map { $0.replacing(part, by: standIn) }
      }
    }
  }

  package var signs: [TimeSigns] { parts.map(\.signs) }

  /// Whether each comparison holds for some signs; nil where that is not known.
  package func truths(_ signs: [Double]) -> [Bool?] {
    zip(parts, signs).map { $1.isNaN ? nil : $0.operation.holds(forDifference: $1) }
  }

  /// The expressions where each comparison holds or does not hold; one of which nothing is known stays as it is.
  package func expressions(where truths: [Bool?]) -> [Expression] {
    expressions.map { expression in
      zip(parts, truths).reduce(expression) { result, next in
        let (part, truth) = next
        return truth.map { holds in result.replacing(part.comparison, by: .build { $0.truth(holds) }) } ?? result
      }
    }
  }
}

extension Expression {
  /// Whether it depends on nothing but the time.
  package var isOfTime: Bool {
    nodes.allSatisfy { node in
      switch node {
      case .symbol(let symbol): symbol == .time
      case .functional, .lineFunctional, .convolution, .delay: false
      default: true
      }
    }
  }

  /// The last comparison of what depends on the time alone, and its two sides as a difference: one that is no part of another.
  fileprivate func lastTimeComparison(
    besides leftOut: Set<Expression>
  ) -> (comparison: Expression, operation: BinaryOperation, difference: Expression)? {
    var graph = ExpressionGraph()
    _ = graph.insert(self)
    for number in graph.nodes.indices.reversed() {
      guard case .binary(let operation, let a, let b) = graph[number], operation.isComparison else { continue }
      let comparison = graph.expression(number)
      guard comparison.isOfTime, comparison.dependsOn(.time), !leftOut.contains(comparison) else { continue }
      let difference = graph.difference(a, b)
      return (comparison, operation, graph.expression(difference))
    }
    return nil
  }
}
