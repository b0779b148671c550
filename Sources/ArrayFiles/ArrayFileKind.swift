/// The kinds of files that arrays are read from, told by their first bytes.
enum ArrayFileKind {
  case npy, png, tiff, hdf5

  init?(_ file: SourceFile) {
    if file.has([0x93] + Array("NUMPY".utf8)) {
      self = .npy
    } else if file.has([0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A]) {
      self = .png
    } else if Self.startsOfTIFF.contains(where: { file.has($0) }) {
      self = .tiff
    } else if Self.startsOfHDF5(file.size).contains(where: { file.has(Self.signatureOfHDF5, at: $0) }) {
      self = .hdf5
    } else {
      return nil
    }
  }

  /// Little and big endian, with offsets of 32 and 64 bits.
  private static let startsOfTIFF: [[UInt8]] = [
    [0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43],
  ]

  private static let signatureOfHDF5: [UInt8] = [0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A]

  /// HDF5 may stand behind a block of another program, whose length is a power of two from 512.
  private static func startsOfHDF5(_ size: Int) -> [Int] {
    [0] + sequence(first: 512) { $0 < size / 2 ? 2 * $0 : nil }
  }

  /// "an NPY file".
  var name: String {
    switch self {
    case .npy: "an NPY file"
    case .png: "a PNG picture"
    case .tiff: "a TIFF picture"
    case .hdf5: "an HDF5 file"
    }
  }

  var isPicture: Bool { self == .png || self == .tiff }
}
