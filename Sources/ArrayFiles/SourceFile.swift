import Glibc

/// A file that is open for reading.
final class SourceFile {
  let size: Int
  private let descriptor: Int32

  /// More than the largest array takes at eight bytes for each number.
  private static let limit = ArraySize.limit * 8 + (1 << 20)

  init(_ path: String) throws(ArrayFileError) {
    // A pipe without a writer would otherwise make the program wait.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.refused("cannot be opened") }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.refused("cannot be read") }
    size = Int(status.st_size)
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw ArrayFileError("is a directory")
    default: throw ArrayFileError("is not a file with contents")
    }
    guard size > 0 else { throw ArrayFileError("is empty") }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Whether these bytes stand at a place of the file.
  func has(_ expected: [UInt8], at offset: Int = 0) -> Bool {
    var found = [UInt8](repeating: 0, count: expected.count)
    return pread(descriptor, &found, found.count, off_t(offset)) == found.count && found == expected
  }

  /// The whole file.
  func bytes() throws(ArrayFileError) -> [UInt8] {
    guard size <= Self.limit else {
      throw ArrayFileError("has \(size) bytes, more than the limit of \(Self.limit)")
    }
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(done))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.refused("cannot be read") }
      if count == 0 { break }
      done += count
    }
    return Array(bytes[..<done])
  }

  private static func refused(_ action: String) -> ArrayFileError {
    ArrayFileError("\(action): \(String(cString: strerror(errno)).lowercased())")
  }
}
