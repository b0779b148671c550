/// Numbers on a regular grid, as a file holds them.
package struct StoredArray: Sendable {
  /// Numbers along the axes, the slowest first: `[z, y, x]`, `[rows, columns]` or `[x]`.
  package let shape: [Int]
  /// The numbers row by row: the last axis is the fastest.
  package let values: [Double]

  package init(shape: [Int], values: [Double]) {
    self.shape = shape
    self.values = values
  }

  /// Says where the first number stands that is not finite, if there is one.
  func checkFinite() throws(ArrayFileError) {
    // A sum of products with 0 is 0 unless one of the numbers is not finite.
    guard values.reduce(0, { $0 + $1 * 0 }) != 0, let first = values.firstIndex(where: { !$0.isFinite }) else { return }
    var (rest, place) = (first, [Int]())
    for length in shape.reversed() {
      place.insert(rest % length, at: 0)
      rest /= length
    }
    throw ArrayFileError("holds a value that is not a finite number at \(place)")
  }

  /// The array with the rows of each plane in the opposite order.
  ///
  /// Images are stored from their top row downwards, while the y axis of a grid points upwards.
  func bottomRowFirst() -> StoredArray {
    guard shape.count >= 2 else { return self }
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    var turned: [Double] = []
    turned.reserveCapacity(values.count)
    for plane in stride(from: 0, to: values.count, by: rows * columns) {
      for row in (0..<rows).reversed() {
        turned += values[plane + row * columns..<plane + (row + 1) * columns]
      }
    }
    return StoredArray(shape: shape, values: turned)
  }
}
