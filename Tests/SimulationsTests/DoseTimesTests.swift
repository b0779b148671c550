import Simulations
import Testing

@Suite struct DoseTimesTests {
  private func times(_ times: DoseTimes, from origin: Double = 0, most: Int = 100) -> [Double] {
    (0..<most).map { times.time(ofDose: $0, from: origin) }.prefix { $0 != nil }.compactMap(\.self)
  }

  private func calendar(
    start: Double = 60, every: Double = 1, pattern: String = "1", count: Int? = nil, until: Double? = nil
  ) -> DoseTimes {
    .calendar(
      .init(start: start, interval: every, pattern: pattern.map { $0 == "1" }, count: count, until: until))
  }

  @Test func fiveDaysOnAndTwoOff() {
    #expect(
      times(calendar(pattern: "11111--", count: 12)) == [60, 61, 62, 63, 64, 67, 68, 69, 70, 71, 74, 75])
    #expect(times(calendar(pattern: "-1", count: 3), from: 100) == [161, 163, 165])
  }

  @Test func aDayIsAMultipleOfTheIntervalAndNotASum() {
    let times = times(calendar(start: 0.3, every: 0.1), most: 1000)
    #expect(times.count == 1000)
    for (day, time) in times.enumerated() { #expect(time == 0.3 + Double(day) * 0.1) }
  }

  @Test func theLastDayCountsThoughItIsLaterByRounding() {
    #expect(3 * 0.1 > 0.3)
    #expect(times(calendar(start: 0, every: 0.1, until: 0.3)).count == 4)
    #expect(times(calendar(start: 0, every: 0.1, until: 0.29)).count == 3)
    #expect(times(calendar(start: 0, every: 7, count: 2, until: 100)) == [0, 7])
  }

  @Test(arguments: [-10.0, 60, 60.5, 61, 66, 67, 1000, 1e6])
  func theFirstDoseIsFoundWithoutCountingAll(time: Double) {
    let times = calendar(pattern: "11111--")
    let first = times.firstDose(notBefore: time, from: 0)
    #expect(times.time(ofDose: first, from: 0)! >= time)
    if first > 0 { #expect(times.time(ofDose: first - 1, from: 0)! < time) }
    #expect(DoseTimes.list([1, 5, 9]).firstDose(notBefore: time, from: 0) == (time < 0 ? 0 : 3))
  }
}
