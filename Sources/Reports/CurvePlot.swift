/// Curves in one frame, each with its name at its end, with the axes.
struct CurvePlot {
  let curves: [Curve]
  let x: (name: String, unit: String, scale: Scale)
  let y: (name: String, unit: String, scale: Scale)

  private static let font = StrokeFont(size: 14)
  private static let nameGap = 26
  /// Space under the frame for the x axis.
  static let axisHeight = 48

  /// Pixels left of the frame for the y axis.
  func leftSpace(height: Int) -> Int {
    area(Rectangle(left: 0, top: 0, width: 1, height: height)).yAxisWidth(font: Self.font)
  }

  /// Pixels right of the frame for the names of the curves, at most `limit`.
  func rightSpace(limit: Int) -> Int {
    min(Int(curves.map { Self.font.width(of: $0.name) }.max() ?? 0) + Self.nameGap, limit)
  }

  private func area(_ frame: Rectangle) -> PlotArea { PlotArea(frame: frame, x: x.scale, y: y.scale) }

  /// Draws everything; `space` is the room for names right of the frame.
  func draw(in frame: Rectangle, space: Int, namesXAxis: Bool = true, on raster: inout Raster) {
    let area = area(frame)
    area.drawOpenBox(on: &raster)
    area.drawXAxis(x.name, unit: x.unit, font: Self.font, on: &raster)
    area.drawYAxis(y.name, unit: y.unit, distance: area.numbersWidth(font: Self.font), font: Self.font, on: &raster)
    for curve in curves { curve.draw(in: area, on: &raster) }
    drawNames(in: area, space: space, on: &raster)
  }

  /// Writes the names beside the ends of the curves, moved apart where they would overlap, with a thin line to each end.
  private func drawNames(in area: PlotArea, space: Int, on raster: inout Raster) {
    let ends = curves.compactMap { curve in curve.end(in: area).map { (curve: curve, end: $0) } }
      .sorted { $0.end.y < $1.end.y }
    let rows = Self.spread(
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

  /// Places at least `distance` apart, in the same order and near to `wanted`, which is ascending.
  static func spread(_ wanted: [Double], distance: Double, within limits: ClosedRange<Double>) -> [Double] {
    var places = wanted
    for i in places.indices.dropFirst() { places[i] = max(places[i], places[i - 1] + distance) }
    var limit = max(limits.upperBound, limits.lowerBound + distance * Double(places.count - 1))
    for i in places.indices.reversed() {
      places[i] = min(places[i], limit)
      limit = places[i] - distance
    }
    return places
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
