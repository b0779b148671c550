extension Expression {
  /// The expression with each `s^n/(k^n + s^n)` computed by way of `(s/k)^n` whose powers could overflow or underflow, or their squares in
  /// a derivative: where `k^n` is beyond 1e±140, or `n` is more than 16.
  ///
  /// - Parameter values: of parameters.
  package func scalingHills(_ values: [Symbol: Double]) -> Expression {
    var known: [Double?] = []
    known.reserveCapacity(nodes.count)
    for node in nodes {
      switch node {
      case .constant(let value): known.append(value)
      case .symbol(let symbol): known.append(values[symbol])
      case .unary(let operation, let a): known.append(known[a].map(operation.value))
      case .binary(let operation, let a, let b):
        if let x = known[a], let y = known[b] { known.append(operation.value(x, y)) } else { known.append(nil) }
      default: known.append(nil)
      }
    }
    func isScaled(_ k: Int, _ n: Int) -> Bool {
      guard let half = known[k], let exponent = known[n], half > 0 else { return false }
      return !(1e-140...1e140).contains(BinaryOperation.power.value(half, exponent)) || exponent > 16
    }
    let hills = nodes.map { node in
      ExpressionGraph.hill(node, in: nodes).flatMap { isScaled($0.k, $0.n) ? $0 : nil }
    }
    guard hills.contains(where: { $0 != nil }) else { return self }
    return Expression.build { graph in
      var map: [Int] = []
      for (node, hill) in zip(nodes, hills) {
        map.append(
          hill.map { graph.hillOfRatio(map[$0.s], map[$0.k], map[$0.n]) } ?? graph.add(node.mapOperands { map[$0] }))
      }
      return map[map.count - 1]
    }
  }
}
