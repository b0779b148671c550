import Expressions

/// Random texts of the language, the same for the same seed.
struct RandomExpressions {
  private var generator: SplitMix

  init(seed: UInt64) { generator = SplitMix(state: seed) }

  struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// A number built of smooth parts only, of moderate size for arguments in [0.1, 2].
  mutating func number(depth: Int) -> String {
    if depth == 0 { return pick(["u", "v", "T", "chi", "k", "x", "t", "2", "0.3", "1.5", "hill4(u)", "kill"]) }
    let (a, b) = (number(depth: depth - 1), number(depth: depth - 1))
    switch Int.random(in: 0..<16, using: &generator) {
    case 0, 1: return "(\(a) + \(b))"
    case 2, 3: return "(\(a) - \(b))"
    case 4, 5: return "\(a)*\(b)"
    case 6: return "\(a)/(1 + abs(\(b)))"
    case 7: return "(\(a))^\(pick(["2", "3", "0.5*2", "-1 + 3"]))"
    case 8: return "-\(a)"
    case 9: return "where(\(condition(depth: depth - 1)), \(a), \(b))"
    case 10: return "\(pick(["min", "max"]))(\(a), \(b))"
    case 11: return "exp(-abs(\(a)))"
    case 12: return "\(pick(["tanh", "sin", "cos", "erf"]))(\(a))"
    case 13: return "log(1 + abs(\(a)))"
    case 14: return "sqrt(1 + (\(a))^2)"
    default: return "hill(1 + abs(\(a)), 2, \(pick(["2", "4", "1.7"])))"
    }
  }

  private mutating func condition(depth: Int) -> String {
    let (a, b) = (number(depth: min(depth, 1)), number(depth: 0))
    let comparison = "\(a) \(pick(["<", "<=", ">", ">=", "!="])) \(b)"
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: return "!(\(comparison))"
    case 1: return "\(comparison) && u < 1"
    case 2: return "\(comparison) || v > 1"
    default: return comparison
    }
  }

  mutating func pick(_ texts: [String]) -> String { texts[Int.random(in: 0..<texts.count, using: &generator)] }
  mutating func uniform(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &generator) }
}
