import CTIFF

/// A TIFF file in memory, open in libtiff, which has one current directory.
final class TIFFFile {
  let size: Int
  let handle: OpaquePointer
  private let source: UnsafeMutablePointer<oncofield_tiff_source>
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  /// Bytes that a picture, or what libtiff needs at once for it, may take.
  static let limit = 1 << 31

  init(_ contents: [UInt8]) throws(ArrayFileError) {
    size = contents.count
    bytes = .allocate(capacity: contents.count)
    _ = bytes.initialize(from: contents)
    source = .allocate(capacity: 1)
    source.initialize(to: oncofield_tiff_source())
    source.pointee.bytes = UnsafePointer(bytes.baseAddress)
    source.pointee.size = UInt64(contents.count)
    guard let handle = oncofield_tiff_open(source, Int64(Self.limit)) else {
      let error = Self.damage(source)
      source.deallocate()
      bytes.deallocate()
      throw error
    }
    self.handle = handle
  }

  deinit {
    TIFFClose(handle)
    source.deallocate()
    bytes.deallocate()
  }

  /// The error that libtiff met.
  func damage() -> ArrayFileError { Self.damage(source) }

  private static func damage(_ source: UnsafePointer<oncofield_tiff_source>) -> ArrayFileError {
    let text = withUnsafeBytes(of: source.pointee.message) { message in
      String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
    }
    let reason = text.hasSuffix(".") ? String(text.dropLast()) : text
    return ArrayFileError("is a damaged TIFF picture" + (reason.isEmpty ? "" : ": \(reason)"))
  }

  /// How all directories are stored, in their order.
  func layouts() throws(ArrayFileError) -> [oncofield_tiff_layout] {
    var layouts = [try layout()]
    while TIFFLastDirectory(handle) == 0 {
      guard TIFFReadDirectory(handle) == 1 else { throw damage() }
      layouts.append(try layout())
    }
    return layouts
  }

  /// How the current directory is stored.
  func layout() throws(ArrayFileError) -> oncofield_tiff_layout {
    var layout = oncofield_tiff_layout()
    guard oncofield_tiff_describe(handle, &layout) != 0 else {
      throw ArrayFileError("is a damaged TIFF picture: its size is missing")
    }
    return layout
  }

  /// The text that describes the picture of the current directory.
  var description: String { oncofield_tiff_description(handle).map { String(cString: $0) } ?? "" }

  /// The name of the program that has written the picture of the current directory.
  var software: String { oncofield_tiff_software(handle).map { String(cString: $0) } ?? "" }

  /// The text of a tag of GDAL in the current directory.
  func text(ofTag tag: Int) -> String? {
    var count: UInt32 = 0
    guard let bytes = oncofield_tiff_unnamed(handle, UInt32(tag), &count) else { return nil }
    let text = UnsafeRawBufferPointer(start: bytes, count: Int(count)).prefix { $0 != 0 }
    return String(decoding: text, as: UTF8.self)
  }

  /// The XMP metadata of the current directory.
  var xmp: [UInt8] {
    var count: UInt32 = 0
    return oncofield_tiff_xmp(handle, &count).map { [UInt8](UnsafeBufferPointer(start: $0, count: Int(count))) } ?? []
  }

  func select(_ page: Int) throws(ArrayFileError) {
    guard let index = tdir_t(exactly: page), TIFFSetDirectory(handle, index) == 1 else { throw damage() }
  }
}
