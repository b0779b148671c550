/// A value that an expression had in the past.
package struct Delay: Hashable, Sendable {
  /// `e`.
  package let argument: Expression
  /// `τ`, the delay or its mean; of parameters.
  package let lag: Expression
  /// `k` of a gamma-distributed delay, which is a chain of `k` fields `y_1' = (k/τ)(e − y_1)`,
  /// `y_j' = (k/τ)(y_{j−1} − y_j)`; nil for the value at the one time `t − τ`.
  package let stages: Int?
  /// Among the delays that were taken out together, from 1.
  package let number: Int

  /// As it is written.
  package var text: String {
    Expression.build { graph in
      let (a, lag) = (graph.insert(argument), graph.insert(self.lag))
      return graph.intern(.delay(a, lag, stages: stages))
    }.description
  }

  /// Name of the field that stands for it, which is none that a file could have: its text, or the last of the chain.
  package var name: String { stages.map { name(ofStage: $0) } ?? text }

  /// Name of a field of the chain, from 1.
  package func name(ofStage stage: Int) -> String { "delay \(number) stage \(stage)" }
}

/// Takes delayed values out of expressions, equal ones once.
package struct DelayExtraction {
  package private(set) var delays: [Delay] = []

  package init() {}

  /// The expression with a field of its name in place of each delayed value.
  package mutating func replaceDelays(in expression: Expression) -> Expression {
    guard expression.hasDelays else { return expression }
    var graph = ExpressionGraph()
    var map: [Int] = []
    for node in expression.nodes {
      let moved = node.mapOperands { map[$0] }
      guard case .delay(let argument, let lag, let stages) = moved else {
        map.append(graph.add(moved))
        continue
      }
      let delay = find(graph.expression(argument), graph.expression(lag), stages)
      map.append(graph.symbol(.field(delay.name)))
    }
    return graph.expression(map[expression.nodes.count - 1])
  }

  private mutating func find(_ argument: Expression, _ lag: Expression, _ stages: Int?) -> Delay {
    if let known = delays.first(where: { $0.argument == argument && $0.lag == lag && $0.stages == stages }) {
      return known
    }
    let delay = Delay(argument: argument, lag: lag, stages: stages, number: delays.count + 1)
    delays.append(delay)
    return delay
  }
}

extension Expression {
  /// Whether it contains delayed values.
  package var hasDelays: Bool {
    nodes.contains { if case .delay = $0 { true } else { false } }
  }
}
