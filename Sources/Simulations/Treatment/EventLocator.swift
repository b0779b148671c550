/// Finds the first event inside of a step.
///
/// Each comparison of `a` with `b` in a condition is a function `g = a − b` of the time along the step. Between two changes of
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
struct EventLocator {
  /// One of the comparisons of one of the watches.
  struct Comparison: Hashable {
    let watch: Int
    let index: Int
  }

  struct Sample {
    /// Time since the start of the step.
    let part: Double
    /// Of each watch.
    let looks: [Watch.Look]
    /// The comparisons of which it is a least absolute value that is 0 but for rounding, or that leave 0 there.
    var touching: Set<Comparison> = []

    func value(_ comparison: Comparison) -> Double { looks[comparison.watch].differences[comparison.index] }
    var hasHappened: Bool { looks.contains(where: \.hasHappened) }
  }

  struct Event {
    /// Time since the start of the step.
    let part: Double
    /// The watches that happen.
    let watches: [Int]
    /// The comparisons that change their sign, with a value before.
    let crossed: [(comparison: Comparison, before: Double)]
    /// Whether the event shows in the conditions alone, not in a comparison.
    let isOfConditions: Bool

    /// Whether the event is over at a later moment.
    func isPassed(_ looks: [Watch.Look]) -> Bool {
      if isOfConditions { return looks.contains(where: \.hasHappened) }
      let sample = Sample(part: part, looks: looks)
      return crossed.allSatisfy { Sign(sample.value($0.comparison)) != Sign($0.before) }
    }
  }

  enum Sign {
    case negative, zero, positive, none

    init(_ value: Double) {
      self = value > 0 ? .positive : value < 0 ? .negative : value == 0 ? .zero : .none
    }
  }

  /// None of them has happened at the start of the step.
  private let watches: [Watch]
  private let size: Double
  /// How narrow the bracket of a root gets.
  private let precision: Double
  /// In rising order, the first at the start of the step, the last at its end.
  private(set) var samples: [Sample]

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

  /// - Parameter leaving: the comparisons that are 0 at the start, where the first sample has their sign from then on.
  init(
    _ watches: [Watch], size: Double, precision: Double, samples: [(part: Double, looks: [Watch.Look])],
    leaving: Set<Comparison>
  ) {
    self.watches = watches
    self.size = size
    self.precision = precision
    self.samples = samples.map { Sample(part: $0.part, looks: $0.looks) }
    self.samples[0].touching = leaving
  }

  // MARK: Between samples

  private var gaps: Range<Int> { 0..<(samples.count - 1) }

  /// The comparisons of a watch, and its turning points.
  private func comparisons(of watch: Int) -> [Comparison] {
    (0..<watches[watch].comparisonCount).map { Comparison(watch: watch, index: $0) }
  }

  private func isTurningPoint(_ comparison: Comparison) -> Bool {
    watches[comparison.watch].turningPoints.contains(comparison.index)
  }

  /// A turning point that changes its sign in a gap that is wider than its root is known.
  private func turningPoint(in gap: Int) -> Comparison? {
    guard samples[gap + 1].part - samples[gap].part > 2 * precision else { return nil }
    return watches.indices.lazy.flatMap(comparisons).first {
      isTurningPoint($0) && samples[gap].value($0) * samples[gap + 1].value($0) < 0
    }
  }

  /// The watches that may happen between a sample and the next one.
  private func watches(in gap: Int) -> [Int] {
    watches.indices.filter { watch in
      samples[gap + 1].looks[watch].hasHappened
        || watches[watch].canHappen(for: comparisons(of: watch).map { range($0, in: gap) })
    }
  }

  /// All values that a comparison may have in a gap.
  private func range(_ comparison: Comparison, in gap: Int) -> ClosedRange<Double> {
    guard let range = interpolant(comparison, in: gap)?.range else { return -Double.infinity...Double.infinity }
    let margin = EventLocator.rounding * largestSize(comparison)
    return (range.lowerBound - margin)...(range.upperBound + margin)
  }

  private func changesSign(_ comparison: Comparison, in gap: Int) -> Bool {
    Sign(samples[gap].value(comparison)) != Sign(samples[gap + 1].value(comparison))
  }

