import Fields
import Foundation
import Synchronization

/// What happens when an output or a checkpoint cannot be written, and what has happened so far.
struct OutputRecovery {
  /// Throws when the disk space that is reserved for checkpoints is lost; other outputs are not written then.
  var requireSpace: Writing = {}
  /// Called when an output could not be written: why, and whether a checkpoint has been taken since.
  var didFail: (any Error, Bool) -> Void = { _, _ in }
  /// How long outputs that fail are tried again, in seconds.
  var patience = 10.0
  /// Outputs that could be written only when they were tried again, and checkpoints that could not be written.
  var recovered: [any Error] = []
  /// Whether the run continues although checkpoints cannot be written.
  var goesWithoutCheckpoints = false
  let saved = SavedCheckpoints()
}

/// The newest checkpoint that this process has written.
final class SavedCheckpoints: Sendable {
  let newest = Mutex<SavedCheckpoint?>(nil)
}

extension Simulation {
  /// Outputs that could be written only when they were tried again.
  package var recoveredOutputs: [any Error] { recovery.recovered }
  /// The newest checkpoint that this process has written.
  package var savedCheckpoint: SavedCheckpoint? { recovery.saved.newest.withLock { $0 } }

  /// What happens when an output cannot be written.
  ///
  /// - Parameters:
  ///   - patience: how long it is tried again, in seconds.
  ///   - requireSpace: throws when the disk space that is reserved for checkpoints is lost; other outputs are not written then.
  ///   - didFail: called before, with the reason and whether a checkpoint has been taken since.
  package func whenOutputsFail(
    patience: Double, requireSpace: @escaping Writing = {}, didFail: @escaping (any Error, Bool) -> Void
  ) {
    recovery.patience = patience
    recovery.requireSpace = requireSpace
    recovery.didFail = didFail
  }

  /// A writing of a checkpoint that is remembered as the newest.
  func noting(_ writing: @escaping Writing) -> Writing {
    let (saved, checkpoint) = (recovery.saved, SavedCheckpoint(step: clock.step, time: clock.time))
    return { [writer, requireSpace = recovery.requireSpace] in
      try writing()
      saved.newest.withLock { $0 = checkpoint }
      do { try requireSpace() } catch { writer.record(error) }
    }
  }

  /// If an output could not be written: takes a checkpoint, which holds that output, and tries again for a while.
  ///
  /// A run whose outputs can be written continues without checkpoints if these cannot be written.
  ///
  /// - Parameter isAtEnd: whether the run has ended.
  /// - Throws: `OutputFailure` if it still could not be written.
  func recoverOutputs(isAtEnd: Bool = false) throws {
    guard writer.hasFailed else { return }
    writer.perform {}
    guard let failure = writer.takeFailure() else { return }
    let save = try checkpointOfNow()
    var (isSaved, saveFailure) = (false, (any Error)?.none)
    let (writeOutputs, requireSpace) = (commitAll, recovery.requireSpace)
    var outputFailure = attempt(writeOutputs)
    func saveNow() {
      saveFailure = attempt(save)
      isSaved = isSaved || saveFailure == nil
      outputFailure = outputFailure ?? attempt(requireSpace)
    }
    saveNow()
    let deadline = ContinuousClock.now + .seconds(recovery.goesWithoutCheckpoints ? 0 : recovery.patience)
    var delay = 0.05
    if (outputFailure ?? saveFailure) != nil { recovery.didFail(failure, isSaved) }
    while (outputFailure ?? saveFailure) != nil, ContinuousClock.now < deadline, !progress.isStopRequested() {
      Thread.sleep(forTimeInterval: min(delay, max(0, (deadline - .now) / .seconds(1))))
      delay *= 2
      outputFailure = attempt {
        try requireSpace()
        try writeOutputs()
      }
      // The one that holds outputs is replaced by one that does not.
      if outputFailure == nil || !isSaved { saveNow() }
    }
    guard let cause = outputFailure ?? saveFailure else { return recovery.recovered.append(failure) }
    if outputFailure == nil, !isAtEnd, !progress.isStopRequested() {
      // Nothing that was written so far is missing; what follows may be written, too.
      if !recovery.goesWithoutCheckpoints { recovery.recovered.append(cause) }
      recovery.goesWithoutCheckpoints = true
      return
    }
    throw OutputFailure(cause: cause, saved: isSaved ? savedCheckpoint : nil, isOutputWritten: outputFailure == nil)
  }

  /// Writes a checkpoint of the last complete step, as often as it is called.
  private func checkpointOfNow() throws -> Writing {
    noting(try saveCheckpoint(self, KeptFields(in: copies)))
  }

  /// What fails in a writing that is waited for.
  private func attempt(_ writing: @escaping Writing) -> (any Error)? {
    var failure: (any Error)?
    writer.perform { do { try writing() } catch { failure = error } }
    // An output that a checkpoint holds because it could not be written fails again where it is written again.
    _ = writer.takeFailure()
    return failure
  }
}
