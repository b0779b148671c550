/// How the rows and columns of a picture are stored: the tag Orientation of TIFF and EXIF, 1 to 8; anything else counts as 1.
struct PictureOrientation {
  /// Whether what is stored as rows are columns of the picture.
  let isTransposed: Bool
  /// Whether the rows of the picture are stored from the lowest, its columns from the right.
  let (reversesRows, reversesColumns): (Bool, Bool)

  init(_ tag: UInt16) {
    isTransposed = (5...8).contains(tag)
    reversesRows = [3, 4, 7, 8].contains(tag)
    reversesColumns = [2, 3, 6, 7].contains(tag)
  }

  /// What several parts of a file say, each 1 to 8, and 0 for nothing.
  ///
  /// - Throws: if two of them differ.
  init(_ statements: [(part: String, tag: UInt16)]) throws(ArrayFileError) {
    let made = statements.filter { (1...8).contains($0.tag) }
    if let first = made.first, let other = made.first(where: { $0.tag != first.tag }) {
      throw ArrayFileError(
        "says two things of its orientation: \(first.tag) in \(first.part), \(other.tag) in \(other.part); save it again "
          + "as it is to be read, without metadata")
    }
    self.init(made.first?.tag ?? 1)
  }

  /// Rows and columns of the upright picture.
  func size(height: Int, width: Int) -> [Int] { isTransposed ? [width, height] : [height, width] }

  /// The stored values as those of the upright picture, top row first.
  ///
  /// - Parameters:
  ///   - height: stored rows.
  ///   - width: stored columns.
  func upright(_ values: [Double], height: Int, width: Int) -> [Double] {
    guard isTransposed || reversesRows || reversesColumns else { return values }
    let size = self.size(height: height, width: width)
    var upright: [Double] = []
    upright.reserveCapacity(values.count)
    for row in 0..<size[0] {
      for column in 0..<size[1] {
        // The place among the stored rows and columns.
        var (i, j) = isTransposed ? (column, row) : (row, column)
        if isTransposed ? reversesColumns : reversesRows { i = height - 1 - i }
        if isTransposed ? reversesRows : reversesColumns { j = width - 1 - j }
        upright.append(values[i * width + j])
      }
    }
    return upright
  }
}
