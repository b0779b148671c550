/// The rectangle of a picture in which data are drawn, with the scales along its sides.
struct PlotArea {
  let frame: Rectangle
  let x: Scale
  let y: Scale

  /// How many labeled marks a side of this length carries at most.
  static func tickLimit(_ length: Int) -> Int { min(max(length / 36, 2), 10) }
  private static let tickLength = 5

  var yTicks: Ticks { y.ticks(atMost: Self.tickLimit(frame.height)) }

  /// As many marks under the frame as leave room between their labels.
  func xTicks(font: StrokeFont) -> Ticks {
    var limit = Self.tickLimit(frame.width)
    while limit > 2 {
      let ticks = x.ticks(atMost: limit)
      let widest = ticks.labels.map(font.width).max() ?? 0
      let places = ticks.values.map { Double(column($0)) }
      if zip(places, places.dropFirst()).allSatisfy({ $1 - $0 >= widest + 12 }) { return ticks }
      limit -= 1
    }
    return x.ticks(atMost: 2)
  }

  /// The pixel place of a point of the data.
  func place(_ x: Double, _ y: Double) -> Point {
    Point(
      Double(frame.left) + self.x.fraction(x) * Double(frame.width),
      Double(frame.bottom) - self.y.fraction(y) * Double(frame.height))
  }

  /// Draws a line around the frame, just outside.
  func drawBox(on raster: inout Raster) {
    let (left, top, width, height) = (frame.left - 1, frame.top - 1, frame.width + 2, frame.height + 2)
    for line in [
      Rectangle(left: left, top: top, width: width, height: 1),
      Rectangle(left: left, top: frame.bottom, width: width, height: 1),
      Rectangle(left: left, top: top, width: 1, height: height),
      Rectangle(left: frame.right, top: top, width: 1, height: height),
    ] { raster.fill(line, with: .ink) }
  }

  /// Draws the lower and the left side of the frame, and pale lines across at the marks.
  func drawOpenBox(font: StrokeFont, on raster: inout Raster) {
    for value in yTicks.values {
      raster.fill(Rectangle(left: frame.left, top: row(value), width: frame.width, height: 1), with: .hairline)
    }
    if x.kind == .logarithmic {
      for value in xTicks(font: font).values {
        raster.fill(Rectangle(left: column(value), top: frame.top, width: 1, height: frame.height), with: .hairline)
      }
    }
    raster.fill(Rectangle(left: frame.left - 1, top: frame.bottom, width: frame.width + 1, height: 1), with: .ink)
    raster.fill(Rectangle(left: frame.left - 1, top: frame.top, width: 1, height: frame.height + 1), with: .ink)
  }

  /// Draws marks, numbers and the name of the axis under the frame.
  func drawXAxis(_ name: String, unit: String, font: StrokeFont, on raster: inout Raster) {
    let ticks = xTicks(font: font)
    for value in ticks.minor { mark(x: value, length: 3, on: &raster) }
    let baseline = Double(frame.bottom + Self.tickLength + 4) + font.capitalHeight
    for (value, label) in zip(ticks.values, ticks.labels) {
      mark(x: value, length: Self.tickLength, on: &raster)
      font.draw(label, at: Point(Double(column(value)), baseline), .center, on: &raster)
    }
    let center = Double(frame.left) + Double(frame.width) / 2
    font.draw(
      axisTitle(name, ticks.unit(of: unit)), at: Point(center, baseline + font.lineHeight), .center, on: &raster)
  }

  /// Draws marks and numbers left of the frame, and the name of the axis `distance` pixels left of it.
  func drawYAxis(_ name: String, unit: String, distance: Int, font: StrokeFont, on raster: inout Raster) {
    let ticks = yTicks
    for value in ticks.minor { mark(y: value, length: 3, on: &raster) }
    for (value, label) in zip(ticks.values, ticks.labels) {
      mark(y: value, length: Self.tickLength, on: &raster)
      let place = Point(Double(frame.left - Self.tickLength - 4), Double(row(value)) + font.capitalHeight / 2 + 0.5)
      font.draw(label, at: place, .right, on: &raster)
    }
    let title = font.shortened(axisTitle(name, ticks.unit(of: unit)), to: Double(frame.height + 60))
    let middle = Double(frame.top) + Double(frame.height) / 2
    font.draw(title, at: Point(Double(frame.left - distance), middle), .center, direction: .upward, on: &raster)
  }

  /// Pixels that the numbers left of the frame and the name of the axis take.
  func yAxisWidth(font: StrokeFont) -> Int {
    numbersWidth(font: font) + Int(font.lineHeight) + 2
  }

  /// Pixels from the frame to the baseline of the name of the axis.
  func numbersWidth(font: StrokeFont) -> Int {
    Int(yTicks.labels.map(font.width).max() ?? 0) + Self.tickLength + 10
  }

  private func axisTitle(_ name: String, _ unit: String) -> String {
    unit.isEmpty ? name : name.isEmpty ? unit : "\(name) (\(unit))"
  }

  /// The column of pixels for a mark; the ends of the scale fall on the lines beside the frame.
  private func column(_ value: Double) -> Int {
    frame.left - 1 + Int((min(max(x.fraction(value), 0), 1) * Double(frame.width + 1)).rounded())
  }

  /// The row of pixels for a mark.
  func row(_ value: Double) -> Int {
    frame.bottom - Int((min(max(y.fraction(value), 0), 1) * Double(frame.height + 1)).rounded())
  }

  private func mark(x value: Double, length: Int, on raster: inout Raster) {
    raster.fill(Rectangle(left: column(value), top: frame.bottom + 1, width: 1, height: length), with: .ink)
  }

  private func mark(y value: Double, length: Int, on raster: inout Raster) {
    raster.fill(Rectangle(left: frame.left - 1 - length, top: row(value), width: length, height: 1), with: .ink)
  }
}
