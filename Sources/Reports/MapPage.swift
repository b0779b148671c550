import Fields

/// Draws the panels of a figure of two axes, or of slices.
struct MapPage {
  private let figure: FieldFigure
  private let maps: [FieldMap]
  private var axes: [Axis] { figure.grid.axes }

  private static let labelFont = StrokeFont(size: 14)
  private static let titleFont = StrokeFont(size: 16)
  private static let captionFont = StrokeFont(size: 13)

  init(_ figure: FieldFigure) {
    self.figure = figure
    maps = figure.panels.map { FieldMap($0, plane: figure.plane($0)) }
  }

  func render(width: Int?) -> Raster {
    let header = PageHeader(title: figure.title, time: figure.moment)
    let layout = MapLayout(
      maps: maps, axes: axes, header: header, width: width, titleFont: Self.titleFont, margins: margins)
    var raster = Raster(width: layout.pageWidth, height: layout.pageHeight)
    header.draw(on: &raster)
    for (index, map) in maps.enumerated() {
      draw(map, in: layout.frame(index), titleWidth: layout.titleWidth, on: &raster)
    }
    return raster
  }

  private func margins(height: Int) -> (left: Int, right: Int) {
    let frame = Rectangle(left: 0, top: 0, width: 1, height: height)
    return (
      area(frame).yAxisWidth(font: Self.labelFont),
      maps.map { $0.bar.space(height: height, font: Self.labelFont) }.max() ?? 0
    )
  }

  private func area(_ frame: Rectangle) -> PlotArea {
    func scale(_ axis: Axis) -> Scale { Scale(.linear, axis.origin...axis.origin + axis.length) }
    return PlotArea(frame: frame, x: scale(axes[0]), y: scale(axes[1]))
  }

  private func draw(_ map: FieldMap, in frame: Rectangle, titleWidth: Int, on raster: inout Raster) {
    let area = area(frame)
    map.draw(in: frame, on: &raster)
    area.drawBox(on: &raster)
    area.drawXAxis(axes[0].name, unit: figure.lengthUnit, font: Self.labelFont, on: &raster)
    area.drawYAxis(
      axes[1].name, unit: figure.lengthUnit, distance: area.numbersWidth(font: Self.labelFont), font: Self.labelFont,
      on: &raster)
    map.bar.draw(beside: frame, font: Self.labelFont, on: &raster)
    let title = Self.titleFont.shortened(map.title, to: Double(titleWidth))
    Self.titleFont.draw(title, at: Point(Double(frame.left - 1), Double(frame.top - 12)), on: &raster)
    if let caption = map.caption {
      let baseline = frame.bottom + MapLayout.axisHeight + 12
      let key = map.hasHoles ? 16 : 0
      raster.fill(Rectangle(left: frame.left - 1, top: baseline - 9, width: min(key, 9), height: 9), with: .notFinite)
      let place = Point(Double(frame.left - 1 + key), Double(baseline))
      Self.captionFont.draw(caption, at: place, color: .pale, on: &raster)
    }
  }
}
