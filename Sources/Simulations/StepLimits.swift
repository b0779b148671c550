/// The longest steps that do not pass over what the equations do in time.
package struct StepLimits: Hashable, Sendable {
  /// Ends of the intervals of each function of time, in rising order: within one of them it changes little.
  private let intervals: [[Double]]

  package init(_ intervals: [[Double]] = []) { self.intervals = intervals }

  /// From a time on to the end of the interval after the one that it lies in.
  func longestStep(from time: Double) -> Double {
    intervals.reduce(.infinity) { longest, ends in
      var (low, high) = (0, ends.count)
      while low < high {
        let middle = (low + high) / 2
        if DoseTimes.isReached(ends[middle], at: time) { low = middle + 1 } else { high = middle }
      }
      return low + 1 < ends.count ? min(longest, ends[low + 1] - time) : longest
    }
  }

  /// The shortest interval; infinite without any.
  package var shortest: Double {
    intervals.flatMap { zip($0.dropFirst(), $0).map { $0 - $1 } }.min() ?? .infinity
  }
}
