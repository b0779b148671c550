import Dispatch
import Fields
import Synchronization

/// Writes on a thread of its own, in the order in which it is asked to, so that the run does not wait for the disk.
///
/// All outputs during a run are written here. Their contents and their order are the same as if the run
/// waited. A failure is kept until it is taken (`takeFailure`).
package final class BackgroundWriter: Sendable {
  private let queue = DispatchQueue(label: "oncofield.writer")
  private let pending = Mutex(Pending())

  private struct Pending {
    /// Held by what is waiting to be written.
    var bytes = 0
    var count = 0
    var failure: (any Error)?
    var willSettle = false
  }

  /// A request to stop waits until all pending outputs are written, and the reserved disk space of a checkpoint must hold them: two
  /// large outputs may wait, or so many bytes of small ones.
  private static let (most, mostOfLarge, large) = (256, 2, 1 << 20)

  /// The most that waits to be written, in bytes.
  ///
  /// - Parameter bytes: size of a frame.
  package static func mostBytes(ofFrame bytes: Int) -> Int {
    max(bytes, min(max(mostOfLarge * bytes, large), KeptFields.mostBytes))
  }

  /// What was taken is written at the latest after so much time.
  private static let settlingDelay = DispatchTimeInterval.milliseconds(250)

  /// Hands a writing to another thread, which has it to itself from then on.
  private struct Handed: @unchecked Sendable {
    let writing: Writing
  }

  /// Writes what was taken, and says whether something still waits.
  typealias Settling = () -> Bool

  private struct HandedSettling: @unchecked Sendable {
    let settle: Settling
  }

  /// Writes later, or at once if the sets of fields could not be kept as they are.
  ///
  /// - Parameter settle: writes what was taken before and is not written yet; called a little later.
  func write(_ kept: KeptFields, settle: Settling? = nil, _ writing: @escaping Writing) {
    if kept.mustBeWrittenAtOnce { return perform(writing) }
    let isFull = pending.withLock {
      $0.count >= BackgroundWriter.most || $0.bytes + kept.bytes > KeptFields.mostBytes
        || $0.count >= BackgroundWriter.mostOfLarge && $0.bytes + kept.bytes > BackgroundWriter.large
    }
    if isFull { queue.sync {} }
    let (handed, bytes) = (Handed(writing: writing), kept.bytes)
    pending.withLock { ($0.bytes, $0.count) = ($0.bytes + bytes, $0.count + 1) }
    queue.async { [self] in
      defer { pending.withLock { ($0.bytes, $0.count) = ($0.bytes - bytes, $0.count - 1) } }
      do { try handed.writing() } catch { record(error) }
    }
    if let settle { settleLater(HandedSettling(settle: settle)) }
  }

  private func settleLater(_ settling: HandedSettling) {
    let isFirst = pending.withLock { pending in
      defer { pending.willSettle = true }
      return !pending.willSettle
    }
    guard isFirst else { return }
    queue.asyncAfter(deadline: .now() + BackgroundWriter.settlingDelay) { [weak self] in
      guard let self else { return }
      pending.withLock { $0.willSettle = false }
      if settling.settle(), !hasFailed { settleLater(settling) }
    }
  }

  /// Does something on the thread that writes, after all that waits, and waits for it; what fails is remembered.
  func perform(_ work: Writing) {
    queue.sync { do { try work() } catch { record(error) } }
  }

  /// Remembers what could not be written, if nothing is remembered yet.
  func record(_ failure: any Error) { pending.withLock { $0.failure = $0.failure ?? failure } }

  var hasFailed: Bool { pending.withLock { $0.failure != nil } }

  /// What could not be written, which is forgotten here.
  func takeFailure() -> (any Error)? {
    pending.withLock { pending in
      defer { pending.failure = nil }
      return pending.failure
    }
  }
}

/// The writing of an output that an observer has taken.
package typealias Writing = () throws -> Void

/// Copies of sets of fields that stay as they are until they have been written, each made once.
///
/// Where copies would take too much memory, or there is none, the sets themselves are given out, and must be written before
/// the run continues.
package final class KeptFields {
  /// That copies may take.
  static let mostBytes = 256 << 20

  /// With the originals, so that no other set has their identity.
  private var copies: [ObjectIdentifier: (original: FieldSet, copy: FieldSet)] = [:]
  private(set) var bytes = 0
  package private(set) var mustBeWrittenAtOnce = false
  private let memory: CopyMemory

  init(in memory: CopyMemory) { self.memory = memory }

  package func kept(_ set: FieldSet) -> FieldSet {
    if let known = copies[ObjectIdentifier(set)] { return known.copy }
    let size = set.count * set.grid.storageCount * 8
    guard !mustBeWrittenAtOnce, bytes + size <= KeptFields.mostBytes,
      let copy = try? memory.copy(of: set)
    else {
      mustBeWrittenAtOnce = true
      return set
    }
    keep(set, as: copy, size)
    return copy
  }

  /// Uses a set that is not changed any more in place of a copy.
  func adopt(_ set: FieldSet) { keep(set, as: set, set.count * set.grid.storageCount * 8) }

  private func keep(_ set: FieldSet, as copy: FieldSet, _ size: Int) {
    copies[ObjectIdentifier(set)] = (set, copy)
    bytes += size
  }
}

/// Memory of copies that have been written, for later ones: new memory costs as much time as copying.
package final class CopyMemory {
  private var sets: [FieldSet] = []
  private let pool: WorkerPool

  package init(_ pool: WorkerPool) { self.pool = pool }

  /// A copy in a set that is no longer referenced elsewhere, or in a new one.
  package func copy(of set: FieldSet) throws(FieldAllocationError) -> FieldSet {
    for index in sets.indices where sets[index].grid == set.grid && sets[index].count == set.count {
      if isKnownUniquelyReferenced(&sets[index]) {
        sets[index].copy(from: set, pool: pool)
        return sets[index]
      }
    }
    let copy = try FieldSet(copying: set, pool: pool)
    sets.append(copy)
    return copy
  }
}
