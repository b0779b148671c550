import CKernels

/// Where an operand of a program lies.
enum Slot: Hashable, Sendable {
  /// A row of values that vary along the tile.
  case input(Int)
  case output(Int)
  /// An intermediate row, by the number of the instruction's result; later by the number of its register.
  case temporary(Int)
  case register(Int)
  /// One number for the whole tile.
  case scalar(Int)

  var isScalar: Bool { if case .scalar = self { true } else { false } }
}

/// One instruction of a program under construction.
struct Instruction: Hashable, Sendable {
  let operation: ExpressionOperation
  var out: Slot
  /// One to three.
  var operands: [Slot]
}

extension ExpressionOperation {
  init(_ function: UnaryFunction) {
    self =
      switch function {
      case .exp: EXPRESSION_EXP
      case .log: EXPRESSION_LOG
      case .log10: EXPRESSION_LOG10
      case .sqrt: EXPRESSION_SQUARE_ROOT
      case .abs: EXPRESSION_ABSOLUTE
      case .sin: EXPRESSION_SIN
      case .cos: EXPRESSION_COS
      case .tan: EXPRESSION_TAN
      case .tanh: EXPRESSION_TANH
      case .erf: EXPRESSION_ERF
      case .floor: EXPRESSION_FLOOR
      }
  }

  init(_ function: BinaryFunction) {
    self =
      switch function {
      case .min: EXPRESSION_MINIMUM
      case .max: EXPRESSION_MAXIMUM
      case .less: EXPRESSION_LESS
      case .lessOrEqual: EXPRESSION_LESS_OR_EQUAL
      case .equal: EXPRESSION_EQUAL
      case .notEqual: EXPRESSION_NOT_EQUAL
      case .and: EXPRESSION_AND
      case .or: EXPRESSION_OR
      }
  }
}
