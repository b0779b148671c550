/// A value that a field must not be beyond.
package enum FieldBound: Sendable {
  case least(Double)
  case most(Double)

  package var value: Double {
    switch self {
    case .least(let value), .most(let value): value
    }
  }

  /// How far a value is on the right side; negative if it is beyond.
  fileprivate func distance(_ value: Double) -> Double {
    switch self {
    case .least(let least): value - least
    case .most(let most): most - value
    }
  }

  fileprivate func value(at distance: Double) -> Double {
    switch self {
    case .least(let least): least + distance
    case .most(let most): most - distance
    }
  }
}

extension FieldSet {
  /// Sets one field to a bound where it is beyond, and takes what that adds from all points on the right side, in proportion to their
  /// distance from the bound, so that the mass stays.
  ///
  /// Where what is beyond is more than half of what is on the right side, the field is nothing but its error, and the mass is given up.
  /// Points outside the tissue stay as they are.
  package func keep(_ field: Int, within bound: FieldBound, volumes: PointVolumes, pool: WorkerPool) {
    let length = grid.rowLength
    let sums = pool.rowSums(grid, count: 2) { row, sums in
      let (values, weights) = (self.pointer(field, row: row), volumes.values(ofRow: row))
      (sums[0], sums[1]) = (0, 0)
      for point in 0..<length {
        let distance = (weights?[point] ?? 1) * bound.distance(values[point])
        if distance < 0 { sums[0] -= distance } else { sums[1] += distance }
      }
    }
    guard sums[0] > 0 else { return }
    let factor = 2 * sums[0] < sums[1] ? 1 - sums[0] / sums[1] : 1
    pool.forEachRow(of: grid) { row in
      let (values, weights) = (self.pointer(field, row: row), volumes.values(ofRow: row))
      for point in 0..<length where weights?[point] != 0 {
        let distance = bound.distance(values[point])
        values[point] = distance > 0 ? bound.value(at: factor * distance) : bound.value
      }
    }
  }
}
