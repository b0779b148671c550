import CTIFF

/// The pictures of a TIFF file, as one array.
///
/// A file whose directories are all of one size is a stack, `[z, y, x]` with the first directory at the lowest z; of
/// other files the first picture is read.
enum TIFFImage {
  /// The numbers of the pixels, the top row of each picture first.
  static func array(_ bytes: [UInt8]) throws(ArrayFileError) -> StoredArray {
    let file = try TIFFFile(bytes)
    let sizes = try file.sizes()
    guard let first = sizes.first else { throw ArrayFileError("is a TIFF file without a picture") }
    let isStack = sizes.count > 1 && sizes.allSatisfy { $0 == first }
    let shape = (isStack ? [sizes.count] : []) + first
    let count = try ArraySize.count(shape)
    var values: [Double] = []
    // What a damaged header announces is not taken at once.
    values.reserveCapacity(min(count, 1 << 20))
    for page in 0..<(isStack ? sizes.count : 1) { values += try TIFFPage(file, page).values() }
    return StoredArray(shape: shape, values: values)
  }
}
