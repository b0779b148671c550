import CProcess
import Glibc

/// Room on the disk that is set aside while a run goes on, so that a disk that others fill has room for one more checkpoint.
package enum CheckpointReserve {
  private static func path(_ directory: RunDirectory) -> String { directory.path(.checkpoints) + "/reserve.part" }

  /// Sets room aside; where that cannot be done, a run goes on without.
  package static func make(in directory: RunDirectory, bytes: Int) {
    let file = open(path(directory), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let isSetAside = process_set_aside(file, bytes) == 0
    close(file)
    if !isSetAside { remove(from: directory) }
  }

  package static func remove(from directory: RunDirectory) {
    // Not that of another run.
    guard access(path(directory), F_OK) == 0, (try? directory.requireLocked()) != nil else { return }
    unlink(path(directory))
  }

  /// Writes a checkpoint, if there is no room for it where room was set aside.
  package static func write(to directory: RunDirectory, _ checkpoint: () throws -> Void) throws {
    do { try checkpoint() } catch let error as StorageError where [ENOSPC, EDQUOT].contains(error.code) {
      var status = stat()
      guard stat(path(directory), &status) == 0 else { throw error }
      remove(from: directory)
      try checkpoint()
      make(in: directory, bytes: Int(status.st_size))
    }
  }
}
