/// A line through points of a plot, with the name that is written at its end.
struct Curve {
  /// Empty for none.
  let name: String
  let points: [(x: Double, y: Double)]
  let color: Color
  /// Whether every point is marked by a disk.
  let hasMarkers: Bool

  /// Draws the line and its markers inside the frame of the plot.
  func draw(in area: PlotArea, on raster: inout Raster) {
    let places = points.map { area.place($0.x, $0.y) }
    let clip = Rectangle(
      left: area.frame.left, top: area.frame.top - 4, width: area.frame.width + 4, height: area.frame.height + 8)
    raster.stroke(places, width: 2, color: color, clip: clip)
    guard hasMarkers else { return }
    raster.stroke(places.map { [$0] }, width: 9, color: .white, clip: clip)
    raster.stroke(places.map { [$0] }, width: 7, color: color, clip: clip)
  }

  /// The last of its points that has a place in the plot.
  func end(in area: PlotArea) -> Point? {
    points.last { area.x.fraction($0.x).isFinite && area.y.fraction($0.y).isFinite }.map { point in
      let place = area.place(point.x, point.y)
      return Point(place.x, min(max(place.y, Double(area.frame.top)), Double(area.frame.bottom)))
    }
  }
}

extension Color {
  /// Colors of curves that readers with any color vision tell apart, also by lightness.
  package static let curves: [Color] = [
    OKLab(lightness: 0.506, a: -0.017, b: -0.134), OKLab(lightness: 0.708, a: 0.112, b: 0.135),
    OKLab(lightness: 0.607, a: -0.093, b: -0.023), OKLab(lightness: 0.484, a: 0.140, b: 0.055),
    OKLab(lightness: 0.787, a: -0.014, b: -0.049), OKLab(lightness: 0.364, a: 0.109, b: -0.092),
    OKLab(lightness: 0.837, a: -0.017, b: 0.138), OKLab(lightness: 0.286, a: 0, b: 0),
  ].map(\.color)
}
