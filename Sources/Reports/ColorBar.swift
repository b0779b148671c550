/// The scale of a colormap, upright beside a picture.
struct ColorBar {
  static let width = 14
  private static let gap = 12
  private static let tickLength = 4
  private static let pointHeight = 7

  let colormap: Colormap
  /// The values at its lower and upper end.
  let range: ClosedRange<Double>
  /// Whether some values lie below or above the range: the end is drawn as a point then.
  let exceeds: (below: Bool, above: Bool)
  let unit: String

  private func ticks(height: Int) -> Ticks { Ticks(linear: range, atMost: PlotArea.tickLimit(height)) }

  /// Pixels that the bar takes to the right of a picture of this height, everything included.
  func space(height: Int, font: StrokeFont) -> Int {
    let ticks = ticks(height: height)
    let labels = Int(ticks.labels.map(font.width).max() ?? 0)
    let unitLine = ticks.unit(of: unit).isEmpty ? 0 : Int(font.lineHeight)
    return Self.gap + Self.width + Self.tickLength + 5 + labels + unitLine
  }

  /// Draws the bar to the right of `frame`, which it equals in height.
  func draw(beside frame: Rectangle, font: StrokeFont, on raster: inout Raster) {
    let bar = Rectangle(left: frame.right + Self.gap, top: frame.top, width: Self.width, height: frame.height)
    let area = PlotArea(frame: bar, x: Scale(.linear, 0...1), y: Scale(.linear, range))
    area.drawBox(on: &raster)
    for y in bar.top..<bar.bottom {
      let fraction = (Double(bar.bottom - y) - 0.5) / Double(bar.height)
      raster.fill(
        Rectangle(left: bar.left, top: y, width: bar.width, height: 1), with: colormap.color(at: fraction))
    }
    if exceeds.above { drawPoint(at: bar.top - 1, step: -1, fraction: 1, left: bar.left, on: &raster) }
    if exceeds.below { drawPoint(at: bar.bottom, step: 1, fraction: 0, left: bar.left, on: &raster) }
    drawNumbers(beside: bar, area: area, font: font, on: &raster)
  }

  private func drawNumbers(beside bar: Rectangle, area: PlotArea, font: StrokeFont, on raster: inout Raster) {
    let ticks = ticks(height: bar.height)
    let start = Double(bar.right + 1 + Self.tickLength + 4)
    for (value, label) in zip(ticks.values, ticks.labels) {
      let row = area.row(value)
      raster.fill(Rectangle(left: bar.right + 1, top: row, width: Self.tickLength, height: 1), with: .ink)
      font.draw(label, at: Point(start, Double(row) + font.capitalHeight / 2 + 0.5), on: &raster)
    }
    let labels = ticks.labels.map(font.width).max() ?? 0
    let title = font.shortened(ticks.unit(of: unit), to: Double(bar.height + 40))
    let middle = Double(bar.top) + Double(bar.height) / 2
    font.draw(
      title, at: Point(start + labels + font.lineHeight, middle), .center, direction: .upward, on: &raster)
  }

  private func drawPoint(at row: Int, step: Int, fraction: Double, left: Int, on raster: inout Raster) {
    for line in 0...Self.pointHeight {
      let width = Self.width + 2 - 2 * line
      let block = Rectangle(left: left - 1 + line, top: row + step * line, width: width, height: 1)
      raster.fill(block, with: .ink)
      raster.fill(
        Rectangle(left: block.left + 1, top: block.top, width: width - 2, height: 1),
        with: colormap.color(at: fraction))
    }
  }
}
