import CKernels

/// The smallest and the largest value of every field, found in one pass over the rows.
package final class FieldRanges: Sendable {
  package struct Range: Hashable, Sendable {
    /// Both NaN if some value of the field is not finite.
    package let minimum: Double
    package let maximum: Double

    /// Whether all values are finite, and so small that their squares are.
    package var isFinite: Bool { size <= Range.largest }
    /// Sums of squares of so many values as there may be points are finite.
    package static let largest = 1e150
    package var length: Double { maximum - minimum }
    /// The largest absolute value.
    package var size: Double { max(-minimum, maximum) }
  }

  private let minima: TileResults
  private let maxima: TileResults
  private let pool: WorkerPool

  package init(grid: Grid, count: Int, pool: WorkerPool) {
    minima = TileResults(count: count * grid.rowCount)
    maxima = TileResults(count: count * grid.rowCount)
    self.pool = pool
  }

  /// The ranges of all fields of a state on the grid.
  package func ranges(of state: FieldSet) -> [Range] {
    let (rows, length, stride) = (state.grid.rowCount, state.grid.rowLength, state.grid.rowStride)
    for field in 0..<state.count {
      let (values, first) = (ReadOnlyValues(state, field), field * rows)
      pool.forEachRow(of: state.grid) { [minima, maxima] row in
        tile_range(
          values.start + row * stride, length, minima.pointer(first + row), maxima.pointer(first + row))
      }
    }
    return (0..<state.count).map { field in
      var (minimum, maximum) = (Double.infinity, -Double.infinity)
      for row in field * rows..<(field + 1) * rows {
        let (low, high) = (minima[row], maxima[row])
        minimum = low.isNaN || low < minimum ? low : minimum
        maximum = high.isNaN || high > maximum ? high : maximum
        if low.isNaN { break }
      }
      return Range(minimum: minimum, maximum: maximum)
    }
  }
}

/// A place between two neighboring points: a point, and the axis along which the next one follows.
package struct FieldFace: Codable, Hashable, Sendable {
  package let axis: Int
  package let row: Int
  package let column: Int

  package init(axis: Int, row: Int, column: Int) {
    self.axis = axis
    self.row = row
    self.column = column
  }
}

extension FieldSet {
  /// The first point, in the order of rows, where a condition holds.
  package func firstPoint(_ field: Int, where holds: (Double) -> Bool) -> (row: Int, column: Int)? {
    for row in 0..<grid.rowCount {
      let values = pointer(field, row: row)
      if let column = (0..<grid.rowLength).first(where: { holds(values[$0]) }) { return (row, column) }
    }
    return nil
  }

  /// The number of points where a condition holds.
  package func pointCount(_ field: Int, where holds: (Double) -> Bool) -> Int {
    (0..<grid.rowCount).reduce(0) { count, row in
      let values = pointer(field, row: row)
      return count + (0..<grid.rowLength).count { holds(values[$0]) }
    }
  }

  /// The difference across a face, without sign.
  package func jump(_ field: Int, at face: FieldFace) -> Double {
    let next = neighbor(of: face)
    return abs(pointer(field, row: next.row)[next.column] - pointer(field, row: face.row)[face.column])
  }

  /// The largest difference between neighboring points of the tissue, and where it is; nil on a single point.
  package func largestJump(_ field: Int, volumes: PointVolumes) -> (jump: Double, face: FieldFace)? {
    var largest: (jump: Double, axis: Int, row: Int)?
    for axis in grid.axes.indices where grid.axes[axis].points > 1 {
      for row in 0..<grid.rowCount {
        guard let jump = largestJump(field, axis: axis, row: row, volumes) else { continue }
        if jump > largest?.jump ?? -1 { largest = (jump, axis, row) }
      }
    }
    guard let largest else { return nil }
    let columns = grid.rowLength - (largest.axis == 0 ? 1 : 0)
    for column in 0..<columns {
      let face = FieldFace(axis: largest.axis, row: largest.row, column: column)
      if jump(field, at: face) == largest.jump { return (largest.jump, face) }
    }
    return nil
  }

  /// The largest difference from the points of a row to the next ones along an axis; nil for the last row.
  private func largestJump(_ field: Int, axis: Int, row: Int, _ volumes: PointVolumes) -> Double? {
    let (values, weights) = (pointer(field, row: row), volumes.isMasked ? volumes.values(ofRow: row) : nil)
    if axis == 0 {
      return tile_largest_difference(values, values + 1, weights, weights.map { $0 + 1 }, grid.rowLength - 1)
    }
    guard grid.place(row: row, column: 0, along: axis).index + 1 < grid.axes[axis].points else { return nil }
    let next = neighbor(of: FieldFace(axis: axis, row: row, column: 0)).row
    return tile_largest_difference(
      values, pointer(field, row: next), weights, volumes.isMasked ? volumes.values(ofRow: next) : nil, grid.rowLength)
  }

  /// The width of a peak at half of its height along the axis on which it is narrowest, in points, by linear interpolation: from the point with the largest value as far
  /// as values are above half of that, the tissue at most.
  ///
  /// - Returns: the width, and how many points are above half; nil where the tissue ends before on both sides of every axis.
  package func peakWidth(
    _ field: Int, at place: (row: Int, column: Int), volumes: PointVolumes
  ) -> (width: Double, points: Int)? {
    let half = 0.5 * pointer(field, row: place.row)[place.column]
    return grid.axes.indices.compactMap { axis -> (width: Double, points: Int)? in
      let (index, line) = grid.place(row: place.row, column: place.column, along: axis)
      /// As far as the value is half of the largest, in points, and the points before that.
      func reach(_ direction: Int) -> (width: Double, points: Int)? {
        var (next, value) = (index, 2 * half)
        while true {
          next += direction
          guard (0..<grid.axes[axis].points).contains(next) else { return nil }
          let (row, column) = grid.point(next, ofLine: line, along: axis)
          guard volumes.isInside(row, column) else { return nil }
          let before = value
          value = pointer(field, row: row)[column]
          let count = abs(next - index) - 1
          if value <= half { return (Double(count) + (before - half) / (before - value), count) }
        }
      }
      let sides = [reach(-1), reach(1)].compactMap(\.self)
      guard let first = sides.first, let last = sides.last else { return nil }
      // At an end of the tissue the peak is half of one.
      return (first.width + last.width, first.points + last.points + 1)
    }.min { $0.width < $1.width }
  }

  private func neighbor(of face: FieldFace) -> (row: Int, column: Int) {
    let (index, line) = grid.place(row: face.row, column: face.column, along: face.axis)
    return grid.point(index + 1, ofLine: line, along: face.axis)
  }
}
