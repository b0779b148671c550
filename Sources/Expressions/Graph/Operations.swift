/// Operations on one value, spelled as in the language.
package enum UnaryOperation: String, Hashable, Sendable, CaseIterable {
  case negate = "-"
  case not = "!"
  case abs, sqrt, exp, log, log10, sin, cos, tan, tanh, erf, floor
}

/// Operations on two values, spelled as in the language.
package enum BinaryOperation: String, Hashable, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case power = "^"
  case min, max
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case equal = "=="
  case notEqual = "!="
  case and = "&&"
  case or = "||"

  package var isComparison: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: true
    default: false
    }
  }

  var isLogical: Bool { self == .and || self == .or }

  /// Whether the operands may change places without changing a bit.
  var isCommutative: Bool {
    switch self {
    case .add, .multiply, .min, .max, .equal, .notEqual, .and, .or: true
    default: false
    }
  }
}
