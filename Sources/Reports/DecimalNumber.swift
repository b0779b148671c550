import Glibc

/// The number `digits · 10^exponent`, exactly: labels of axes are made from whole numbers and never show rounding.
struct DecimalNumber: Hashable {
  let digits: Int
  let exponent: Int

  /// The nearest floating-point number.
  var value: Double {
    exponent >= 0 ? Double(digits) * pow(10, Double(exponent)) : Double(digits) / pow(10, Double(-exponent))
  }

  /// Power of ten of the first digit; 0 for zero.
  var order: Int { digits == 0 ? 0 : String(digits.magnitude).count - 1 + exponent }

  /// Written out, with as many digits after the point as the exponent says, and the minus sign of print.
  var text: String {
    let sign = digits < 0 ? "−" : ""
    let figures = String(digits.magnitude)
    guard exponent < 0 else { return sign + figures + (digits == 0 ? "" : String(repeating: "0", count: exponent)) }
    let padded = String(repeating: "0", count: max(1 - exponent - figures.count, 0)) + figures
    return sign + padded.dropLast(-exponent) + "." + padded.suffix(-exponent)
  }

  /// This number in units of `10^power`.
  func divided(byPowerOfTen power: Int) -> DecimalNumber {
    DecimalNumber(digits: digits, exponent: exponent - power)
  }

  /// Without zeros at the end.
  var reduced: DecimalNumber {
    guard digits != 0 else { return DecimalNumber(digits: 0, exponent: 0) }
    var (digits, exponent) = (digits, exponent)
    while digits % 10 == 0 { (digits, exponent) = (digits / 10, exponent + 1) }
    return DecimalNumber(digits: digits, exponent: exponent)
  }

  init(digits: Int, exponent: Int) {
    self.digits = digits
    self.exponent = exponent
  }

  /// A finite number rounded to `figures` significant figures.
  init(_ value: Double, figures: Int) {
    guard value.isFinite, value != 0 else {
      self.init(digits: 0, exponent: 0)
      return
    }
    let exponent = Int(log10(abs(value)).rounded(.down)) - figures + 1
    let scaled = exponent >= 0 ? value / pow(10, Double(exponent)) : value * pow(10, Double(min(-exponent, 300)))
    self.init(digits: Int(scaled.rounded()), exponent: max(exponent, -300))
  }
}

extension Double {
  /// This number in print with at most `figures` significant figures: `0.25`, `1.2×10⁻⁷`, `−3`.
  func printed(figures: Int = 4) -> String {
    guard isFinite else { return isNaN ? "NaN" : self < 0 ? "−infinity" : "infinity" }
    let number = DecimalNumber(self, figures: figures).reduced
    guard number.order < -3 || number.order > 5 else { return number.text }
    let mantissa = number.divided(byPowerOfTen: number.order).text
    return "\(mantissa)×10\(String(number.order).raised)"
  }
}
