import Expressions
import RandomNumbers

/// Writes random texts of the language, most of which mean something.
struct RandomExpressions {
  var random: Seeded

  static let functions = [
    "exp", "log", "log10", "sqrt", "abs", "sin", "cos", "tan", "tanh", "erf", "floor", "heaviside",
  ]
  static let comparisons = ["<", "<=", ">", ">=", "==", "!="]

  mutating func number(depth: Int) -> String {
    if depth == 0 { return leaf() }
    switch Int.random(in: 0..<14, using: &random) {
    case 0...5:
      let sign = ["+", "-", "*", "/", "*", "+"].randomElement(using: &random) ?? "+"
      return "(\(number(depth: depth - 1)) \(sign) \(number(depth: depth - 1)))"
    case 6: return "-\(number(depth: depth - 1))"
    case 7:
      let exponent = ["2", "3", "0.5", "-1", "1.5", "4", "v", "-2", "0.7"].randomElement(using: &random) ?? "2"
      return "abs(\(number(depth: depth - 1)))^\(exponent)"
    case 8...10: return "\(Self.functions.randomElement(using: &random) ?? "exp")(\(number(depth: depth - 1)))"
    case 11:
      return
        "where(\(condition(depth: depth - 1)), \(number(depth: depth - 1)), \(number(depth: depth - 1)))"
    case 12: return "\(Bool.random(using: &random) ? "min" : "max")(\(number(depth: depth - 1)), \(leaf()))"
    default: return "hill(\(leaf()), \(leaf()), \(Int.random(in: 1...4, using: &random)))"
    }
  }

  mutating func condition(depth: Int) -> String {
    if depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
      let a = condition(depth: depth - 1), b = condition(depth: depth - 1)
      return ["(\(a) && \(b))", "(\(a) || \(b))", "!(\(a))"].randomElement(using: &random) ?? a
    }
    let sign = Self.comparisons.randomElement(using: &random) ?? "<"
    return "\(number(depth: min(depth, 1))) \(sign) \(number(depth: min(depth, 1)))"
  }

  private mutating func leaf() -> String {
    let names = ["u", "v", "T", "a", "b", "x", "t", "u", "v", "T", "pi"]
    if Int.random(in: 0..<4, using: &random) > 0 { return names.randomElement(using: &random) ?? "u" }
    return ["0", "1", "2", "0.5", "3.25", "1e-3", "10"].randomElement(using: &random) ?? "1"
  }
}
