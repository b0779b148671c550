import Fields
import Glibc

/// What was found of steady states in a step that was attempted.
struct SteadyLook {
  struct Span {
    /// Time at which the state began to be steady, possibly before the step.
    let begin: Double
    /// Times since the start of the step.
    let parts: ClosedRange<Double>
    let reachesEnd: Bool
  }

  /// Of each condition.
  let spans: [[Span]]
  let step: Clock.Step
  let change: StopMemory.Change
  let sizes: [Double]
  /// See `StopMemory`.
  var toleratedRate: Double?
  /// The rate of the equations at the end of the step, where it is above a limit that the mean over the step is within, and nothing
  /// explains that.
  var unexplainedRate: Double?
}

/// When a steady state begins and ends.
///
/// A state is steady while `max_i RMS(∂u_i/∂t)/RMS(u_i)` is within the limit, at each time, with `∂u/∂t` from the equations
/// (`RatesOfChange`). The mean rate of change over each step, which takes no evaluation, says whether that has to be looked at.
extension StopConditions {
  var hasSteadyStates: Bool { conditions.contains { if case .steady = $0.kind { true } else { false } } }

  /// Takes note that the solution has jumped.
  package func restart() {
    memory.steadySince = conditions.map { _ in nil }
    memory.latestChange = nil
    memory.toleratedRate = nil
    (memory.unrest, memory.began) = (nil, nil)
  }

  /// Looks into a step that was tried.
  ///
  /// - Returns: the first time inside of it at which a steady state has lasted for long enough; nil if there is none.
  func firstSteadyState(in attempted: AttemptedStep) throws -> LocatedEvent? {
    steadyLook = nil
    guard hasSteadyStates else { return nil }
    let look = try find(in: attempted)
    steadyLook = look
    let step = attempted.step
    let first = zip(conditions, look.spans).flatMap { condition, spans -> [Double] in
      guard case .steady(_, let duration) = condition.kind else { return [] }
      return spans.compactMap { span in
        let last = span.begin + duration
        guard last - step.start <= span.parts.upperBound, !DoseTimes.isReached(last, at: step.start),
          !DoseTimes.isReached(step.end, at: last)
        else { return nil }
        return last
      }
    }.min()
    return first.map {
      LocatedEvent(part: $0 - step.start, time: $0, names: [], isPassed: { _, _ in true })
    }
  }

  /// Takes note since when the solution has been steady at the end of a step that counts, which is the one that was attempted or
  /// the first part of it.
  func noteSteadyStates(at state: FieldSet, before: FieldSet, from start: Double, to end: Double) {
    guard let look = steadyLook, look.step.start == start else { return }
    steadyLook = nil
    let isWhole = look.step.end == end
    let (change, sizes) = isWhole ? (look.change, look.sizes) : change(of: state, before: before, from: start, to: end)
    memory.largestSizes = zip(memory.largestSizes, sizes).map { max($0, $1) }
    memory.steadySince = look.spans.map { spans in
      spans.last {
        $0.parts.lowerBound <= end - start && (end - start <= $0.parts.upperBound || isWhole && $0.reachesEnd)
      }?
      .begin
    }
    memory.latestChange = change
    noteUnrest(look, change, from: start, to: end)
    memory.toleratedRate = memory.steadySince.contains { $0 != nil } ? look.toleratedRate : nil
  }

  // MARK: Where to look

  /// One looks at the rates at the end of a step whenever its number is a multiple of this.
  private static let interval = 64
  /// A mean rate of change that falls to not less than this share of it in a step changes slowly.
  ///
  /// Then one looks where it is as near the limit, else from twice the limit on.
  private static let slow = 0.9

