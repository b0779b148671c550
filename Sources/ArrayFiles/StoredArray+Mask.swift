/// An array as a mask.
extension StoredArray {
  /// Where the array says that there is tissue if no number is given: 1 there, 0 outside, NaN where it has no value.
  ///
  /// Whole numbers are labels, and 0 means outside: an image of whole numbers without sign is tissue where it is not
  /// black. What could be a grey image as well is refused (`checkGreys`), and so are pictures of one bit whose 0 is white.
  /// Of other arrays what is greater than 0.5 is tissue. Where all numbers are whole that is decided before resampling, and
  /// arrays that reach to exactly 255 or 65535 are looked at like an image.
  ///
  /// - Throws: where the array can be read in two ways.
  package func tissue(scale: Double) throws(ArrayFileError) -> StoredArray {
    guard samples == .brightnesses else {
      let values = values.map { $0 * scale }
      guard values.allSatisfy({ $0.isNaN || $0 == $0.rounded() }) else {
        return replacing(shape: shape, values: values)
      }
      let largest = values.reduce(0) { $1 > $0 ? $1 : $0 }
      if largest == 255 || largest == 65535 { try checkGreys(values, white: largest) }
      return replacing(shape: shape, values: values.map { $0.isNaN ? $0 : $0 > 0.5 ? 1 : 0 })
    }
    guard !isInverted else {
      throw ArrayFileError(
        "is a picture of one bit in which 0 is white; as tifffile writes truth values, what is black there is true")
    }
    try checkGreys(values, white: 1)
    return replacing(shape: shape, values: values.map { $0.isNaN ? $0 : $0 > 0 ? 1 : 0 })
  }

  /// Refuses what could be labels, of which all but 0 are tissue, or greys, of which the lighter half is.
  private func checkGreys(_ values: [Double], white: Double) throws(ArrayFileError) {
    let present = values.filter { !$0.isNaN }
    let (black, light) = (present.count { $0 <= 0 }, present.count { $0 > 0.5 * white })
    let isGrey = light != present.count - black && present.contains { $0 >= white }
    guard isGrey || black == 0 && Set(present).count > 1 else { return }
    throw ArrayFileError(
      "can be read as a mask in two ways: \(present.count - black) of its \(present.count) points are not black, "
        + "\(light) are lighter than half of white")
  }
}
