import Fields
import Foundation
import Synchronization

/// Ends a step in the middle of its outputs: it is rolled back, and the run goes on later from its start.
struct Interruption: Error {}

/// The start of a step that has been attempted: where a checkpoint that is taken before it is complete goes on from.
///
/// Its field values are those of `previous`, and those that the stepper has until the step is committed.
struct StepStart {
  let memory: SimulationMemory
  /// How much each observer had taken then; nil before the first output inside of the step.
  var marks: OutputMarks?
}

/// Between outputs: requests to stop, progress, outputs that failed.
struct OutputSupervision {
  var isStopRequested: () -> Bool = { false }
  var didShow: (Simulation) -> Void = { _ in }
  /// Throws when the disk has no room for checkpoints any more; other outputs are not written then.
  var requireRoom: Writing = {}
  /// Called when an output could not be written: why, and whether a checkpoint has been taken since.
  var didFail: (any Error, Bool) -> Void = { _, _ in }
  /// How long outputs that fail are tried again, in seconds.
  var patience = 10.0
  /// Time of the latest output inside of the step under way.
  var shownTime: Double?
  /// How much each observer had taken before the last state of the run was shown; nil before.
  var marks: OutputMarks?
  /// Outputs that could be written only when they were tried again, and checkpoints that could not be written.
  var recovered: [any Error] = []
  /// Whether the run goes on although checkpoints cannot be written.
  var goesWithoutCheckpoints = false
  let saved = SavedCheckpoints()
}

/// How much each observer had taken at a time.
final class OutputMarks: Sendable {
  let extents = Mutex<[String: Int]>([:])
}

/// The newest checkpoint that this process has written.
final class SavedCheckpoints: Sendable {
  let newest = Mutex<SavedCheckpoint?>(nil)
}

extension Simulation {
  // MARK: For those who run it

  /// How far the outputs have come, which may be ahead of the clock by a step.
  package var shownTime: Double { max(clock.time, supervision.shownTime ?? clock.time) }
  /// Outputs that could be written only when they were tried again.
  package var recoveredOutputs: [any Error] { supervision.recovered }
  /// The newest checkpoint that this process has written.
  package var savedCheckpoint: SavedCheckpoint? { supervision.saved.newest.withLock { $0 } }

  /// What happens when an output cannot be written.
  ///
  /// - Parameters:
  ///   - patience: how long it is tried again, in seconds.
  ///   - requireRoom: throws when the disk has no room for checkpoints any more; other outputs are not written then.
  ///   - didFail: called before, with the reason and whether a checkpoint has been taken since.
  package func whenOutputsFail(
    patience: Double, requireRoom: @escaping Writing = {}, didFail: @escaping (any Error, Bool) -> Void
  ) {
    supervision.patience = patience
    supervision.requireRoom = requireRoom
    supervision.didFail = didFail
  }

  // MARK: Observers

  /// Writes what the observers have taken, and says whether something waits; to be done where everything is written.
  var settleObservers: BackgroundWriter.Settling {
    let observers = observers.map(\.observer)
    return { [writer] in
      for observer in observers { do { try observer.settle() } catch { writer.record(error) } }
      return observers.contains { !$0.unwritten.isEmpty }
    }
  }

  /// Makes what the observers have written last, and says how much that is and what they could not write.
  ///
  /// To be done when its turn to be written has come. What fails is remembered by the writer.
  package var commitObservers: () -> OutputAccount {
    let (observers, marks) = (observers.map(\.observer), stepStart?.marks ?? supervision.marks)
    return { [writer] in
      for observer in observers { do { try observer.commit() } catch { writer.record(error) } }
      var account = OutputAccount()
      for observer in observers {
        let limit = marks?.extents.withLock { $0[observer.name] } ?? Int.max
        var extent = observer.extent
        account.extents[observer.name] = min(extent, limit)
        for output in observer.unwritten where extent < limit {
          account.unwritten[observer.name, default: []].append(output)
          extent += output.extent
        }
      }
      return account
    }
  }

  /// A writing of a checkpoint that is remembered as the newest.
  func noting(_ writing: @escaping Writing) -> Writing {
    let (saved, checkpoint) = (supervision.saved, SavedCheckpoint(step: clock.step, time: clock.time))
    return { [writer, requireRoom = supervision.requireRoom] in
      try writing()
      saved.newest.withLock { $0 = checkpoint }
      do { try requireRoom() } catch { writer.record(error) }
    }
  }

  // MARK: Inside of a step

