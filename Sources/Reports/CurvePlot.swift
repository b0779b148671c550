/// Curves in one frame, each with its name at its end, with the axes.
struct CurvePlot {
  let curves: [Curve]
  let x: (name: String, unit: String, scale: Scale)
  let y: (name: String, unit: String, scale: Scale)

  private static let font = StrokeFont(size: 14)
  private static let nameGap = 26
  /// Space under the frame for the x axis.
  static let axisHeight = 48

  /// Pixels from the frame to the name of the y axis.
  func numbersWidth(height: Int) -> Int {
    area(Rectangle(left: 0, top: 0, width: 1, height: height)).numbersWidth(font: Self.font)
  }

  /// Pixels that the name of the y axis takes beyond that.
  static var yNameWidth: Int { Int(font.lineHeight) + 2 }

  /// Pixels right of the frame for the names of the curves, at most `limit`.
  func rightSpace(limit: Int) -> Int {
    min(Int(curves.map { Self.font.width(of: $0.name) }.max() ?? 0) + Self.nameGap, limit)
  }

  private func area(_ frame: Rectangle) -> PlotArea { PlotArea(frame: frame, x: x.scale, y: y.scale) }

  /// Draws everything, with the name of the y axis `left` pixels left of the frame and `right` pixels of room for the
  /// names of the curves.
  func draw(in frame: Rectangle, left: Int, right: Int, on raster: inout Raster) {
    let area = area(frame)
    area.drawOpenBox(font: Self.font, on: &raster)
    area.drawXAxis(x.name, unit: x.unit, font: Self.font, on: &raster)
    area.drawYAxis(y.name, unit: y.unit, distance: left, font: Self.font, on: &raster)
    for curve in curves { curve.draw(in: area, on: &raster) }
    drawNames(in: area, space: right, on: &raster)
  }

  /// Writes the names beside the ends of the curves, moved apart where they would overlap, with a thin line to each end.
  private func drawNames(in area: PlotArea, space: Int, on raster: inout Raster) {
    let ends = curves.filter { !$0.name.isEmpty }
      .compactMap { curve in curve.end(in: area).map { (curve: curve, end: $0) } }
      .sorted { $0.end.y < $1.end.y }
    let rows = spread(
      ends.map(\.end.y), distance: Self.font.lineHeight - 2, within: Double(area.frame.top)...Double(area.frame.bottom))
    let start = Double(area.frame.right + Self.nameGap)
    for (row, (curve, end)) in zip(rows, ends) {
      let leader = [Point(end.x + 5, end.y), Point(start - 12, row), Point(start - 5, row)]
      raster.stroke(leader, width: 1, color: curve.color.covered(by: .white, 0.4))
      let name = Self.font.shortened(curve.name, to: Double(space - Self.nameGap))
      Self.font.draw(
        name, at: Point(start, (row + Self.font.capitalHeight / 2).rounded()), color: curve.color.readable, on: &raster)
    }
  }
}

extension Color {
  /// This hue, dark enough for text on white.
  var readable: Color {
    var shade = OKLab(self)
    shade.lightness = min(shade.lightness, 0.55)
    return shade.color
  }
}
