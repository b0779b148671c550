extension Expression {
  /// The sum of those of its terms that are plain numbers: −3 of `2*u - 3`.
  ///
  /// Sums and differences are looked into, and products of a number with them; nothing is multiplied out.
  package var constantPart: Double {
    var parts: [Double] = []
    parts.reserveCapacity(nodes.count)
    for node in nodes {
      switch node {
      case .constant(let value): parts.append(value)
      case .unary(.negate, let a): parts.append(-parts[a])
      case .binary(.add, let a, let b): parts.append(parts[a] + parts[b])
      case .binary(.subtract, let a, let b): parts.append(parts[a] - parts[b])
      case .binary(.multiply, let a, let b): parts.append(isNumber(a) || isNumber(b) ? parts[a] * parts[b] : 0)
      case .binary(.divide, let a, let b): parts.append(isNumber(b) ? parts[a] / parts[b] : 0)
      default: parts.append(0)
      }
    }
    return parts[nodes.count - 1]
  }

  private func isNumber(_ index: Int) -> Bool {
    if case .constant = nodes[index] { true } else { false }
  }
}
