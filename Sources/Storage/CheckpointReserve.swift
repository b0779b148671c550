import CProcess
import Glibc

/// Room on the disk that is set aside while a run goes on, so that a disk that others fill has room for its last checkpoints.
///
/// Other outputs are written only while this room is there (`require`); what a checkpoint leaves of it is set aside again. There is
/// room for two checkpoints, where the disk has it: one that is written while the run goes on, and one of the step at which it then ends.
package final class CheckpointReserve {
  private let directory: RunDirectory
  /// Size of a checkpoint, and of the outputs that it may hold because they could not be written, in bytes.
  private var (checkpoint, outputs) = (0, 0)
  /// What is set aside, in bytes; nil where nothing could be set aside at the beginning: the run goes on without.
  private var held: Int?

  /// What a file takes on the disk beside its content.
  private static let margin = 1 << 16

  package init(in directory: RunDirectory) { self.directory = directory }

  private var path: String { directory.path(.checkpoints) + "/reserve.part" }
  /// The room that is to be there.
  private var bytes: Int { amounts[level] }
  /// Of `amounts`, the first that there was room for at the beginning.
  private var level = 0
  /// Room for two checkpoints with the outputs that they may hold, for one, and for the checkpoints alone.
  private var amounts: [Int] { [2 * (checkpoint + outputs), checkpoint + outputs, 2 * checkpoint, checkpoint] }

  /// Sets room aside, on a small disk less than it should be; where nothing can be set aside, a run goes on without.
  ///
  /// - Parameters:
  ///   - checkpoint: size of a checkpoint, in bytes; checkpoints that turn out to be larger count from then on.
  ///   - outputs: size of the outputs that a checkpoint may hold besides, in bytes.
  package func make(checkpoint: Int, outputs: Int) {
    (self.checkpoint, self.outputs) = (checkpoint, outputs)
    held = nil
    for level in amounts.indices where held == nil && setAside(amounts[level]) {
      (self.level, held) = (level, amounts[level])
    }
    if held == nil { remove() }
  }

  /// Gives the room back to the disk.
  package func remove() {
    held = nil
    // Not that of another run.
    guard access(path, F_OK) == 0, (try? directory.requireLocked()) != nil else { return }
    unlink(path)
  }

  /// Writes a checkpoint, if there is no room for it where room was set aside.
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

  /// Makes sure that there is room for checkpoints, before other outputs are written.
  ///
  /// - Throws: `StorageError` if there is not.
  package func require() throws(StorageError) {
    renew()
    guard let held, held < bytes else { return }
    throw StorageError(
      directory.path(.checkpoints), "has room for a last checkpoint only: \(StorageError.text(ENOSPC))", code: ENOSPC)
  }

  /// Sets aside all of the room, or else as much as there is, so that nothing but a checkpoint is written into it.
  private func renew() {
    guard let held, held < bytes else { return }
    if setAside(bytes) {
      self.held = bytes
    } else if let free = FreeSpace(at: path)?.bytes, free > CheckpointReserve.margin {
      let possible = min(bytes, held + free - CheckpointReserve.margin)
      if possible > held, setAside(possible) { self.held = possible }
    }
  }

  private func setAside(_ bytes: Int) -> Bool {
    let file = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    return process_set_aside(file, bytes) == 0
  }
}
