import Expressions
import Rates

/// The exact flows of a model in which each field reacts by itself: `u' = a + b u` (decay with a source) or
/// `u' = b u + c u²` (logistic growth), with coefficients that depend on the position alone.
struct ClosedForms: Sendable {
  /// `a`, `b`, `c` of the first field, then of the next.
  let functions: PointwiseFunctions
  /// Of each field, whether it is logistic, which allows no further source.
  let isLogistic: [Bool]

  /// The coefficients of all fields, or nil if some field has no such flow.
  ///
  /// - Parameter rates: of all fields, in the order of their names, with symbols in place of functionals.
  static func coefficients(of rates: [Expression], _ names: [String]) -> [Expression]? {
    var expressions: [Expression] = []
    for (rate, name) in zip(rates, names) {
      guard let (a, b, c) = rate.quadratic(in: .field(name)), a.constantValue == 0 || c.constantValue == 0 else {
        return nil
      }
      expressions += [a, b, c]
    }
    return expressions
  }

  /// - Parameter coefficients: the same as the functions.
  init(_ coefficients: [Expression], functions: PointwiseFunctions) {
    self.functions = functions
    isLogistic = stride(from: 2, to: coefficients.count, by: 3).map { coefficients[$0].constantValue != 0 }
  }
}

extension Expression {
  /// The coefficients of `a + b u + c u²` if it is one and they depend on the position alone.
  ///
  /// `a` is the value at 0, `b` and `c` are derivatives there; that the second derivative, as it is written, contains
  /// no field shows that nothing else is missing.
  fileprivate func quadratic(in u: Symbol) -> (Expression, Expression, Expression)? {
    guard nodes.allSatisfy(\.isAlgebraic) else { return nil }
    let first = derivative(by: u)
    let empty: [Symbol: Expression] = [u: .constant(0)]
    let coefficients = (
      substituting(empty), first.substituting(empty), .constant(0.5) * first.derivative(by: u)
    )
    let symbols = coefficients.0.symbols.union(coefficients.1.symbols).union(coefficients.2.symbols)
    let areFixed = symbols.allSatisfy { symbol in
      switch symbol {
      case .parameter, .coordinate: true
      default: false
      }
    }
    return areFixed ? coefficients : nil
  }
}

extension Node {
  /// Whether it is a number or an operation that has all derivatives.
  fileprivate var isAlgebraic: Bool {
    switch self {
    case .constant, .symbol, .unary(.negate, _), .binary(.add, _, _), .binary(.subtract, _, _),
      .binary(.multiply, _, _), .binary(.divide, _, _), .binary(.power, _, _):
      true
    default: false
    }
  }
}
