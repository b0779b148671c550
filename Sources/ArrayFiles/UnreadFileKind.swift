/// Kinds of files with arrays that are not read, but are often met.
enum UnreadFileKind {
  /// How a kind begins, what it is called, and what to do.
  static let all: [(start: [UInt8], name: String, remedy: String)] = [
    (Array("CDF\u{1}".utf8), classic, convertClassic), (Array("CDF\u{2}".utf8), classic, convertClassic),
    (Array("CDF\u{5}".utf8), classic, convertClassic),
    ([0xFF, 0xD8, 0xFF], "a JPEG picture", "save it as PNG or TIFF, which lose nothing"),
    (Array("GIF8".utf8), "a GIF picture", "save it as PNG"),
    (Array("BM".utf8), "a BMP picture", "save it as PNG"),
    (Array("MATLAB 5.0".utf8), "a MATLAB file of version 5 to 7", "save it with \"-v7.3\", which is HDF5"),
    ([0x50, 0x4B, 3, 4], "a ZIP archive (NPZ?)", "save the array with numpy.save"),
    ([0x1F, 0x8B], "compressed with gzip", "unpack it first"),
  ]

  private static let classic = "a netCDF file of the classic format"
  private static let convertClassic = "convert it with  nccopy -k nc4 OLD NEW  or write it as netCDF-4"
}
