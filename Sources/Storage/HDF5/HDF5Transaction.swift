import CHDF5Guard
import Glibc

/// Changes to an HDF5 file that happen all together or not at all, while others may have the file open.
///
/// The HDF5 library changes a file at several places. What it adds behind the end goes into the file at once, where
/// nothing refers to it yet; what it overwrites is held back. When it has closed the file, all of this is
/// synchronized with the disk in this order: the added data; a journal (`ChangeJournal`) of the pages that will be overwritten; the
/// pieces that the library has overwritten, in the order of their ranks (`hdf5_guard`); the removal of the journal. After a
/// failure the file is left, or restored, as it was.
///
/// A reader that opens the file at any moment finds the old file or the new one: also between two pieces each frame
/// that it finds is right. Locks of readers do not matter; only a program that has opened the file for writing does.
final class HDF5Transaction {
  let path: String
  /// Where the library reads and writes.
  private(set) var hook: UnsafeMutablePointer<hdf5_guard>
  /// Why the library could not read or write.
  private var failure: StorageError?
  private let identity: FileIdentity
  private var file: Int32 = -1
  /// How long the file was.
  private var kept: UInt64 = 0
  /// How long it is, with what was added, and how long the library wants it to be.
  private var end: UInt64 = 0
  /// What the pages below `kept` that are overwritten were, and will be.
  private var pages: [UInt64: Page] = [:]
  /// What of them the library has written, by where it begins.
  private var pieces: [UInt64: Piece] = [:]
  /// Whether the removal of a journal may not be on the disk.
  private var isNameUnsure = false

  private struct Page {
    let before: [UInt8]
    var after: [UInt8]
  }

  private struct Piece {
    let rank: Int32
    private(set) var count = 0

    mutating func extend(to count: Int) { self.count = max(self.count, count) }
  }

  /// - Parameter path: of a file that is there.
  init(of path: String) throws(StorageError) {
    self.path = path
    identity = try FileIdentity(of: path)
    hook = HDF5Transaction.makeHook()
  }

  deinit {
    if file >= 0 { close(file) }
    hook.deallocate()
  }

