/// A plot of named series of points, such as an observable over time or the time of a step over the number of points.
package struct LineFigure: Sendable {
  /// One axis: what it shows, in which unit, and how.
  package struct Axis: Sendable {
    package let name: String
    package let unit: String
    package let scale: Scale.Kind
    /// The numbers at its ends; nil for those of the data, with a little space.
    package let range: ClosedRange<Double>?

    package init(
      _ name: String, unit: String = "", scale: Scale.Kind = .linear, range: ClosedRange<Double>? = nil
    ) {
      self.name = name
      self.unit = unit
      self.scale = scale
      self.range = range
    }
  }

  /// Points joined by a line; its name, unless empty, stands at its end.
  package struct Series: Sendable {
    package let name: String
    package let x: [Double]
    package let y: [Double]
    /// Whether every point is marked by a disk.
    package let hasMarkers: Bool

    /// A series of as many `x` as `y`; points that are not finite, or not positive on a logarithmic axis, interrupt the
    /// line.
    package init(name: String, x: [Double], y: [Double], hasMarkers: Bool = true) {
      precondition(x.count == y.count)
      self.name = name
      self.x = x
      self.y = y
      self.hasMarkers = hasMarkers
    }
  }

  package let title: String
  package let x: Axis
  package let y: Axis
  package let series: [Series]

  package init(title: String, x: Axis, y: Axis, series: [Series]) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
  }

  /// Draws the figure, `width` × `height` pixels.
  package func render(width: Int = 900, height: Int = 560) -> Raster {
    var raster = Raster(width: max(width, 240), height: max(height, 200))
    let header = PageHeader(title: title, time: "")
    header.draw(on: &raster)
    let plot = CurvePlot(
      curves: curves, x: (x.name, x.unit, Self.scale(x, drawn.map(\.x))),
      y: (y.name, y.unit, Self.scale(y, drawn.map(\.y))))
    let top = PageHeader.margin + header.height + 8
    let plotHeight = raster.height - top - CurvePlot.axisHeight - PageHeader.margin
    let distance = plot.numbersWidth(height: plotHeight)
    let left = PageHeader.margin + distance + CurvePlot.yNameWidth
    let space = plot.rightSpace(limit: raster.width / 3)
    let frame = Rectangle(
      left: left, top: top, width: max(raster.width - left - space - PageHeader.margin, 40), height: plotHeight)
    plot.draw(in: frame, left: distance, right: space, on: &raster)
    return raster
  }

  /// The figure as the bytes of a PNG file.
  package func pngData(width: Int = 900, height: Int = 560) throws(PNGError) -> [UInt8] {
    try render(width: width, height: height).pngData()
  }

  private var curves: [Curve] {
    series.enumerated().map { index, series in
      Curve(
        name: series.name, points: zip(series.x, series.y).map { ($0, $1) },
        color: Color.curves[index % Color.curves.count], hasMarkers: series.hasMarkers)
    }
  }

  /// The points that have a place on both axes.
  private var drawn: [(x: Double, y: Double)] {
    func fits(_ value: Double, _ axis: Axis) -> Bool { value.isFinite && (axis.scale == .linear || value > 0) }
    return curves.flatMap(\.points).filter { fits($0.x, x) && fits($0.y, y) }
  }

  private static func scale(_ axis: Axis, _ values: [Double]) -> Scale {
    if let range = axis.range { return Scale(axis.scale, range) }
    return Scale(axis.scale, values.finiteRange ?? 1...10).padded(by: 0.05)
  }
}
