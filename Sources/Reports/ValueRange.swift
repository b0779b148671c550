extension Sequence<Double> {
  /// From the least to the greatest finite value; nil if there is none.
  var finiteRange: ClosedRange<Double>? {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in self where value.isFinite {
      low = Swift.min(low, value)
      high = Swift.max(high, value)
    }
    return low <= high ? low...high : nil
  }
}

extension ClosedRange<Double> {
  /// A range of about the same place that can be divided into steps.
  ///
  /// It is this one, unless that is too short (a constant field): then one around the same value, from 0 to twice the
  /// value, or 0…1 for zero. Numbers near the end of the floating-point range are brought in so that the width is a
  /// number.
  var drawable: ClosedRange<Double> {
    let limit = 4e307
    let (low, high) = (Swift.min(Swift.max(lowerBound, -limit), limit), Swift.min(Swift.max(upperBound, -limit), limit))
    if high - low > 1e-12 * Swift.max(abs(low), abs(high)), high - low > 1e-290 { return low...high }
    let middle = low / 2 + high / 2
    guard abs(middle) > 1e-290 else { return 0...1 }
    return middle > 0 ? 0...2 * middle : 2 * middle...0
  }

  /// The smallest range around zero that holds this one.
  var symmetric: ClosedRange<Double> {
    let largest = Swift.max(abs(lowerBound), abs(upperBound))
    return -largest...largest
  }

  /// From the least to the greatest bound of both.
  func union(_ other: Self) -> Self {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }
}