  private static func makeHook() -> UnsafeMutablePointer<hdf5_guard> {
    let hook = UnsafeMutablePointer<hdf5_guard>.allocate(capacity: 1)
    hook.initialize(
      to: hdf5_guard(
        context: nil,
        read: { context, offset, count, bytes in
          HDF5Transaction.of(context).attempt { transaction throws(StorageError) in
            try transaction.read(UnsafeMutableRawBufferPointer(start: bytes, count: Int(count)), at: offset)
          }
        },
        write: { context, rank, offset, count, bytes in
          HDF5Transaction.of(context).attempt { transaction throws(StorageError) in
            try transaction.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)), at: offset, rank: rank)
          }
        },
        set_length: { context, length in
          HDF5Transaction.of(context).attempt { transaction throws(StorageError) in
            try transaction.setLength(length)
          }
        },
        length: { context in HDF5Transaction.of(context).end }))
    return hook
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> HDF5Transaction {
    Unmanaged<HDF5Transaction>.fromOpaque(context!).takeUnretainedValue()
  }

  /// For the library, which knows no errors of ours.
  private func attempt(_ body: (HDF5Transaction) throws(StorageError) -> Void) -> Int32 {
    do throws(StorageError) {
      try body(self)
      return 0
    } catch {
      failure = failure ?? error
      return -1
    }
  }

  /// Whether another process has the file open, as far as locks show.
  var isFileHeld: Bool {
    let probe = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard probe >= 0 else { return false }
    defer { close(probe) }
    return flock(probe, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  // MARK: Changing

  /// Carries out a change.
  ///
  /// - Parameter isRemoval: whether the file loses frames, which readers must not look for once their values are gone.
  /// - Throws: `StorageError` when it could not be; the file is then as before, if need be by way of its journal.
  func change(
    isRemoval: Bool = false, _ body: (HDF5File) throws(HDF5Error) -> Void
  ) throws(StorageError) {
    try begin()
    defer {
      close(file)
      file = -1
      (pages, pieces) = ([:], [:])
    }
    do throws(HDF5Error) {
      let file = try HDF5File(changing: self)
      try body(file)
      try file.close()
    } catch {
      forgetAdded()
      // A library that could not close the file may go on using this one.
      hook = HDF5Transaction.makeHook()
      throw failure ?? StorageError(path, "cannot be changed: \(error.message)")
    }
    try publish(isRemoval: isRemoval)
  }

  private func begin() throws(StorageError) {
    failure = nil
    hook.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    file = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { throw StorageError(system: path, "cannot be opened") }
    do throws(StorageError) {
      try identity.require(at: path)
      guard try FileIdentity(of: file, path: path) == identity else {
        throw StorageError(path, "was replaced by another while the run went on", code: ENOENT)
      }
      // Readers have shared locks. A file system without locks excludes no other process.
      if flock(file, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK {
        throw StorageError(path, "is open for writing in another program", code: EWOULDBLOCK)
      }
      if ChangeJournal.isOpen(path) { try ChangeJournal.rollBack(path) }
      var status = stat()
      guard fstat(file, &status) == 0 else { throw StorageError(system: path, "cannot be opened") }
      (kept, end) = (UInt64(status.st_size), UInt64(status.st_size))
    } catch {
      close(file)
      file = -1
      throw error
    }
  }

  /// Truncates the added data; if that fails, nothing in the file refers to them.
  private func forgetAdded() { _ = ftruncate(file, Int(kept)) }

  private func publish(isRemoval: Bool) throws(StorageError) {
    let changed = pages.sorted { $0.key < $1.key }
    do throws(StorageError) {
      guard fdatasync(file) == 0 else { throw StorageError(system: path, "cannot be written") }
      try ChangeJournal.write(
        of: path, length: kept, pages: changed.map { ($0.key * ChangeJournal.pageSize, $0.value.before) })
    } catch {
      forgetAdded()
      // One that is in its place already restores what is there.
      if ChangeJournal.isOpen(path) { try? ChangeJournal.rollBack(path) }
      throw error
    }
    do throws(StorageError) {
      try overwrite(isRemoval: isRemoval)
      guard fsync(file) == 0 else { throw StorageError(system: path, "cannot be written") }
      try ChangeJournal.remove(of: path)
    } catch {
      // A roll-back that fails is repeated before the next change, or when the run is resumed.
      try? ChangeJournal.rollBack(path)
      throw error
    }
    isNameUnsure = true
    // Before, the end of the file was needed for the way back.
    if end < kept { _ = ftruncate(file, Int(end)) }
  }

  private func overwrite(isRemoval: Bool) throws(StorageError) {
    // Opening the file meanwhile gives an error that it is locked. Processes that have it open are not waited for.
    let isAlone = flock(file, LOCK_EX | LOCK_NB) == 0
    defer { if isAlone { _ = flock(file, LOCK_SH | LOCK_NB) } }
    // Of headers the last comes first: fields are created after `time` and what VTK reads of the steps.
    let ordered = pieces.sorted { ($0.value.rank, $1.key) < ($1.value.rank, $0.key) }
    for (offset, piece) in isRemoval ? ordered.reversed() : ordered {
      var bytes: [UInt8] = []
      forEachPage(offset, piece.count) { number, inPage, _ in bytes += pages[number]!.after[inPage] }
      try AtomicFile.writeAll(bytes, to: file, at: offset, path: path)
    }
  }

  /// Makes sure that the changes so far are not taken back when the power fails.
  func synchronize() throws(StorageError) {
    guard isNameUnsure else { return }
    try AtomicFile.synchronize(AtomicFile.directoryOf(path))
    isNameUnsure = false
  }

  // MARK: For the library

  private func setLength(_ length: UInt64) throws(StorageError) {
    end = length
    guard length >= kept else { return }
    guard ftruncate(file, Int(length)) == 0 else { throw StorageError(system: path, "cannot be written") }
  }

  private func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
    var done = 0
    while done < bytes.count {
      let count = pread(file, bytes.baseAddress! + done, bytes.count - done, Int(offset) + done)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw StorageError(system: path, "cannot be read") }
      guard count > 0 else {
        bytes[done...].initializeMemory(as: UInt8.self, repeating: 0)
        break
      }
      done += count
    }
    guard !pages.isEmpty else { return }
    forEachPage(offset, bytes.count) { number, inPage, inBytes in
      pages[number]?.after.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: bytes[inBytes]).copyMemory(from: .init(rebasing: $0[inPage]))
      }
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64, rank: Int32) throws(StorageError) {
    let below = offset < kept ? Int(min(UInt64(bytes.count), kept - offset)) : 0
    try forEachPage(offset, below) { (number, inPage, inBytes) throws(StorageError) in
      if pages[number] == nil { pages[number] = try page(number) }
      pages[number]?.after.replaceSubrange(inPage, with: bytes[inBytes])
    }
    if below > 0 { pieces[offset, default: Piece(rank: rank)].extend(to: below) }
    var done = below
    while done < bytes.count {
      let count = pwrite(file, bytes.baseAddress! + done, bytes.count - done, Int(offset) + done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw StorageError(system: path, "cannot be written") }
      done += count
    }
    end = max(end, offset + UInt64(bytes.count))
  }

  /// A page as it is in the file.
  private func page(_ number: UInt64) throws(StorageError) -> Page {
    let offset = number * ChangeJournal.pageSize
    var bytes = [UInt8](repeating: 0, count: Int(min(ChangeJournal.pageSize, kept - offset)))
    guard try AtomicFile.read(into: &bytes, from: file, at: offset, path: path) == bytes.count else {
      throw StorageError(path, "is shorter than it was")
    }
    return Page(before: bytes, after: bytes)
  }

  /// The parts of pages below `kept` that a piece of the file covers, and where they are in the piece.
  private func forEachPage<Failure: Error>(
    _ offset: UInt64, _ count: Int, _ body: (UInt64, Range<Int>, Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    let size = ChangeJournal.pageSize
    let stop = min(offset + UInt64(count), kept)
    var position = offset
    while position < stop {
      let (number, start) = position.quotientAndRemainder(dividingBy: size)
      let next = min((number + 1) * size, stop)
      let length = Int(next - position)
      try body(number, Int(start)..<Int(start) + length, Int(position - offset)..<Int(position - offset) + length)
      position = next
    }
  }
}
