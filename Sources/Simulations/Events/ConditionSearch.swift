/// Finds the first condition that comes true, or ceases to hold, inside of a step.
///
/// Each comparison of `a` with `b` in a condition is an event function `g = a − b` of the time along the step. Between two changes of
/// sign of such functions a condition holds throughout or not at all. So all roots of all `g` are found, the condition is looked at
/// in each of them, where `g` is 0, and just after it, and the first time at which it holds is the answer. A root is bracketed by
/// two samples of different sign. Where `g` has the same sign at two neighboring samples, the polynomial of degree 4 through five
/// samples tells whether `g` may come to 0 in between: if its least value is not more than its last term, the term of fourth
/// differences, away from 0, one looks at the place of the least value, and goes on with one more sample.
///
/// What is compared may bend or turn so fast that no sample shows it, as `exp(-((m - 0.4)/0.001)^2)`. The roots of its turning points
/// (`ConditionTree.turningPoints`) are found first, and are samples on both sides.
///
/// Sources: L. F. Shampine, I. Gladwell & R. W. Brankin, Reliable solution of special event location problems for ODEs, ACM
/// Trans. Math. Softw. 17 (1991) 11–25; for roots see `RootBracket`.
struct ConditionSearch {
  /// The events after a part of the step; nil if the solution cannot be found there.
  typealias Look = (_ part: Double) throws -> [StateEvent.Values]?

  struct Sample {
    /// Time since the start of the step.
    let part: Double
    /// Of the functions of all events, in their order.
    let values: [Double]
    /// Of each event.
    let hasHappened: [Bool]
    /// The functions of which it is a least absolute value that is 0 but for rounding, or that leave 0 there.
    var touching: Set<Int> = []

    init(_ part: Double, _ events: [StateEvent.Values], touching: Set<Int> = []) {
      (self.part, self.touching) = (part, touching)
      (values, hasHappened) = (events.flatMap(\.functions), events.map(\.hasHappened))
    }

    fileprivate func sign(_ function: Int) -> Sign { Sign(values[function]) }
  }

  struct Found {
    /// Time since the start of the step.
    let part: Double
    /// The events that happen.
    let events: [Int]
    /// The functions that change their sign, with a value before.
    fileprivate let crossed: [(function: Int, before: Double)]
    /// Whether the event shows in the conditions alone, not in a function.
    fileprivate let isOfConditions: Bool

    /// Whether the event is over at a later moment.
    func isPassed(_ values: [StateEvent.Values]) -> Bool {
      let sample = Sample(part, values)
      if isOfConditions { return sample.hasHappened.contains(true) }
      return crossed.allSatisfy { sample.sign($0.function) != Sign($0.before) }
    }
  }

  fileprivate enum Sign {
    case negative, zero, positive, none

    init(_ value: Double) {
      self = value > 0 ? .positive : value < 0 ? .negative : value == 0 ? .zero : .none
    }
  }

  /// None of them has happened at the start of the step.
  private let events: [StateEvent]
  /// Of each event the numbers of its functions.
  private let functions: [Range<Int>]
  private let turningPoints: Set<Int>
  private let size: Double
  /// How narrow the bracket of a root gets.
  private let precision: Double
  /// In rising order, the first at the start of the step, the last at its end.
  private var samples: [Sample]

  /// Most roots of turning points.
  private static let mostTurns = 32
  /// Most samples besides those that are given, for roots of one sign at both ends.
  private static let mostSamples = 16
  /// A least absolute value of not more than this share of the largest one in the step is 0.
  private static let rounding = 1e-12
  /// Samples are not closer than this share of the step.
  private static let shortestGap = 1e-6
  /// Where samples do not tell what is between them, one looks into gaps of more than this share of the step.
  private static let shortestUnresolvedGap = 0.2

  /// - Parameter samples: in rising order, at the start and the end of the step and in between.
  init(_ events: [StateEvent], size: Double, precision: Double, samples: [Sample]) {
    self.events = events
    self.size = size
    self.precision = precision
    self.samples = samples
    var functions: [Range<Int>] = []
    var turningPoints: Set<Int> = []
    for event in events {
      let start = functions.last?.upperBound ?? 0
      functions.append(start..<(start + event.functionCount))
      turningPoints.formUnion(event.turningPoints.map { start + $0 })
    }
    (self.functions, self.turningPoints) = (functions, turningPoints)
  }

  // MARK: Between samples

  private var gaps: Range<Int> { 0..<(samples.count - 1) }

  /// A turning point that changes its sign in a gap that is wider than its root is known.
  private func turningPoint(in gap: Int) -> Int? {
    guard samples[gap + 1].part - samples[gap].part > 2 * precision else { return nil }
    return samples[gap].values.indices.first {
      turningPoints.contains($0) && samples[gap].values[$0] * samples[gap + 1].values[$0] < 0
    }
  }

