import Fields

/// Fields of one axis: curves in one plot, or in several one under the other where units or sizes differ.
struct ProfilePage {
  private let figure: FieldFigure
  private let plots: [CurvePlot]
  private let captions: [String]

  /// Curves whose spans differ by more than this factor get plots of their own.
  private static let largestRatio = 20.0
  private static let gap = 26
  private static let captionHeight = 18

  init(_ figure: FieldFigure) {
    self.figure = figure
    plots = Self.groups(figure.panels).map { Self.plot(figure, $0) }
    captions = figure.panels.compactMap { panel in
      panel.caption(panel.values).map { "\(panel.title): \($0)" }
    }
  }

  /// Panels that can share a plot: the same unit and spans of similar size.
  ///
  /// Each goes to the first group that takes it.
  private static func groups(_ panels: [FieldPanel]) -> [[Int]] {
    var groups: [[Int]] = []
    for index in panels.indices {
      let home = groups.firstIndex { $0.allSatisfy { canShare(panels[$0], panels[index]) } }
      if let home { groups[home].append(index) } else { groups.append([index]) }
    }
    return groups
  }

  private static func canShare(_ one: FieldPanel, _ other: FieldPanel) -> Bool {
    let spans = [one, other].map { panel in
      let range = span(panel)
      return max(abs(range.lowerBound), abs(range.upperBound))
    }
    guard one.unit == other.unit, let low = spans.min(), let high = spans.max() else { return false }
    return low == 0 || high <= low * largestRatio
  }

  private static func span(_ panel: FieldPanel) -> ClosedRange<Double> {
    panel.range ?? panel.values.finiteRange ?? 0...1
  }

  private static func plot(_ figure: FieldFigure, _ group: [Int]) -> CurvePlot {
    let axis = figure.grid.axes[0]
    let panels = group.map { figure.panels[$0] }
    let curves = zip(group, panels).map { index, panel in
      Curve(
        name: panel.title, points: panel.values.indices.map { (axis.coordinate($0), panel.values[$0]) },
        color: Color.curves[index % Color.curves.count], hasMarkers: false)
    }
    let range = panels.map(span).dropFirst().reduce(span(panels[0])) { $0.union($1) }
    return CurvePlot(
      curves: curves, x: (axis.name, figure.lengthUnit, Scale(.linear, axis.origin...axis.origin + axis.length)),
      y: ("", panels[0].unit, Scale(.linear, withZero(range)).padded(by: 0.04)))
  }

  /// The range down (or up) to zero, unless zero is far away.
  private static func withZero(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let (low, high) = (range.lowerBound, range.upperBound)
    if low > 0, low < 0.5 * high { return 0...high }
    if high < 0, high > 0.5 * low { return low...0 }
    return range.drawable
  }

  func render(width: Int?) -> Raster {
    let width = max(width ?? 960, 320)
    let height = plots.count == 1 ? 400 : plots.count == 2 ? 260 : 200
    let distance = plots.map { $0.numbersWidth(height: height) }.max() ?? 0
    let left = PageHeader.margin + distance + CurvePlot.yNameWidth
    let space = plots.map { $0.rightSpace(limit: width / 3) }.max() ?? 0
    let header = PageHeader(title: figure.title, time: figure.moment)
    let step = height + CurvePlot.axisHeight + Self.gap
    var raster = Raster(
      width: width,
      height: 2 * PageHeader.margin + header.height + plots.count * step + captions.count * Self.captionHeight
        - Self.gap + 8)
    header.draw(on: &raster)
    for (index, plot) in plots.enumerated() {
      let frame = Rectangle(
        left: left, top: PageHeader.margin + header.height + 8 + index * step,
        width: max(width - left - space - PageHeader.margin, 40), height: height)
      plot.draw(in: frame, left: distance, right: space, on: &raster)
    }
    for (index, caption) in captions.enumerated() {
      let baseline = raster.height - PageHeader.margin - (captions.count - 1 - index) * Self.captionHeight
      StrokeFont(size: 13).draw(caption, at: Point(Double(left), Double(baseline)), color: .pale, on: &raster)
    }
    return raster
  }
}
