/// What an expression depends on.
package enum Symbol: Hashable, Sendable {
  /// A density or concentration, by name.
  case field(String)
  /// A number that stays the same during a run, by name.
  case parameter(String)
  /// A coordinate of the point: "x", "y", "z" or "r".
  case coordinate(String)
  case time
  /// The functional of this number in a list made by `Expression.extractingFunctionals`.
  case functional(Int)
  /// A random number, uniform in [0, 1): the call of this number in the text.
  case random(Int)
  /// A random number of mean 0 and variance 1, normally distributed: the call of this number in the text.
  case normal(Int)
}

extension Symbol: CustomStringConvertible {
  /// The symbol as an expression spells it; functionals that were taken out are spelled `functional_0`.
  package var description: String {
    switch self {
    case .field(let name), .parameter(let name), .coordinate(let name): name
    case .time: "t"
    case .functional(let index): "functional_\(index)"
    case .random: "random()"
    case .normal: "normal()"
    }
  }
}