  /// The events that may happen between a sample and the next one.
  private func events(in gap: Int) -> [Int] {
    events.indices.filter { event in
      samples[gap + 1].hasHappened[event] || events[event].canHappen(for: functions[event].map { range($0, in: gap) })
    }
  }

  /// The functions of these events.
  private func functions(in gap: Int) -> [Int] { events(in: gap).flatMap { functions[$0] } }

  /// All values that a function may have in a gap.
  private func range(_ function: Int, in gap: Int) -> ClosedRange<Double> {
    guard let range = interpolant(function, in: gap)?.range else { return -Double.infinity...Double.infinity }
    let margin = ConditionSearch.rounding * largestSize(function)
    return (range.lowerBound - margin)...(range.upperBound + margin)
  }

  private func changesSign(_ function: Int, in gap: Int) -> Bool {
    samples[gap].sign(function) != samples[gap + 1].sign(function)
  }

  /// A function through five samples around a gap; nil where it is not finite.
  private func interpolant(_ function: Int, in gap: Int) -> EventInterpolant? {
    // The nearest ones first: the last one gives the term by which the error is estimated.
    var nodes = [gap, gap + 1]
    var (low, high) = (gap - 1, gap + 2)
    while nodes.count < 5, low >= 0 || high < samples.count {
      let isLow =
        high >= samples.count
        || low >= 0 && samples[gap].part - samples[low].part <= samples[high].part - samples[gap + 1].part
      nodes.append(isLow ? low : high)
      if isLow { low -= 1 } else { high += 1 }
    }
    return EventInterpolant(
      nodes.map { (samples[$0].part, samples[$0].values[function]) },
      over: samples[gap].part...samples[gap + 1].part)
  }

  /// Where to look in a gap because a function that has the same sign at both ends may come to 0 in between; nil if none may.
  private func doubtfulPlace(in gap: Int) -> (place: Double, function: Int)? {
    let (low, high) = (samples[gap].part, samples[gap + 1].part)
    let width = high - low
    guard width > ConditionSearch.shortestGap * size else { return nil }
    for function in functions(in: gap) where !changesSign(function, in: gap) {
      let sign = samples[gap].sign(function)
      guard sign == .positive || sign == .negative, !samples[gap].touching.contains(function),
        !samples[gap + 1].touching.contains(function), let interpolant = interpolant(function, in: gap)
      else { continue }
      let least = interpolant.least(times: sign == .positive ? 1 : -1)
      let largest = largestSize(function)
      guard least.value - interpolant.error <= ConditionSearch.rounding * largest else { continue }
      if least.isInside {
        let margin = 1e-3 * width
        return (min(max(least.place, low + margin), high - margin), function)
      }
      if interpolant.error > 1e-6 * largest, width > ConditionSearch.shortestUnresolvedGap * size {
        return (low + 0.5 * width, function)
      }
    }
    return nil
  }

  private func largestSize(_ function: Int) -> Double { samples.reduce(0) { max($0, abs($1.values[function])) } }

  /// Whether there may be an event, so that it is worth looking more closely.
  var mayHaveEvent: Bool {
    gaps.contains { gap in
      samples[gap + 1].hasHappened.contains(true) || doubtfulPlace(in: gap) != nil
        || functions(in: gap).contains { changesSign($0, in: gap) }
    }
  }

  // MARK: The search

  /// The first event; nil if there is none.
  mutating func first(_ look: Look) throws -> Found? {
    var (gap, left, turns) = (0, ConditionSearch.mostSamples, ConditionSearch.mostTurns)
    while gap + 1 < samples.count {
      if turns > 0, let turningPoint = turningPoint(in: gap) {
        turns -= 1
        if try addSamples(around: turningPoint, in: gap, look) { continue }
      }
      if left > 0, let (place, function) = doubtfulPlace(in: gap) {
        guard let values = try look(place) else {
          left = 0
          continue
        }
        left -= 1
        var sample = Sample(place, values)
        if isZero(function, at: sample) { sample.touching = [function] }
        samples.insert(sample, at: gap + 1)
        continue
      }
      if let event = try event(in: gap, look) { return event }
      gap += 1
    }
    return nil
  }

  private func isZero(_ function: Int, at sample: Sample) -> Bool {
    abs(sample.values[function]) <= ConditionSearch.rounding * largestSize(function)
  }

  /// Adds samples on both sides of the first root of a turning point in a gap.
  ///
  /// - Returns: whether there are more samples than before.
  private mutating func addSamples(around turningPoint: Int, in gap: Int, _ look: Look) throws -> Bool {
    var inner = [samples[gap], samples[gap + 1]]
    let root = try root(of: turningPoint, from: 0, &inner, look)
    guard let after = inner.firstIndex(where: { $0.part >= root.part }), after > 0 else { return false }
    // What comes to 0 there touches it, or crosses it at the same time.
    let own = functions.first { $0.contains(turningPoint) } ?? 0..<0
    inner[after].touching = Set(own.filter { !turningPoints.contains($0) && isZero($0, at: inner[after]) })
    var added = [inner[after - 1], inner[after]]
    if after == 1 { added.removeFirst() }
    if after == inner.count - 1 { samples[gap + 1] = added.removeLast() }
    samples.insert(contentsOf: added, at: gap + 1)
    return !added.isEmpty
  }

