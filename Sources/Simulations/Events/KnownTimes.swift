import TimeStepping

/// A time at which a step ends because of what is known to happen then.
package struct TimeEvent: Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case dose
    case endOfInfusion
    /// The time alone can make a condition come true, or cease to hold.
    case conditionOnTime
    /// Rates jump or bend.
    case jump
    /// Densities below a threshold are set to 0.
    case extinction
    /// A steady state has lasted for long enough.
    case steadyState
    /// The solution is not smooth, because it was not smooth a delay ago.
    case delayBreak
    case endOfRun
  }

  package let time: Double
  /// All that happens then.
  package let reasons: [Reason]

  package init(time: Double, reasons: [Reason]) { (self.time, self.reasons) = (time, reasons) }
}

/// Times in rising order, known before the run comes to them.
package protocol TimeSequence {
  /// The first of them after a time, or nil; times that differ by rounding alone are one.
  func next(after time: Double) -> Double?
}

/// The times at which steps end that are known beforehand: those of all sources in rising order, each with its reasons.
///
/// They are what SciPy's `solve_ivp` and SUNDIALS reach by a stop time, and DifferentialEquations.jl by `tstops`: steps end exactly there.
/// Outputs and checkpoints are no source: what is written, and when, never changes a step.
package struct KnownTimes {
  private let end: Double
  private var sources: [(reason: TimeEvent.Reason, times: any TimeSequence)] = []

  /// - Parameter end: of the run.
  package init(end: Double) { self.end = end }

  /// Adds a source.
  package mutating func add(_ reason: TimeEvent.Reason, _ times: any TimeSequence) { sources.append((reason, times)) }

  /// The first time after another, at most the end of the run.
  ///
  /// Times that differ by rounding alone are one, that of the earliest; that of a delay break, which is a rounded sum, gives way to others.
  package func next(after time: Double) -> TimeEvent {
    let known =
      sources.compactMap { source in
        source.times.next(after: time).map { (reason: source.reason, time: $0) }
      } + [(.endOfRun, end)]
    let breaks = known.lazy.filter { $0.reason == .delayBreak }.map(\.time).min() ?? .infinity
    let others = known.lazy.filter { $0.reason != .delayBreak }.map(\.time).min() ?? end
    let first = DoseTimes.isReached(others, at: breaks) ? others : min(breaks, others)
    return TimeEvent(time: first, reasons: known.filter { DoseTimes.isReached($0.time, at: first) }.map(\.reason))
  }
}

extension KnownTimes {
  /// All times after another and before the end of the run, but not more than asked for.
  package func events(after start: Double, most: Int) -> [TimeEvent] {
    var events: [TimeEvent] = []
    var next = next(after: start)
    while next.time < end, events.count < most {
      events.append(next)
      next = self.next(after: next.time)
    }
    return events
  }
}

extension Double: TimeSequence {
  /// The number itself.
  package func next(after time: Double) -> Double? { DoseTimes.isReached(self, at: time) ? nil : self }
}
