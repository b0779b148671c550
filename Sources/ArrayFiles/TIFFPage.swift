import CTIFF

/// One picture of a TIFF file.
struct TIFFPage {
  private let file: TIFFFile
  private let layout: oncofield_tiff_layout
  private let samples: PixelSamples
  /// Separate planes, and samples of a pixel within one.
  private let (planes, samplesPerPlane): (Int, Int)

  init(_ file: TIFFFile, _ page: Int) throws(ArrayFileError) {
    try file.select(page)
    let layout = try file.layout()
    let pixels = try ArraySize.count([Int(layout.height), Int(layout.width)])
    let isPlanar = layout.planar == PLANARCONFIG_SEPARATE
    let isColored = try Self.isColored(layout)
    try Self.checkSamples(layout, isColored: isColored)
    try Self.checkCompression(layout)
    self.file = file
    self.layout = layout
    (planes, samplesPerPlane) = isPlanar ? (Int(layout.samples), 1) : (1, Int(layout.samples))
    samples = PixelSamples(
      kind: try Self.kind(layout), depth: Int(layout.bits), pixels: pixels, isColored: isColored,
      alpha: layout.alpha < 0 ? nil : Int(layout.alpha), pixelStride: samplesPerPlane,
      sampleStride: isPlanar ? pixels : 1, isInverted: layout.photometric == PHOTOMETRIC_MINISWHITE)
    if layout.compression == COMPRESSION_JPEG { oncofield_tiff_ask_for_rgb(file.handle) }
    try checkSize()
  }

  // MARK: What can be read

  private static func kind(_ layout: oncofield_tiff_layout) throws(ArrayFileError) -> PixelSamples.Kind {
    switch (Int32(layout.format), layout.bits) {
    case (SAMPLEFORMAT_UINT, 8), (SAMPLEFORMAT_UINT, 16), (SAMPLEFORMAT_UINT, 32): return .unsigned
    // Files without a word on their samples hold whole numbers without sign.
    case (SAMPLEFORMAT_VOID, 8), (SAMPLEFORMAT_VOID, 16), (SAMPLEFORMAT_VOID, 32): return .unsigned
    case (SAMPLEFORMAT_INT, 8), (SAMPLEFORMAT_INT, 16), (SAMPLEFORMAT_INT, 32): return .signed
    case (SAMPLEFORMAT_IEEEFP, 16), (SAMPLEFORMAT_IEEEFP, 32), (SAMPLEFORMAT_IEEEFP, 64): return .floating
    case (SAMPLEFORMAT_COMPLEXINT, _), (SAMPLEFORMAT_COMPLEXIEEEFP, _):
      throw ArrayFileError("holds complex numbers, not real ones")
    default:
      let what = Int32(layout.format) == SAMPLEFORMAT_IEEEFP ? "floating-point samples" : "whole samples"
      throw ArrayFileError("has \(what) of \(layout.bits) bits, which cannot be read")
    }
  }

  private static func isColored(_ layout: oncofield_tiff_layout) throws(ArrayFileError) -> Bool {
    switch Int32(layout.photometric) {
    case PHOTOMETRIC_MINISWHITE, PHOTOMETRIC_MINISBLACK: return false
    case PHOTOMETRIC_RGB: return true
    case PHOTOMETRIC_YCBCR where Int32(layout.compression) == COMPRESSION_JPEG: return true
    case PHOTOMETRIC_PALETTE:
      throw ArrayFileError("is a TIFF picture with a palette, which cannot be read; save it in grey values")
    default:
      throw ArrayFileError("is a TIFF picture whose colors are neither grey nor RGB; save it in grey values")
    }
  }

  private static func checkSamples(_ layout: oncofield_tiff_layout, isColored: Bool) throws(ArrayFileError) {
    let colors = isColored ? 3 : 1
    let extra = Int(layout.samples) - colors
    guard extra == 0 || extra == 1 && (isColored || Int(layout.alpha) == colors) else {
      throw ArrayFileError("has \(layout.samples) samples for each pixel, which are neither a grey nor a color")
    }
  }

