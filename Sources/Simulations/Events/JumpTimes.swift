/// Times at which the equations jump or bend, that are known beforehand.
///
/// Steps end there, and what computes them sees the equations of its own side only: at the time itself `heaviside(t - 5)`
/// has its new value already, and `where(t > 5, …)` its old one.
package struct JumpTimes: TimeSequence, Hashable, Sendable {
  /// In rising order.
  package let times: [Double]

  package init(_ times: [Double] = []) { self.times = times.sorted() }

  /// The next time at which the equations jump.
  package func next(after time: Double) -> Double? {
    let index = times.firstIndex(onFrom: { !DoseTimes.isReached($0, at: time) })
    return index < times.count ? times[index] : nil
  }

  func isJump(_ time: Double) -> Bool { !jumps(at: time).isEmpty }

  /// The beginning of a step, behind a jump by some units of the last place.
  func after(_ time: Double) -> Double {
    jumps(at: time).last.map { max($0, time) + JumpTimes.margin(at: time) } ?? time
  }

  /// The end of a step, before a jump by some units of the last place.
  func before(_ time: Double) -> Double {
    jumps(at: time).first.map { min($0, time) - JumpTimes.margin(at: time) } ?? time
  }

  /// The length of a step that begins behind a jump, or ends before one, by some units of the last place.
  func length(of step: Clock.Step) -> Double {
    let (start, end) = (after(step.start), jumps(at: step.end).first)
    guard start != step.start || end != nil else { return step.size }
    let last = end.map { min($0, step.end) - JumpTimes.margin(at: step.end) } ?? step.end
    return max(last - start, 0.5 * step.size)
  }

  /// So far from the time of a jump the program, which rounds in its own way, is on the right side of it for certain.
  private static func margin(at time: Double) -> Double { 16 * time.ulp }

  private func jumps(at time: Double) -> ArraySlice<Double> { times[indices(at: time)] }

  /// Numbers of the jumps at a time; times that differ by rounding alone are one.
  ///
  /// Without any it is an empty range before the next.
  func indices(at time: Double) -> Range<Int> {
    let start = times.firstIndex(onFrom: { DoseTimes.isReached(time, at: $0) })
    return times[start...].prefix { DoseTimes.isReached($0, at: time) }.indices
  }
}

extension [Double] {
  /// The index of the first number with a property that all later ones have, too; the count if none has it.
  ///
  /// Complexity: logarithmic.
  func firstIndex(onFrom holds: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
