import Glibc

/// Finds the spans of a step in which the rate of change of the solution is within a limit.
///
/// The logarithm `g` of the rate over the limit is sampled along the step. Between two samples of different sign there is a root,
/// found as in `RootBracket`. Between two of the same sign the polynomial of degree 4 through five samples says whether `g` may come to
/// 0, and where one has to look, as in `ConditionSearch`.
struct SteadySpans {
  struct Sample {
    /// Time since the start of the step.
    let part: Double
    /// 1 / time.
    let rate: Double
    /// Whether it is an end of a span.
    var isRoot = false
  }

  private let precision: Double
  /// In rising order, the first at the start of the step, the last at its end.
  private(set) var samples: [Sample]

  /// Most samples besides those that are given, for spans that show at none of them.
  private static let mostSamples = 16
  /// Samples are not closer than this share of the step.
  private static let shortestGap = 1e-6
  /// In as many parts one looks at the time for which a state has to be steady, and at most at so many places in one step.
  private static let (parts, mostPlaces) = (8.0, 128)
  /// The least logarithm: what is less says no more of how the rate goes on.
  private static let least = -40.0

  /// Whether a step is no longer than the distance of two places at which one looks.
  static func isShort(_ size: Double, forStatesLasting duration: Double) -> Bool { size <= duration / parts }

  /// - Parameter precision: of the ends of spans.
  init(_ samples: [Sample], precision: Double) {
    self.samples = samples
    self.precision = precision
  }

  /// The spans in which the rate is within a limit, as times since the start of the step.
  ///
  /// - Parameters:
  ///   - duration: for which it has to be. It is sampled at eighths of that. Spans that are shorter, and begin and end between two
  ///     neighboring samples, may be left out.
  ///   - rate: that after a part of the step; nil if it cannot be found there.
  mutating func within(
    _ limit: Double, lasting duration: Double, _ rate: (Double) throws -> Double?
  ) rethrows -> [ClosedRange<Double>] {
    var spans: [ClosedRange<Double>] = []
    var begin = samples[0].rate <= limit ? samples[0].part : nil
    var (gap, doubts, places) = (0, SteadySpans.mostSamples, SteadySpans.mostPlaces)
    while gap + 1 < samples.count {
      if doubts > 0, let place = doubtfulPlace(in: gap, limit, duration), let found = try rate(place) {
        samples.insert(Sample(part: place, rate: found), at: gap + 1)
        doubts -= 1
        continue
      }
      let (low, high) = (samples[gap], samples[gap + 1])
      let isWithin = high.rate <= limit
      if let begin, places > 0, low.part < begin + duration {
        let place = low.part + duration / SteadySpans.parts
        if place < high.part - precision, place > low.part, let found = try rate(place) {
          samples.insert(Sample(part: place, rate: found), at: gap + 1)
          places -= 1
          continue
        }
      }
      if (low.rate <= limit) != isWithin {
        let root = try root(low, high, limit, rate)
        if let start = begin { spans.append(start...max(start, root.low)) }
        begin = isWithin ? root.high : nil
        if root.high < high.part {
          // On the side of the limit on which it has just come.
          samples.insert(Sample(part: root.high, rate: isWithin ? limit : limit.nextUp, isRoot: true), at: gap + 1)
        }
      }
      gap += 1
    }
    if let begin { spans.append(begin...max(begin, samples[samples.count - 1].part)) }
    return spans
  }

  private func excess(_ sample: Sample, _ limit: Double) -> Double {
    max(log(sample.rate / limit), SteadySpans.least)
  }

  /// Where to look in a gap because the rate may cross the limit in it twice; nil if it does not.
  private func doubtfulPlace(in gap: Int, _ limit: Double, _ duration: Double) -> Double? {
    let (low, high) = (samples[gap], samples[gap + 1])
    let width = high.part - low.part
    let isWithin = low.rate <= limit
    guard isWithin == (high.rate <= limit), isWithin || width >= duration,
      width > SteadySpans.shortestGap * samples[samples.count - 1].part
    else { return nil }
    // The nearest ones first: the last one gives the term by which the error is estimated.
    let others = samples.indices.filter { $0 != gap && $0 != gap + 1 }
      .sorted { abs(samples[$0].part - low.part - 0.5 * width) < abs(samples[$1].part - low.part - 0.5 * width) }
    let nodes = ([gap, gap + 1] + others.prefix(3)).map { samples[$0] }
    guard nodes.count > 2,
      let interpolant = EventInterpolant(
        nodes.map { ($0.part, excess($0, limit)) }, over: low.part...high.part)
    else { return nil }
    let least = interpolant.least(times: isWithin ? -1 : 1)
    guard least.value - interpolant.error <= 0 else { return nil }
    let margin = 0.1 * width
    if least.isInside { return min(max(least.place, low.part + margin), high.part - margin) }
    return low.isRoot || high.isRoot ? nil : low.part + 0.5 * width
  }

  /// Both ends of the bracket of a root.
  private func root(
    _ low: Sample, _ high: Sample, _ limit: Double, _ rate: (Double) throws -> Double?
  ) rethrows -> (low: Double, high: Double) {
    let falls = high.rate <= limit
    /// Positive after the root.
    func margin(_ rate: Double) -> Double { falls ? log(limit / rate) : log(rate / limit) }
    var bracket = RootBracket(
      low: low.part, margin(low.rate), high: high.part, margin(high.rate), precision: precision)
    try bracket.narrow { part in
      guard let found = try rate(part) else { return (false, .nan) }
      return ((found <= limit) == falls, margin(found))
    }
    return (bracket.low, bracket.high)
  }
}
