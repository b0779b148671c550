import Fields
import Operators
import Testing

/// A grid of axes x, y, z of the given sizes; without sizes, of lengths 1, 2, 3.
func grid(_ points: [Int], size: [Double]? = nil) -> Grid {
  Grid(
    axes: points.indices.map {
      Axis(name: ["x", "y", "z"][$0], length: size?[$0] ?? Double($0 + 1), points: points[$0])
    })
}

/// The grid of a radius.
func radialGrid(_ geometry: Axis.Geometry, points: Int, length: Double, origin: Double = 0) -> Grid {
  Grid(axes: [Axis(name: "r", origin: origin, length: length, points: points, geometry: geometry)])
}

/// One field with the values of a function of the position.
func fields(_ grid: Grid, _ function: ([Double]) -> Double) throws -> FieldSet {
  let set = try FieldSet(grid: grid, count: 1)
  var values: [Double] = []
  for row in 0..<grid.rowCount {
    let rest = grid.rowCoordinates(row)
    for column in 0..<grid.rowLength { values.append(function([grid.axes[0].coordinate(column)] + rest)) }
  }
  set.setValues(0, to: values)
  return set
}

func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).map { abs($0 - $1) }.max() ?? 0
}

/// The propagators of the first field, one per axis.
func propagators(_ diffusion: Diffusion, _ state: FieldSet, step: Double) throws -> [AxisPropagator] {
  guard case .axes(let axes) = try diffusion.plan(state, time: 0, step: step)[0] else {
    Issue.record("the field has no propagators")
    return []
  }
  return axes
}
