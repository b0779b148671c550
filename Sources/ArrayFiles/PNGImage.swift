import CPNG
import Foundation

/// A picture in PNG format, as numbers from 0, black, to 1, white.
///
/// Values are those that the file stores, whatever their bits: nothing is done about gamma, color profiles, significant
/// bits or the size of pixels. The orientation of EXIF data (chunk eXIf, or a text of ImageMagick) and of XMP counts, as that of a
/// TIFF does. Colors of a palette become their luminance.
struct PNGImage {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The numbers of the pixels, top row first.
  func array() throws(ArrayFileError) -> StoredArray {
    var layout = oncofield_png_layout()
    try read(&layout, into: nil)
    let shape = [Int(layout.height), Int(layout.width)]
    let count = try ArraySize.count(shape)
    let size = shape[0] * Int(layout.row_size)
    // No compressed data become more than about a thousand times as long; eight pixels may share a byte.
    guard size / 65536 <= bytes.count else { throw ArrayFileError("is cut short") }
    let samples = PixelSamples(
      kind: .unsigned, depth: Int(layout.depth),
      white: Double(sign: .plus, exponent: Int(layout.depth), significand: 1) - 1, pixels: count,
      isColored: layout.channels >= 3,
      alpha: layout.channels % 2 == 0 ? Int(layout.channels) - 1 : nil, pixelStride: Int(layout.channels),
      sampleStride: 1)
    let pixels = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { pixels.deallocate() }
    pixels.initializeMemory(as: UInt8.self, repeating: 0)
    defer {
      free(layout.profile.bytes)
      free(layout.xmp.bytes)
    }
    try read(&layout, into: pixels.baseAddress)
    guard let values = samples.values(UnsafeRawBufferPointer(pixels)) else {
      throw ArrayFileError("has samples of \(layout.depth) bits, which cannot be read")
    }
    let orientation = try PictureOrientation([
      ("its EXIF data", layout.orientation),
      ("its raw EXIF profile", PictureMetadata.orientation(profile: layout.profile.array)),
      ("its XMP metadata", PictureMetadata.orientation(xmp: layout.xmp.array)),
    ])
    var array = StoredArray(
      shape: orientation.size(height: shape[0], width: shape[1]),
      values: orientation.upright(values, height: shape[0], width: shape[1]))
    array.samples = .brightnesses
    if samples.alpha != nil, values.contains(where: \.isNaN) { array.missing = PixelSamples.transparent }
    return array
  }

  private func read(_ layout: inout oncofield_png_layout, into pixels: UnsafeMutableRawPointer?) throws(ArrayFileError)
  {
    var message = [CChar](repeating: 0, count: Int(oncofield_png_message_size))
    let pixels = pixels?.assumingMemoryBound(to: UInt8.self)
    guard oncofield_png_samples(bytes, bytes.count, &layout, pixels, &message) != 0 else {
      let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw ArrayFileError(reason == "is cut short" ? reason : "is a damaged PNG picture: \(reason)")
    }
  }
}

extension oncofield_png_text {
  fileprivate var array: [UInt8] { bytes.map { [UInt8](UnsafeBufferPointer(start: $0, count: size)) } ?? [] }
}
