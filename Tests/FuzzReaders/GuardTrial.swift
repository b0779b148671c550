import Foundation
import Glibc
import Storage

/// What a child process of the guard does, in place of reading a file.
///
/// No file is needed that makes a library do the same.
enum GuardTrial: String, CaseIterable {
  case succeed, refuse, abort, fault, allocate

  /// Has the child do it, prints what the guard reports, and ends the program.
  func run() -> Never {
    Rehearsal.begin()
    do throws(StorageError) {
      try rehearse("trial") { () throws(StorageError) in try act() }
      print("read")
    } catch {
      print("\(error)")
    }
    exit(0)
  }

  private func act() throws(StorageError) {
    switch self {
    case .succeed: return
    case .refuse: throw StorageError("trial", "is refused", isDamage: true)
    case .abort: Glibc.abort()
    case .fault: raise(SIGSEGV)
    case .allocate:
      let piece = 16 << 20
      var pieces: [UnsafeMutableRawPointer] = []
      for count in 0..<256 {
        guard let memory = malloc(piece) else {
          throw StorageError("trial", "had \(count * 16) MiB", isDamage: false)
        }
        memset(memory, 1, piece)
        pieces.append(memory)
      }
      for memory in pieces { free(memory) }
    }
  }
}
