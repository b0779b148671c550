import CPNG

/// What metadata beside the pixels say of the orientation of a picture: 1 to 8, and 0 for nothing.
enum PictureMetadata {
  /// The orientation in EXIF or XMP data that a text holds in hexadecimal digits, behind a name and their number.
  ///
  /// Source: ImageMagick, `coders/png.c`, `png_write_raw_profile`.
  static func orientation(profile text: [UInt8]) -> UInt16 {
    let lines = text.split(separator: UInt8(ascii: "\n"))
    guard lines.count > 2 else { return 0 }
    let digits = lines[2...].joined().compactMap(digit)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    let head = Array("Exif\0\0".utf8)
    let exif = bytes.starts(with: head) ? Array(bytes.dropFirst(head.count)) : bytes
    let found = oncofield_exif_orientation(exif, exif.count)
    return found == 0 ? orientation(xmp: bytes) : found
  }

  /// The value of a hexadecimal digit.
  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46: character - 0x37
    case 0x61...0x66: character - 0x57
    default: nil
    }
  }

  /// The property `tiff:Orientation` of XMP metadata, as an attribute or an element.
  ///
  /// Source: Adobe, XMP specification part 2, section 3.3; the prefix is that of its namespace.
  static func orientation(xmp bytes: [UInt8]) -> UInt16 {
    guard !bytes.isEmpty else { return 0 }
    // Whatever the size of its characters, those of names and digits are ASCII.
    let text = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
    let namespace = /xmlns:([A-Za-z_][\w.-]*)\s*=\s*["']http:\/\/ns\.adobe\.com\/tiff\/1\.0\/["']/
    let prefixes = ["tiff"] + text.matches(of: namespace).map { String($0.output.1) }
    for match in text.matches(of: /([A-Za-z_][\w.-]*):Orientation\s*(?:=\s*["']|>)\s*([1-8])\s*["'<]/)
    where prefixes.contains(String(match.output.1)) {
      return UInt16(match.output.2) ?? 0
    }
    return 0
  }
}