  /// A change of sign of a function.
  private struct Root {
    let function: Int
    /// Just after it.
    let part: Double
    let before: Double
    let after: Double
    /// Whether the function is 0 in between.
    let isContinuous: Bool
  }

  /// The first event in a gap, in which each function changes its sign once, or keeps it.
  private func event(in gap: Int, _ look: Look) throws -> Found? {
    let (start, end) = (samples[gap], samples[gap + 1])
    var inner = [start, end]
    let possible = events(in: gap)
    var roots: [Root] = []
    for function in possible.flatMap({ functions[$0] })
    where changesSign(function, in: gap) && !turningPoints.contains(function) {
      try addRoots(of: function, &inner, to: &roots, look)
    }
    roots.sort { $0.part < $1.part }
    var values = start.values
    func happened() -> [Int] { possible.filter { events[$0].hasHappened(for: Array(values[functions[$0]])) } }
    while let first = roots.first {
      // Roots that are as near as they are known are one.
      let group = roots.prefix { $0.part - first.part <= 2 * precision }
      roots.removeFirst(group.count)
      for root in group { values[root.function] = root.isContinuous ? 0 : root.after }
      var found = happened()
      for root in group { values[root.function] = root.after }
      if found.isEmpty { found = happened() }
      if !found.isEmpty {
        return Found(
          part: group[group.endIndex - 1].part, events: found, crossed: group.map { ($0.function, $0.before) },
          isOfConditions: false)
      }
    }
    if !end.touching.isEmpty {
      for function in end.touching { values[function] = 0 }
      let found = happened()
      if !found.isEmpty { return Found(part: end.part, events: found, crossed: [], isOfConditions: false) }
    }
    return end.hasHappened.contains(true) ? try eventOfConditions(start, end, look) : nil
  }

  /// Finds the changes of sign of a function in a gap: one, or two if it is exactly 0 in between.
  ///
  /// - Parameter inner: the samples in the gap; those that are taken here join them.
  private func addRoots(
    of function: Int, _ inner: inout [Sample], to roots: inout [Root], _ look: Look
  ) throws {
    var start = 0
    let end = inner[inner.count - 1].sign(function)
    while inner[start].sign(function) != end {
      // It leaves 0 where it has come to it.
      let near = inner[start].part + precision
      if inner[start].sign(function) == .zero, near < inner[inner.count - 1].part, let values = try look(near) {
        insert(Sample(near, values), into: &inner)
      }
      let root = try root(of: function, from: start, &inner, look)
      roots.append(root)
      start = inner.lastIndex { $0.part <= root.part } ?? start
    }
  }

  private func insert(_ sample: Sample, into samples: inout [Sample]) {
    samples.insert(sample, at: samples.firstIndex { $0.part > sample.part } ?? samples.count)
  }

  /// The first change of the sign that a function has at a sample.
  private func root(of function: Int, from start: Int, _ inner: inout [Sample], _ look: Look) throws -> Root {
    let sign = inner[start].sign(function)
    let next = inner[start...].firstIndex { $0.sign(function) != sign } ?? inner.count - 1
    var (before, after) = (inner[next - 1].values[function], inner[next].values[function])
    /// Positive after the root.
    func margin(_ value: Double) -> Double { sign == .negative ? value : -value }
    var bracket = RootBracket(
      low: inner[next - 1].part, margin(before), high: inner[next].part, margin(after), precision: precision)
    let size = abs(inner[start].values[function]) + abs(inner[inner.count - 1].values[function])
    try bracket.narrow { part in
      guard let values = try look(part) else { return (false, .nan) }
      let sample = Sample(part, values)
      let isAfter = sample.sign(function) != sign
      if isAfter { after = sample.values[function] } else { before = sample.values[function] }
      insert(sample, into: &inner)
      return (isAfter, margin(sample.values[function]))
    }
    return Root(
      function: function, part: bracket.high, before: before, after: after,
      isContinuous: abs(before) + abs(after) <= 1e-3 * size)
  }

  /// Where a condition comes true, although no function changes its sign in a way that explains it.
  private func eventOfConditions(_ start: Sample, _ end: Sample, _ look: Look) throws -> Found {
    var last = end
    var bracket = RootBracket(low: start.part, .nan, high: end.part, .nan, precision: precision)
    try bracket.narrow { part in
      guard let values = try look(part) else { return (false, .nan) }
      let sample = Sample(part, values)
      if sample.hasHappened.contains(true) { last = sample }
      return (sample.hasHappened.contains(true), .nan)
    }
    return Found(
      part: bracket.high, events: events.indices.filter { last.hasHappened[$0] }, crossed: [], isOfConditions: true)
  }
}
