import Fields

extension RunConfiguration {
  /// The same run on a grid with so many points along every axis.
  package func with(points: Int) -> RunConfiguration {
    let axes = grid.axes.map {
      Axis(name: $0.name, origin: $0.origin, length: $0.length, points: points, geometry: $0.geometry)
    }
    var copy = self
    copy.grid = Grid(axes: axes)
    return copy
  }
}
