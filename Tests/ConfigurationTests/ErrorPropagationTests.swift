import Configuration
import Fields
import Rates
import Testing
import TimeStepping

/// What differences become is given here, so that what they add up to is known.
@Suite struct ErrorPropagationTests {
  private let state: FieldSet
  private let other: FieldSet
  private let measure: ErrorMeasure

  private static let duration = 1000.0
  private static let difference = 1e-6
  private static let sizes = StepSizes(count: 2)

  /// Two fields of ones, and the first of them a little more.
  init() throws {
    let text = """
      { "model": { "name": "two", "fields": { "a": {}, "b": {} }, "reactions": { "a": "-a", "b": "-b" } },
        "domain": { "size": [1], "points": [8] }, "initial": { "a": 1, "b": 1 },
        "time": { "end": \(ErrorPropagationTests.duration), "tolerance": 1e-3 } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    state = assembly.state
    measure = try errorMeasure(of: assembly, from: state)
    other = try FieldSet(grid: state.grid, count: state.count)
    other.copy(from: state)
    other.fill(0, with: 1 + ErrorPropagationTests.difference)
  }

  /// Measures where steps multiply the difference of each field, and add a share of that of the first to the second.
  private func propagation(factors: [Double], fed: Double = 0) -> ErrorPropagation {
    ErrorPropagation.measured(state, against: other, step: 1, sizes: Self.sizes, by: measure) { solution, _, span in
      guard solution === self.other else { return }
      for _ in 0..<span {
        let differences = (0..<2).map { solution.values($0)[0] - 1 }
        solution.fill(0, with: 1 + factors[0] * differences[0])
        solution.fill(1, with: 1 + factors[1] * differences[1] + fed * differences[0])
      }
    }
  }

  @Test(arguments: [0.0, 0.3, 0.7, 0.95, 1])
  func differencesAddUpToWhatTheyBecome(factor: Double) throws {
    let sum = try #require(propagation(factors: [factor, 0]).sum(step: 1, duration: Self.duration))
    let expected = (0..<1032).reduce(0) { sum, _ in 1 + factor * sum }
    #expect(abs(sum / expected - 1) < 1e-3)
  }

  /// The other field keeps what it gets from the first, which forgets.
  @Test func whatOneFieldMakesOfTheErrorsOfAnotherCounts() throws {
    let sum = try #require(propagation(factors: [0.5, 1], fed: 0.5).sum(step: 1, duration: Self.duration))
    // It tends to all of it: 0, 1/2, 3/4, 7/8, … after each step.
    #expect(sum > 1000 && sum < 1033)
  }

  /// What is forgotten only after some time is seen to be by longer flows.
  @Test(arguments: [(1, 1000.0...1006), (4, 7...8), (16, 7...8)])
  func longFlowsSeeWhatIsForgottenLater(longest: Int, expected: ClosedRange<Double>) throws {
    let propagation = ErrorPropagation.measured(
      state, against: other, step: 1, sizes: Self.sizes, by: measure, longest: longest
    ) {
      solution, steps, span in
      guard solution === self.other else { return }
      for step in steps..<steps + span {
        solution.fill(0, with: 1 + (step < 6 ? 1 : 0.5) * (solution.values(0)[0] - 1))
      }
    }
    #expect(try expected.contains(#require(propagation.sum(step: 1, duration: Self.duration))))
  }

  /// A flow is not as long as would be much of the run.
  @Test func shortRunsHaveShortFlows() {
    for (step, expected) in [
      (1.0, [1, 1, 2, 4, 8, 16]), (4, [1, 1, 2, 4, 8, 8]), (10, [1, 1, 2, 2, 2, 2]), (100, [1, 1, 1, 1, 1, 1]),
    ] {
      var spans: [Int] = []
      _ = ErrorPropagation.measured(state, against: state, step: step, sizes: Self.sizes, by: measure) {
        solution, _, span in
        if solution !== self.other { spans.append(span) }
      }
      // Once for either solution.
      #expect(spans == expected.flatMap { [$0, $0] }, "steps of \(step)")
    }
  }

  /// Half as long steps need twice as many until an error is forgotten; of much longer ones nothing is known.
  @Test func sizesOfStepsCount() throws {
    let propagation = propagation(factors: [0.5, 0])
    let whole = try #require(propagation.sum(step: 1, duration: Self.duration))
    let half = try #require(propagation.sum(step: 0.5, duration: Self.duration))
    #expect(abs(whole - 2) < 0.01 && half >= 1 / (1 - 0.5.squareRoot()) && half < 2.1 * whole)
    #expect(try #require(propagation.sum(step: 2, duration: Self.duration)) <= whole)
    #expect(propagation.sum(step: 2.1, duration: Self.duration) == nil)
  }

  /// Errors that grow are not taken to grow for ever.
  @Test func growthIsBounded() throws {
    let sum = try #require(propagation(factors: [3, 0]).sum(step: 1, duration: Self.duration))
    #expect(sum == 2 * Self.duration)
  }

  /// The first steps of a run may be of any size; errors of rounding must not end it there.
  @Test func stepsOfTheStartAreNotTakenToBeAllOfTheRun() throws {
    let sum = try #require(propagation(factors: [1, 0]).sum(step: 1, duration: 1e12))
    #expect(sum > 1e6 && sum < 1.1e6)
  }

  @Test func whatCannotBeCarriedOnIsNotKnown() {
    let failing = ErrorPropagation.measured(state, against: other, step: 1, sizes: Self.sizes, by: measure) {
      _, _, _ throws(NumericalFailure) in throw NumericalFailure(tooLargeError: nil, at: 0, size: 1)
    }
    #expect(failing.sum(step: 1, duration: Self.duration) == nil)
    let same = ErrorPropagation.measured(state, against: state, step: 1, sizes: Self.sizes, by: measure) { _, _, _ in }
    #expect(same.sum(step: 1, duration: Self.duration) == nil)
  }
}
