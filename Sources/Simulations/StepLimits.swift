/// The longest steps that do not pass over what the equations do in time.
package struct StepLimits: Hashable, Sendable {
  /// Ends of the intervals of each function of time, in rising order: within one of them it changes little.
  private let intervals: [[Double]]

  package init(_ intervals: [[Double]] = []) { self.intervals = intervals }

  /// From a time on to the end of the interval after the one that it lies in.
  func longestStep(from time: Double) -> Double {
    intervals.reduce(.infinity) { longest, ends in
      let next = ends.firstIndex(onFrom: { !DoseTimes.isReached($0, at: time) }) + 1
      return next < ends.count ? min(longest, ends[next] - time) : longest
    }
  }
}
