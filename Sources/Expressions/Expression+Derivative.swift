import Glibc

extension Expression {
  /// The derivative with respect to a symbol at a point, the other symbols held fixed.
  ///
  /// - `floor`, `heaviside` and conditions have the derivative 0 almost everywhere; at their jumps too.
  /// - `abs`, `min`, `max` and `where` are differentiated piece by piece; at a kink `abs` is taken as rising and `min`,
  ///   `max` as their second operand.
  /// - Functionals of the domain and convolutions count as constants: one point does not change an integral. So do delayed
  ///   values, which the present does not change.
  /// - `a^b` with variable b needs a > 0, as its logarithm appears.
  package func derivative(by symbol: Symbol) -> Expression {
    Expression.build { graph in
      let values = graph.insert(nodes)
      var slopes: [Int] = []
      slopes.reserveCapacity(nodes.count)
      for (number, node) in nodes.enumerated() {
        slopes.append(graph.slope(of: node, value: values[number], values: values, slopes: slopes, by: symbol))
      }
      return slopes[nodes.count - 1]
    }
  }
}

extension ExpressionGraph {
  /// The derivative of one operation, given the values and the derivatives of its operands.
  fileprivate mutating func slope(
    of node: Node, value: Int, values: [Int], slopes: [Int], by symbol: Symbol
  ) -> Int {
    switch node {
    case .constant, .truth, .functional, .lineFunctional, .convolution, .delay: return constant(0)
    case .symbol(let other): return constant(other == symbol ? 1 : 0)
    case .unary(let operation, let a):
      if constantValue(slopes[a]) == 0 { return slopes[a] }
      return product(slope(of: operation, at: values[a], value: value), slopes[a])
    case .binary(let operation, let a, let b):
      return slope(of: operation, (values[a], slopes[a]), (values[b], slopes[b]), value: value)
    case .choice(let condition, let a, let b): return choice(values[condition], slopes[a], slopes[b])
    }
  }

  /// f′(x), where `value` is f(x).
  private mutating func slope(of operation: UnaryOperation, at x: Int, value: Int) -> Int {
    switch operation {
    case .negate: return constant(-1)
    case .not, .floor: return constant(0)
    case .abs: return choice(comparison(.greaterOrEqual, x, constant(0)), constant(1), constant(-1))
    case .sqrt: return quotient(constant(0.5), value)
    case .exp: return value
    case .log: return quotient(constant(1), x)
    case .log10: return quotient(constant(1 / M_LN10), x)
    case .sin: return unary(.cos, x)
    case .cos: return negative(unary(.sin, x))
    case .tan: return sum(constant(1), power(value, constant(2)))
    case .tanh: return difference(constant(1), power(value, constant(2)))
    case .erf: return product(constant(M_2_SQRTPI), unary(.exp, negative(power(x, constant(2)))))
    }
  }

  private typealias Operand = (value: Int, slope: Int)

  private mutating func slope(of operation: BinaryOperation, _ a: Operand, _ b: Operand, value: Int) -> Int {
    switch operation {
    case .add: return sum(a.slope, b.slope)
    case .subtract: return difference(a.slope, b.slope)
    case .multiply: return sum(product(a.slope, b.value), product(a.value, b.slope))
    case .divide: return quotient(difference(a.slope, product(value, b.slope)), b.value)
    case .power: return powerSlope(a, b, value: value)
    case .min: return choice(comparison(.less, a.value, b.value), a.slope, b.slope)
    case .max: return choice(comparison(.greater, a.value, b.value), a.slope, b.slope)
    default: return constant(0)
    }
  }

  /// (a^b)′ = b·a^(b−1)·a′ + a^b·log(a)·b′.
  private mutating func powerSlope(_ a: Operand, _ b: Operand, value: Int) -> Int {
    let lower = power(a.value, difference(b.value, constant(1)))
    let byBase = product(product(b.value, lower), a.slope)
    if constantValue(b.slope) == 0 { return byBase }
    return sum(byBase, product(product(value, unary(.log, a.value)), b.slope))
  }
}
