import CTIFF

/// One picture of a TIFF file.
struct TIFFPage {
  private let file: TIFFFile
  private let layout: oncofield_tiff_layout
  private let samples: PixelSamples
  /// Separate planes, and samples of a pixel within one.
  private let (planes, samplesPerPlane): (Int, Int)
  /// What the numbers are.
  let kind: StoredArray.Samples
  /// What marks pixels without a value.
  let missing: String?

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
    let kind = try Self.kind(layout)
    if let metadata = file.text(ofTag: Int(oncofield_tiff_gdal_metadata)),
      metadata.contains("role=\"scale\"") || metadata.contains("role=\"offset\"")
    {
      throw ArrayFileError(
        "has a scale or an offset of GDAL, which is not applied; unpack it with  gdal_translate -unscale")
    }
    let noData = file.text(ofTag: Int(oncofield_tiff_gdal_no_data)).flatMap { text in
      Double(text.filter { $0 != " " })
    }
    missing = noData.map { "GDAL_NODATA \($0)" } ?? (layout.alpha < 0 ? nil : PixelSamples.transparent)
    self.kind = kind == .unsigned ? .brightnesses : kind == .signed ? .signed : .numbers
    samples = PixelSamples(
      kind: kind, depth: Self.isPacked(layout) ? 16 : Int(layout.bits),
      white: Double(sign: .plus, exponent: Int(layout.bits), significand: 1) - 1, pixels: pixels, isColored: isColored,
      alpha: layout.alpha < 0 ? nil : Int(layout.alpha), pixelStride: samplesPerPlane,
      sampleStride: isPlanar ? pixels : 1, isInverted: layout.photometric == PHOTOMETRIC_MINISWHITE,
      noData: kind == .floating && layout.bits == 32 ? noData.map { Double(Float($0)) } : noData)
    if layout.compression == COMPRESSION_JPEG { oncofield_tiff_ask_for_rgb(file.handle) }
    try checkSize()
  }

  // MARK: What can be read

  private static func kind(_ layout: oncofield_tiff_layout) throws(ArrayFileError) -> PixelSamples.Kind {
    switch (Int32(layout.format), layout.bits) {
    // Files without a word on their samples hold whole numbers without sign.
    case (SAMPLEFORMAT_UINT, 1...16), (SAMPLEFORMAT_UINT, 32): return .unsigned
    case (SAMPLEFORMAT_VOID, 1...16), (SAMPLEFORMAT_VOID, 32): return .unsigned
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

  /// Whether several samples share a byte.
  private static func isPacked(_ layout: oncofield_tiff_layout) -> Bool { layout.bits < 16 && layout.bits != 8 }

  /// Bytes of so many pixels of a row.
  private func size(ofPixels count: Int) -> Int { (count * samplesPerPlane * Int(layout.bits) + 7) / 8 }
  private var rowSize: Int { size(ofPixels: Int(layout.width)) }
  private var planeSize: Int { Int(layout.height) * rowSize }
  private var byteCount: Int { planes * planeSize }

  func values() throws(ArrayFileError) -> [Double] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
    defer { buffer.deallocate() }
    for plane in 0..<planes {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[plane * planeSize..<(plane + 1) * planeSize])
      if layout.tile_width > 0 { try readTiles(plane, into: part) } else { try readStrips(plane, into: part) }
    }
    let bytes = UnsafeRawBufferPointer(buffer)
    let values =
      Self.isPacked(layout) ? unpacked(bytes).withUnsafeBytes { samples.values($0) } : samples.values(bytes)
    guard let values else { throw file.damage() }
    return values
  }

  /// Samples that share bytes, highest bit first, each row from a byte of its own, as 16 bits each.
  private func unpacked(_ bytes: UnsafeRawBufferPointer) -> [UInt16] {
    let (bits, count) = (Int(layout.bits), Int(layout.width) * samplesPerPlane)
    var unpacked: [UInt16] = []
    unpacked.reserveCapacity(planes * Int(layout.height) * count)
    for start in stride(from: 0, to: bytes.count, by: rowSize) {
      var (held, number) = (0, UInt32(0))
      var next = start
      for _ in 0..<count {
        while held < bits {
          number = number << 8 | UInt32(bytes[next])
          (held, next) = (held + 8, next + 1)
        }
        held -= bits
        unpacked.append(UInt16(truncatingIfNeeded: number >> UInt32(held)) & (1 << UInt16(bits) - 1))
        number &= 1 << UInt32(held) - 1
      }
    }
    return unpacked
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
    let tileRowSize = size(ofPixels: width)
    let (tileSize, overflow) = tileRowSize.multipliedReportingOverflow(by: height)
    // Tiles at the border may be larger than the picture, but not by much.
    guard !overflow, tileSize <= max(64 << 20, byteCount), TIFFTileSize(file.handle) == tileSize,
      width * samplesPerPlane * Int(layout.bits) % 8 == 0
    else {
      throw unusable()
    }
    let tile = UnsafeMutableRawBufferPointer.allocate(byteCount: tileSize, alignment: 16)
    defer { tile.deallocate() }
    for top in stride(from: 0, to: Int(layout.height), by: height) {
      for left in stride(from: 0, to: Int(layout.width), by: width) {
        guard
          TIFFReadTile(file.handle, tile.baseAddress, UInt32(left), UInt32(top), 0, UInt16(plane)) == tileSize
        else { throw file.damage() }
        let size = size(ofPixels: min(width, Int(layout.width) - left))
        for row in 0..<min(height, Int(layout.height) - top) {
          // The width of tiles is a multiple of 16 pixels, so that each begins with a byte of its own.
          let offset = (top + row) * rowSize + left * samplesPerPlane * Int(layout.bits) / 8
          UnsafeMutableRawBufferPointer(rebasing: part[offset..<offset + size])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: tile[row * tileRowSize..<row * tileRowSize + size]))
        }
      }
    }
  }

  private func unusable() -> ArrayFileError { ArrayFileError("is a TIFF picture whose strips or tiles cannot be read") }
}
