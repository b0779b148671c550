/// A JSON number as it is written.
package struct JSONNumber: Hashable, Sendable {
  /// The number as it is written, as in "1.0e-4".
  package let text: String
  /// The nearest `Double`; finite.
  package let double: Double

  static let zero = JSONNumber(text: "0", double: 0)

  private init(text: String, double: Double) {
    self.text = text
    self.double = double
  }

  /// Reads a number in JSON's syntax; nil if it is too large for a `Double`.
  init?(_ text: String) {
    guard let double = Double(text), double.isFinite else { return nil }
    self.text = text
    self.double = double
  }

  /// The number if it is mathematically an integer, as 12, 12.0 and 1.2e1 are, and fits an `Int`; computed from the
  /// digits, so that no rounding comes in.
  package var integer: Int? {
    if let plain = Int(text) { return plain }
    let parts = text.split(whereSeparator: { $0 == "e" || $0 == "E" })
    let mantissa = parts[0].split(separator: ".")
    let fraction = mantissa.count > 1 ? mantissa[1].dropTrailingZeros() : ""
    var digits = Substring(mantissa[0] + fraction)
    if digits.allSatisfy({ $0 == "0" || $0 == "-" }) { return 0 }
    guard let exponent = parts.count > 1 ? Int(parts[1]) : 0, exponent.magnitude < 10_000 else { return nil }
    let shift = exponent - fraction.count
    if shift >= 0 { return shift < 20 ? Int(digits + String(repeating: "0", count: shift)) : nil }
    guard digits.count > -shift, digits.suffix(-shift).allSatisfy({ $0 == "0" }) else { return nil }
    digits.removeLast(-shift)
    return Int(digits)
  }
}

extension Substring {
  fileprivate func dropTrailingZeros() -> Substring {
    var kept = self
    while kept.last == "0" { kept.removeLast() }
    return kept
  }
}
