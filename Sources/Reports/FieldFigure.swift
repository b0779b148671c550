import Fields

/// One moment of a simulation as a figure: a panel for each field.
///
/// Fields of one axis become curves; of two axes, pictures with axes and a color scale; of three axes, pictures of the
/// middle slice along z. x runs to the right and y upward, lengths along both have the same scale, and every pixel shows
/// the value of its point or the mean over the points it covers, without interpolation.
package struct FieldFigure: Sendable {
  package let title: String
  package let time: String
  package let grid: Grid
  package let lengthUnit: String
  package let panels: [FieldPanel]

  /// A figure of at least one panel, all on the same grid.
  ///
  /// `time` is written as given, such as `t = 120 day`; `lengthUnit` is the unit of the axes, such as `mm`. Every panel
  /// holds as many values as the grid, or as one of its slices, has points.
  package init(title: String, time: String, grid: Grid, lengthUnit: String, panels: [FieldPanel]) {
    let (whole, slice) = (grid.pointCount, grid.axes.prefix(2).reduce(1) { $0 * $1.points })
    precondition(!panels.isEmpty && panels.allSatisfy { $0.values.count == whole || $0.values.count == slice })
    self.title = title
    self.time = time
    self.grid = grid
    self.lengthUnit = lengthUnit
    self.panels = panels
  }

  /// Draws the figure, `width` pixels wide, or as wide as suits its panels (about 1400 for three).
  package func render(width: Int? = nil) -> Raster {
    grid.axes.count == 1 ? ProfilePage(self).render(width: width) : MapPage(self).render(width: width)
  }

  /// The figure as the bytes of a PNG file.
  package func pngData(width: Int? = nil) throws(PNGError) -> [UInt8] {
    try render(width: width).pngData()
  }

  /// The time, and for three axes the place of the slice.
  var moment: String {
    guard grid.axes.count == 3 else { return time }
    let place = grid.axes[2].coordinate(sliceIndex).printed()
    let slice = "slice at \(grid.axes[2].name) = \(place) \(lengthUnit.typeset)"
    return time.isEmpty ? slice : "\(time) · \(slice)"
  }

  /// The slice that is shown, counted along the third axis.
  private var sliceIndex: Int { grid.axes.count == 3 ? grid.axes[2].points / 2 : 0 }

  /// The values of a panel that are shown.
  func plane(_ panel: FieldPanel) -> Plane {
    let (columns, rows) = (grid.axes[0].points, grid.axes.count > 1 ? grid.axes[1].points : 1)
    let count = columns * rows
    let start = panel.values.count == count ? 0 : sliceIndex * count
    return Plane(columns: columns, rows: rows, values: Array(panel.values[start..<start + count]))
  }
}
