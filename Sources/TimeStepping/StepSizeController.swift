import Glibc

/// Chooses the size of each step by the errors of those before: a proportional–integral controller on a geometric grid of sizes.
///
/// After a step of size `h` with error `e` (in units of the tolerance) that is accepted, `e₋` being the error of the step before and `k` the order
/// of the error of one step,
///
///     h ← h · clip(s e^{−(k_I + k_P)/k} e₋^{k_P/k}; f_min, f_max).
///
/// Without an error before, at the start and after a rejection, it is `s e^{−1/k}`. The coefficients are those of `Coefficients`.
///
/// Sizes are levels of a geometric grid, `2^{j/4}` in the unit of time, rounded down, so that propagators are seldom made anew; a scheme whose
/// propagators need tables of numbers for each size takes every second one. Rounding takes away small increases, so that steps grow at least as
/// far as both errors have room below the growth target, but not to a size that was rejected recently.
///
/// Sources: E. Hairer & G. Wanner, Solving Ordinary Differential Equations II, Springer 1996, section IV.2 (coefficients, limits);
/// K. Gustafsson, Control-theoretic techniques for stepsize selection in explicit Runge–Kutta methods, ACM Trans. Math. Softw. 17 (1991)
/// 533–554 (PI control); G. Söderlind & L. Wang, Adaptive time-stepping and computational stability, J. Comput. Appl. Math. 185 (2006) 225–243
/// (names of the coefficients).
package struct StepSizeController: Sendable {
  /// The coefficients, by the names that the literature has for them; those of substeps of reactions, too.
  enum Coefficients {
    /// `s`, of the size that the last error asks for.
    static let safety = 0.9
    /// `k_I` and `k_P`: PI.3.4 of Gustafsson.
    static let (integral, proportional) = (0.3, 0.4)
    /// `f_min`, also after a step that could not be done and after the second rejection in a row.
    static let smallestFactor = 0.2
    /// `f_max`.
    static let largestFactor = 5.0
    /// For so many steps a size that was rejected is not proposed only because errors are small, for twice as many after each further rejection.
    ///
    /// Fitted on acid-mediated invasion at 1e-3, where a third of the steps were rejected without it (docs/decisions/0020).
    static let shortestWait = 20
    /// A run does not end with steps of this share of its length, after so many of them in a row.
    static let (crawlingShare, mostCrawlingSteps) = (1e-10, 10_000)
  }

  /// Smallest and largest size of a step, and that of the first.
  package struct Bounds: Hashable, Sendable {
    package let smallest: Double
    package let largest: Double
    package let first: Double
    /// The length of the first step after the start and after a change, from which on steps are at most as long as all since then together;
    /// nil if that does not matter.
    package var leastAfterChange: Double?
    /// Of the run; nil where that does not matter.
    package var length: Double?

    package init(smallest: Double, largest: Double, first: Double) {
      self.smallest = smallest
      self.largest = largest
      self.first = first
    }

    /// The longest step so long after the start or a change.
    package func longest(after elapsed: Double) -> Double {
      leastAfterChange.map { max($0, smallest) + elapsed } ?? .infinity
    }
  }

  /// All that the next size depends on, and what has happened so far.
  package struct Memory: Codable, Hashable, Sendable {
    /// The next step is at most `2^{level/4}`.
    var level: Int
    var previousError: Double?
    /// As it counts when steps grow.
    var previousGrowing: Double?
    /// Size of the step rejected last, and accepted steps since then.
    var rejected: RejectedStep?
    var rejectionsInARow = 0
    /// Whether every step so far could have grown by `f_max`: errors of steps that are much shorter do not tell a trend.
    var isStarting = true
    /// Rejected steps since the start of the run.
    package fileprivate(set) var rejections = 0
    /// Steps in a row that were so short that a run does not end with them; nil in checkpoints of older versions.
    fileprivate var crawlingSteps: Int?
    /// Whether the solution has jumped since the last accepted step; nil if it has not.
    package fileprivate(set) var hasJumped: Bool?
    /// The most that the errors of accepted steps add up to, in units of the tolerance; nil where that is not measured.
    package fileprivate(set) var largestSum: Double?

    /// In checkpoints.
    private enum CodingKeys: String, CodingKey {
      case previousError, previousGrowing, rejectionsInARow, isStarting, rejections, crawlingSteps, hasJumped
      case largestSum
      case level = "rung"
      case rejected = "refusal"
    }
  }

  /// A rejected step.
  struct RejectedStep: Codable, Hashable, Sendable {
    let size: Double
    /// Accepted steps since.
    var age = 0
    /// After how many of them it may be tried again.
    private let retryAfter: Int

    init(size: Double, after earlier: RejectedStep?) {
      self.size = size
      // What is refused again is tried again half as often.
      retryAfter =
        earlier.map { size >= $0.size ? 2 * min($0.retryAfter, .max / 2) : $0.retryAfter } ?? Coefficients.shortestWait
    }

    /// In checkpoints.
    private enum CodingKeys: String, CodingKey {
      case size, age
      case retryAfter = "patience"
    }

    /// Checkpoints of before do not have the number of steps.
    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      size = try values.decode(Double.self, forKey: .size)
      age = try values.decode(Int.self, forKey: .age)
      retryAfter = try values.decodeIfPresent(Int.self, forKey: .retryAfter) ?? Coefficients.shortestWait
    }

    /// What steps are not to grow beyond only because errors are small: they may jump at the size refused.
    var bound: Double { age < retryAfter ? size.nextDown : .infinity }
  }

  package let bounds: Bounds
  /// Power of the step size with which the error of one step goes to zero.
  package private(set) var errorOrder: Int
  /// No step may be longer, whatever its error.
  package private(set) var longest: Double
  package var memory: Memory
  /// Levels between two sizes that may be taken.
  private var stride = 2
  /// The error, in units of the tolerance, that steps may grow to.
  private var targetError = ErrorAccumulation.standardTargetError

  package init(bounds: Bounds, errorOrder: Int) {
    self.bounds = bounds
    self.errorOrder = errorOrder
    longest = bounds.largest
    memory = Memory(level: 0)
    memory.level = level(below: min(bounds.first, longest))
  }

  /// Takes over what a method says of its steps.
  package mutating func describe(_ stepper: any AdaptiveStepper) {
    let traits = stepper.errorTraits
    errorOrder = traits.order
    longest = min(bounds.largest, stepper.traits.longestStep)
    stride = traits.needsTables ? 2 : 1
    targetError = traits.targetError
  }

  private func level(below size: Double) -> Int {
    let level = StepSizeController.level(below: size)
    return level - (stride == 2 ? level & 1 : 0)
  }

  /// `2^{level/4}`.
  package static func size(_ level: Int) -> Double {
    // A shift rounds towards minus infinity.
    scalbn(StepSizeController.roots[level & 3], Int32(level >> 2))
  }

  /// The powers of the fourth root of 2, by square roots alone, which are the same on every machine.
  private static let roots = [
    1, 2.0.squareRoot().squareRoot(), 2.0.squareRoot(), 8.0.squareRoot().squareRoot(),
  ]

  /// The highest level that is at most `size`.
  package static func level(below size: Double) -> Int {
    var level = Int((4 * log2(size)).rounded(.down))
    while StepSizeController.size(level) > size { level -= 1 }
    while StepSizeController.size(level + 1) <= size { level += 1 }
    return level
  }

  /// The size to try next.
  package var proposal: Double { max(StepSizeController.size(memory.level), bounds.smallest) }

  /// Takes note of a step that is accepted.
  ///
  /// - Parameters:
  ///   - size: possibly less than proposed, to end where something happens.
  ///   - step: its error, in units of the tolerance at most 1.
  package mutating func accept(size: Double, error step: StepError) {
    let k = Double(errorOrder)
    let (error, growing) = (max(step.value, .leastNormalMagnitude), max(step.growing, .leastNormalMagnitude))
    let earlier = memory.isStarting || memory.rejectionsInARow > 0 ? nil : memory.previousError
    let (sum, proportional) = (Coefficients.integral + Coefficients.proportional, Coefficients.proportional)
    var factor =
      Coefficients.safety * (earlier.map { pow(error, -sum / k) * pow($0, proportional / k) } ?? pow(error, -1 / k))
    // Sizes are rounded down, so that small changes never add up: steps grow as far as both errors have room.
    if let earlier {
      let growth = pow(targetError / max(growing, memory.previousGrowing ?? earlier), 1 / k)
      factor = max(factor, min(growth, (memory.rejected?.bound ?? .infinity) / size))
    }
    memory.isStarting = memory.isStarting && factor > Coefficients.largestFactor
    let asked = min(size * min(max(factor, Coefficients.smallestFactor), Coefficients.largestFactor), longest)
    // What ends early because of where it must end says nothing against a larger step.
    let isShortened = size < proposal
    let level = level(below: memory.rejectionsInARow > 0 ? min(asked, size) : asked)
    memory.level = isShortened ? max(memory.level, level) : level
    memory.previousError = error
    memory.previousGrowing = growing
    memory.hasJumped = nil
    memory.rejectionsInARow = 0
    memory.rejected?.age += 1
    let isCrawling = size < Coefficients.crawlingShare * (bounds.length ?? 0)
    memory.crawlingSteps = isCrawling ? (memory.crawlingSteps ?? 0) + 1 : 0
    memory.largestSum = [memory.largestSum, step.sum].compactMap(\.self).max()
  }

  /// Takes note of a rejected step.
  ///
  /// - Parameter error: infinite if the step could not be done at all.
  /// - Returns: whether a smaller step can be tried.
  package mutating func reject(size: Double, error: Double) -> Bool {
    memory.isStarting = false
    memory.rejections += 1
    memory.rejectionsInARow += 1
    memory.rejected = RejectedStep(size: size, after: memory.rejected)
    let factor = memory.rejectionsInARow == 1 ? Coefficients.safety * pow(error, -1 / Double(errorOrder)) : 0
    memory.level = level(below: size * max(factor, Coefficients.smallestFactor))
    return size > bounds.smallest
  }

  /// Goes on with what a checkpoint holds; who resumes has changed something, or wants to see it again.
  package mutating func resume(_ memory: Memory) {
    self.memory = memory
    self.memory.crawlingSteps = nil
  }

  /// Whether steps have been so short for so long that the run would take 10¹⁰ of them and more.
  package var isStuck: Bool { (memory.crawlingSteps ?? 0) >= Coefficients.mostCrawlingSteps }

  /// Takes note that the solution has jumped.
  package mutating func restart() {
    memory.hasJumped = true
    (memory.previousError, memory.previousGrowing, memory.rejected) = (nil, nil, nil)
    memory.rejectionsInARow = 0
  }
}
