/// The functions of the language, and how they are called.
enum Builtin {
  case unary(UnaryOperation)
  case hill, heaviside, choice, convolve, delayed, random, normal
  /// One argument: a functional of the domain; more: of the values at the point, by this operation.
  case extremum(Functional.Kind, BinaryOperation)
  case functional(Functional.Kind)

  static let named: [String: Builtin] = {
    var table: [String: Builtin] = [
      "hill": .hill, "heaviside": .heaviside, "where": .choice, "convolve": .convolve, "delayed": .delayed,
      "random": .random,
      "normal": .normal, "max": .extremum(.max, .max), "min": .extremum(.min, .min), "integral": .functional(.integral),
      "mean": .functional(.mean),
    ]
    for operation in UnaryOperation.allCases where operation != .negate && operation != .not {
      table[operation.rawValue] = .unary(operation)
    }
    return table
  }()

  /// Numbers of arguments that it takes.
  var argumentCounts: ClosedRange<Int> {
    switch self {
    case .unary, .heaviside: 1...1
    case .functional: 1...2
    case .hill, .choice: 3...3
    case .convolve: 2...2
    case .delayed: 2...3
    case .random, .normal: 0...0
    case .extremum: 1...1000
    }
  }

  /// How a call is written, for messages.
  func signature(_ name: String) -> String {
    switch self {
    case .unary, .heaviside: "\(name)(s)"
    case .hill: "hill(s, k, n), which is s^n/(k^n + s^n)"
    case .choice: "where(condition, a, b)"
    case .convolve: "convolve(kernel, e)"
    case .delayed: "\(name)(e, tau), or \(name)(e, tau, k) for a gamma-distributed delay"
    case .random, .normal: "\(name)()"
    case .extremum: "\(name)(a, b) or \(name)(a, b, c), or \(name)(e) over the domain"
    case .functional: "\(name)(e), or \(name)(e, x) along one axis"
    }
  }
}
