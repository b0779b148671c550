import Fields
import Foundation
import Simulations
import Testing
import TimeStepping

/// Events inside of one step of systems of a few lines, at times that are known in closed form.
@Suite struct EventLocatorTests {
  /// Counts the steps aside.
  private final class Count { var looks = 0 }

  private let fall = SmallSystem(from: [1, 0]) { _, _ in [-1, 1] }
  private let decay = SmallSystem(from: [1, 0]) { _, values in [-values[0], 1] }
  /// `u = 2t − t²`, whose peak is 1 at 1.
  private let parabola = SmallSystem(from: [0, 2]) { _, values in [values[1], -2] }
  /// `u = sin t`, `v = cos t`.
  private let wave = SmallSystem(from: [0, 1]) { _, values in [values[1], -values[0]] }

  /// The first event in a step from 0 on.
  private func first(
    _ conditions: [String], of system: SmallSystem, until end: Double, number: Int = 0,
    steady: [StopCondition] = [], _ locator: inout EventLocator, count: Count? = nil, reaching last: Double = .infinity
  ) throws -> LocatedEvent? {
    func state(_ time: Double) throws -> FieldSet {
      try system.state(system.advanced(system.initial, from: 0, by: time))
    }
    let attempted = AttemptedStep(
      step: Clock.Step(start: 0, end: end, size: end), number: number, start: try state(0), end: try state(end),
      state: { part in
        count?.looks += 1
        return part <= last ? try state(part) : nil
      })
    return try locator.firstEvent(in: attempted, of: conditions.map(system.event), orOf: system.stops(steady))
  }

  private func first(
    _ conditions: [String], of system: SmallSystem, until end: Double, steady: [StopCondition] = [], count: Count? = nil
  ) throws -> LocatedEvent? {
    var locator = EventLocator()
    return try first(conditions, of: system, until: end, steady: steady, &locator, count: count)
  }

  private func isNear(_ event: LocatedEvent?, _ time: Double, within precision: Double = 1e-11) -> Bool {
    event.map { abs($0.time - time) <= precision && $0.part == $0.time } ?? false
  }

  // MARK: One root

  @Test(arguments: [0.7, 1, 2.5, 9])
  func aTransversalRootIsFoundToRounding(end: Double) throws {
    for condition in ["mean(u) < 0.5", "mean(u) <= 0.5", "mean(u) == 0.5", "!(mean(u) > 0.5)", "mean(v) > \(log(2.0))"]
    {
      let event = try first([condition], of: decay, until: end)
      #expect(isNear(event, log(2)) && event?.names == [condition], "\(condition)")
    }
  }

  @Test func aRootTakesNoMoreThanABisectionAndItsSamples() throws {
    let count = Count()
    _ = try first(["mean(u) < 0.5"], of: decay, until: 2.5, count: count)
    #expect((4...12).contains(count.looks), "\(count.looks)")
    count.looks = 0
    // A jump has no slope: bisection of the gap of a quarter to 1e-12 of the step, besides the quarters.
    let jump = try first(["max(where(u < 0.5, 1, 0)) > 0.5"], of: decay, until: 2.5, count: count)
    #expect(isNear(jump, log(2)) && count.looks <= 3 + 39, "\(count.looks)")
  }

  /// Of both signs; the time of a touch is known to the root of the rounding of the value.
  @Test func aTangentialRootIsFound() throws {
    for condition in ["mean(u) >= 1", "mean(u) == 1", "-mean(u) <= -1"] {
      #expect(isNear(try first([condition], of: parabola, until: 2.7), 1, within: 3e-6), "\(condition)")
    }
    #expect(try first(["mean(u) > 1 + 1e-12"], of: parabola, until: 2.7) == nil)
    #expect(try first(["mean(u) >= 1 + 1e-9"], of: parabola, until: 2.7) == nil)
  }

  /// Both roots lie between two samples that have the same sign: of a peak, and of a window that is passed.
  ///
  /// Near the peak the time follows from the value, whose rounding is about 1e-14, by a root.
  @Test(arguments: [1e-2, 1e-4, 1e-8, 1e-10])
  func theFirstOfTwoRootsBetweenTwoSamplesIsFound(height: Double) throws {
    let peak = try first(["mean(u) > 1 - \(height)"], of: parabola, until: 2.7)
    #expect(isNear(peak, 1 - sqrt(height), within: 1e-11 + 1e-13 / sqrt(height)))
    let window = try first(["mean(u) < 0.4 && mean(u) > 0.4 - \(height)"], of: fall, until: 0.9)
    #expect(isNear(window, 0.6))
    let trough = try first(["abs(mean(u) - 0.4) < \(height)"], of: fall, until: 0.9)
    #expect(isNear(trough, 0.6 - height))
  }

  /// Where it turns is a root of its base, at which one looks.
  @Test(arguments: [0.1, 1e-3, 1e-6])
  func aSteepFunctionBetweenTwoSamplesIsFound(width: Double) throws {
    let pulse = try first(["exp(-((mean(u) - 0.4)/\(width))^2) > 0.5"], of: fall, until: 0.97)
    #expect(isNear(pulse, 0.6 - width * sqrt(log(2))))
    let rise = try first(["1/(1 + exp((mean(u) - 0.4)/\(width))) > 0.5"], of: fall, until: 0.97)
    #expect(isNear(rise, 0.6))
  }

