import Simulations
import Testing

@Suite struct CadenceTests {
  @Test func countsTheTimesReachedTheFirstIncluded() {
    let cadence = Cadence(start: 2, interval: 0.1)
    #expect(cadence.count(upTo: 1.99) == 0)
    #expect(cadence.count(upTo: 2) == 1)
    #expect(cadence.count(upTo: 2.35) == 4)
  }

  @Test func aTimeThatIsLaterByRoundingAloneCounts() {
    let cadence = Cadence(start: 0, interval: 0.1)
    #expect(0.1 * 3 != 0.3)
    #expect(cadence.count(upTo: 0.3) == 4)
    #expect(cadence.isDue(3, at: 0.3))
    #expect(!cadence.isDue(3, at: 0.3001))
  }
}