  /// A comparison through five samples around a gap; nil where it is not finite.
  private func interpolant(_ comparison: Comparison, in gap: Int) -> EventInterpolant? {
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
      nodes.map { (samples[$0].part, samples[$0].value(comparison)) },
      over: samples[gap].part...samples[gap + 1].part)
  }

  /// Where to look in a gap because a comparison that has the same sign at both ends may come to 0 in between; nil if none may.
  private func doubtfulPlace(in gap: Int) -> (place: Double, comparison: Comparison)? {
    let (low, high) = (samples[gap].part, samples[gap + 1].part)
    let width = high - low
    guard width > EventLocator.shortestGap * size else { return nil }
    for comparison in watches(in: gap).flatMap(comparisons) where !changesSign(comparison, in: gap) {
      let sign = Sign(samples[gap].value(comparison))
      guard sign == .positive || sign == .negative, !samples[gap].touching.contains(comparison),
        !samples[gap + 1].touching.contains(comparison), let interpolant = interpolant(comparison, in: gap)
      else { continue }
      let least = interpolant.least(times: sign == .positive ? 1 : -1)
      let largest = largestSize(comparison)
      guard least.value - interpolant.error <= EventLocator.rounding * largest else { continue }
      if least.isInside {
        let margin = 1e-3 * width
        return (min(max(least.place, low + margin), high - margin), comparison)
      }
      if interpolant.error > 1e-6 * largest, width > EventLocator.shortestUnresolvedGap * size {
        return (low + 0.5 * width, comparison)
      }
    }
    return nil
  }

  private func largestSize(_ comparison: Comparison) -> Double {
    samples.reduce(0) { max($0, abs($1.value(comparison))) }
  }

  /// Whether there may be an event, so that it is worth looking more closely.
  var mayHaveEvent: Bool {
    gaps.contains { gap in
      samples[gap + 1].hasHappened || doubtfulPlace(in: gap) != nil
        || watches(in: gap).flatMap(comparisons).contains { changesSign($0, in: gap) }
    }
  }

  // MARK: The search

  /// The first event; nil if there is none.
  ///
  /// - Parameter look: what the watches are after a part of the step; nil if the solution cannot be found there.
  mutating func firstEvent(_ look: (Double) throws -> [Watch.Look]?) throws -> Event? {
    var (gap, left, turns) = (0, EventLocator.mostSamples, EventLocator.mostTurns)
    while gap + 1 < samples.count {
      if turns > 0, let turningPoint = turningPoint(in: gap) {
        turns -= 1
        if try addSamples(around: turningPoint, in: gap, look) { continue }
      }
      if left > 0, let (place, comparison) = doubtfulPlace(in: gap) {
        guard let looks = try look(place) else {
          left = 0
          continue
        }
        left -= 1
        var sample = Sample(part: place, looks: looks)
        let value = abs(sample.value(comparison))
        if value <= EventLocator.rounding * largestSize(comparison) { sample.touching = [comparison] }
        samples.insert(sample, at: gap + 1)
        continue
      }
      if let event = try event(in: gap, look) { return event }
      gap += 1
    }
    return nil
  }

  /// Adds samples on both sides of the first root of a turning point in a gap.
  ///
  /// - Returns: whether there are more samples than before.
  private mutating func addSamples(
    around turningPoint: Comparison, in gap: Int, _ look: (Double) throws -> [Watch.Look]?
  ) throws -> Bool {
    var inner = [samples[gap], samples[gap + 1]]
    let root = try root(of: turningPoint, from: 0, &inner, look)
    guard let after = inner.firstIndex(where: { $0.part >= root.part }), after > 0 else { return false }
    // What comes to 0 there touches it, or crosses it at the same time.
    let reached = inner[after]
    inner[after].touching = Set(
      comparisons(of: turningPoint.watch).filter { comparison in
        !isTurningPoint(comparison)
          && abs(reached.value(comparison)) <= EventLocator.rounding * largestSize(comparison)
      })
    var added = [inner[after - 1], inner[after]]
    if after == 1 { added.removeFirst() }
    if after == inner.count - 1 { samples[gap + 1] = added.removeLast() }
    samples.insert(contentsOf: added, at: gap + 1)
    return !added.isEmpty
  }

  /// A change of sign of a comparison.
  private struct Root {
    let comparison: Comparison
    /// Just after it.
    let part: Double
    let before: Double
    let after: Double
    /// Whether the comparison is 0 in between.
    let isContinuous: Bool
  }

  /// The first event in a gap, in which each comparison changes its sign once, or keeps it.
  private func event(in gap: Int, _ look: (Double) throws -> [Watch.Look]?) throws -> Event? {
    let (start, end) = (samples[gap], samples[gap + 1])
    var inner = [start, end]
    let possible = watches(in: gap)
    var roots: [Root] = []
    for comparison in possible.flatMap(comparisons)
    where changesSign(comparison, in: gap) && !isTurningPoint(comparison) {
      try addRoots(of: comparison, &inner, to: &roots, look)
    }
    roots.sort { $0.part < $1.part }
    var values = start.looks.map(\.differences)
    func happened() -> [Int] { possible.filter { watches[$0].hasHappened(for: values[$0]) } }
    func set(_ comparison: Comparison, _ value: Double) { values[comparison.watch][comparison.index] = value }
    while let first = roots.first {
      // Roots that are as near as they are known are one.
      let group = roots.prefix { $0.part - first.part <= 2 * precision }
      roots.removeFirst(group.count)
      let crossed = group.map { (comparison: $0.comparison, before: $0.before) }
      for root in group { set(root.comparison, root.isContinuous ? 0 : root.after) }
      var found = happened()
      for root in group { set(root.comparison, root.after) }
      if found.isEmpty { found = happened() }
      if !found.isEmpty {
        return Event(part: group[group.endIndex - 1].part, watches: found, crossed: crossed, isOfConditions: false)
      }
    }
    if !end.touching.isEmpty {
      for comparison in end.touching { set(comparison, 0) }
      let found = happened()
      if !found.isEmpty { return Event(part: end.part, watches: found, crossed: [], isOfConditions: false) }
    }
    guard end.hasHappened else { return nil }
    return try eventOfConditions(start, end, look)
  }

  /// Finds the changes of sign of a comparison in a gap: one, or two if it is exactly 0 in between.
  ///
  /// - Parameter inner: the samples in the gap; those that are taken here join them.
  private func addRoots(
    of comparison: Comparison, _ inner: inout [Sample], to roots: inout [Root],
    _ look: (Double) throws -> [Watch.Look]?
  ) throws {
    var start = 0
    let end = Sign(inner[inner.count - 1].value(comparison))
    while Sign(inner[start].value(comparison)) != end {
      let sign = Sign(inner[start].value(comparison))
      // It leaves 0 where it has come to it.
      let near = inner[start].part + precision
      if sign == .zero, near < inner[inner.count - 1].part, let looks = try look(near) {
        insert(Sample(part: near, looks: looks), into: &inner)
      }
      roots.append(try root(of: comparison, from: start, &inner, look))
      start = inner.lastIndex { $0.part <= roots[roots.count - 1].part } ?? start
    }
  }

  private func insert(_ sample: Sample, into samples: inout [Sample]) {
    samples.insert(sample, at: samples.firstIndex { $0.part > sample.part } ?? samples.count)
  }

  /// The first change of the sign that a comparison has at a sample.
  private func root(
    of comparison: Comparison, from start: Int, _ inner: inout [Sample], _ look: (Double) throws -> [Watch.Look]?
  ) throws -> Root {
    let sign = Sign(inner[start].value(comparison))
    let next = inner[start...].firstIndex { Sign($0.value(comparison)) != sign } ?? inner.count - 1
    var (before, after) = (inner[next - 1].value(comparison), inner[next].value(comparison))
    /// Positive after the root.
    func margin(_ value: Double) -> Double { sign == .negative ? value : -value }
    var search = RootBracket(
      low: inner[next - 1].part, margin(before), high: inner[next].part, margin(after), precision: precision)
    let size = abs(inner[start].value(comparison)) + abs(inner[inner.count - 1].value(comparison))
    while let part = search.next {
      guard let looks = try look(part) else {
        search.add(part, hasHappened: false, margin: .nan)
        continue
      }
      let sample = Sample(part: part, looks: looks)
      let value = sample.value(comparison)
      let isAfter = Sign(value) != sign
      if isAfter { after = value } else { before = value }
      search.add(part, hasHappened: isAfter, margin: margin(value))
      insert(sample, into: &inner)
    }
    return Root(
      comparison: comparison, part: search.high, before: before, after: after,
      isContinuous: abs(before) + abs(after) <= 1e-3 * size)
  }

  /// Where a condition comes true, although no comparison changes its sign in a way that explains it.
  private func eventOfConditions(
    _ start: Sample, _ end: Sample, _ look: (Double) throws -> [Watch.Look]?
  ) throws -> Event {
    var last = end
    var search = RootBracket(low: start.part, .nan, high: end.part, .nan, precision: precision)
    while let part = search.next {
      let sample = try look(part).map { Sample(part: part, looks: $0) }
      if let sample, sample.hasHappened { last = sample }
      search.add(part, hasHappened: sample?.hasHappened ?? false, margin: .nan)
    }
    let found = watches.indices.filter { last.looks[$0].hasHappened }
    return Event(part: search.high, watches: found, crossed: [], isOfConditions: true)
  }
}
