/// A grid of one, two or three Cartesian axes or one radius, and the box of it that this process holds.
///
/// Values of a field are stored row by row, shape `[z][y][x]` with x fastest. A row takes `rowStride` doubles, so that
/// every row begins on a 64-byte boundary and rows do not lie a power of two apart (which would throw every row of a
/// column into the same few cache lines).
package struct Grid: Hashable, Sendable {
  /// The axes x, y, z, as many as there are.
  package let axes: [Axis]
  /// The points that are stored here: today the whole grid.
  package let box: Box
  /// Volumes of the points of a radius, from the lowest on; empty on Cartesian grids.
  package let shellVolumes: [Double]

  package init(axes: [Axis]) {
    precondition((1...3).contains(axes.count) && axes.allSatisfy { $0.points > 0 })
    self.axes = axes
    box = Box(axes.map { 0..<$0.points })
    shellVolumes = axes[0].geometry == .cartesian ? [] : (0..<axes[0].points).map { axes[0].volume($0) }
  }

  /// The grid with all positions multiplied by a factor.
  package func scaled(by factor: Double) -> Grid {
    factor == 1 ? self : Grid(axes: axes.map { $0.scaled(by: factor) })
  }

  /// How much larger the domain is when all positions are multiplied by a factor.
  package func growth(by factor: Double) -> Double {
    factor == 1
      ? 1 : axes.reduce(1) { growth, axis in (0..<axis.dimension).reduce(growth) { grown, _ in grown * factor } }
  }

  /// What the axes are called: x, y, z, or r for a radius, of which there can be only one.
  package static func axisNames(_ geometry: Axis.Geometry, count: Int) -> [String] {
    geometry == .cartesian ? Array(["x", "y", "z"].prefix(count)) : ["r"]
  }

  /// Points of the whole grid.
  package var pointCount: Int { axes.reduce(1) { $0 * $1.points } }
  /// Size of the domain: length, area or volume.
  package var measure: Double { axes.reduce(1) { $0 * $1.measure } }
  /// Length, area or volume that one point stands for, or nil where it differs from point to point.
  package var pointVolume: Double? {
    axes.contains { $0.geometry != .cartesian } ? nil : axes.reduce(1) { $0 * $1.spacing }
  }

  /// Points of one row: those along x.
  package var rowLength: Int { box.ranges[0].count }
  /// Number of rows: the product of the points along the other axes.
  package var rowCount: Int { box.ranges.dropFirst().reduce(1) { $0 * $1.count } }
  /// Doubles from the start of one row to the start of the next.
  package var rowStride: Int {
    let aligned = (rowLength + 7) / 8 * 8
    return rowCount > 1 && aligned % 128 == 0 ? aligned + 8 : aligned
  }
  /// Doubles that one field takes in memory.
  package var storageCount: Int { rowStride * rowCount }

  /// Positions of a row along y and z (those that exist), in this order.
  package func rowCoordinates(_ row: Int) -> [Double] {
    var rest = row
    return axes.indices.dropFirst().map { axis in
      let count = box.ranges[axis].count
      defer { rest /= count }
      return axes[axis].coordinate(box.ranges[axis].lowerBound + rest % count)
    }
  }

  /// Number of lines of points along an axis.
  package func lineCount(along axis: Int) -> Int { pointCount / axes[axis].points }

  /// The row and column of a point of a line along an axis, lines being counted over the other axes, x fastest.
  package func point(_ index: Int, ofLine line: Int, along axis: Int) -> (row: Int, column: Int) {
    switch axis {
    case 0: (line, index)
    case 1: (line / axes[0].points * axes[1].points + index, line % axes[0].points)
    default: (line / axes[0].points + index * axes[1].points, line % axes[0].points)
    }
  }

  /// The place of a point along an axis, and the line that it is on.
  package func place(row: Int, column: Int, along axis: Int) -> (index: Int, line: Int) {
    let (nx, ny) = (axes[0].points, axes.count > 1 ? axes[1].points : 1)
    return switch axis {
    case 0: (column, row)
    case 1: (row % ny, column + row / ny * nx)
    default: (row / ny, column + row % ny * nx)
    }
  }

  /// Number of a point in the whole grid, x fastest: it does not depend on the box.
  package func globalIndex(row: Int, column: Int) -> Int {
    var rest = row
    var index = 0
    var stride = axes[0].points
    for axis in axes.indices.dropFirst() {
      let range = box.ranges[axis]
      index += (range.lowerBound + rest % range.count) * stride
      rest /= range.count
      stride *= axes[axis].points
    }
    return index + box.ranges[0].lowerBound + column
  }
}
