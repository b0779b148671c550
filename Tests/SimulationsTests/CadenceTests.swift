import Simulations
import Testing

@Suite struct CadenceTests {
  @Test func countsTheTimesReachedTheFirstIncluded() {
    let cadence = Cadence(start: 2, interval: 0.1)
    #expect(cadence.count(upTo: 1.99) == 0)
    #expect(cadence.count(upTo: 2) == 1)
    #expect(cadence.count(upTo: 2.35) == 4)
  }

  /// Cadences that meet do so at the same number.
  @Test func timesAreTheDecimalNumbersThatTheyAreButForRounding() {
    for (count, interval) in [(1, 0.3), (3, 0.1), (30, 0.01), (300, 0.001), (6, 0.05)] {
      #expect(Cadence(start: 0, interval: interval).time(count) == 0.3)
      #expect(Cadence(start: -0.3, interval: interval).time(2 * count) == 0.3)
    }
    #expect(Cadence(start: 0.1, interval: 0.2).time(1) == 0.3)
    #expect(Cadence(start: 0, interval: 0.1).time(1_000_003) == 100_000.3)
    for interval in [1.0 / 3, 1e-30, 1e30, .pi] {
      #expect(Cadence(start: 0, interval: interval).time(1) == interval)
    }
    #expect(Cadence(start: 0, interval: 1.0 / 7).time(7) == 1)
  }

  @Test func aTimeThatIsLaterByRoundingAloneCounts() {
    let cadence = Cadence(start: 0, interval: 0.1)
    #expect(0.1 * 3 != 0.3)
    #expect(cadence.count(upTo: 0.3) == 4)
    #expect(cadence.isDue(3, at: 0.3))
    #expect(!cadence.isDue(3, at: 0.3001))
  }
}
