/// Where a run stands in time: the steps taken, and the division of the way to the next time that must be hit.
///
/// A segment runs from one time that must be hit exactly to the next. Its steps are equal and at most the step asked
/// for; times within it are computed from its ends, never added up, and its last one *is* the time to hit.
package struct Clock: Codable, Hashable, Sendable {
  /// Steps taken since the beginning of the run.
  package private(set) var step = 0
  /// The time reached.
  package private(set) var time: Double
  private var segment: Segment?

  private struct Segment: Codable, Hashable, Sendable {
    let start: Double
    let end: Double
    let askedStep: Double
    let count: Int
    var done = 0

    var stepSize: Double { (end - start) / Double(count) }
    func time(after steps: Int) -> Double {
      steps == count ? end : start + (end - start) * (Double(steps) / Double(count))
    }
  }

  /// One step: from one time to another.
  ///
  /// `size` is the same for all steps of a segment, to the last bit.
  package struct Step: Hashable, Sendable {
    package let start: Double
    package let end: Double
    package let size: Double
  }

  package init(start: Double) { time = start }

  /// The step to take next, on the way to `goal`, none larger than `askedStep`.
  package mutating func nextStep(to goal: Double, askedStep: Double) -> Step {
    precondition(goal > time && askedStep > 0)
    if segment.map({ $0.end != goal || $0.askedStep != askedStep || $0.done == $0.count }) ?? true {
      // A quotient that is a whole number but for rounding counts as that number.
      let count = max(1, ((goal - time) / askedStep * (1 - 1e-12)).rounded(.up))
      segment = Segment(start: time, end: goal, askedStep: askedStep, count: Int(exactly: count) ?? Int.max)
    }
    let current = segment!
    return Step(start: time, end: current.time(after: current.done + 1), size: current.stepSize)
  }

  /// Records that the step has been taken.
  package mutating func complete(_ taken: Step) {
    step += 1
    segment?.done += 1
    time = taken.end
  }

  /// The size of the steps under way, or nil before the first.
  package var stepSize: Double? { segment?.stepSize }
}
