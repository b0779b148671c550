import CKernels

extension UnaryOperation {
  /// The machine's operation.
  var machine: expression_operation {
    switch self {
    case .negate: EXPRESSION_NEGATE
    case .not: EXPRESSION_NOT
    case .abs: EXPRESSION_ABSOLUTE
    case .sqrt: EXPRESSION_SQUARE_ROOT
    case .exp: EXPRESSION_EXP
    case .log: EXPRESSION_LOG
    case .log10: EXPRESSION_LOG10
    case .sin: EXPRESSION_SINE
    case .cos: EXPRESSION_COSINE
    case .tan: EXPRESSION_TANGENT
    case .tanh: EXPRESSION_TANH
    case .erf: EXPRESSION_ERF
    case .floor: EXPRESSION_FLOOR
    }
  }

  /// The value that a program computes, the same on every computer: constants are folded with it.
  func machineValue(_ x: Double) -> Double { expression_value(machine.code, x, 0) }
}

extension BinaryOperation {
  /// The machine's operation, and whether it takes the operands in the other order.
  var machine: (operation: expression_operation, swapped: Bool) {
    switch self {
    case .add: (EXPRESSION_ADD, false)
    case .subtract: (EXPRESSION_SUBTRACT, false)
    case .multiply: (EXPRESSION_MULTIPLY, false)
    case .divide: (EXPRESSION_DIVIDE, false)
    case .power: (EXPRESSION_POWER, false)
    case .min: (EXPRESSION_MINIMUM, false)
    case .max: (EXPRESSION_MAXIMUM, false)
    case .less: (EXPRESSION_LESS, false)
    case .lessOrEqual: (EXPRESSION_LESS_OR_EQUAL, false)
    case .greater: (EXPRESSION_LESS, true)
    case .greaterOrEqual: (EXPRESSION_LESS_OR_EQUAL, true)
    case .equal: (EXPRESSION_EQUAL, false)
    case .notEqual: (EXPRESSION_NOT_EQUAL, false)
    case .and: (EXPRESSION_AND, false)
    case .or: (EXPRESSION_OR, false)
    }
  }

  /// The value that a program computes, the same on every computer: constants are folded with it.
  func machineValue(_ x: Double, _ y: Double) -> Double {
    let (operation, swapped) = machine
    return swapped ? expression_value(operation.code, y, x) : expression_value(operation.code, x, y)
  }
}

extension expression_operation {
  var code: UInt16 { UInt16(truncatingIfNeeded: rawValue) }
}
