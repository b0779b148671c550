/// One field as it is to be shown in a figure.
package struct FieldPanel: Sendable {
  /// Such as `T · tumor cells`.
  package let title: String
  /// Unit of the values, such as `cells/mm^2`; empty or `1` if there is none.
  package let unit: String
  /// The values in the order `[z][y][x]`, x fastest: all of the grid, or one slice `[y][x]` of a grid of three axes.
  package let values: [Double]
  /// The values at the ends of the color scale; nil for the least and greatest value shown.
  package let range: ClosedRange<Double>?
  package let colormap: Colormap
  /// Whether NaN marks what lies outside the tissue, and is nothing to be spoken of.
  package let isMasked: Bool

  package init(
    title: String, unit: String = "", values: [Double], range: ClosedRange<Double>? = nil, colormap: Colormap = .aurora,
    isMasked: Bool = false
  ) {
    self.title = title
    self.unit = unit
    self.values = values
    self.range = range
    self.colormap = colormap
    self.isMasked = isMasked
  }

  /// How many of `values` are NaN or infinite.
  static func countNotFinite(_ values: [Double]) -> Int { values.reduce(0) { $0 + ($1.isFinite ? 0 : 1) } }

  /// What must be said of `values` because it cannot be seen in a picture: that some are not finite, or all equal.
  func caption(_ values: [Double]) -> String? {
    let count = FieldPanel.countNotFinite(values)
    if count > 0, !isMasked { return "\(count) of \(values.count) points not finite" }
    guard let range = values.finiteRange, range.lowerBound == range.upperBound else { return nil }
    return "\(range.lowerBound.printed()) everywhere"
  }
}
