import Fields
import Reports
import Testing

struct FieldFigureTests {
  private func grid(_ points: [Int], _ lengths: [Double]) -> Grid {
    Grid(axes: points.indices.map { Axis(name: ["x", "y", "z"][$0], length: lengths[$0], points: points[$0]) })
  }

  private func figure(_ grid: Grid, _ panels: [FieldPanel], title: String = "Title") -> FieldFigure {
    FieldFigure(title: title, time: "t = 120 day", grid: grid, lengthUnit: "mm", panels: panels)
  }

  @Test func valuesHaveTheirColorsWithXRightAndYUp() throws {
    let raster = figure(grid([2, 2], [1, 1]), [FieldPanel(title: "u", values: [0, 1, 2, 3])]).render()
    let colors = Colormap.aurora.colors
    let blocks = try [0, 85, 170, 255].map { try #require(raster.block(of: colors[$0])) }
    #expect(Set(blocks.map(\.width)).count == 1 && Set(blocks.map(\.height)).count == 1)
    #expect(blocks[1].left == blocks[0].right && blocks[1].top == blocks[0].top)
    #expect(blocks[2].bottom == blocks[0].top && blocks[2].left == blocks[0].left)
    #expect(blocks[3].left == blocks[1].left && blocks[3].top == blocks[2].top)
  }

  @Test(arguments: [([40, 20], [4.0, 2]), ([20, 40], [1, 2]), ([10, 10], [6, 2]), ([900, 450], [2, 1])])
  func thePictureHasTheShapeOfTheDomain(points: [Int], lengths: [Double]) throws {
    let grid = grid(points, lengths)
    let values = [Double](repeating: 5, count: grid.pointCount)
    let raster = figure(grid, [FieldPanel(title: "u", values: values, range: 0...10)]).render()
    let block = try #require(raster.block(of: Colormap.aurora.color(at: 0.5)))
    #expect(abs(Double(block.width) * lengths[1] / lengths[0] - Double(block.height)) <= 1)
  }

  @Test func smallGridsAreEnlargedByAWholeFactor() throws {
    let grid = grid([23, 23], [1, 1])
    let values = (0..<529).map { $0 == 11 * 23 + 11 ? 1.0 : 0.0 }
    let raster = figure(grid, [FieldPanel(title: "u", values: values)]).render()
    let whole = try #require(raster.block(of: Colormap.aurora.colors[0]))
    #expect(whole.width % 23 == 0 && whole.height == whole.width)
    let point = try #require(raster.block(of: Colormap.aurora.colors[255], atLeast: whole.width / 23))
    #expect(point.width == whole.width / 23)
    #expect(point.left - whole.left == 11 * point.width)
  }

  @Test func pointsThatAreNotFiniteHaveTheirColor() throws {
    let grid = grid([3, 3], [1, 1])
    for value in [Double.nan, .infinity, -.infinity] {
      var values = (0..<9).map { Double($0) }
      values[2] = value
      let raster = figure(grid, [FieldPanel(title: "u", values: values)]).render()
      let hole = try #require(raster.block(of: .notFinite))
      let first = try #require(raster.block(of: Colormap.aurora.colors[0]))
      #expect(hole.width == first.width && hole.bottom == first.bottom && hole.left == first.right + first.width)
    }
  }

  @Test func fieldsWithoutAnyFiniteValueAreDrawn() throws {
    let values = [Double](repeating: .nan, count: 16)
    let raster = figure(grid([4, 4], [1, 1]), [FieldPanel(title: "u", values: values)]).render()
    let block = try #require(raster.block(of: .notFinite))
    #expect(block.width == block.height && block.width > 200)
  }

  /// The color scale of a constant goes from 0 to twice the value; what is too small to be divided counts as 0.
  @Test(arguments: [
    (0.0, 0.0), (0.37, 0.5), (-2.0, 0.5), (1e300, 0.5), (Double.leastNonzeroMagnitude, 0.0),
    (-Double.greatestFiniteMagnitude, 0.0),
  ])
  func aConstantFieldHasOneColor(value: Double, fraction: Double) throws {
    let values = [Double](repeating: value, count: 16)
    let raster = figure(grid([4, 4], [1, 1]), [FieldPanel(title: "u", values: values)]).render(width: 300)
    let block = try #require(raster.block(of: Colormap.aurora.color(at: fraction)))
    #expect(block.width == block.height && block.width > 100)
  }

  @Test func hugeAndTinyRangesKeepTheirColors() throws {
    for scale in [1e-285, 1e-20, 1, 1e20, 1.5e307] {
      let values = [-1, 0, 0, 1].map { $0 * scale }
      let panel = FieldPanel(title: "u", values: values, colormap: .dusk)
      let raster = figure(grid([2, 2], [1, 1]), [panel]).render()
      let low = try #require(raster.block(of: Colormap.dusk.colors[0]))
      let high = try #require(raster.block(of: Colormap.dusk.colors[255]))
      #expect(low.left < high.left && low.top > high.top)
    }
  }

  @Test func aDivergingMapPutsZeroInTheMiddle() throws {
    let panel = FieldPanel(title: "u", values: [0, 0, 0, -4], colormap: .poles)
    let raster = figure(grid([2, 2], [1, 1]), [panel]).render(width: 300)
    #expect(raster.block(of: Colormap.poles.color(at: 0.5)) != nil)
    #expect(raster.block(of: Colormap.poles.colors[0]) != nil)
  }

  @Test func aGivenRangeFixesTheColors() throws {
    let panel = FieldPanel(title: "u", values: [0, 5, 10, 25], range: 0...20)
    let raster = figure(grid([2, 2], [1, 1]), [panel]).render()
    for fraction in [0.25, 0.5, 1] { #expect(raster.block(of: Colormap.aurora.color(at: fraction)) != nil) }
  }

  /// The end of a color bar beyond which there are values is drawn as a point, outside the height of the picture.
  @Test(arguments: [(0.0...30, false, false), (5...30, true, false), (0...20, false, true), (5...20, true, true)])
  func valuesOutsideAGivenRangeAreShownAtTheBar(range: ClosedRange<Double>, below: Bool, above: Bool) throws {
    func bar(_ range: ClosedRange<Double>, _ color: Color) throws -> Rectangle {
      let panel = FieldPanel(title: "", values: [0, 12, 13, 30], range: range)
      let raster = FieldFigure(title: "", time: "", grid: grid([2, 2], [1, 1]), lengthUnit: "", panels: [panel])
        .render()
      return try #require(raster.bounds { $0 == color })
    }
    let colors = Colormap.aurora.colors
    let (low, high) = (try bar(0...30, colors[0]), try bar(0...30, colors[255]))
    #expect(try (bar(range, colors[0]).bottom > low.bottom) == below)
    #expect(try (bar(range, colors[255]).top < high.top) == above)
  }

  @Test func threePanelsTakeAboutFourteenHundredPixels() {
    let grid = grid([512, 512], [100, 100])
    let panel = FieldPanel(title: "u", values: (0..<512 * 512).map { Double($0) })
    let raster = figure(grid, [panel, panel, panel]).render()
    #expect((1350...1400).contains(raster.width) && (380...520).contains(raster.height))
  }

  @Test(arguments: [300, 777])
  func aGivenWidthIsKept(width: Int) {
    let panel = FieldPanel(title: "u", values: (0..<64).map { Double($0) })
    #expect(figure(grid([8, 8], [1, 1]), [panel]).render(width: width).width == width)
    #expect(figure(grid([64], [1]), [panel]).render(width: max(width, 320)).width == max(width, 320))
  }

  @Test(arguments: 1...9)
  func everyPanelIsDrawn(count: Int) {
    let panels = (0..<count).map { _ in FieldPanel(title: "u", values: [1, 1, 1, 1], range: 0...2) }
    let raster = figure(grid([2, 2], [1, 1]), panels).render(width: 100)
    let color = Colormap.aurora.color(at: 0.5)
    // Along the rows of pixels that cross pictures, and along the columns, the runs of the color are counted.
    let (runs, lines) = raster.runs(of: color, longerThan: 40)
    #expect(runs == count * lines)
  }

  @Test func threeAxesShowTheMiddleSlice() throws {
    let grid = grid([2, 2, 5], [1, 1, 1])
    let values = (0..<5).flatMap { z in [Double](repeating: Double(z), count: 4) }
    let raster = figure(grid, [FieldPanel(title: "u", values: values, range: 0...4)]).render()
    #expect(raster.block(of: Colormap.aurora.color(at: 0.5)) != nil)
    let slice = FieldPanel(title: "u", values: [2, 2, 2, 2], range: 0...4)
    let same = figure(grid, [slice]).render() == raster
    #expect(same)
  }

  @Test func longTitlesStayInside() throws {
    let long = String(repeating: "a very long title ", count: 30)
    let panel = FieldPanel(title: long, unit: long, values: [0, 1, 2, 3])
    let raster = figure(grid([2, 2], [1, 1]), [panel, panel], title: long).render()
    let box = try #require(raster.inkBounds)
    #expect(box.left >= 10 && box.right <= raster.width - 10 && box.top >= 5 && box.bottom <= raster.height - 5)
  }

  @Test func extremeShapesStayDrawable() {
    for lengths in [[1.0, 1e9], [1e9, 1]] {
      let raster = figure(grid([2, 2], lengths), [FieldPanel(title: "u", values: [0, 1, 2, 3])]).render()
      #expect(raster.width < 3000 && raster.height < 3000)
    }
  }

  @Test func equalFiguresGiveEqualBytes() throws {
    let values = (0..<4096).map { Double(($0 * 7919) % 1009) / 1009 }
    let figure = figure(grid([64, 64], [3, 3]), [FieldPanel(title: "u", unit: "cells/mm^2", values: values)])
    let first = try figure.pngData()
    let equal = try figure.pngData() == first && Raster(pngData: first) == figure.render()
    #expect(equal)
  }
}

extension Raster {
  /// How many horizontal runs of a color are longer than `least`, and from how many separate rows of pixels a picture of
  /// that color is made: with pictures of equal height side by side, runs = pictures × rows of one picture.
  fileprivate func runs(of color: Color, longerThan least: Int) -> (runs: Int, rows: Int) {
    var runs = 0
    var heights: [Int] = []
    var height = 0
    for y in 0..<self.height {
      let before = runs
      var length = 0
      for x in 0...width {
        if x < width, self[x, y] == color {
          length += 1
        } else {
          if length > least { runs += 1 }
          length = 0
        }
      }
      if runs > before {
        height += 1
      } else if height > 0 {
        heights.append(height)
        height = 0
      }
    }
    return (runs, heights.max() ?? 0)
  }
}
