import Fields

/// Something that looks at a run at certain times and writes what it sees.
///
/// It can see the run and never change it. What it has taken and could not write it keeps, so that nothing is lost when a disk
/// is full: it is written later, or goes into a checkpoint.
package protocol Observer: AnyObject {
  /// Under which its memory is kept in checkpoints.
  var name: String { get }

  /// Looks at the run while it waits.
  ///
  /// - Returns: what is left to do, later and on another thread, in the order of the times: to take what was seen, and to
  ///   write it now or by the next `settle`. When this throws, it was taken all the same.
  func observe(_ moment: Moment) throws -> Writing

  /// Writes what was taken and is not written yet, unless it is better to wait.
  ///
  /// - Throws: when something could not be written; it stays taken, and the files are as they were before it.
  func settle() throws

  /// Writes what was taken, and makes sure that all that was written is on the disk.
  func commit() throws

  /// How much is written, in a unit of its own (frames, bytes), as kept in checkpoints.
  var extent: Int { get }

  /// What was taken and is not written, in the order of the times.
  var unwritten: [UnwrittenOutput] { get }

  /// Takes what an earlier process could not write.
  func take(_ unwritten: UnwrittenOutput)

  /// Drops what was written beyond `extent`, when a run continues from a checkpoint that was taken then.
  func cutBack(to extent: Int) throws
}

/// Something that an observer has seen and not written.
package struct UnwrittenOutput {
  package let time: Double
  package let state: FieldSet?
  /// A row of a table, with its end.
  package let text: String?

  package init(time: Double, state: FieldSet? = nil, text: String? = nil) {
    self.time = time
    self.state = state
    self.text = text
  }

  /// How much the extent grows by it.
  package var extent: Int { text?.utf8.count ?? 1 }
}

/// What the observers have written and what they have not, as a checkpoint remembers it.
package struct OutputAccount {
  /// By the name of the observer.
  package internal(set) var extents: [String: Int] = [:]
  package internal(set) var unwritten: [String: [UnwrittenOutput]] = [:]
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

  /// The time of its own that a time is but for rounding, of those from the latest one on; else that time.
  func ownTime(at time: Double) -> Double {
    let own = [next - 1, next].map { cadence.time($0) }
    return own.first { abs($0 - time) <= 8 * max(abs(time), abs(cadence.start)).ulp } ?? time
  }

  func isDue(at time: Double) -> Bool { cadence.isDue(next, at: time) }

  /// How many times lie before one, from the next on.
  func count(before time: Double) -> Int { max(0, cadence.count(upTo: time) - next) }
}
