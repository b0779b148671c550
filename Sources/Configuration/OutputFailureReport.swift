import Documents
import Glibc
import Simulations
import Storage

/// An output that could not be written, as people read it: what and why, where the run can go on from, and what to do first.
package struct OutputFailureReport {
  private let failure: OutputFailure
  private let session: RunSession

  package init(_ failure: OutputFailure, _ session: RunSession) { (self.failure, self.session) = (failure, session) }

  /// Lines, without the word "error" in front.
  package var text: String { "\(failure.cause)\n\(loss)\n\(remedy)" }

  private var loss: String {
    let clock = session.simulation.clock
    let outputs =
      failure.isOutputWritten ? "All outputs are written." : "The outputs that could not be written are in it."
    if let saved = failure.saved {
      let place = "step \(saved.step), t = \(description(saved.time))"
      return "Nothing that was computed is lost: there is a checkpoint of \(place). \(outputs)"
    }
    let last = session.lastCheckpoint
    return failure.isOutputWritten
      ? "\(outputs) There is no checkpoint of step \(clock.step), t = \(description(clock.time)). \(last)"
      : "A checkpoint of step \(clock.step), t = \(description(clock.time)), could not be written either. \(last)"
  }

  private func description(_ time: Double) -> String { session.assembly.configuration.description(ofTime: time) }

  private var remedy: String {
    let path = session.directory.path
    let hasCheckpoint = failure.saved != nil || !session.directory.checkpoints.isEmpty
    let resume =
      hasCheckpoint ? "continue with:  oncofield resume \(path)" : "begin again with the same command and --overwrite"
    switch (failure.cause as? StorageError)?.code {
    case ENOSPC, EDQUOT:
      return "Free space on the disk of \(path)\(free), then \(resume)"
    case EROFS, EACCES, EPERM:
      return "Make \(path) writable again, then \(resume)"
    case EFBIG: return "Raise the limit on the size of files (ulimit -f), then \(resume)"
    case EWOULDBLOCK: return "Close it there, then \(resume)"
    case ENOENT, ENOTDIR, ESTALE:
      return "Put the files of the run back to \(path), then \(resume)\n"
        + (hasCheckpoint
          ? "or continue without them:  oncofield resume \(path) --output NEW" : "or choose another directory")
    default: return "See to the disk, then \(resume)"
    }
  }

  private var free: String {
    FreeSpace(at: session.directory.path).map { " (\(ByteCount.text($0.bytes)) are free)" } ?? ""
  }
}
