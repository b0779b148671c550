/// An array as a mask.
extension StoredArray {
  /// Where the array says that there is tissue if no number is given: 1 there, 0 outside, NaN where it has no value.
  ///
  /// Whole numbers are labels, of which 0 means outside: an image of whole numbers without sign is tissue where it is not
  /// black. What could be a grey image as well is refused: where some points are white, some black or grey, and the points
  /// that are not black are others than those lighter than half of white; where no point is black; and in pictures of
  /// one bit whose 0 is white. Of other arrays
  /// what is greater than 0.5 is tissue; where all numbers are whole, that is decided before resampling.
  package func tissue(scale: Double) throws(ArrayFileError) -> StoredArray {
    guard samples == .brightnesses else {
      let values = values.map { $0 * scale }
      guard values.allSatisfy({ $0.isNaN || $0 == $0.rounded() }) else {
        return replacing(shape: shape, values: values)
      }
      return replacing(shape: shape, values: values.map { $0.isNaN ? $0 : $0 > 0.5 ? 1 : 0 })
    }
    guard !isInverted else {
      throw ArrayFileError(
        "is a picture of one bit in which 0 is white; as tifffile writes truth values, what is black there is true")
    }
    let present = values.filter { !$0.isNaN }
    let (black, white) = (present.count { $0 == 0 }, present.count { $0 >= 1 })
    let light = present.count { $0 > 0.5 }
    let isGrey = white > 0 && light != present.count - black
    guard !isGrey, black > 0 || Set(present).count <= 1 else {
      throw ArrayFileError(
        "can be read as a mask in two ways: \(present.count - black) of its \(present.count) points are not black, "
          + "\(light) are lighter than half of white")
    }
    return replacing(shape: shape, values: values.map { $0.isNaN ? $0 : $0 > 0 ? 1 : 0 })
  }
}