  private static func checkCompression(_ layout: oncofield_tiff_layout) throws(ArrayFileError) {
    guard TIFFIsCODECConfigured(layout.compression) != 0, Int32(layout.compression) != COMPRESSION_OJPEG else {
      throw ArrayFileError("is compressed by method \(layout.compression), which cannot be read")
    }
  }

  /// Compares the bytes that the picture takes with those that are there.
  private func checkSize() throws(ArrayFileError) {
    let needed = byteCount
    guard needed <= TIFFFile.limit else {
      throw ArrayFileError("has \(needed) bytes of samples, more than the limit of \(TIFFFile.limit)")
    }
    // No method compresses better than this.
    let factor = Int32(layout.compression) == COMPRESSION_NONE ? 1 : 65536
    guard needed / factor <= file.size else { throw ArrayFileError("is cut short") }
  }

  // MARK: Reading

  private var sampleSize: Int { Int(layout.bits) / 8 }
  private var rowSize: Int { Int(layout.width) * samplesPerPlane * sampleSize }
  private var planeSize: Int { Int(layout.height) * rowSize }
  private var byteCount: Int { planes * planeSize }

  func values() throws(ArrayFileError) -> [Double] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
    defer { buffer.deallocate() }
    for plane in 0..<planes {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[plane * planeSize..<(plane + 1) * planeSize])
      if layout.tile_width > 0 { try readTiles(plane, into: part) } else { try readStrips(plane, into: part) }
    }
    guard let values = samples.values(UnsafeRawBufferPointer(buffer)) else { throw file.damage() }
    return values
  }

  private func readStrips(_ plane: Int, into part: UnsafeMutableRawBufferPointer) throws(ArrayFileError) {
    let (height, rows) = (Int(layout.height), min(Int(layout.rows_per_strip), Int(layout.height)))
    guard rows > 0, TIFFStripSize(file.handle) == rows * rowSize else { throw unusable() }
    let strips = (height + rows - 1) / rows
    for strip in 0..<strips {
      let offset = strip * rows * rowSize
      let expected = min(rows * rowSize, planeSize - offset)
      let number = UInt32(plane * strips + strip)
      guard let place = part.baseAddress,
        TIFFReadEncodedStrip(file.handle, number, place + offset, tmsize_t(expected)) == expected
      else { throw file.damage() }
    }
  }

  private func readTiles(_ plane: Int, into part: UnsafeMutableRawBufferPointer) throws(ArrayFileError) {
    let (width, height) = (Int(layout.tile_width), Int(layout.tile_height))
    let tileRowSize = width * samplesPerPlane * sampleSize
    let (tileSize, overflow) = tileRowSize.multipliedReportingOverflow(by: height)
    // Tiles at the border may be larger than the picture, but not by much.
    guard !overflow, tileSize <= max(64 << 20, byteCount), TIFFTileSize(file.handle) == tileSize else {
      throw unusable()
    }
    let tile = UnsafeMutableRawBufferPointer.allocate(byteCount: tileSize, alignment: 16)
    defer { tile.deallocate() }
    for top in stride(from: 0, to: Int(layout.height), by: height) {
      for left in stride(from: 0, to: Int(layout.width), by: width) {
        guard
          TIFFReadTile(file.handle, tile.baseAddress, UInt32(left), UInt32(top), 0, UInt16(plane)) == tileSize
        else { throw file.damage() }
        let size = min(width, Int(layout.width) - left) * samplesPerPlane * sampleSize
        for row in 0..<min(height, Int(layout.height) - top) {
          let offset = (top + row) * rowSize + left * samplesPerPlane * sampleSize
          UnsafeMutableRawBufferPointer(rebasing: part[offset..<offset + size])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: tile[row * tileRowSize..<row * tileRowSize + size]))
        }
      }
    }
  }

  private func unusable() -> ArrayFileError { ArrayFileError("is a TIFF picture whose strips or tiles cannot be read") }
}
