import TimeStepping

/// Where a run stands in time: the steps taken, and the division of the way to the next time that must be hit.
///
/// A segment runs from one time that must be hit exactly to the next. With a fixed step its steps are equal and at most
/// the step asked for; times within it are computed from its ends, never added up, and its last one *is* the time to
/// hit. Steps chosen by their error are added up, and end at the time to hit without a sliver before it.
package struct Clock: Codable, Hashable, Sendable {
  /// Steps taken since the beginning of the run.
  package private(set) var step = 0
  /// The time reached.
  package private(set) var time: Double
  /// The size of the latest step, or nil before the first.
  package private(set) var stepSize: Double?
  /// The smallest and the largest step so far.
  package private(set) var smallestStep: Double?
  package private(set) var largestStep: Double?
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

    /// The segment after a step, or nil if that is not its next one.
    func after(_ taken: Step) -> Segment? {
      guard taken.end == time(after: done + 1) else { return nil }
      var next = self
      next.done += 1
      return next
    }
  }

  /// One step: from one time to another.
  ///
  /// `size` is the same for all steps of a segment, to the last bit.
  package struct Step: Hashable, Sendable {
    package let start: Double
    package let end: Double
    package let size: Double

    package init(start: Double, end: Double, size: Double) { (self.start, self.end, self.size) = (start, end, size) }
  }

  package init(start: Double) { time = start }

  /// The step to take next with a fixed step, on the way to `goal`, none larger than `askedStep`.
  package mutating func nextStep(to goal: Double, askedStep: Double) -> Step {
    precondition(goal > time && askedStep > 0)
    if segment.map({ $0.end != goal || $0.askedStep != askedStep || $0.done == $0.count }) ?? true {
      // A quotient that is a whole number but for rounding counts as that number.
      let count = equalParts(of: goal - time, atMost: askedStep)
      segment = Segment(start: time, end: goal, askedStep: askedStep, count: Int(exactly: count) ?? Int.max)
    }
    let current = segment!
    return Step(start: time, end: current.time(after: current.done + 1), size: current.stepSize)
  }

  /// Records that the step has been taken.
  package mutating func complete(_ taken: Step) {
    step += 1
    // A step that was cut short ends the division of the way.
    segment = segment.flatMap { $0.after(taken) }
    time = taken.end
    stepSize = taken.size
    smallestStep = min(smallestStep ?? taken.size, taken.size)
    largestStep = max(largestStep ?? taken.size, taken.size)
  }

  /// The step to take next, on the way to `goal`, of a size chosen for it, or shorter: where little more than that
  /// remains, it is divided into two equal steps.
  package func step(to goal: Double, size: Double) -> Step {
    precondition(goal > time && size > 0)
    let remaining = goal - time
    if remaining <= size * (1 + 1e-9) { return Step(start: time, end: goal, size: remaining) }
    let taken = remaining < 1.5 * size ? 0.5 * remaining : size
    return Step(start: time, end: time + taken, size: taken)
  }
}
