/// One operation of an expression; operands are given by their numbers in the list of nodes.
package enum Node: Hashable, Sendable {
  /// A finite number; 0 has no sign.
  case constant(Double)
  /// A condition that always or never holds.
  case truth(Bool)
  case symbol(Symbol)
  case unary(UnaryOperation, Int)
  case binary(BinaryOperation, Int, Int)
  /// `where(condition, first, second)`.
  case choice(Int, Int, Int)
  case functional(Functional.Kind, Int)
  /// `integral(expression, x)` or `mean(expression, x)`: along one axis.
  case lineFunctional(Functional.Kind, axis: String, Int)
  /// `convolve(kernel, expression)`.
  case convolution(Int, Int)
  /// `delayed(expression, lag)`, or with a gamma distribution of so many stages.
  case delay(Int, Int, stages: Int?)

  package var operands: [Int] {
    switch self {
    case .constant, .truth, .symbol: []
    case .unary(_, let a), .functional(_, let a), .lineFunctional(_, _, let a): [a]
    case .binary(_, let a, let b), .convolution(let a, let b), .delay(let a, let b, _): [a, b]
    case .choice(let a, let b, let c): [a, b, c]
    }
  }

  /// The same operation on operands with other numbers.
  func mapOperands(_ number: (Int) -> Int) -> Node {
    switch self {
    case .constant, .truth, .symbol: self
    case .unary(let operation, let a): .unary(operation, number(a))
    case .functional(let kind, let a): .functional(kind, number(a))
    case .lineFunctional(let kind, let axis, let a): .lineFunctional(kind, axis: axis, number(a))
    case .binary(let operation, let a, let b): .binary(operation, number(a), number(b))
    case .convolution(let a, let b): .convolution(number(a), number(b))
    case .delay(let a, let lag, let stages): .delay(number(a), number(lag), stages: stages)
    case .choice(let a, let b, let c): .choice(number(a), number(b), number(c))
    }
  }

  /// Whether the value is a condition rather than a number.
  package var isCondition: Bool {
    switch self {
    case .truth, .unary(.not, _): true
    case .binary(let operation, _, _): operation.isComparison || operation.isLogical
    default: false
    }
  }
}
