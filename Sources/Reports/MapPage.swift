import Fields
import Glibc

/// Lays out the panels of a figure of two axes and draws them.
struct MapPage {
  private let figure: FieldFigure
  private let maps: [FieldMap]
  private let columns: Int
  /// Height of the domain against its width.
  private let aspect: Double
  private var axes: [Axis] { figure.grid.axes }

  private static let labelFont = StrokeFont(size: 14)
  private static let titleFont = StrokeFont(size: 16)
  private static let gap = (x: 26, y: 22)
  /// Space over a picture for its title, and under it for the x axis.
  private static let titleHeight = 30
  private static let axisHeight = 48
  private static let captionHeight = 18
  /// A picture is at most this many times as high as it is wide, or its width is reduced.
  private static let tallest = 1.5

  init(_ figure: FieldFigure) {
    self.figure = figure
    maps = figure.panels.map { FieldMap($0, plane: figure.plane($0)) }
    let (x, y) = (figure.grid.axes[0], figure.grid.axes[1])
    aspect = y.length / x.length
    columns = Self.columns(panels: figure.panels.count, aspect: aspect)
  }

  /// The number of columns that comes nearest to a page twice as wide as high, with few empty places.
  private static func columns(panels: Int, aspect: Double) -> Int {
    func cost(_ columns: Int) -> Double {
      let rows = (panels + columns - 1) / columns
      let height = 330 * min(aspect, tallest) + 110
      let empty = Double(columns * rows - panels) / Double(panels)
      return abs(log(Double(columns) * 460 / (Double(rows) * height) / 1.9)) + empty
    }
    return (1...min(panels, 4)).min { cost($0) < cost($1) } ?? 1
  }

  private var rows: Int { (maps.count + columns - 1) / columns }
  private var header: PageHeader { PageHeader(title: figure.title, time: figure.moment) }
  private var bottomHeight: Int {
    Self.axisHeight + (maps.contains { $0.caption != nil } ? Self.captionHeight : 0)
  }

  func render(width: Int?) -> Raster {
    let standard = columns == 1 ? (aspect < 0.5 ? 1000 : 680) : columns == 2 ? 1000 : 1400
    let width = max(width ?? standard, 240 * columns)
    let cell = (width - 2 * PageHeader.margin - (columns - 1) * Self.gap.x) / columns
    let (size, left) = pictureSize(cell: cell)
    let cellHeight = Self.titleHeight + size.height + bottomHeight
    var raster = Raster(
      width: width,
      height: 2 * PageHeader.margin + header.height + rows * cellHeight + (rows - 1) * Self.gap.y - 6)
    header.draw(on: &raster)
    for (index, map) in maps.enumerated() {
      let frame = Rectangle(
        left: PageHeader.margin + (index % columns) * (cell + Self.gap.x) + left,
        top: PageHeader.margin + header.height + Self.titleHeight + (index / columns) * (cellHeight + Self.gap.y),
        width: size.width, height: size.height)
      draw(map, in: frame, cellEnd: frame.left - left + cell, on: &raster)
    }
    return raster
  }

  /// The size of every picture, and the space to its left for the y axis.
  private func pictureSize(cell: Int) -> (size: (width: Int, height: Int), left: Int) {
    let trial = area(Rectangle(left: 0, top: 0, width: cell, height: max(Int(Double(cell) * aspect), 1)))
    let left = trial.yAxisWidth(font: Self.labelFont)
    let right = maps.map { $0.bar.space(height: trial.frame.height, font: Self.labelFont) }.max() ?? 0
    let free = Double(max(cell - left - right, 40))
    return (fitted(width: min(free, free * Self.tallest / aspect)), left)
  }

  /// A picture at most `width` pixels wide: a whole number of pixels for each point if that takes away less than a fifth.
  private func fitted(width: Double) -> (width: Int, height: Int) {
    let points = Double(axes[0].points)
    let whole = (width / points).rounded(.down) * points
    let pixels = max(whole >= 0.8 * width ? whole : width.rounded(.down), 1)
    return (Int(pixels), max(Int((pixels * aspect).rounded()), 1))
  }

  private func area(_ frame: Rectangle) -> PlotArea {
    func scale(_ axis: Axis) -> Scale { Scale(.linear, axis.origin...axis.origin + axis.length) }
    return PlotArea(frame: frame, x: scale(axes[0]), y: scale(axes[1]))
  }

  private func draw(_ map: FieldMap, in frame: Rectangle, cellEnd: Int, on raster: inout Raster) {
    let area = area(frame)
    map.draw(in: frame, on: &raster)
    area.drawBox(on: &raster)
    area.drawXAxis(axes[0].name, unit: figure.lengthUnit, font: Self.labelFont, on: &raster)
    area.drawYAxis(
      axes[1].name, unit: figure.lengthUnit, distance: area.numbersWidth(font: Self.labelFont), font: Self.labelFont,
      on: &raster)
    map.bar.draw(beside: frame, font: Self.labelFont, on: &raster)
    let title = Self.titleFont.shortened(map.title, to: Double(cellEnd - frame.left))
    Self.titleFont.draw(title, at: Point(Double(frame.left - 1), Double(frame.top - 12)), on: &raster)
    if let caption = map.caption {
      let baseline = Double(frame.bottom + bottomHeight - 4)
      StrokeFont(size: 13).draw(caption, at: Point(Double(frame.left), baseline), color: .pale, on: &raster)
    }
  }
}
