import CPNG

/// libpng could not write or read a picture.
package struct PNGError: Error, CustomStringConvertible {
  package let description: String
}

extension Raster {
  /// The picture as the bytes of a PNG file; equal pictures give equal bytes.
  package func pngData() throws(PNGError) -> [UInt8] {
    guard let (columns, rows) = Self.dimensions(width, height) else {
      throw PNGError(
        description: "a picture of \(width) × \(height) pixels is too large for PNG; choose a smaller width")
    }
    var size = oncofield_png_bound(columns, rows)
    var file = [UInt8](repeating: 0, count: size)
    var message = Self.emptyMessage
    guard oncofield_png_encode(bytes, columns, rows, &file, &size, &message) != 0 else {
      throw Self.failure("writing a PNG picture failed", message)
    }
    file.removeSubrange(size...)
    return file
  }

  /// Reads a PNG file of any kind as 8-bit RGB; transparent parts become white.
  package init(pngData file: [UInt8]) throws(PNGError) {
    var (columns, rows): (UInt32, UInt32) = (0, 0)
    var message = Self.emptyMessage
    guard oncofield_png_measure(file, file.count, &columns, &rows, &message) != 0 else {
      throw Self.failure("reading a PNG picture failed", message)
    }
    guard Self.dimensions(Int(columns), Int(rows)) != nil else {
      throw PNGError(description: "a PNG picture of \(columns) × \(rows) pixels is too large to be read")
    }
    self.init(width: Int(columns), height: Int(rows))
    guard oncofield_png_decode(file, file.count, &bytes, &message) != 0 else {
      throw Self.failure("reading a PNG picture failed", message)
    }
  }

  /// The dimensions as libpng takes them, if the picture stays below 1 GiB.
  private static func dimensions(_ width: Int, _ height: Int) -> (UInt32, UInt32)? {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count > 0, count <= (1 << 30) / 3 else { return nil }
    return (UInt32(width), UInt32(height))
  }

  private static var emptyMessage: [CChar] {
    [CChar](repeating: 0, count: Int(oncofield_png_message_size))
  }

  private static func failure(_ what: String, _ message: [CChar]) -> PNGError {
    let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return PNGError(description: "\(what): \(reason)")
  }
}
