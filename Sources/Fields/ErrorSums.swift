import CKernels

extension FieldSet {
  /// What the size of an error is made of, for one field.
  package struct ErrorSizes: Sendable {
    /// Root mean square over the tissue of the difference between two solutions.
    package let difference: Double
    /// Root mean square of the solution itself.
    package let value: Double
    /// Root mean square of the solution at the start of the step.
    package let old: Double

    package init(difference: Double, value: Double, old: Double) {
      self.difference = difference
      self.value = value
      self.old = old
    }
  }

  /// Compares a field with that of another solution, and with that at the start of the step.
  ///
  /// Sums go over rows in fixed lanes, then pairwise over rows.
  package func errorSizes(
    _ field: Int, against other: FieldSet, old: FieldSet, volumes: PointVolumes, pool: WorkerPool
  ) -> ErrorSizes {
    let (new, before) = (ReadOnlyValues(self, field), ReadOnlyValues(old, field))
    let reference = ReadOnlyValues(other, field)
    let (stride, length) = (grid.rowStride, grid.rowLength)
    let sums = pool.rowSums(grid, count: 3) { row, sums in
      let offset = row * stride
      array_error_sums(
        new.start + offset, reference.start + offset, before.start + offset, volumes.values(ofRow: row), length, sums)
    }
    let total = volumes.uniform == nil ? volumes.total : Double(volumes.pointCount)
    let sizes = sums.map { ($0 / total).squareRoot() }
    return ErrorSizes(difference: sizes[0], value: sizes[1], old: sizes[2])
  }

  /// The largest difference of a field from that of another solution, relative to its value at each point where it does not grow much:
  /// `max |u − v| / (|u| + least)` over the points of the tissue with `|u| ≤ g |u_old|`.
  ///
  /// - Parameters:
  ///   - old: at the start of the step.
  ///   - factor: `g`.
  ///   - least: values far below it do not count, in the unit of the field; above 0.
  package func largestRelativeDifference(
    _ field: Int, from other: FieldSet, growing old: FieldSet, atMost factor: Double, least: Double,
    volumes: PointVolumes, pool: WorkerPool
  ) -> Double {
    let (values, others) = (ReadOnlyValues(self, field), ReadOnlyValues(other, field))
    let before = ReadOnlyValues(old, field)
    let (stride, length) = (grid.rowStride, grid.rowLength)
    let largest = TileResults(count: grid.rowCount)
    pool.forEachRow(of: grid) { row in
      let (own, reference) = (values.start + row * stride, others.start + row * stride)
      let earlier = before.start + row * stride
      let tissue = volumes.values(ofRow: row)
      largest[row] = (0..<length).reduce(0) { most, point in
        guard tissue.map({ $0[point] > 0 }) ?? true, abs(own[point]) <= factor * abs(earlier[point])
        else { return most }
        let share = abs(own[point] - reference[point]) / (abs(own[point]) + least)
        return most.isNaN || share <= most ? most : share
      }
    }
    return largest.values.reduce(0) { $0.isNaN || $1 <= $0 ? $0 : $1 }
  }

  /// Adds `weight` times the difference from a coarser solution to all fields, but where both are non-negative takes
  /// at most what is there.
  package func extrapolate(from coarse: FieldSet, weight: Double, pool: WorkerPool) {
    scale += weight * (scale - coarse.scale)
    for field in 0..<count {
      pool.forEachPiece(of: grid.storageCount) { start, end in
        array_extrapolate(self.pointer(field) + start, coarse.pointer(field) + start, weight, end - start)
      }
    }
  }
}
