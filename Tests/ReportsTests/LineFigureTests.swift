import Glibc
import Reports
import Testing

struct LineFigureTests {
  private let sizes = [1e3, 1e4, 1e5, 1e6]

  @Test func aPowerLawIsAStraightLineOnLogarithmicAxes() throws {
    let figure = LineFigure(
      title: "", x: .init("points", scale: .logarithmic), y: .init("time", unit: "s", scale: .logarithmic),
      series: [.init(name: "", x: sizes, y: sizes.map { 1e-8 * $0 })])
    let raster = figure.render()
    let color = Color.curves[0]
    let box = try #require(raster.bounds { $0 == color })
    // The markers stand at equal distances on the diagonal of the box, which goes through their centers.
    for step in 0..<4 {
      let x = Double(box.left) + 3.5 + Double(step) / 3 * Double(box.width - 7)
      let y = Double(box.bottom) - 3.5 - Double(step) / 3 * Double(box.height - 7)
      #expect(raster[Int(x), Int(y)] == color)
      #expect(raster[Int(x), Int(y) + 8] == .white || raster[Int(x), Int(y) + 8] == .hairline)
    }
  }

  @Test func pointsWithoutAPlaceAreLeftOut() throws {
    let axes = (x: LineFigure.Axis("n", scale: .logarithmic), y: LineFigure.Axis("t", scale: .logarithmic))
    let whole = LineFigure(
      title: "", x: axes.x, y: axes.y, series: [.init(name: "s", x: sizes, y: sizes)])
    let more = LineFigure(
      title: "", x: axes.x, y: axes.y,
      series: [.init(name: "s", x: [-1, 0, .nan] + sizes, y: [1, 2, 3] + sizes)])
    let same = more.render() == whole.render()
    #expect(same)
  }

  @Test func everySeriesHasItsColorAndItsName() throws {
    let x = (0...50).map { Double($0) }
    let series = (0..<8).map { k in
      LineFigure.Series(name: "series \(k)", x: x, y: x.map { sin($0 / 10 + Double(k)) }, hasMarkers: false)
    }
    let raster = LineFigure(title: "t", x: .init("x"), y: .init("y"), series: series).render(width: 1000, height: 600)
    #expect(raster.width == 1000 && raster.height == 600)
    for color in Color.curves { #expect(raster.bounds { $0 == color } != nil) }
    let named = LineFigure(
      title: "t", x: .init("x"), y: .init("y"), series: series.map { .init(name: "s", x: $0.x, y: $0.y) })
    let differ = named.render(width: 1000, height: 600) != raster
    #expect(differ)
  }

  @Test func figuresWithoutDataAreDrawn() {
    for scale in [Scale.Kind.linear, .logarithmic] {
      let axis = LineFigure.Axis("x", scale: scale)
      let none = LineFigure(title: "none", x: axis, y: axis, series: [])
      let single = LineFigure(title: "one", x: axis, y: axis, series: [.init(name: "s", x: [2], y: [3])])
      #expect(none.render().inkBounds != nil)
      #expect(single.render().bounds { $0 == Color.curves[0] } != nil)
    }
  }

  @Test func aGivenRangeCutsTheCurve() throws {
    let x = (0...100).map { Double($0) }
    let raster = LineFigure(
      title: "", x: .init("x", range: 0...50), y: .init("y", range: 0...10),
      series: [.init(name: "", x: x, y: x, hasMarkers: false)]
    ).render()
    let box = try #require(raster.bounds { $0 == Color.curves[0] })
    #expect(box.top > 20 && box.width < 250)
  }
}
