/// Something that looks at a run at certain times and writes what it sees.
///
/// It can see the run and never change it.
package protocol Observer: AnyObject {
  /// Under which its memory is kept in checkpoints.
  var name: String { get }

  /// Looks at the run while it waits.
  ///
  /// - Returns: what is left to do, later and on another thread, in the order of the times.
  func observe(_ moment: Moment) throws -> Writing

  /// Makes what has been written last, and says how much that is; among what is written, when its turn has come.
  ///
  /// - Returns: the extent in a unit of its own (frames, bytes), as kept in checkpoints.
  func commit() throws -> Int

  /// Drops what was written beyond `extent`, when a run continues from a checkpoint that was taken then.
  func cutBack(to extent: Int) throws
}

/// An observer with the times at which it looks.
package struct ScheduledObserver {
  package let observer: any Observer
  package let cadence: Cadence
  /// Number of the next time.
  package internal(set) var next = 0
  /// The latest time at which it has looked; nil if what it has written does not hold that.
  var latest: Double?

  package init(_ observer: any Observer, cadence: Cadence) {
    self.observer = observer
    self.cadence = cadence
  }

  var nextTime: Double { cadence.time(next) }
  func isDue(at time: Double) -> Bool { cadence.isDue(next, at: time) }
}
