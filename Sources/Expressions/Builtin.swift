import Glibc

/// The point-wise functions of the language.
package enum Builtin: String, Hashable, Sendable, CaseIterable {
  case exp, log, log10, sqrt, abs, min, max, sin, cos, tan, tanh, erf, floor
  case `where`, hill, heaviside

  /// How it is called, for messages.
  var signature: String {
    switch self {
    case .where: "where(condition, value if true, value if false)"
    case .hill: "hill(s, k, n)"
    case .min, .max: "\(rawValue)(a, b)"
    default: "\(rawValue)(a)"
    }
  }

  /// The number of arguments it takes.
  var arity: ClosedRange<Int> {
    switch self {
    case .where, .hill: 3...3
    case .min, .max: 2...64
    default: 1...1
    }
  }
}

/// Functions of one number that have an instruction of their own.
package enum UnaryFunction: String, Hashable, Sendable, CaseIterable {
  case exp, log, log10, sqrt, abs, sin, cos, tan, tanh, erf, floor

  /// The value in double precision.
  func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .exp: Glibc.exp(x)
    case .log: Glibc.log(x)
    case .log10: Glibc.log10(x)
    case .sqrt: x.squareRoot()
    case .abs: Swift.abs(x)
    case .sin: Glibc.sin(x)
    case .cos: Glibc.cos(x)
    case .tan: Glibc.tan(x)
    case .tanh: Glibc.tanh(x)
    case .erf: Glibc.erf(x)
    case .floor: x.rounded(.down)
    }
  }
}

/// Operations on two numbers, other than sums and products.
package enum BinaryFunction: String, Hashable, Sendable {
  case min, max
  case less = "<"
  case lessOrEqual = "<="
  case equal = "=="
  case notEqual = "!="
  case and = "&&"
  case or = "||"

  /// Whether the value is a condition, 0 or 1.
  var isCondition: Bool {
    switch self {
    case .min, .max: false
    default: true
    }
  }

  /// The value in double precision; NaN is passed on by `min` and `max`.
  func callAsFunction(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .min: a < b || a.isNaN ? a : b
    case .max: a > b || a.isNaN ? a : b
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .notEqual: a != b ? 1 : 0
    case .and: a != 0 && b != 0 ? 1 : 0
    case .or: a != 0 || b != 0 ? 1 : 0
    }
  }
}
