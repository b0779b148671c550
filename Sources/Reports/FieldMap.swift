/// A field of two axes as a picture with its color scale.
struct FieldMap {
  let title: String
  /// What cannot be seen: values that are not finite, a constant.
  let caption: String?
  /// Whether some points have the color for values that are not finite.
  let hasHoles: Bool
  let bar: ColorBar
  /// Color of what is not finite.
  private let hole: Color
  private let plane: Plane

  init(_ panel: FieldPanel, plane: Plane) {
    self.plane = plane
    hole = panel.isMasked ? .outside : .notFinite
    title = panel.title
    hasHoles = !panel.isMasked && FieldPanel.countNotFinite(plane.values) > 0
    caption = panel.caption(plane.values)
    let found = plane.values.finiteRange ?? 0...1
    let range = (panel.range ?? (panel.colormap.isDiverging ? found.symmetric : found)).drawable
    bar = ColorBar(
      colormap: panel.colormap, range: range,
      exceeds: (found.lowerBound < range.lowerBound, found.upperBound > range.upperBound), unit: panel.unit)
  }

  /// Fills `frame` with the field, its first row at the bottom.
  func draw(in frame: Rectangle, on raster: inout Raster) {
    let picture = plane.resampled(columns: frame.width, rows: frame.height)
    let low = bar.range.lowerBound
    let scale = 1 / (bar.range.upperBound - low)
    for y in 0..<frame.height {
      let row = (frame.height - 1 - y) * frame.width
      for x in 0..<frame.width {
        let value = picture.values[row + x]
        let color = value.isFinite ? bar.colormap.color(at: (value - low) * scale) : hole
        raster[frame.left + x, frame.top + y] = color
      }
    }
  }
}
