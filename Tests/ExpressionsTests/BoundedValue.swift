import Expressions
import Glibc

/// A computed number and a bound of its distance from the exact value.
///
/// Running error analysis (Higham, "Accuracy and Stability of Numerical Algorithms", §3.3). The bound is infinite where rounding may change everything: a comparison,
/// `floor` or a quotient at its jump.
struct BoundedValue {
  var value: Double
  var bound: Double

  static let unit = 0x1p-53

  /// The value of an expression with a bound of its error, functions being wrong by at most 4 ulp and powers by 16.
  static func of(_ expression: Expressions.Expression, at values: [Symbol: Double]) -> BoundedValue? {
    var results: [BoundedValue] = []
    for node in expression.nodes {
      switch node {
      case .constant(let value): results.append(BoundedValue(value: value, bound: 0))
      case .truth(let holds): results.append(BoundedValue(value: holds ? 1 : 0, bound: 0))
      case .symbol(let symbol):
        guard let value = values[symbol] else { return nil }
        results.append(BoundedValue(value: value, bound: 0))
      case .unary(let operation, let a): results.append(apply(operation, results[a]))
      case .binary(let operation, let a, let b): results.append(apply(operation, results[a], results[b]))
      case .choice(let a, let b, let c):
        let branch = results[a].value != 0 ? results[b] : results[c]
        results.append(results[a].bound == 0 ? branch : BoundedValue(value: branch.value, bound: .infinity))
      case .functional, .lineFunctional, .convolution, .delay: return nil
      }
    }
    return results.last
  }

  private static func apply(_ operation: UnaryOperation, _ a: BoundedValue) -> BoundedValue {
    let value = operation.value(a.value)
    let rounding = 8 * unit * abs(value) + 0x1p-1060
    func spread(_ slope: Double) -> Double { a.bound == 0 ? rounding : slope * a.bound + rounding }
    let bound: Double
    switch operation {
    case .negate, .abs, .not: bound = a.bound
    case .sqrt: bound = a.bound < a.value ? spread(1 / sqrt(a.value - a.bound)) : a.bound == 0 ? rounding : .infinity
    case .log: bound = a.bound < a.value ? spread(1 / (a.value - a.bound)) : a.bound == 0 ? rounding : .infinity
    case .log10: bound = a.bound < a.value ? spread(1 / (a.value - a.bound)) : a.bound == 0 ? rounding : .infinity
    case .exp: bound = a.bound < 1 ? spread(3 * value) : .infinity
    case .sin, .cos, .tanh: bound = spread(1)
    case .erf: bound = spread(1.2)
    case .tan: bound = a.bound * (1 + value * value) < 0.1 ? spread(2 * (1 + value * value)) : .infinity
    case .floor: bound = (a.value - a.bound).rounded(.down) == (a.value + a.bound).rounded(.down) ? 0 : .infinity
    }
    return BoundedValue(value: value, bound: bound)
  }

  private static func apply(_ operation: BinaryOperation, _ a: BoundedValue, _ b: BoundedValue) -> BoundedValue {
    let value = operation.value(a.value, b.value)
    let rounding = unit * abs(value) + 0x1p-1074
    let bound: Double
    switch operation {
    case .add, .subtract: bound = a.bound + b.bound + rounding
    case .multiply:
      // 0 times infinity is no bound at all
      bound = scaled(a.bound, abs(b.value) + b.bound) + scaled(b.bound, abs(a.value)) + 2 * rounding
    case .divide:
      bound =
        b.bound < abs(b.value)
        ? (a.bound + abs(value) * b.bound) / (abs(b.value) - b.bound) + 2 * rounding
        : a.bound == 0 && b.bound == 0 ? rounding : .infinity
    case .power:
      let relative =
        (a.bound == 0 ? 0 : abs(b.value) * a.bound / (abs(a.value) - a.bound))
        + (b.bound == 0 ? 0 : abs(log(abs(a.value))) * b.bound)
      let certain = a.bound == 0 || a.bound < abs(a.value)
      bound = certain && relative < 0.1 ? abs(value) * (2 * relative + 32 * unit) + 0x1p-1040 : .infinity
    case .min, .max: bound = max(a.bound, b.bound)
    case .and, .or: bound = a.bound + b.bound
    default: bound = a.bound + b.bound == 0 || abs(a.value - b.value) > a.bound + b.bound ? 0 : .infinity
    }
    return BoundedValue(value: value, bound: bound.isNaN ? .infinity : bound)
  }

  private static func scaled(_ bound: Double, _ factor: Double) -> Double { bound == 0 ? 0 : bound * factor }
}
