import CProcess
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
/// reads it, or keep it from coming to an end.
///
/// - Parameter body: reads the file; may not change anything.
func rehearsed<Result>(
  _ path: String, _ body: () throws(StorageError) -> Result
) throws(StorageError) -> Result {
  guard Rehearsal.isWanted.withLock({ $0 }) else { return try body() }
  var status = stat()
  let size = stat(path, &status) == 0 ? max(0, Int(status.st_size)) : 0
  // Reads some 20 MB in a second at least, and holds what the file holds a few times.
  let seconds = UInt32(min(10 + size / (20 << 20), 1 << 20))
  let signal = withoutActuallyEscaping({ _ = try? body() }) { escapable in
    var read = escapable
    return withUnsafeMutablePointer(to: &read) { read in
      process_rehearse(
        { $0?.assumingMemoryBound(to: (() -> Void).self).pointee() }, read, seconds, (1 << 30) + 4 * size)
    }
  }
  switch signal {
  case 0: return try body()
  case SIGALRM: throw StorageError(path, "cannot be read: there is no end to it", isDamage: true)
  default:
    throw StorageError(path, "cannot be read: the HDF5 library crashes (signal \(signal))", isDamage: true)
  }
}