  /// The state at the end of the latest complete step, which is that of checkpoints.
  package var completeState: FieldSet { stepStart == nil ? state : previous ?? state }

  /// Takes note of the start of a step that is about to be attempted, if outputs are due inside of it.
  func noteStart(of step: Clock.Step) {
    stepStart = nil
    if isAnyoneDue(inside: step) { stepStart = StepStart(memory: memory) }
  }

  /// How much the observers have taken up to now, found when its turn to be written has come.
  func makeMarks() -> OutputMarks {
    let (marks, looking) = (OutputMarks(), observers.map(\.observer))
    writer.write(KeptFields(in: copies)) {
      let extents = looking.map { ($0.name, $0.unwritten.reduce($0.extent) { $0 + $1.extent }) }
      marks.extents.withLock { $0 = Dictionary(uniqueKeysWithValues: extents) }
    }
    return marks
  }

  /// After the outputs of a time inside of a step: where more are to follow, looks whether a stop is asked for or an output has failed.
  ///
  /// - Throws: `Interruption` when a stop is asked for; a checkpoint of the start of the step is then on its way.
  func superviseOutputs(at time: Double, inside step: Clock.Step) throws {
    supervision.shownTime = time
    supervision.didShow(self)
    guard stepStart != nil, isAnyoneDue(inside: step) else { return }
    if supervision.isStopRequested() {
      try checkpoint()
      throw Interruption()
    }
    try mendOutputs()
  }

  // MARK: Outputs that fail

  /// If an output could not be written: takes a checkpoint, which holds that output, and tries again for a while.
  ///
  /// A run whose outputs can be written goes on without checkpoints where these cannot.
  ///
  /// - Parameter isAtEnd: whether the run does not go on.
  /// - Throws: `OutputFailure` if it still could not be written.
  func mendOutputs(isAtEnd: Bool = false) throws {
    guard writer.hasFailed else { return }
    writer.perform {}
    guard let failure = writer.takeFailure() else { return }
    let save = try checkpointOfNow()
    var (isSaved, saveFailure) = (false, (any Error)?.none)
    let (writeOutputs, requireRoom) = (commitAll, supervision.requireRoom)
    var outputFailure = attempt(writeOutputs)
    func saveNow() {
      saveFailure = attempt(save)
      isSaved = isSaved || saveFailure == nil
      outputFailure = outputFailure ?? attempt(requireRoom)
    }
    saveNow()
    let deadline = ContinuousClock.now + .seconds(supervision.goesWithoutCheckpoints ? 0 : supervision.patience)
    var delay = 0.05
    if (outputFailure ?? saveFailure) != nil { supervision.didFail(failure, isSaved) }
    while (outputFailure ?? saveFailure) != nil, ContinuousClock.now < deadline, !supervision.isStopRequested() {
      Thread.sleep(forTimeInterval: min(delay, max(0, (deadline - .now) / .seconds(1))))
      delay *= 2
      outputFailure = attempt {
        try requireRoom()
        try writeOutputs()
      }
      // The one that holds outputs is replaced by one that does not.
      if outputFailure == nil || !isSaved { saveNow() }
    }
    guard let cause = outputFailure ?? saveFailure else { return supervision.recovered.append(failure) }
    if outputFailure == nil, !isAtEnd, !supervision.isStopRequested() {
      // Nothing that was written so far is missing; what follows may be written, too.
      if !supervision.goesWithoutCheckpoints { supervision.recovered.append(cause) }
      supervision.goesWithoutCheckpoints = true
      return
    }
    throw OutputFailure(cause: cause, saved: isSaved ? savedCheckpoint : nil, isOutputWritten: outputFailure == nil)
  }

  /// Writes what the observers have taken, and makes it last.
  var commitAll: Writing {
    let observers = observers.map(\.observer)
    return {
      var failure: (any Error)?
      for observer in observers { do { try observer.commit() } catch { failure = failure ?? error } }
      if let failure { throw failure }
    }
  }

  /// Writes a checkpoint of the last complete step, as often as it is called.
  private func checkpointOfNow() throws -> Writing {
    noting(try saveCheckpoint(self, KeptFields(in: copies)))
  }

  /// What fails in a writing that is waited for.
  private func attempt(_ writing: @escaping Writing) -> (any Error)? {
    var failure: (any Error)?
    writer.perform { do { try writing() } catch { failure = error } }
    // What a checkpoint holds because it could not be written is found again by whoever writes it.
    _ = writer.takeFailure()
    return failure
  }
}
