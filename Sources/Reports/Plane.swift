/// Values on a rectangle of points, the first row at the bottom.
package struct Plane {
  package let columns: Int
  package let rows: Int
  /// Row by row, upward.
  package let values: [Double]

  package init(columns: Int, rows: Int, values: [Double]) {
    precondition(columns > 0 && rows > 0 && values.count == columns * rows)
    self.columns = columns
    self.rows = rows
    self.values = values
  }

  /// The same rectangle with another number of points, each the mean over its box of the values of the old boxes.
  ///
  /// An enlargement by a whole factor repeats every value; a reduction loses no mass; nothing
  /// is interpolated. A box that touches a value that is not finite is not finite.
  package func resampled(columns newColumns: Int, rows newRows: Int) -> Plane {
    let across = BoxAverage(from: columns, to: newColumns)
    let along = BoxAverage(from: rows, to: newRows)
    var narrow = [Double](repeating: 0, count: newColumns * rows)
    for row in 0..<rows {
      for column in 0..<newColumns {
        var sum = 0.0
        for tap in across.taps(column) { sum += across.weights[tap.weight] * values[row * columns + tap.source] }
        narrow[row * newColumns + column] = sum
      }
    }
    var result = [Double](repeating: 0, count: newColumns * newRows)
    for row in 0..<newRows {
      for tap in along.taps(row) {
        let (weight, source) = (along.weights[tap.weight], tap.source * newColumns)
        for column in 0..<newColumns { result[row * newColumns + column] += weight * narrow[source + column] }
      }
    }
    return Plane(columns: newColumns, rows: newRows, values: result)
  }
}

/// The shares that `count` equal boxes have in as many new boxes on the same length.
private struct BoxAverage {
  /// First old box of each new one, and where its weights begin.
  private var firsts: [(source: Int, weight: Int)] = []
  private(set) var weights: [Double] = []

  init(from old: Int, to new: Int) {
    for box in 0..<new {
      // In units of 1 / (old * new) of the length, so that the borders are whole numbers.
      let (start, end) = (box * old, (box + 1) * old)
      let first = start / new
      firsts.append((first, weights.count))
      for source in first..<(end + new - 1) / new {
        let shared = min(end, (source + 1) * new) - max(start, source * new)
        weights.append(Double(shared) / Double(old))
      }
    }
    firsts.append((old, weights.count))
  }

  /// The old boxes that a new one overlaps, each with the place of its weight.
  func taps(_ box: Int) -> some Sequence<(source: Int, weight: Int)> {
    let (source, weight) = firsts[box]
    return (0..<firsts[box + 1].weight - weight).lazy.map { (source: source + $0, weight: weight + $0) }
  }
}
