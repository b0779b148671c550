import Foundation
import Simulations
import Testing

@Suite struct ClockTests {
  private func times(to goal: Double, askedStep: Double) -> [Clock.Step] {
    var clock = Clock(start: 0)
    var steps: [Clock.Step] = []
    while clock.time < goal {
      let step = clock.nextStep(to: goal, askedStep: askedStep)
      steps.append(step)
      clock.complete(step)
    }
    return steps
  }

  @Test(arguments: [(300, 0.01, 30000), (300, 0.125, 2400), (1, 0.3, 4), (0.7, 0.1, 7), (1e-3, 1, 1)])
  func stepsDivideTheWayEvenlyAndEndExactly(goal: Double, asked: Double, count: Int) {
    let steps = times(to: goal, askedStep: asked)
    #expect(steps.count == count)
    #expect(steps.last?.end == goal)
    #expect(Set(steps.map(\.size)).count == 1)
    #expect(steps.allSatisfy { $0.size <= asked * (1 + 1e-12) })
    for (one, next) in zip(steps, steps.dropFirst()) { #expect(one.end == next.start) }
  }

  @Test func aClockThatWasSavedGoesOnWithTheSameTimes() throws {
    var clock = Clock(start: 0)
    for _ in 0..<17 { clock.complete(clock.nextStep(to: 10, askedStep: 0.3)) }
    var copy = try JSONDecoder().decode(Clock.self, from: JSONEncoder().encode(clock))
    #expect(copy == clock)
    while clock.time < 10 {
      let (step, same) = (clock.nextStep(to: 10, askedStep: 0.3), copy.nextStep(to: 10, askedStep: 0.3))
      #expect(step == same)
      clock.complete(step)
      copy.complete(same)
    }
  }

  @Test func aNewGoalBeginsANewSegmentWhereTheOldOneStands() {
    var clock = Clock(start: 0)
    for _ in 0..<3 { clock.complete(clock.nextStep(to: 10, askedStep: 0.5)) }
    let step = clock.nextStep(to: 2, askedStep: 0.5)
    #expect(step.start == 1.5)
    #expect(step.end == 2)
    #expect(clock.step == 3)
  }
}
