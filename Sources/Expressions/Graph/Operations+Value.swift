import Glibc

// Reference values, with the functions of the C library. Conditions are 1 (holds) and 0.
extension UnaryOperation {
  /// The value at a number.
  package func value(_ x: Double) -> Double {
    switch self {
    case .negate: -x
    case .not: x == 0 ? 1 : 0
    case .abs: x.magnitude
    case .sqrt: x.squareRoot()
    case .exp: Glibc.exp(x)
    case .log: Glibc.log(x)
    case .log10: Glibc.log10(x)
    case .sin: Glibc.sin(x)
    case .cos: Glibc.cos(x)
    case .tan: Glibc.tan(x)
    case .tanh: Glibc.tanh(x)
    case .erf: Glibc.erf(x)
    case .floor: x.rounded(.down)
    }
  }
}

extension BinaryOperation {
  /// The value at two numbers; `min` and `max` are NaN if one of the values is.
  package func value(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .power: Glibc.pow(x, y)
    case .min: x < y || x.isNaN ? x : y
    case .max: x > y || x.isNaN ? x : y
    case .less: x < y ? 1 : 0
    case .lessOrEqual: x <= y ? 1 : 0
    case .greater: x > y ? 1 : 0
    case .greaterOrEqual: x >= y ? 1 : 0
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .and: x != 0 && y != 0 ? 1 : 0
    case .or: x != 0 || y != 0 ? 1 : 0
    }
  }
}
