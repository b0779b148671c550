extension Expression {
  /// The expression with every `where` whose condition compares what is no number made no number itself.
  ///
  /// As IEEE 754 has it such a comparison does not hold, so that `where(sqrt(u) > 1, a, b)` would be `b` where `u` is negative. A
  /// condition that is true or false whatever the comparison (`u > 0 && sqrt(u) > 1`) is decided. Other values do not change.
  package var undecidedAsNoNumber: Expression {
    guard nodes.contains(where: { if case .choice = $0 { true } else { false } }) else { return self }
    return Expression.build { graph in
      var (map, decided): ([Int], [Decision?]) = ([], [])
      for node in nodes {
        let moved = node.mapOperands { map[$0] }
        decided.append(Decision(of: node, moved, decided, &graph))
        guard case .choice(let condition, _, _) = node, let decision = decided[condition],
          case .choice(_, let first, let second) = moved
        else {
          map.append(graph.add(moved))
          continue
        }
        let other = graph.choice(decision.fails, second, decision.largest)
        map.append(graph.choice(decision.holds, first, other))
      }
      return map[map.count - 1]
    }
  }
}

/// Where a condition holds and where it fails for certain.
private struct Decision {
  let holds: Int
  let fails: Int
  /// The largest of all that is compared: no number where neither is the case.
  let largest: Int

  private init(_ holds: Int, _ fails: Int, _ largest: Int) {
    (self.holds, self.fails, self.largest) = (holds, fails, largest)
  }

  /// - Returns: nil if the node is no condition.
  init?(of node: Node, _ moved: Node, _ decided: [Decision?], _ graph: inout ExpressionGraph) {
    switch (node, moved) {
    case (.truth(let value), _): self.init(graph.truth(value), graph.truth(!value), graph.constant(0))
    case (.unary(.not, let a), _):
      guard let a = decided[a] else { return nil }
      self.init(a.fails, a.holds, a.largest)
    case (.binary(.and, let a, let b), _):
      guard let a = decided[a], let b = decided[b] else { return nil }
      self.init(
        graph.logical(.and, a.holds, b.holds), graph.logical(.or, a.fails, b.fails),
        graph.extremum(.max, a.largest, b.largest))
    case (.binary(.or, let a, let b), _):
      guard let a = decided[a], let b = decided[b] else { return nil }
      self.init(
        graph.logical(.or, a.holds, b.holds), graph.logical(.and, a.fails, b.fails),
        graph.extremum(.max, a.largest, b.largest))
    case (.binary(let operation, _, _), .binary(_, let a, let b)) where operation.isComparison:
      let sides = graph.logical(.or, graph.comparison(.less, a, b), graph.comparison(.greater, a, b))
      let holds = operation == .notEqual ? sides : graph.comparison(operation, a, b)
      let fails: Int
      switch operation {
      case .less: fails = graph.comparison(.greaterOrEqual, a, b)
      case .lessOrEqual: fails = graph.comparison(.greater, a, b)
      case .greater: fails = graph.comparison(.lessOrEqual, a, b)
      case .greaterOrEqual: fails = graph.comparison(.less, a, b)
      case .equal: fails = sides
      default: fails = graph.comparison(.equal, a, b)
      }
      self.init(holds, fails, graph.extremum(.max, a, b))
    default: return nil
    }
  }
}
