import Storage

/// Numbers on a regular grid, as a file holds them.
package struct StoredArray: Sendable {
  /// What the numbers of a file are.
  package enum Samples: Sendable {
    /// Numbers that are taken as they are.
    case numbers
    /// Brightnesses from 0, black, to 1, white: stored whole numbers without sign, divided by the largest.
    case brightnesses
    /// Whole numbers with sign of a picture, which have no white.
    case signed
  }

  /// Numbers along the axes, the slowest first: `[z, y, x]`, `[rows, columns]` or `[x]`.
  package let shape: [Int]
  /// The numbers row by row: the last axis is the fastest; NaN where the file has no value.
  package let values: [Double]
  /// What the file says of each axis; empty if it says nothing.
  package var dimensions: [HDF5Dimension] = []
  /// The unit of the numbers, if the file says it.
  package var unit: String?
  /// What marks missing values in the file, as in "_FillValue -999", if some are missing and are not stored as NaN.
  package var missing: String?
  package var samples = Samples.numbers
  /// Whether it is a picture of one bit whose stored 0 is white.
  package var isInverted = false
  /// Whether it is such a picture that tifffile has written of truth values: true is stored as 1, which is black.
  package var isOfTruthValues = false

  package init(shape: [Int], values: [Double]) {
    self.shape = shape
    self.values = values
  }

  /// The same description of other values.
  package func replacing(shape: [Int], values: [Double]) -> StoredArray {
    var array = StoredArray(shape: shape, values: values)
    (array.unit, array.missing, array.samples) = (unit, missing, samples)
    (array.isInverted, array.isOfTruthValues) = (isInverted, isOfTruthValues)
    if shape.count == dimensions.count { array.dimensions = dimensions }
    return array
  }

  /// Says where the first number stands that is not finite, if there is one.
  ///
  /// - Parameter allowsMissing: whether NaN is allowed.
  func checkFinite(allowsMissing: Bool) throws(ArrayFileError) {
    // A sum of products with 0 is 0 unless one of the numbers is not finite.
    guard values.reduce(0, { $0 + $1 * 0 }) != 0,
      let first = values.firstIndex(where: { allowsMissing ? $0.isInfinite : !$0.isFinite })
    else { return }
    throw ArrayFileError("holds a value that is not a finite number at \(StoredArray.place(first, in: shape))")
  }

  /// The indices along the axes, the slowest first, of a value.
  package static func place(_ index: Int, in shape: [Int]) -> [Int] {
    var (rest, place) = (index, [Int]())
    for length in shape.reversed() {
      place.insert(rest % length, at: 0)
      rest /= length
    }
    return place
  }

  /// The array with the rows of each plane in the opposite order.
  ///
  /// Images are stored from their top row downwards, while the y axis of a grid points upwards.
  func bottomRowFirst() -> StoredArray { shape.count >= 2 ? reversed(along: shape.count - 2) : self }

  /// The array with the opposite order along one axis.
  func reversed(along axis: Int) -> StoredArray {
    let (count, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    var turned: [Double] = []
    turned.reserveCapacity(values.count)
    for block in stride(from: 0, to: values.count, by: count * inner) {
      for index in (0..<count).reversed() {
        turned += values[block + index * inner..<block + (index + 1) * inner]
      }
    }
    return replacing(shape: shape, values: turned)
  }

  /// The array whose axes are these ones of this array; axes that are not named have length 1.
  func transposed(_ axes: [Int]) -> StoredArray {
    let newShape = axes.map { shape[$0] }
    let strides = axes.map { shape[($0 + 1)...].reduce(1, *) }
    var result = replacing(shape: newShape, values: values)
    if axes != axes.sorted() {
      // Of three axes, the first of length 1 where there are fewer.
      let fill = [Int](repeating: 1, count: max(0, 3 - axes.count))
      let (lengths, steps) = (fill + newShape, fill + strides)
      var moved: [Double] = []
      moved.reserveCapacity(values.count)
      for i in 0..<lengths[0] {
        for j in 0..<lengths[1] {
          for k in 0..<lengths[2] { moved.append(values[i * steps[0] + j * steps[1] + k * steps[2]]) }
        }
      }
      result = replacing(shape: newShape, values: moved)
    }
    result.dimensions = dimensions.isEmpty ? [] : axes.map { dimensions[$0] }
    return result
  }
}
