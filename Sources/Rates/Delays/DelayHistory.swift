import Fields
import Synchronization

/// What some expressions were at the ends of the steps that counted, as far back as the longest delay asks for.
///
/// Where the solution or its equations jump, the values before and after are both kept.
package final class DelayHistory: Sendable {
  /// All that is remembered besides values, to be kept in a checkpoint.
  package struct Memory: Codable, Hashable, Sendable {
    /// Where the run began.
    package fileprivate(set) var start: Double
    /// Of the values, ascending; where something jumps a time stands twice.
    package fileprivate(set) var times: [Double] = []
    /// Whether the values are not smooth at each time.
    package fileprivate(set) var isBreak: [Bool] = []
    package fileprivate(set) var breaks = DelayBreaks()
    /// The largest number of values so far.
    package fileprivate(set) var mostValues = 0
    /// The largest root mean square of each expression so far, and the largest error of its interpolation relative to that; nil before one is
    /// known, and in checkpoints of older versions.
    package fileprivate(set) var largestSizes, largestErrors: [Double]?
  }

  fileprivate struct Stored {
    var memory: Memory
    var values: [FieldSet] = []
    /// To be used again.
    var spare: [FieldSet] = []
    /// The state at the start, until nobody looks back as far.
    var initial: FieldSet?
  }

  /// Values that are kept at most.
  package static let mostValues = 10_000
  /// Values that interpolation needs before the one that the longest delay leads to.
  fileprivate static let margin = 4

  package let grid: Grid
  /// Number of expressions.
  package let count: Int
  /// Distinct, ascending.
  package let lags: [Double]
  private let stored: Mutex<Stored>

  package init(grid: Grid, count: Int, lags: [Double]) {
    self.grid = grid
    self.count = count
    self.lags = Set(lags).sorted()
    stored = Mutex(Stored(memory: Memory(start: 0)))
  }

  package var longest: Double { lags.last ?? 0 }
  package var memory: Memory { stored.withLock { $0.memory } }
  /// The values kept, one set for each of the times in memory.
  package var values: [FieldSet] { stored.withLock { $0.values } }
  /// The state at the start of the run; nil if nobody looks back as far.
  package var initial: FieldSet? { stored.withLock { $0.initial } }

  // MARK: Recording

  /// Begins with the state at the start of the run.
  ///
  /// - Parameter isJump: whether the values before the start may be others than those at it.
  func begin(_ state: FieldSet, at time: Double, isJump: Bool) throws {
    let initial = try FieldSet(grid: grid, count: state.count)
    initial.copy(from: state)
    stored.withLock { [lags] stored in
      stored = Stored(memory: Memory(start: time), initial: initial)
      stored.memory.breaks.add(after: time, lags: lags, isJump: isJump)
    }
  }

  /// A set to be filled with values and handed to `append`.
  func room(at time: Double) throws -> FieldSet {
    let (spare, count) = stored.withLock { ($0.spare.popLast(), $0.values.count) }
    if count >= DelayHistory.mostValues { throw HistoryFailure(time: time, longest: longest) }
    return try spare ?? FieldSet(grid: grid, count: self.count)
  }

  /// Adds the values at the end of a step.
  ///
  /// - Returns: whether some delayed value jumps there.
  func append(_ values: FieldSet, at time: Double) -> Bool {
    stored.withLock { [longest] stored in
      let reached = stored.memory.breaks.remove(upTo: time)
      stored.append(values, at: time, isBreak: !reached.isEmpty || stored.values.isEmpty)
      stored.forget(before: time - longest)
      return reached.contains(where: \.isJump)
    }
  }

  /// Adds the values after a jump at the time of the latest ones.
  func appendJump(_ values: FieldSet) {
    stored.withLock { [lags] stored in
      guard let last = stored.values.indices.last else { return }
      let time = stored.memory.times[last]
      stored.memory.isBreak[last] = true
      stored.append(values, at: time, isBreak: true)
      stored.memory.breaks.add(after: time, lags: lags, isJump: true)
    }
  }

  /// Takes back a set that was not appended.
  func giveBack(_ set: FieldSet) { stored.withLock { $0.spare.append(set) } }

  /// The latest values, as many as are asked for or fewer if something is not smooth before.
  func latest(_ most: Int) -> (times: [Double], values: [FieldSet]) {
    stored.withLock { stored in
      let end = stored.values.count
      let first = stored.memory.isBreak.lastIndex(of: true) ?? 0
      let range = max(first, end - most)..<end
      return (Array(stored.memory.times[range]), Array(stored.values[range]))
    }
  }

  /// Takes note of the sizes of the expressions, and of the errors with which they will be interpolated, at the end of a step that counts.
  func note(sizes: [Double], errors: [Double]) {
    stored.withLock { stored in
      stored.memory.largestSizes = zip(stored.memory.largestSizes ?? sizes, sizes).map { max($0, $1) }
      let relative = zip(errors, stored.memory.largestSizes ?? sizes).map { $1 > 0 ? $0 / $1 : 0 }
      stored.memory.largestErrors = zip(stored.memory.largestErrors ?? relative, relative).map { max($0, $1) }
    }
  }

  /// The next time at which the solution is not smooth, or nil.
  package var nextBreak: Double? { stored.withLock { $0.memory.breaks.times.first?.time } }

  /// Goes on with what a checkpoint has kept.
  ///
  /// - Parameters:
  ///   - values: for each of the times in memory.
  ///   - initial: the state at the start of the run, if there is one.
  package func restore(_ memory: Memory, values: [FieldSet], initial: FieldSet?) {
    stored.withLock { $0 = Stored(memory: memory, values: values, initial: initial) }
  }

  // MARK: Looking back

  /// What is found at a time of the past.
  enum Past {
    /// Nothing: it lies before the start of the run.
    case beforeStart(FieldSet)
    /// Values with their weights, and those between which the time lies.
    case values([(coefficient: Double, set: FieldSet)], neighbors: (FieldSet, FieldSet)?)
  }

  /// Looks up the time `lag` before `time`.
  ///
  /// Steps begin at the latest values: seen from there a jump lies behind, from all later times it lies ahead, because no
  /// step leads over one.
  func past(_ lag: Double, before time: Double) -> Past? {
    stored.withLock { stored in
      let interpolation = DelayInterpolation(
        at: time - lag, times: stored.memory.times, isBreak: stored.memory.isBreak,
        isLater: stored.isLatest(time), coincidence: DelayBreaks.coincidence(time, lag))
      guard let interpolation else { return stored.initial.map { .beforeStart($0) } }
      let sets = stored.values[interpolation.first...]
      return .values(
        zip(interpolation.weights, sets).map { ($0, $1) },
        neighbors: interpolation.neighbors.map { (stored.values[$0.lower], stored.values[$0.upper]) })
    }
  }
}

