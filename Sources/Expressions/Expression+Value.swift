extension Expression {
  /// The value where the symbols have given values; conditions are 1 or 0.
  ///
  /// It is computed in order with the functions of the C library: the reference for the vector program, and far slower.
  ///
  /// - Returns: nil if a symbol has no value, or the expression contains a functional, a convolution or a delayed value.
  package func value(at values: [Symbol: Double] = [:]) -> Double? {
    var results: [Double] = []
    results.reserveCapacity(nodes.count)
    for node in nodes {
      switch node {
      case .constant(let value): results.append(value)
      case .truth(let holds): results.append(holds ? 1 : 0)
      case .symbol(let symbol):
        guard let value = values[symbol] else { return nil }
        results.append(value)
      case .unary(let operation, let a): results.append(operation.value(results[a]))
      case .binary(let operation, let a, let b): results.append(operation.value(results[a], results[b]))
      case .choice(let a, let b, let c): results.append(results[a] != 0 ? results[b] : results[c])
      case .functional, .lineFunctional, .convolution, .delay: return nil
      }
    }
    return results.last
  }
}
