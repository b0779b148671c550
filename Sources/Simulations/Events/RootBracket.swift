import Glibc

/// The search for the moment at which something happens, between one at which it has not and one at which it has.
///
/// The ITP method: interpolation where that is good, and never more than one evaluation more than bisection.
///
/// Source: I. F. D. Oliveira & R. H. C. Takahashi, An enhancement of the bisection method average performance preserving
/// minmax optimality, ACM Trans. Math. Softw. 47 (2020) 5.
struct RootBracket {
  private(set) var low: Double
  private(set) var high: Double
  /// Negative.
  private var lowMargin: Double
  /// Positive.
  private var highMargin: Double
  private let precision: Double
  private let firstLength: Double
  /// Evaluations that are left.
  private var left: Int

  init(low: Double, _ lowMargin: Double, high: Double, _ highMargin: Double, precision: Double) {
    (self.low, self.high) = (low, high)
    (self.lowMargin, self.highMargin) = (lowMargin, highMargin)
    self.precision = precision
    firstLength = high - low
    left = Int(log2(max((high - low) / precision, 1)).rounded(.up)) + 1
  }

  /// Narrows the bracket to what is asked for, or until it cannot be divided.
  ///
  /// - Parameter look: whether it has happened at a place, and the margin there.
  mutating func narrow(_ look: (_ place: Double) throws -> (hasHappened: Bool, margin: Double)) rethrows {
    while let place = next {
      let (hasHappened, margin) = try look(place)
      left -= 1
      if hasHappened { (high, highMargin) = (place, margin) } else { (low, lowMargin) = (place, margin) }
    }
  }

  /// Where to look next.
  private var next: Double? {
    let (length, middle) = (high - low, low + 0.5 * (high - low))
    guard length > precision, middle > low, middle < high else { return nil }
    // A margin may be useless, and a condition may jump: then halves.
    guard lowMargin < 0, highMargin > 0, lowMargin.isFinite, highMargin.isFinite else { return middle }
    let secant = (high * -lowMargin + low * highMargin) / (highMargin - lowMargin)
    let side: Double = middle >= secant ? 1 : -1
    let nudge = 0.2 * length * length / firstLength
    let truncated = nudge <= abs(middle - secant) ? secant + side * nudge : middle
    let radius = max(0.5 * precision * exp2(Double(left)) - 0.5 * length, 0)
    let chosen = abs(truncated - middle) <= radius ? truncated : middle - side * radius
    return chosen > low && chosen < high ? chosen : middle
  }
}