extension DelayHistory.Stored {
  /// Whether a step begins at a time: at the latest one, or by some units of the last place later, behind a jump of the
  /// equations.
  fileprivate func isLatest(_ time: Double) -> Bool {
    memory.times.last.map { time >= $0 && time - $0 <= 32 * time.ulp } ?? false
  }

  fileprivate mutating func append(_ added: FieldSet, at time: Double, isBreak: Bool) {
    values.append(added)
    memory.times.append(time)
    memory.isBreak.append(isBreak)
    memory.mostValues = max(memory.mostValues, values.count)
  }

  /// Drops what nobody will look at.
  fileprivate mutating func forget(before time: Double) {
    let first = memory.times.firstIndex { $0 >= time } ?? memory.times.count
    let dropped = max(0, first - DelayHistory.margin)
    if memory.start < time { initial = nil }
    guard dropped > 0 else { return }
    spare = Array((spare + values.prefix(dropped)).suffix(DelayHistory.margin))
    values.removeFirst(dropped)
    memory.times.removeFirst(dropped)
    memory.isBreak.removeFirst(dropped)
  }
}

/// The longest delay has more steps than a history holds.
package struct HistoryFailure: Error, CustomStringConvertible {
  package let time: Double
  /// The longest delay.
  package let longest: Double

  package var description: String {
    "t = \(Float(time)): the history would hold more than \(DelayHistory.mostValues) steps, because the longest delay is "
      + "\(Float(longest)) and steps are that short; ask for less (time.tolerance), or use a gamma-distributed delay, "
      + "delayed(e, tau, k)"
  }
}