  private func find(in attempted: AttemptedStep) throws -> SteadyLook {
    let step = attempted.step
    let (change, sizes) = change(of: attempted.end, before: attempted.start, from: step.start, to: step.end)
    func look(_ spans: [[SteadyLook.Span]], _ tolerated: Double?) -> SteadyLook {
      SteadyLook(
        spans: spans, step: step, change: change, sizes: sizes, toleratedRate: tolerated,
        unexplainedRate: unexplained)
    }
    var search = RateSearch(self, attempted)
    var tolerated = memory.toleratedRate
    var unexplained: Double?
    let earlier = memory.latestChange
    func isCalm(_ limit: Double) -> Bool {
      earlier.map { change.rate <= max($0.rate, StopConditions.farBelow * limit) } ?? false
    }
    // Where a step changes little, so does what is inside of it.
    let isSlow = earlier.map { change.rate <= $0.rate && change.rate >= StopConditions.slow * $0.rate } ?? false
    let (caution, near) = isSlow ? (StopConditions.slow, 1 / StopConditions.slow) : (0.8, 2)
    let expected = caution * change.rate * fallen(change, since: earlier, in: step.size)
    let quiet = isSlow ? StopConditions.slow : StopConditions.farBelow
    let isOnTurn = attempted.number.isMultiple(of: StopConditions.interval)
    let spans = try zip(conditions, memory.steadySince).map { condition, since -> [SteadyLook.Span] in
      guard case .steady(let limit, let duration) = condition.kind else { return [] }
      func begin(_ lower: Double) -> Double {
        // At the end of the step before it was not known to be steady.
        lower > 0 ? step.start + lower : since ?? fall(to: limit, change).map { min($0, step.start) } ?? step.start
      }
      let whole = [SteadyLook.Span(begin: begin(0), parts: 0...step.size, reachesEnd: true)]
      let mean = [
        SteadyLook.Span(begin: since ?? fall(to: limit, change) ?? step.start, parts: 0...step.size, reachesEnd: true)
      ]
      guard attempted.rates != nil else { return change.rate <= limit ? mean : [] }
      func spans() throws -> [SteadyLook.Span] {
        try search.spans(within: limit, lasting: duration).map {
          .init(begin: begin($0.lowerBound), parts: $0, reachesEnd: $0.upperBound >= step.size)
        }
      }
      let isMeanWithin = change.rate <= max(limit, since.flatMap { _ in tolerated } ?? 0)
      // What turns within a long step can exceed the limit, and change little from its start to its end.
      let isShort = SteadySpans.isShort(step.size, forStatesLasting: duration)
      if let since {
        // What may end the run here is looked at in any case.
        let isOver = DoseTimes.isReached(since + duration, at: step.end)
        if isShort, change.rate <= quiet * limit, isCalm(limit), !isOnTurn, !isOver { return whole }
      } else if !(min(expected, change.rate / near) <= limit) {
        return []
      }
      let rate = try search.rateAtEnd()
      if rate <= limit {
        let start = try search.rateAtStart()
        if isShort, since != nil, (isSlow ? 1.005 : 1.03) * peak(start, rate, mean: change.rate) <= limit {
          return whole
        }
        let found = try spans()
        // A splitting may leave the limit inside of a step alone.
        guard isMeanWithin, start <= limit, found.count != 1 || found[0].parts != 0...step.size,
          try search.isExplained(in: .wholeStep, limit: limit)
        else { return found }
        return mean
      }
      guard isMeanWithin else {
        return try since.map { $0 + duration < step.end } ?? false ? spans() : []
      }
      // The rates of the equations say something else than what has become of the solution.
      let isKnown = since != nil && !isOnTurn && rate <= tolerated ?? 0
      guard try isKnown || search.isExplained(in: .secondHalf, limit: limit) else {
        if attempted.rates?.dependsOnTime == false { unexplained = rate }
        return []
      }
      if !isKnown { tolerated = max(tolerated ?? 0, StopConditions.margin * rate) }
      return mean
    }
    return look(spans, tolerated)
  }

  /// They need not be looked at in a steady state where the mean rate falls and is less than the limit times this.
  private static let farBelow = 0.25

  /// The highest value of the parabola with given values at both ends of a step and a given mean.
  private func peak(_ start: Double, _ end: Double, mean: Double) -> Double {
    let (rise, bend) = (end - start, 6 * (mean - 0.5 * (start + end)))
    guard bend > abs(rise) else { return max(start, end) }
    let place = 0.5 + 0.5 * rise / bend
    return start + rise * place + bend * place * (1 - place)
  }

  /// By how much the rates of the equations may exceed those at the beginning of a steady state.
  private static let margin = 2.0

  /// By which factor the mean rate of change is expected to fall from the middle of a step to its end, at most.
  private func fallen(_ change: StopMemory.Change, since earlier: StopMemory.Change?, in size: Double) -> Double {
    guard let earlier else { return 0 }
    guard earlier.rate > change.rate, change.time > earlier.time else { return 1 }
    return pow(change.rate / earlier.rate, 2 * size / (change.time - earlier.time))
  }

  /// When the mean rate of change has fallen to a limit, between the middle of the step before and that of the present one.
  private func fall(to limit: Double, _ change: StopMemory.Change) -> Double? {
    guard let earlier = memory.latestChange, earlier.rate.isFinite, change.rate > 0, change.rate < earlier.rate,
      earlier.rate > limit, limit > 0
    else { return nil }
    return earlier.time + (change.time - earlier.time) * log(earlier.rate / limit) / log(earlier.rate / change.rate)
  }

  // MARK: Rates

  /// The largest over fields of `RMS(u − u_before)/(Δt RMS(u))`, a size below 1e-6 of the largest that the field has had
  /// counting as that; and the sizes.
  private func change(
    of state: FieldSet, before: FieldSet, from start: Double, to end: Double
  ) -> (change: StopMemory.Change, sizes: [Double]) {
    let found = (0..<state.count).map {
      state.errorSizes($0, against: before, old: before, volumes: volumes, pool: pool)
    }
    let rate = relative(found.map { ($0.difference / (end - start), $0.value) })
    return (StopMemory.Change(time: 0.5 * (start + end), rate: rate), found.map(\.value))
  }

  /// The largest of the rates of the fields relative to their sizes.
  func relative(_ fields: [(rate: Double, size: Double)]) -> Double {
    zip(fields, memory.largestSizes).reduce(0.0) { worst, next in
      let ((rate, value), largest) = next
      let size = max(value, 1e-6 * max(largest, value))
      let relative = rate == 0 ? 0 : rate / size
      return relative > worst || relative.isNaN ? relative : worst
    }
  }

  /// A set to work with, in memory that is there from the first time on.
  func steadySet(_ name: String, like state: FieldSet) throws -> FieldSet {
    let set = try steadySets[name] ?? FieldSet(grid: state.grid, count: state.count)
    steadySets[name] = set
    return set
  }
}
