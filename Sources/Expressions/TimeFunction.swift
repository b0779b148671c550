/// An expression of the time alone, with a bound of the rounding in its value.
///
/// The time itself is known to `slack` units of its last place: the true time of an event lies between two neighboring
/// numbers. Each operation moves its operands by their bounds and adds its own rounding, so that the bound is about that of a
/// forward error analysis (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, §3). Two sides of a comparison that
/// differ by less than their bounds are equal, and what differs from a whole number by less than its bound is that number.
struct TimeFunction {
  private let nodes: [Node]
  private var results: [Double]
  private var errors: [Double]

  /// Units of the last place by which a time may be wrong.
  static let slack = 2.0
  private static let unit = 0x1p-53

  /// - Precondition: the expression depends on the time alone.
  init(_ expression: Expression) {
    nodes = expression.nodes
    results = nodes.map { _ in 0 }
    errors = results
  }

  /// The value without a bound; NaN if there is none.
  mutating func value(at time: Double) -> Double {
    for (number, node) in nodes.enumerated() {
      results[number] =
        switch node {
        case .constant(let value): value
        case .truth(let holds): holds ? 1 : 0
        case .symbol: time
        case .unary(let operation, let a): operation.value(results[a])
        case .binary(let operation, let a, let b): operation.value(results[a], results[b])
        case .choice(let a, let b, let c): results[results[a] != 0 ? b : c]
        case .functional, .lineFunctional, .convolution, .delay: .nan
        }
    }
    return results[nodes.count - 1]
  }

  /// 1 or −1 for what is greater or less than 0 by more than rounding, 0 for what is 0 but for rounding, NaN for what is no number.
  mutating func sign(at time: Double) -> Double {
    for (number, node) in nodes.enumerated() { (results[number], errors[number]) = bounded(node, time) }
    let (value, error) = (results[nodes.count - 1], errors[nodes.count - 1])
    if value.isNaN { return .nan }
    return abs(value) <= error ? 0 : value > 0 ? 1 : -1
  }

  private func bounded(_ node: Node, _ time: Double) -> (Double, Double) {
    switch node {
    case .constant(let value): return (value, value == value.rounded() ? 0 : TimeFunction.unit * abs(value))
    case .truth(let holds): return (holds ? 1 : 0, 0)
    case .symbol: return (time, TimeFunction.slack * time.ulp)
    case .unary(.not, let a): return (1 - results[a], 0)
    case .unary(.floor, let a):
      let nearest = results[a].rounded()
      return (abs(results[a] - nearest) <= errors[a] ? nearest : results[a].rounded(.down), 0)
    case .unary(let operation, let a):
      let value = operation.value(results[a])
      return (value, error(value, [results[a] - errors[a], results[a] + errors[a]].map(operation.value)))
    case .binary(let operation, let a, let b) where operation.isComparison:
      let (x, y) = (results[a], results[b])
      if x.isNaN || y.isNaN { return (.nan, 0) }
      return (operation.value(abs(x - y) <= errors[a] + errors[b] ? y : x, y), 0)
    case .binary(.and, let a, let b):
      let (x, y) = (results[a], results[b])
      return (x == 0 || y == 0 ? 0 : x.isNaN || y.isNaN ? .nan : 1, 0)
    case .binary(.or, let a, let b):
      let (x, y) = (results[a], results[b])
      return (x == 1 || y == 1 ? 1 : x.isNaN || y.isNaN ? .nan : 0, 0)
    case .binary(let operation, let a, let b):
      let value = operation.value(results[a], results[b])
      let (x, y) = (
        [results[a] - errors[a], results[a] + errors[a]], [results[b] - errors[b], results[b] + errors[b]]
      )
      return (value, error(value, x.flatMap { x in y.map { operation.value(x, $0) } }))
    case .choice(let condition, let a, let b):
      if results[condition].isNaN { return (.nan, 0) }
      let taken = results[condition] != 0 ? a : b
      return (results[taken], errors[taken])
    case .functional, .lineFunctional, .convolution, .delay: return (.nan, 0)
    }
  }

  /// The largest distance of a value from those of operands that are moved, and its own rounding.
  private func error(_ value: Double, _ moved: [Double]) -> Double {
    moved.filter(\.isFinite).reduce(0) { max($0, abs($1 - value)) } + 2 * TimeFunction.unit * abs(value)
  }
}
