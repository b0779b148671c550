/// When the doses of a course are given: at the times of a list, or on the days of a calendar.
package enum DoseTimes: Hashable, Sendable {
  /// In rising order.
  case list([Double])
  case calendar(Calendar)

  /// Days `k = 0, 1, 2, …` at `start + k · interval`, on some of which a dose is given.
  package struct Calendar: Hashable, Sendable {
    package let start: Double
    package let interval: Double
    /// The days of one period with a dose, in rising order.
    package let daysOn: [Int]
    /// Days of a period.
    package let period: Int
    /// Number of doses; nil for no limit.
    package let count: Int?
    /// The last time at which a dose may be given; nil for no limit.
    package let until: Double?

    /// - Parameter pattern: whether there is a dose, for each day of a period; at least one has one.
    package init(start: Double, interval: Double, pattern: [Bool], count: Int?, until: Double?) {
      precondition(interval > 0 && pattern.contains(true))
      self.start = start
      self.interval = interval
      daysOn = pattern.indices.filter { pattern[$0] }
      period = pattern.count
      self.count = count
      self.until = until
    }

    /// The day of a dose.
    func day(ofDose index: Int) -> Double {
      Double(index / daysOn.count) * Double(period) + Double(daysOn[index % daysOn.count])
    }
  }

  /// The time of a dose, counted from 0; nil if the course has none of this number.
  ///
  /// - Parameter origin: what the times are counted from: 0, or the moment at which the course began.
  package func time(ofDose index: Int, from origin: Double) -> Double? {
    switch self {
    case .list(let times): return index < times.count ? origin + times[index] : nil
    case .calendar(let calendar):
      if let count = calendar.count, index >= count { return nil }
      let time = (origin + calendar.start) + calendar.day(ofDose: index) * calendar.interval
      // A last day that is later by rounding alone counts.
      if let until = calendar.until, time > (origin + until) + 1e-9 * calendar.interval { return nil }
      return time
    }
  }

  /// The shortest time from one dose to the next; nil if there is but one.
  package var shortestInterval: Double? {
    switch self {
    case .list(let times): return zip(times.dropFirst(), times).map { $0 - $1 }.min()
    case .calendar(let calendar):
      if calendar.count == 1 { return nil }
      let days = calendar.daysOn + [calendar.daysOn[0] + calendar.period]
      return zip(days.dropFirst(), days).map { Double($0 - $1) }.min().map { $0 * calendar.interval }
    }
  }

  /// Number of the first dose at or after a time; one that is earlier by rounding alone counts.
  package func firstDose(notBefore time: Double, from origin: Double) -> Int {
    var index: Int
    switch self {
    case .list(let times): index = times.firstIndex(onFrom: { !DoseTimes.isPast(origin + $0, at: time) })
    case .calendar(let calendar):
      // Begin a period early, and look from there.
      let days = ((time - origin - calendar.start) / calendar.interval).rounded(.down)
      let periods = max(0, (days / Double(calendar.period)).rounded(.down) - 1)
      index = (Int(exactly: periods) ?? 0) * calendar.daysOn.count
    }
    while let dose = self.time(ofDose: index, from: origin), DoseTimes.isPast(dose, at: time) { index += 1 }
    return index
  }

  /// Whether a time is reached: times that differ by rounding alone are one time, that of the earliest.
  package static func isReached(_ time: Double, at now: Double) -> Bool { time <= now + coincidence(now) }

  private static func isPast(_ time: Double, at now: Double) -> Bool { time < now - coincidence(now) }

  private static func coincidence(_ time: Double) -> Double { 1e-12 * abs(time) }
}

/// The doses of one course, or the ends of their infusions.
package struct DoseCourse: TimeSequence {
  private let times: DoseTimes
  private let origin: Double
  private let first: Int
  private let delay: Double

  /// - Parameters:
  ///   - origin: what the times are counted from.
  ///   - first: number of the first dose that is yet to be given.
  ///   - delay: from a dose to what is asked for, as the end of its infusion.
  package init(_ times: DoseTimes, from origin: Double, first: Int = 0, delay: Double = 0) {
    (self.times, self.origin, self.first, self.delay) = (times, origin, first, delay)
  }

  package func next(after time: Double) -> Double? {
    // What lies a delay ago is rounded.
    var index = max(first, times.firstDose(notBefore: time - delay, from: origin) - 1)
    while let dose = times.time(ofDose: index, from: origin) {
      if !DoseTimes.isReached(dose + delay, at: time) { return dose + delay }
      index += 1
    }
    return nil
  }
}
