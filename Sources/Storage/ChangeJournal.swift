import CXXHash
import Glibc

/// What was in a file before it was changed, so that a file whose writer was killed in the midst can be brought
/// back to how it was.
///
/// A change overwrites a file at several places, and between two of them the file cannot be read. The journal is a
/// file beside it, which is on the disk as a whole before the first of them is overwritten. When the change is
/// complete and on the disk, the journal is removed. A journal that is found says that it was not.
///
/// All numbers are of 64 bits, the lowest byte first: a mark, the length; then for each record the offset, the count of
/// bytes, a hash of both and of the bytes, the bytes. A record that is cut off or does not fit its hash ends the
/// journal.
///
/// As in the rollback journal of SQLite: https://www.sqlite.org/atomiccommit.html.
package enum ChangeJournal {
  static let suffix = "-journal"
  static let pageSize: UInt64 = 4096
  private static let mark: UInt64 = 0x314e_524a_4f43_4e4f  // "ONCOJRN1"

  /// Makes sure that a file can be brought back to a length, and to what pages hold now.
  ///
  /// - Parameter pages: bytes by their offsets, at most `pageSize` of them each.
  package static func write(
    of path: String, length: UInt64, pages: [(offset: UInt64, bytes: [UInt8])]
  ) throws(StorageError) {
    var text = bytes([mark, length])
    for page in pages {
      text += bytes([page.offset, UInt64(page.bytes.count), hash(page.offset, page.bytes)]) + page.bytes
    }
    try AtomicFile.write(text, to: path + suffix)
  }

  /// Brings a file back to how it was when the change to it began that was not completed, if any.
  static func rollBack(_ path: String) throws(StorageError) {
    let journalPath = path + suffix
    let journal = open(journalPath, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    if journal < 0, errno == ENOENT { return }
    guard journal >= 0 else { throw StorageError(system: journalPath, "cannot be opened") }
    defer { close(journal) }
    var position: UInt64 = 0
    func next(_ count: Int) throws(StorageError) -> [UInt8]? {
      var bytes = [UInt8](repeating: 0, count: count)
      guard try AtomicFile.read(into: &bytes, from: journal, at: position, path: journalPath) == count else {
        return nil
      }
      position += UInt64(count)
      return bytes
    }
    guard let header = try next(16).map(numbers), header[0] == mark, let length = Int(exactly: header[1]) else {
      throw StorageError(journalPath, "is damaged", isDamage: true)
    }
    let file = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { throw StorageError(system: path, "cannot be opened") }
    defer { close(file) }
    while let record = try next(24).map(numbers), record[1] <= pageSize, let bytes = try next(Int(record[1])),
      record[2] == hash(record[0], bytes)
    {
      try AtomicFile.writeAll(bytes, to: file, at: record[0], path: path)
    }
    guard ftruncate(file, length) == 0, fsync(file) == 0 else { throw StorageError(system: path, "cannot be restored") }
    try remove(of: path)
    try AtomicFile.synchronize(AtomicFile.directoryOf(path))
  }

  /// Whether there is a change to a file that was not completed.
  static func isOpen(_ path: String) -> Bool { access(path + suffix, F_OK) == 0 }

  /// Removes what is left of the journal of a file that is there no more.
  static func discard(_ path: String) throws(StorageError) {
    guard isOpen(path) else { return }
    try remove(of: path)
    try AtomicFile.synchronize(AtomicFile.directoryOf(path))
  }

  static func remove(of path: String) throws(StorageError) {
    guard unlink(path + suffix) == 0 else { throw StorageError(system: path + suffix, "cannot be removed") }
  }

  // MARK: Numbers

  private static func hash(_ offset: UInt64, _ bytes: [UInt8]) -> UInt64 {
    XXH3_64bits_withSeed(bytes, bytes.count, offset)
  }

  private static func bytes(_ numbers: [UInt64]) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian, Array.init) }
  }

  private static func numbers(_ bytes: [UInt8]) -> [UInt64] {
    stride(from: 0, to: bytes.count, by: 8).map { start in
      (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
    }
  }
}
