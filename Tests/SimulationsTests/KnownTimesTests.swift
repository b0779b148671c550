import Simulations
import Testing

@Suite struct KnownTimesTests {
  private let end = 10.0

  private func known(_ sources: [(TimeEvent.Reason, any TimeSequence)], end: Double = 10) -> KnownTimes {
    var known = KnownTimes(end: end)
    for (reason, times) in sources { known.add(reason, times) }
    return known
  }

  /// From a time on to the end.
  private func all(_ known: KnownTimes, from start: Double = 0, end: Double = 10) -> [TimeEvent] {
    var events: [TimeEvent] = []
    var time = start
    while time < end {
      events.append(known.next(after: time))
      time = events[events.count - 1].time
    }
    return events
  }

  private func event(_ time: Double, _ reasons: TimeEvent.Reason...) -> TimeEvent {
    TimeEvent(time: time, reasons: reasons)
  }

  @Test func timesOfAllSourcesComeInRisingOrderWithTheirReasons() {
    let calendar = DoseTimes.calendar(.init(start: 1, interval: 4, pattern: [true], count: nil, until: nil))
    let events = all(
      known([
        (.dose, DoseCourse(calendar, from: 0)), (.endOfInfusion, DoseCourse(calendar, from: 0, delay: 0.5)),
        (.jump, JumpTimes([5, 2])), (.steadyState, 7.0),
        (.extinction, Extinction.Rule(threshold: 1, times: Cadence(start: 0, interval: 4))),
      ]))
    #expect(
      events == [
        event(1, .dose), event(1.5, .endOfInfusion), event(2, .jump), event(4, .extinction), event(5, .dose, .jump),
        event(5.5, .endOfInfusion), event(7, .steadyState), event(8, .extinction), event(9, .dose),
        event(9.5, .endOfInfusion), event(10, .endOfRun),
      ])
  }

  @Test func timesThatDifferByRoundingAreTheEarliest() {
    let sum = 0.1 + 0.2
    #expect(sum > 0.3)
    for sources: [(TimeEvent.Reason, any TimeSequence)] in [
      [(.dose, 0.3), (.jump, sum)], [(.dose, sum), (.jump, 0.3)],
    ] {
      #expect(known(sources).next(after: 0) == TimeEvent(time: 0.3, reasons: [.dose, .jump]))
      #expect(known(sources).next(after: 0.3) == event(10, .endOfRun))
    }
  }

  /// They are sums that are rounded, and nothing happens at them but that a derivative jumps.
  @Test func breaksOfDelaysGiveWayToOtherTimes() {
    #expect(known([(.dose, 0.1 + 0.2), (.delayBreak, 0.3)]).next(after: 0) == event(0.1 + 0.2, .dose, .delayBreak))
    #expect(known([(.delayBreak, end.nextDown)]).next(after: 0) == event(10, .delayBreak, .endOfRun))
    #expect(known([(.dose, 5.0), (.delayBreak, 4.0)]).next(after: 0) == event(4, .delayBreak))
    #expect(known([(.dose, 5.0), (.delayBreak, 6.0)]).next(after: 0) == event(5, .dose))
  }

  @Test func theEndOfTheRunComesHoweverNearItIs() {
    #expect(known([(.dose, 12.0)]).next(after: 0) == event(10, .endOfRun))
    #expect(known([(.dose, 12.0)]).next(after: end.nextDown) == event(10, .endOfRun))
  }

  @Test func aCourseBeginsWithTheFirstDoseThatIsNotGiven() {
    let times = DoseTimes.list([0, 1, 1.5, 4])
    #expect(DoseCourse(times, from: 2).next(after: 2) == 3)
    #expect(DoseCourse(times, from: 2, first: 2).next(after: 2) == 3.5)
    #expect(DoseCourse(times, from: 2).next(after: 6) == nil)
    #expect(DoseCourse(times, from: 0, delay: 0.1).next(after: 1) == 1.1)
    #expect(DoseCourse(times, from: 0, delay: 3).next(after: 4) == 4.5)
  }
}
