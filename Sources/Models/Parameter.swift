/// A named number of a model.
package struct Parameter: Hashable, Sendable {
  package let name: String
  package let value: Double
  /// Unit as text, as in "1/day".
  package let unit: String?
  /// Where the value comes from.
  package let source: String?
  /// Values that make sense.
  package let range: ClosedRange<Double>?

  func with(value: Double) -> Parameter {
    Parameter(name: name, value: value, unit: unit, source: source, range: range)
  }
}
