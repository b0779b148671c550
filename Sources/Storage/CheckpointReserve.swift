import CProcess
import Glibc

/// Disk space that is reserved during a run, so that its last checkpoints can be written when the disk is full.
///
/// Other outputs are written only while the whole space is reserved (`require`). Space that a checkpoint does not use is reserved
/// again. On all but small disks it suffices for two checkpoints: one that is written during the run, and one of the step at which the run then ends.
package final class CheckpointReserve {
  private let directory: RunDirectory
  /// Size of a checkpoint, and of the outputs that it may hold because they could not be written, in bytes.
  private var (checkpoint, outputs) = (0, 0)
  /// Reserved space, in bytes; nil if none could be reserved at the beginning: the run continues without.
  private var held: Int?

  /// Disk space of a file beside its content, in bytes.
  private static let margin = 1 << 16

  package init(in directory: RunDirectory) { self.directory = directory }

  private var path: String { directory.path(.checkpoints) + "/reserve.part" }
  /// The space that should be reserved, in bytes.
  private var bytes: Int { amounts[level] }
  /// Index of the first of `amounts` that could be reserved at the beginning.
  private var level = 0
  /// Bytes of two checkpoints with the outputs that they may hold, of one, and of the checkpoints alone.
  private var amounts: [Int] { [2 * (checkpoint + outputs), checkpoint + outputs, 2 * checkpoint, checkpoint] }

  /// Reserves the space, on a small disk less of it; if nothing can be reserved, the run continues without.
  ///
  /// - Parameters:
  ///   - checkpoint: size of a checkpoint, in bytes; checkpoints that turn out to be larger count from then on.
  ///   - outputs: size of the outputs that a checkpoint may hold besides, in bytes.
  package func make(checkpoint: Int, outputs: Int) {
    (self.checkpoint, self.outputs) = (checkpoint, outputs)
    held = nil
    for level in amounts.indices where held == nil && reserve(amounts[level]) {
      (self.level, held) = (level, amounts[level])
    }
    if held == nil { remove() }
  }

  /// Releases the space.
  package func remove() {
    held = nil
    // Not the space of another run.
    guard access(path, F_OK) == 0, (try? directory.requireLocked()) != nil else { return }
    unlink(path)
  }

  /// Writes a checkpoint, if need be on the reserved space.
  ///
  /// - Parameter checkpoint: writes it and gives its path.
  package func write(_ checkpoint: () throws -> String) throws {
    let written: String
    do { written = try checkpoint() } catch let error as StorageError where [ENOSPC, EDQUOT].contains(error.code) {
      guard held != nil, access(path, F_OK) == 0 else { throw error }
      unlink(path)
      held = 0
      written = try checkpoint()
    }
    var status = stat()
    if stat(written, &status) == 0 { self.checkpoint = max(self.checkpoint, Int(status.st_size) - outputs) }
    renew()
  }

  /// Ensures that space is reserved for checkpoints, before other outputs are written.
  ///
  /// - Throws: `StorageError` if it is not.
  package func require() throws(StorageError) {
    renew()
    guard let held, held < bytes else { return }
    throw StorageError(
      directory.path(.checkpoints), "has disk space for a last checkpoint only: \(StorageError.text(ENOSPC))",
      code: ENOSPC)
  }

  /// Reserves the whole space, or as much of it as is free, so that only checkpoints use it.
  private func renew() {
    guard let held, held < bytes else { return }
    if reserve(bytes) {
      self.held = bytes
    } else if let free = FreeSpace(at: path)?.bytes, free > CheckpointReserve.margin {
      let possible = min(bytes, held + free - CheckpointReserve.margin)
      if possible > held, reserve(possible) { self.held = possible }
    }
  }

  private func reserve(_ bytes: Int) -> Bool {
    let file = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    return process_reserve_space(file, bytes) == 0
  }
}
