/// Something in an expression that has a value only when it is evaluated.
package enum Symbol: Hashable, Sendable {
  case field(String)
  case parameter(String)
  /// `x`, `y`, `z` or `r`.
  case coordinate(String)
  case time
  /// The value of a functional of the domain that was taken out of the expression, by number.
  case functional(Int)
  /// A random number, uniform in [0, 1), by the number of the call in the expression.
  case random(Int)
  /// A random number of the standard normal distribution, by the number of the call in the expression.
  case normal(Int)

  /// As it stands in a text.
  package var text: String {
    switch self {
    case .field(let name), .parameter(let name), .coordinate(let name): name
    case .time: "t"
    case .functional(let number): "functional\(number)"
    case .random: "random()"
    case .normal: "normal()"
    }
  }
}
