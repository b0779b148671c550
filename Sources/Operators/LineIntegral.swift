import CKernels
import Fields

extension FieldSet {
  /// Replaces the values of a field by their integral along an axis, or by their mean over the tissue there: the same
  /// at all points of a line, 0 for a mean where there is no tissue.
  package func integrate(_ field: Int, along axis: Int, isMean: Bool, volumes: PointVolumes) {
    if axis == 0 {
      for row in 0..<grid.rowCount { integrateRow(field, row, isMean, volumes) }
    } else {
      // Rows that lie one behind the other along the axis are worked on together.
      let stride = axis == 1 ? 1 : grid.axes[1].points
      let points = grid.axes[axis].points
      for row in 0..<grid.rowCount where row / stride % points == 0 {
        integrateRows(field, (0..<points).map { row + $0 * stride }, grid.axes[axis].spacing, isMean, volumes)
      }
    }
  }

  private func integrateRow(_ field: Int, _ row: Int, _ isMean: Bool, _ volumes: PointVolumes) {
    let (values, inside) = (pointer(field, row: row), volumes.values(ofRow: row))
    let lengths = (0..<grid.rowLength).map { inside?[$0] == 0 ? 0 : grid.axes[0].volume($0) }
    let sum = array_dot(values, lengths, nil, grid.rowLength)
    let length = tile_sum(lengths, grid.rowLength)
    let result = isMean ? (length > 0 ? sum / length : 0) : sum
    values.update(repeating: result, count: grid.rowLength)
  }

  private func integrateRows(
    _ field: Int, _ rows: [Int], _ spacing: Double, _ isMean: Bool, _ volumes: PointVolumes
  ) {
    let count = grid.rowLength
    var sums = [Double](repeating: 0, count: count)
    var lengths = sums
    sums.withUnsafeMutableBufferPointer { sums in
      lengths.withUnsafeMutableBufferPointer { lengths in
        for row in rows {
          let (values, inside) = (pointer(field, row: row), volumes.values(ofRow: row))
          for point in 0..<count where inside?[point] ?? 1 > 0 {
            sums[point] += values[point] * spacing
            lengths[point] += spacing
          }
        }
        for point in 0..<count where isMean { sums[point] = lengths[point] > 0 ? sums[point] / lengths[point] : 0 }
        for row in rows { pointer(field, row: row).update(from: sums.baseAddress!, count: count) }
      }
    }
  }
}
