import CKernels

extension TileBlock {
  /// Adds `weight` times independent normally distributed numbers of mean 0 and variance 1 to a row.
  ///
  /// - Parameters:
  ///   - key, event: what the numbers are of; each pair has numbers of its own.
  ///   - firstPoint: number of the first point of the row in the whole grid, which the numbers depend on too.
  package func addNormals(to row: Int, weight: Double, key: UInt64, event: UInt64, firstPoint: UInt64, count: Int) {
    add_normals(self.row(row), weight, key, event, firstPoint, count)
  }

  /// Sets a row to one number.
  package func fill(row index: Int, with value: Double, count: Int) {
    row(index).update(repeating: value, count: count)
  }

  /// Divides a row by the root of the volume of each point, `weights` times `growth`; it becomes 0 outside the tissue.
  package func divide(row index: Int, byRootOf weights: UnsafePointer<Double>, times growth: Double, count: Int) {
    let values = row(index)
    for point in 0..<count {
      values[point] = weights[point] > 0 ? values[point] / (weights[point] * growth).squareRoot() : 0
    }
  }

  /// Sets a row to a number divided by the volume of each point, `weights` times `growth`, and 0 outside the tissue.
  package func fill(
    row index: Int, with value: Double, dividedBy weights: UnsafePointer<Double>, times growth: Double, count: Int
  ) {
    let values = row(index)
    for point in 0..<count { values[point] = weights[point] > 0 ? value / (weights[point] * growth) : 0 }
  }
}