  // MARK: Several events

  @Test func theFirstOfTwoEventsCounts() throws {
    let both = ["mean(u) < 0.5", "mean(u) < 0.3"]
    for conditions in [both, both.reversed()] {
      let event = try first(conditions, of: fall, until: 0.9)
      #expect(isNear(event, 0.5) && event?.names == [both[0]])
    }
    // A root that does not make its own condition true is none.
    let later = try first(["mean(u) < 0.5 && mean(v) > 0.7", "mean(v) > 0.8"], of: fall, until: 0.9)
    #expect(isNear(later, 0.7) && later?.names == ["mean(u) < 0.5 && mean(v) > 0.7"])
  }

  /// What holds at the root comes before what holds just after it; the step ends where all functions have passed their root.
  @Test func eventsAtOneTimeHappenTogether() throws {
    let (strict, closed) = (["mean(u) < 0.5", "mean(v) > 0.5"], ["mean(v) >= 0.5", "mean(u) == mean(v)"])
    let later = "mean(u) < 0.2"
    let after = try first(strict + [later], of: fall, until: 0.9)
    #expect(isNear(after, 0.5) && after?.names == Set(strict))
    let at = try first(strict + closed + [later], of: fall, until: 0.9)
    #expect(isNear(at, 0.5) && at?.names == Set(closed))
    let isOver = try at?.isPassed(fall.state([0.6, 0.4]), 0.5)
    #expect(isOver == false)
  }

  // MARK: At the ends of a step

  /// The loop looks at what holds there; what is 0 there, and leaves 0, comes back later.
  @Test func whatHoldsAtTheStartHasHappenedBefore() throws {
    #expect(try first(["mean(u) < 2"], of: fall, until: 0.9) == nil)
    #expect(try first(["mean(u) <= 1"], of: fall, until: 0.9) == nil)
    let back = try first(["mean(u) <= 0"], of: parabola, until: 2.7)
    #expect(isNear(back, 2))
    #expect(try first(["mean(u) <= 0"], of: parabola, until: 1.9) == nil)
  }

  @Test func anEventAtTheEndEndsTheWholeStep() throws {
    let event = try first(["mean(u) <= 0.5"], of: fall, until: 0.5)
    #expect(event?.part == 0.5 && event?.time == 0.5)
    let isOver = try event?.isPassed(fall.state([0.5, 0.5]), 0.5)
    #expect(isOver == true)
    #expect(try first(["mean(u) < 0.5"], of: fall, until: 0.5) == nil)
  }

  @Test func anEventIsPassedWhereItsStateShowsIt() throws {
    let event = try #require(try first(["mean(u) < 0.5"], of: fall, until: 0.9))
    let half = 0.5
    let (before, after) = (try fall.state([half, half]), try fall.state([half.nextDown, half]))
    #expect(!event.isPassed(before, half) && event.isPassed(after, half.nextUp))
  }

  // MARK: Where one looks

  @Test func stepsFarFromAnEventTakeNoLook() throws {
    let count = Count()
    var locator = EventLocator()
    func looks(_ number: Int) throws -> Int {
      count.looks = 0
      _ = try first(["mean(u) < 0.1"], of: fall, until: 0.1, number: number, &locator, count: count)
      return count.looks
    }
    // Nothing is known at first.
    #expect(try looks(0) == 3)
    #expect(try looks(1) == 0)
    #expect(try looks(63) == 0)
    #expect(try looks(64) == 3)
  }

  /// As where a rate is no number there.
  @Test func aStateThatCannotBeFoundIsDoneWithout() throws {
    var locator = EventLocator()
    let event = try first(["mean(u) < 0.5"], of: decay, until: 2.4, &locator, reaching: 0.65)
    #expect(event.map { $0.time >= log(2) } ?? false)
  }

  @Test func aWaveIsFollowedThroughAPeriod() throws {
    let event = try first(["mean(u) < -0.5 && mean(v) > 0"], of: wave, until: 6)
    #expect(isNear(event, 1.5 * .pi, within: 1e-9))
  }

  // MARK: Steady states

  @Test(arguments: [0.5, 2.0])
  func theEarlierOfAConditionAndASteadyStateCounts(duration: Double) throws {
    let still = SmallSystem(from: [1, 0]) { _, _ in [0, 1] }
    // Fields that change count, too: only `u` is one here.
    let slow = SmallSystem(from: [1, 1]) { _, _ in [0, 1e-4] }
    let stop = StopCondition(.steady(rate: 1e-3, duration: duration), reason: "steady")
    let event = try first(["mean(v) > 1 + 1e-4"], of: slow, until: 3, steady: [stop])
    #expect(isNear(event, min(duration, 1), within: 1e-9) && event?.names.isEmpty == (duration < 1))
    #expect(try first([], of: still, until: 3, steady: [stop]) == nil)
    #expect(try first([], of: slow, until: duration, steady: [stop]) == nil)
  }
}
