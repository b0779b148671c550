import Fields
import Glibc
import Reports
import Testing

struct ProfileTests {
  private let grid = Grid(axes: [Axis(name: "x", length: 10, points: 200)])

  private func figure(_ panels: [FieldPanel]) -> FieldFigure {
    FieldFigure(title: "", time: "t = 1 h", grid: grid, lengthUnit: "mm", panels: panels)
  }

  private func panel(_ title: String, unit: String = "", _ value: (Double) -> Double) -> FieldPanel {
    FieldPanel(title: title, unit: unit, values: (0..<200).map { value(grid.axes[0].coordinate($0)) })
  }

  @Test func aRisingFieldIsARisingLine() throws {
    let raster = figure([panel("u") { $0 }]).render()
    let color = Color.curves[0]
    let line = try #require(raster.bounds { $0 == color })
    #expect(line.width > 500 && line.height > 200)
    let first = (0..<raster.height).filter { raster[line.left + 5, $0] == color }
    let last = (0..<raster.height).filter { raster[line.left + 500, $0] == color }
    #expect(try #require(first.min()) > #require(last.max()))
  }

  @Test func fieldsOfSimilarSizeShareAPlot() throws {
    let one = figure([panel("u") { $0 }]).render()
    let shared = figure([panel("u") { $0 }, panel("v") { 10 - $0 }, panel("w") { 0.1 * $0 }]).render()
    #expect(shared.height == one.height)
    for index in 0..<3 { #expect(shared.bounds { $0 == Color.curves[index] } != nil) }
  }

  @Test func fieldsOfDifferentSizeOrUnitGetPlotsOfTheirOwn() throws {
    let small = figure([panel("u") { $0 }, panel("v") { 0.04 * $0 }]).render()
    let (u, v) = (
      try #require(small.bounds { $0 == Color.curves[0] }), try #require(small.bounds { $0 == Color.curves[1] })
    )
    #expect(u.bottom < v.top && v.height > 150)
    let units = figure([panel("u", unit: "nM") { $0 }, panel("v", unit: "mm") { $0 }]).render()
    #expect(units.height == small.height)
  }

  @Test func holesInterruptTheLineAndAreCounted() throws {
    let whole = figure([panel("u") { $0 }]).render()
    let holed = figure([panel("u") { $0 > 4 && $0 < 6 ? .nan : $0 }]).render()
    #expect(holed.height > whole.height)
    let line = try #require(holed.bounds { $0 == Color.curves[0] })
    let middle = line.left + line.width / 2
    #expect(!(0..<holed.height).contains { holed[middle, $0] == Color.curves[0] })
  }

  @Test(arguments: [0.0, 1e300, -1e-300, .nan, .infinity])
  func constantAndWildFieldsAreDrawn(value: Double) throws {
    let raster = figure([panel("u") { _ in value }]).render()
    #expect(raster.inkBounds != nil)
    if value.isFinite { #expect(try #require(raster.bounds { $0 == Color.curves[0] }).width > 500) }
  }
}
