import CHDF5Guard
import CXXHash
import Glibc

/// What was in an HDF5 file before it was changed, so that a file whose writer was killed in the midst can be brought
/// back to how it was.
///
/// The HDF5 library changes a file at several places, and between two of them the file cannot be read. The journal is a
/// file beside it. It begins with the length of the file; before bytes below that length are overwritten for the first
/// time, they are added to the journal, by pages, and are on the disk before the change is. When the changes are
/// complete and on the disk, the journal is removed. A journal that is found says that they were not.
///
/// All numbers are of 64 bits, the lowest byte first: a mark, the length; then for each record the offset, the count of
/// bytes, a hash of both and of the bytes, the bytes. A record that is cut off or does not fit its hash ends the
/// journal: the change that it was to precede did not happen.
///
/// As in the rollback journal of SQLite: https://www.sqlite.org/atomiccommit.html.
final class ChangeJournal {
  /// The HDF5 file.
  let path: String
  /// Where the library asks before it changes something.
  let hook: UnsafeMutablePointer<hdf5_guard>
  /// Why a change was not let through.
  private(set) var failure: StorageError?
  private var journal: Int32 = -1
  private var source: Int32 = -1
  private var keptPages: Set<UInt64> = []

  static let suffix = "-journal"
  private static let pageSize: UInt64 = 4096
  private static let mark: UInt64 = 0x314e_524a_4f43_4e4f  // "ONCOJRN1"
  private var journalPath: String { path + ChangeJournal.suffix }

  init(of path: String) {
    self.path = path
    hook = .allocate(capacity: 1)
    hook.initialize(to: hdf5_guard())
    hook.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    hook.pointee.will_change = { context, offset, count in
      let journal = Unmanaged<ChangeJournal>.fromOpaque(context!).takeUnretainedValue()
      do throws(StorageError) {
        try journal.keep(offset..<offset + count)
        return 0
      } catch {
        journal.failure = error
        return -1
      }
    }
  }

  deinit {
    closeFiles()
    hook.deallocate()
  }

  private func closeFiles() {
    for file in [journal, source] where file >= 0 { close(file) }
    (journal, source) = (-1, -1)
  }

  // MARK: Changing

  /// Makes sure that the file as it is now can be brought back, unless an earlier state is the one to go back to.
  func begin() throws(StorageError) {
    guard journal < 0 else { return }
    closeFiles()
    keptPages = []
    source = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard source >= 0, fstat(source, &status) == 0 else { throw StorageError(system: path, "cannot be opened") }
    hook.pointee.kept = UInt64(status.st_size)
    hook.pointee.length = hook.pointee.kept
    try AtomicFile.write(ChangeJournal.bytes([ChangeJournal.mark, hook.pointee.kept]), to: journalPath)
    journal = open(journalPath, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard journal >= 0 else { throw StorageError(system: journalPath, "cannot be opened") }
  }

  /// Makes the changes last: from now on there is no way back behind them.
  ///
  /// The file must be closed.
  func commit() throws(StorageError) {
    guard journal >= 0 else { return }
    try AtomicFile.synchronize(path)
    closeFiles()
    try ChangeJournal.remove(journalPath)
    // Before, the end of the file was needed for the way back.
    if hook.pointee.length < hook.pointee.kept, truncate(path, Int(hook.pointee.length)) != 0 {
      throw StorageError(system: path, "cannot be made shorter")
    }
  }

  private func keep(_ range: Range<UInt64>) throws(StorageError) {
    // What follows a record that was cut off would not be found.
    if let failure { throw failure }
    let pages = range.lowerBound / ChangeJournal.pageSize...(range.upperBound - 1) / ChangeJournal.pageSize
    var wrote = false
    for page in pages where keptPages.insert(page).inserted {
      let offset = page * ChangeJournal.pageSize
      let count = min(ChangeJournal.pageSize, hook.pointee.kept - offset)
      var bytes = [UInt8](repeating: 0, count: Int(count))
      guard try AtomicFile.read(into: &bytes, from: source, at: offset, path: path) == bytes.count else {
        throw StorageError(path, "is shorter than it was")
      }
      try AtomicFile.writeAll(
        ChangeJournal.bytes([offset, count, ChangeJournal.hash(offset, bytes)]) + bytes, to: journal, path: journalPath)
      wrote = true
    }
    if wrote, fdatasync(journal) != 0 { throw StorageError(system: journalPath, "cannot be written") }
  }

  // MARK: Going back

  /// Brings a file back to how it was when the changes to it began that were not completed, if any.
  static func rollBack(_ path: String) throws(StorageError) {
    let journalPath = path + suffix
    let journal = open(journalPath, O_RDONLY | O_CLOEXEC)
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
    let file = open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw StorageError(system: path, "cannot be opened") }
    defer { close(file) }
    while let record = try next(24).map(numbers), record[1] <= pageSize, let bytes = try next(Int(record[1])),
      record[2] == hash(record[0], bytes)
    {
      try AtomicFile.writeAll(bytes, to: file, at: record[0], path: path)
    }
    guard ftruncate(file, length) == 0, fsync(file) == 0 else { throw StorageError(system: path, "cannot be restored") }
    try remove(journalPath)
  }

  /// Whether there are changes to a file that were not completed.
  static func isOpen(_ path: String) -> Bool { access(path + suffix, F_OK) == 0 }

  /// Removes what is left of the journal of a file that is there no more.
  static func discard(_ path: String) throws(StorageError) {
    if isOpen(path) { try remove(path + suffix) }
  }

  private static func remove(_ journalPath: String) throws(StorageError) {
    guard unlink(journalPath) == 0 else { throw StorageError(system: journalPath, "cannot be removed") }
    try AtomicFile.synchronize(AtomicFile.directoryOf(journalPath))
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
