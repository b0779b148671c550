import Glibc

/// Files that are either the old or the new one, whatever happens while they are written.
package enum AtomicFile {
  /// Ends the names of files that are being written.
  static let temporarySuffix = ".part"

  /// Writes a file under a temporary name, makes sure that it is on the disk, and gives it its name.
  package static func write(_ text: String, to path: String) throws(StorageError) {
    try write(Array(text.utf8), to: path)
  }

  package static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
    let temporary = path + temporarySuffix
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw StorageError(system: path, "cannot be created") }
    do throws(StorageError) {
      try writeAll(bytes, to: file, path: path)
      guard fsync(file) == 0 else { throw StorageError(system: path, "cannot be written") }
    } catch {
      close(file)
      unlink(temporary)
      throw error
    }
    guard close(file) == 0 else {
      unlink(temporary)
      throw StorageError(system: path, "cannot be written")
    }
    try publish(temporary, as: path)
  }

  /// Gives a file that is whole and on the disk its final name.
  static func publish(_ temporary: String, as path: String) throws(StorageError) {
    guard rename(temporary, path) == 0 else {
      unlink(temporary)
      throw StorageError(system: path, "cannot be given its name")
    }
    try synchronize(directoryOf(path))
  }

  /// Makes sure that what has been written to a file, or the names in a directory, are on the disk.
  package static func synchronize(_ path: String) throws(StorageError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw StorageError(system: path, "cannot be opened") }
    defer { close(file) }
    guard fsync(file) == 0 else { throw StorageError(system: path, "cannot be written") }
  }

  static func directoryOf(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Writes bytes at a place of a file, or where it stands.
  static func writeAll(
    _ bytes: [UInt8], to file: Int32, at offset: UInt64? = nil, path: String
  ) throws(StorageError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        let (start, rest) = (bytes.baseAddress! + written, bytes.count - written)
        return offset.map { pwrite(file, start, rest, Int($0) + written) } ?? Glibc.write(file, start, rest)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw StorageError(system: path, "cannot be written") }
      written += count
    }
  }

  /// Fills an array with what is at a place of a file, and says how many bytes there were.
  static func read(
    into bytes: inout [UInt8], from file: Int32, at offset: UInt64, path: String
  ) throws(StorageError) -> Int {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress! + done, $0.count - done, Int(offset) + done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw StorageError(system: path, "cannot be read") }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// The bytes of a file of at most `limit` bytes.
  package static func read(_ path: String, limit: Int = 64 << 20) throws(StorageError) -> [UInt8] {
    // Without waiting for a writer of a pipe.
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw StorageError(system: path, "cannot be opened") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw StorageError(system: path, "cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw StorageError(path, "is not a file") }
    guard status.st_size <= limit else {
      throw StorageError(path, "has \(status.st_size) bytes, more than the limit of \(limit)")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let done = try read(into: &bytes, from: file, at: 0, path: path)
    return Array(bytes[..<done])
  }
}
