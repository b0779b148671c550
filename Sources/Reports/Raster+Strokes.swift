import Glibc

extension Raster {
  /// Draws polylines with round joints and ends, as one layer: where strokes touch or cross, the color is not laid on
  /// twice.
  ///
  /// A pixel is covered by the share `width/2 + 1/2 − distance` (between 0 and 1), with the distance of its center from
  /// the nearest stroke. A polyline of one point is a dot. Points that are not finite end a stroke. With a `width` below
  /// one pixel strokes get fainter, not thinner. Pixels outside `clip` are left as they are.
  package mutating func stroke(
    _ polylines: [[Point]], width: Double, color: Color, clip: Rectangle? = nil
  ) {
    let reach = max(width, 1) / 2 + 0.5
    guard let box = Self.box(around: polylines, reach: reach) else { return }
    var layer = CoverageLayer(box: box.clipped(to: (clip ?? bounds).clipped(to: bounds)), reach: reach)
    for line in polylines {
      for part in line.split(whereSeparator: { !($0.x.isFinite && $0.y.isFinite) }) { layer.add(Array(part)) }
    }
    let strength = min(width, 1)
    layer.forEach { x, y, coverage in blend(x, y, color, coverage: coverage * strength) }
  }

  /// Draws one polyline.
  package mutating func stroke(_ line: [Point], width: Double, color: Color, clip: Rectangle? = nil) {
    stroke([line], width: width, color: color, clip: clip)
  }

  /// The pixels that strokes can touch, cut to what 32-bit pictures can hold.
  private static func box(around polylines: [[Point]], reach: Double) -> Rectangle? {
    let points = polylines.joined().filter { $0.x.isFinite && $0.y.isFinite }
    guard let first = points.first else { return nil }
    var (left, right, top, bottom) = (first.x, first.x, first.y, first.y)
    for point in points {
      (left, right) = (min(left, point.x), max(right, point.x))
      (top, bottom) = (min(top, point.y), max(bottom, point.y))
    }
    func pixel(_ place: Double) -> Int { Int(min(max(place.rounded(.down), -1e9), 1e9)) }
    let (x, y) = (pixel(left - reach), pixel(top - reach))
    return Rectangle(left: x, top: y, width: pixel(right + reach) - x + 1, height: pixel(bottom + reach) - y + 1)
  }
}

/// How much of every pixel of a block is covered by strokes.
private struct CoverageLayer {
  private let box: Rectangle
  private let reach: Double
  private var coverage: [Float]

  init(box: Rectangle, reach: Double) {
    self.box = box
    self.reach = reach
    coverage = [Float](repeating: 0, count: box.width * box.height)
  }

  mutating func add(_ line: [Point]) {
    if line.count == 1 { add(from: line[0], to: line[0]) }
    for (start, end) in zip(line, line.dropFirst()) { add(from: start, to: end) }
  }

  /// Adds one straight stroke, row by row over the columns that it can touch.
  private mutating func add(from start: Point, to end: Point) {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length2 = dx * dx + dy * dy
    for y in rows(min(start.y, end.y) - reach, max(start.y, end.y) + reach) {
      let center = Double(y) + 0.5
      let span = reachOf(start: start, dx: dx, dy: dy, row: center)
      for x in columns(span.left, span.right) {
        let (px, py) = (Double(x) + 0.5 - start.x, center - start.y)
        let along = length2 > 0 ? min(max((px * dx + py * dy) / length2, 0), 1) : 0
        let (qx, qy) = (px - along * dx, py - along * dy)
        let share = Float(min(max(reach - (qx * qx + qy * qy).squareRoot(), 0), 1))
        let index = (y - box.top) * box.width + x - box.left
        if share > coverage[index] { coverage[index] = share }
      }
    }
  }

  /// Columns around the part of the segment that lies within `reach` of a row.
  private func reachOf(start: Point, dx: Double, dy: Double, row: Double) -> (left: Double, right: Double) {
    var (from, to) = (0.0, 1.0)
    if abs(dy) > 1e-9 {
      let (one, other) = ((row - reach - start.y) / dy, (row + reach - start.y) / dy)
      (from, to) = (max(min(one, other), 0), min(max(one, other), 1))
    }
    let (x0, x1) = (start.x + from * dx, start.x + to * dx)
    return (min(x0, x1) - reach, max(x0, x1) + reach)
  }

  private func rows(_ low: Double, _ high: Double) -> Range<Int> { pixels(low, high, within: box.top..<box.bottom) }
  private func columns(_ low: Double, _ high: Double) -> Range<Int> { pixels(low, high, within: box.left..<box.right) }

  private func pixels(_ low: Double, _ high: Double, within limits: Range<Int>) -> Range<Int> {
    let first = Int(min(max(low.rounded(.down), Double(limits.lowerBound)), Double(limits.upperBound)))
    let last = Int(min(max(high.rounded(.up), Double(first)), Double(limits.upperBound)))
    return first..<last
  }

  func forEach(_ body: (_ x: Int, _ y: Int, _ coverage: Double) -> Void) {
    for y in 0..<box.height {
      for x in 0..<box.width {
        let share = coverage[y * box.width + x]
        if share > 0 { body(box.left + x, box.top + y, Double(share)) }
      }
    }
  }
}
