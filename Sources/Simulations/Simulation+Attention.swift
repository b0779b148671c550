import Fields
import Foundation
import Synchronization

/// Ends a step in the middle of its outputs: it is dropped, and the run goes on later from the end of the one before.
struct StoppedInside: Error {}

/// What a run attends to between outputs: requests to stop, progress, outputs that failed.
struct Attention {
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
  /// Writes a checkpoint of the end of the step before the one under way, which may be dropped; nil if it may not.
  var checkpointBefore: Writing?
  /// How much each observer had taken when checkpoints that are prepared now begin; nil if they take all.
  var marks: OutputMarks?
  /// Whether the step under way has been dropped.
  var isInside = false
  /// Outputs that could be written only when they were tried again, and checkpoints that could not be written.
  var recovered: [any Error] = []
  /// Whether the run goes on although checkpoints cannot be written.
  var goesWithoutCheckpoints = false
  let saved = SavedCheckpoints()

  mutating func completeStep() {
    checkpointBefore = nil
    shownTime = nil
  }
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
  package var shownTime: Double { max(clock.time, attention.shownTime ?? clock.time) }
  /// Outputs that could be written only when they were tried again.
  package var recoveredOutputs: [any Error] { attention.recovered }
  /// The newest checkpoint that this process has written.
  package var savedCheckpoint: SavedCheckpoint? { attention.saved.newest.withLock { $0 } }

  /// What happens when an output cannot be written.
  ///
  /// - Parameters:
  ///   - patience: how long it is tried again, in seconds.
  ///   - requireRoom: throws when the disk has no room for checkpoints any more; other outputs are not written then.
  ///   - didFail: called before, with the reason and whether a checkpoint has been taken since.
  package func whenOutputsFail(
    patience: Double, requireRoom: @escaping Writing = {}, didFail: @escaping (any Error, Bool) -> Void
  ) {
    attention.patience = patience
    attention.requireRoom = requireRoom
    attention.didFail = didFail
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
    let (observers, marks) = (observers.map(\.observer), attention.marks)
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
    let (saved, checkpoint) = (attention.saved, SavedCheckpoint(step: clock.step, time: clock.time))
    return { [writer, requireRoom = attention.requireRoom] in
      try writing()
      saved.newest.withLock { $0 = checkpoint }
      do { try requireRoom() } catch { writer.record(error) }
    }
  }

  // MARK: Inside of a step

  /// Before a step with outputs inside: sees to it that it can be dropped in the midst of them.
  ///
  /// The state before the step is kept until the step is complete. That costs less than the outputs do.
  func prepareToStopInside() throws {
    attention.completeStep()
    let size =
      switch steps {
      case .fixed(let asked): asked
      case .controlled(let control, _): control.proposal
      }
    let end = min(clock.time + size, endTime)
    let count = observers.reduce(0) { $0 + $1.count(before: end) }
    // A history of the solution is much to keep.
    guard count >= (regimen.equations.delays == nil ? 2 : 64) else { return }
    let fields = KeptFields(in: copies)
    markOutputs()
    defer { attention.marks = nil }
    let writing = noting(try saveCheckpoint(self, fields))
    attention.checkpointBefore = fields.mustBeWrittenAtOnce ? nil : writing
  }

  /// Has checkpoints that are prepared from now on say no more of the outputs than what there is now.
  func markOutputs() {
    let (marks, looking) = (OutputMarks(), observers.map(\.observer))
    attention.marks = marks
    writer.write(KeptFields(in: copies)) {
      let extents = looking.map { ($0.name, $0.unwritten.reduce($0.extent) { $0 + $1.extent }) }
      marks.extents.withLock { $0 = Dictionary(uniqueKeysWithValues: extents) }
    }
  }

  /// After the outputs of a time inside of a step.
  ///
  /// - Throws: `StoppedInside` when a stop is asked for and the step can be dropped; its checkpoint is then on its way.
  func attend(at time: Double) throws {
    attention.shownTime = time
    attention.didShow(self)
    guard let checkpointBefore = attention.checkpointBefore else { return }
    let isStopRequested = attention.isStopRequested()
    guard isStopRequested || writer.hasFailed else { return }
    attention.isInside = true
    if isStopRequested {
      writer.write(KeptFields(in: copies), checkpointBefore)
      throw StoppedInside()
    }
    try mendOutputs()
    attention.isInside = false
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
    let (writeOutputs, requireRoom) = (commitAll, attention.requireRoom)
    var outputFailure = attempt(writeOutputs)
    func saveNow() {
      saveFailure = attempt(save)
      isSaved = isSaved || saveFailure == nil
      outputFailure = outputFailure ?? attempt(requireRoom)
    }
    saveNow()
    let deadline = ContinuousClock.now + .seconds(attention.goesWithoutCheckpoints ? 0 : attention.patience)
    var delay = 0.05
    if (outputFailure ?? saveFailure) != nil { attention.didFail(failure, isSaved) }
    while (outputFailure ?? saveFailure) != nil, ContinuousClock.now < deadline, !attention.isStopRequested() {
      Thread.sleep(forTimeInterval: min(delay, max(0, (deadline - .now) / .seconds(1))))
      delay *= 2
      outputFailure = attempt {
        try requireRoom()
        try writeOutputs()
      }
      // The one that holds outputs is replaced by one that does not.
      if outputFailure == nil || !isSaved { saveNow() }
    }
    guard let cause = outputFailure ?? saveFailure else { return attention.recovered.append(failure) }
    if outputFailure == nil, !isAtEnd, !attention.isStopRequested() {
      // Nothing that was written so far is missing; what follows may be written, too.
      if !attention.goesWithoutCheckpoints { attention.recovered.append(cause) }
      attention.goesWithoutCheckpoints = true
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
    if attention.isInside, let before = attention.checkpointBefore { return before }
    return noting(try saveCheckpoint(self, KeptFields(in: copies)))
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
