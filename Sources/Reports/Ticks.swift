import Glibc

/// The marks of an axis, at numbers that people like to read.
package struct Ticks: Hashable, Sendable {
  /// Where the labeled marks stand, ascending.
  package let values: [Double]
  /// What is written at each of them.
  package let labels: [String]
  /// Where shorter marks without labels stand.
  package let minor: [Double]
  /// What the labels have to be multiplied by, such as `10⁻³`, or empty.
  package let multiplier: String
  /// What has to be added afterwards, such as `0.25`, or empty.
  package let offset: String

  /// Marks at multiples of 1, 2 or 5 times a power of ten: the smallest such step that gives no more than `limit`
  /// marks (one more if both ends carry one), but at least two marks.
  ///
  /// Labels share a power of ten if the largest is 10⁵ or more or below 10⁻², and an offset if their first three
  /// digits or more would all be equal.
  package init(linear range: ClosedRange<Double>, atMost limit: Int) {
    let range = range.drawable
    let marks = Self.multiples(in: range, atMost: max(limit, 2))
    let offset = Self.offset(of: marks)
    let rests = marks.map { DecimalNumber(digits: $0.digits - offset.digits, exponent: $0.exponent) }
    let order = rests.filter { $0.digits != 0 }.map(\.order).max() ?? 0
    let power = order >= 5 || order <= -3 ? order : 0
    self.init(
      values: marks.map(\.value), labels: rests.map { $0.divided(byPowerOfTen: power).text },
      multiplier: power == 0 ? "" : "10" + String(power).raised, offset: offset.digits == 0 ? "" : offset.reduced.text)
  }

  /// Marks at powers of ten, every `n`-th of them if there are more than `limit`; in a range of less than two decades
  /// also at 2 and 5 times a power of ten, and in a very short one, or one that is not positive, at the marks of a
  /// linear axis.
  package init(logarithmic range: ClosedRange<Double>, atMost limit: Int) {
    guard range.lowerBound > 1e-300, range.upperBound < 1e300 else {
      self.init(linear: range, atMost: limit)
      return
    }
    let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
    let decades = Array(Int((low - 1e-9).rounded(.up))...max(Int((high + 1e-9).rounded(.down)), Int(low.rounded(.up))))
    let stride = (decades.count + max(limit, 2) - 1) / max(limit, 2)
    if decades.count > 2 || high - low >= 2 {
      self.init(decades: decades.filter { $0 % stride == 0 }, minor: stride == 1 ? Self.between(decades, range) : [])
      return
    }
    let marks = (Int(low.rounded(.down))...Int(high.rounded(.up))).flatMap { decade in
      [1, 2, 5].map { DecimalNumber(digits: $0, exponent: decade) }
    }.filter { range.contains($0.value) }
    if marks.count < 2 {
      self.init(linear: range, atMost: limit)
    } else {
      self.init(values: marks.map(\.value), labels: marks.map { $0.value.printed() })
    }
  }

  private init(decades: [Int], minor: [Double]) {
    let plain = decades.allSatisfy { (-3...4).contains($0) }
    self.init(
      values: decades.map { DecimalNumber(digits: 1, exponent: $0).value },
      labels: decades.map { plain ? DecimalNumber(digits: 1, exponent: $0).text : "10" + String($0).raised },
      minor: minor)
  }

  private init(
    values: [Double], labels: [String], minor: [Double] = [], multiplier: String = "", offset: String = ""
  ) {
    self.values = values
    self.labels = labels
    self.minor = minor
    self.multiplier = multiplier
    self.offset = offset
  }

  /// 2, 3, … 9 times the powers of ten, and those below the first.
  private static func between(_ decades: [Int], _ range: ClosedRange<Double>) -> [Double] {
    ((decades.first ?? 0) - 1...(decades.last ?? 0)).flatMap { decade in
      (2...9).map { DecimalNumber(digits: $0, exponent: decade).value }
    }.filter(range.contains)
  }

  /// The multiples of the widest step that gives at least two, starting from the step that gives at most `limit`.
  private static func multiples(in range: ClosedRange<Double>, atMost limit: Int) -> [DecimalNumber] {
    let raw = (range.upperBound - range.lowerBound) / Double(limit)
    let order = Int(log10(raw).rounded(.down))
    var steps = [5, 2, 1].map { DecimalNumber(digits: $0, exponent: order) }
    steps.insert(DecimalNumber(digits: 1, exponent: order + 1), at: 0)
    let wide = steps.filter { $0.value >= raw * (1 - 1e-9) }
    let narrow = [5, 2, 1].map { DecimalNumber(digits: $0, exponent: order - 1) }
    for step in wide.suffix(1) + steps.dropFirst(wide.count) + narrow {
      let marks = multiples(of: step, in: range)
      if marks.count >= 2 { return marks }
    }
    return []
  }

  private static func multiples(of step: DecimalNumber, in range: ClosedRange<Double>) -> [DecimalNumber] {
    let first = (range.lowerBound / step.value - 1e-6).rounded(.up)
    let last = (range.upperBound / step.value + 1e-6).rounded(.down)
    guard first <= last else { return [] }
    return (Int(first)...Int(last)).map { DecimalNumber(digits: $0 * step.digits, exponent: step.exponent) }
  }

  /// The part that all marks have in common, if it is more than 500 times as large as their distance.
  private static func offset(of marks: [DecimalNumber]) -> DecimalNumber {
    guard let first = marks.first, let last = marks.last, let largest = marks.map(\.digits.magnitude).max(),
      largest > UInt((last.digits - first.digits) * 500)
    else { return DecimalNumber(digits: 0, exponent: 0) }
    var unit = 1
    while unit < last.digits - first.digits { unit *= 10 }
    let multiples = Int((Double(first.digits) / Double(unit)).rounded(.down))
    return DecimalNumber(digits: multiples * unit, exponent: first.exponent)
  }

  /// The unit in which the labels are read: `10⁻³ cells/mm²`, `mm`, `×10⁵`, `10⁻⁷ nM + 0.25`, or empty.
  package func unit(of quantity: String) -> String {
    let unit = quantity == "1" ? "" : quantity.typeset
    let scaled = multiplier.isEmpty ? unit : unit.isEmpty ? "×" + multiplier : multiplier + " " + unit
    guard !offset.isEmpty else { return scaled }
    return scaled.isEmpty
      ? "+ " + offset : scaled + (offset.hasPrefix("−") ? " − " + offset.dropFirst() : " + " + offset)
  }
}
