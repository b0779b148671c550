import CProcess
import Foundation
import Glibc
import Synchronization

/// Reading files in a copy of the process first.
package enum Rehearsal {
  fileprivate static let isWanted = Mutex(false)

  /// Has every HDF5 file from elsewhere read in a copy of the process first.
  ///
  /// For programs: where other threads are busy at that moment a copy may wait for ever for what one of them held.
  package static func begin() { isWanted.withLock { $0 = true } }
}

/// Reads a file in a copy of the process first, where that is wanted: a damaged or hostile file can crash the library that
/// reads it, keep it from coming to an end, or make it take all memory.
///
/// What the copy does not read this process does not try to.
///
/// A file that a run is changing at this moment is read again a little later.
///
/// - Parameter body: reads the file; may not change anything.
func rehearsed<Result>(
  _ path: String, _ body: () throws(StorageError) -> Result
) throws(StorageError) -> Result {
  for _ in 0..<10 {
    let before = ChangeTime(path)
    do throws(StorageError) {
      try rehearse(path) { () throws(StorageError) in _ = try body() }
      return try body()
    } catch {
      // What stays as it was is damaged.
      guard error.isDamage else { throw error }
      let mayHaveChanged = before.isRecent || ChangeJournal.isOpen(path) || ChangeTime(path) != before
      guard mayHaveChanged else { throw error }
      usleep(50_000)
    }
  }
  try rehearse(path) { () throws(StorageError) in _ = try body() }
  return try body()
}

/// When a file was last changed, and how long it is.
private struct ChangeTime: Equatable {
  private var (seconds, nanoseconds, size) = (0, 0, 0)

  init(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    (seconds, nanoseconds, size) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_size))
  }

  /// Whether that was within the last hundredths of a second.
  var isRecent: Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return abs(Double(now.tv_sec - seconds) + 1e-9 * Double(now.tv_nsec - nanoseconds)) < 0.05
  }
}

/// Only reads it in a copy of the process, where that is wanted.
///
/// The copy may take 10 s and one second more for each 20 MiB of the file, and 1 GiB of memory and four times the size of the file.
///
/// - Throws: what `body` throws, an error for a pipe, and an error of damage where the copy crashes, does not end in its time, or asks for
///   more memory than it may have.
package func rehearse(_ path: String, _ body: () throws(StorageError) -> Void) throws(StorageError) {
  guard Rehearsal.isWanted.withLock({ $0 }) else { return }
  var status = stat()
  let isThere = stat(path, &status) == 0
  // Opening a pipe would wait for its writer.
  if isThere, status.st_mode & S_IFMT == S_IFIFO { throw StorageError(path, "is not a file") }
  let size = isThere ? max(0, Int(status.st_size)) : 0
  // Reads some 20 MB in a second at least, and holds what the file holds a few times.
  let seconds = UInt32(min(10 + size / (20 << 20), 1 << 20))
  func read(answer: Int32) {
    do throws(StorageError) { try body() } catch {
      guard let text = try? JSONEncoder().encode(error) else { return }
      try? AtomicFile.writeAll(Array(text), to: answer, path: path)
    }
  }
  var answer = [CChar](repeating: 0, count: 1 << 14)
  var length = answer.count
  let signal = withoutActuallyEscaping(read) { escapable in
    var read = escapable
    return withUnsafeMutablePointer(to: &read) { read in
      process_rehearse(
        { $0?.assumingMemoryBound(to: ((Int32) -> Void).self).pointee($1) }, read, seconds, (1 << 30) + 4 * size,
        &answer, &length)
    }
  }
  switch signal {
  // Without a copy it has to do as it is.
  case -1: return
  case 0 where length == 0: return
  case 0:
    let text = Data(answer.prefix(length).map { UInt8(bitPattern: $0) })
    throw (try? JSONDecoder().decode(StorageError.self, from: text))
      ?? StorageError(path, "cannot be read", isDamage: true)
  case SIGALRM: throw StorageError(path, "cannot be read: there is no end to it", isDamage: true)
  default: throw StorageError(path, "cannot be read: that crashes the program (signal \(signal))", isDamage: true)
  }
}
