import Fields
import Rates

/// Rates of change inside of a step that was attempted.
struct RateSearch {
  private let stops: StopConditions
  private let attempted: AttemptedStep
  private var foundAtStart, foundAtEnd: Double?
  /// Samples of the rates of the equations.
  private var samples: [SteadySpans.Sample]?

  init(_ stops: StopConditions, _ attempted: AttemptedStep) {
    (self.stops, self.attempted) = (stops, attempted)
  }

  /// Parts of the step at which one looks first.
  private static let quarters = [0, 0.25, 0.5, 0.75, 1.0]

  mutating func rateAtEnd() throws -> Double {
    let rate = try foundAtEnd ?? rate(after: attempted.size) ?? .infinity
    foundAtEnd = rate
    return rate
  }

  mutating func rateAtStart() throws -> Double {
    let rate = try foundAtStart ?? rate(after: 0) ?? .infinity
    foundAtStart = rate
    return rate
  }

  /// The spans in which the rate is within a limit.
  mutating func spans(within limit: Double, lasting duration: Double) throws -> [ClosedRange<Double>] {
    let found =
      try samples
      ?? RateSearch.quarters.compactMap { share in
        let part = share * attempted.size
        let rate = try share == 0 ? rateAtStart() : share == 1 ? rateAtEnd() : rate(after: part)
        return rate.map { .init(part: part, rate: $0) }
      }
    samples = found
    var search = SteadySpans(
      found, precision: max(1e-12 * attempted.size, 2 * max(attempted.step.start.ulp, attempted.step.end.ulp)))
    return try search.within(limit, lasting: duration) { try rate(after: $0) }
  }

  /// The rate after a part of the step; nil if the solution cannot be found there.
  private func rate(after part: Double) throws -> Double? {
    let rates = try stops.steadySet("rates", like: attempted.end)
    guard let state = try setRates(rates, after: part) else { return nil }
    return stops.relative(
      (0..<state.count).map { field in
        let sizes = rates.errorSizes(field, against: rates, old: state, volumes: stops.volumes, pool: stops.pool)
        return (sizes.value, sizes.old)
      })
  }

  /// - Returns: the state there, which is gone with the next call.
  private func setRates(_ target: FieldSet, after part: Double) throws -> FieldSet? {
    guard let rates = attempted.rates else { return nil }
    let (isStart, isEnd) = (part == 0, part == attempted.size)
    guard let state = isStart ? attempted.start : isEnd ? attempted.end : try attempted.state(part) else { return nil }
    let time = isStart ? attempted.sides.start : isEnd ? attempted.sides.end : attempted.step.start + part
    do throws(NumericalFailure) {
      try rates.evaluate(state, time: time, span: isStart ? attempted.size : -part, into: target)
    } catch {
      return nil
    }
    return state
  }

  // MARK: Defects

  /// Whether the rates of the equations exceed the change of the solution in a step for a reason that is no movement.
  ///
  /// One is the rounding of large terms that cancel: what has become of the solution in each quarter is within the limit then. The other is the
  /// error of a splitting: its steady state is one of its steps, not of the equations. It shows as the defect
  ///
  ///     d = ∫ ∂u/∂t dt/h − (u_new − u)/h,
  ///
  /// by the rule of Boole, which is 0 for the solution of the equations, however it moves. Where it is larger than the error of that rule, rates
  /// that are not much larger than `d` say nothing.
  ///
  /// - Parameter part: of the step, whose rates are to be explained; in the first half a movement may come to its end.
  /// - Precondition: the mean rate of change in the step is within the limit.
  func isExplained(in part: Explained, limit: Double) throws -> Bool {
    // What is driven in time has no steady state of a splitting, and its phases can agree with those of the steps.
    if attempted.rates?.dependsOnTime ?? false { return false }
    let end = attempted.end
    let rates = try stops.steadySet("rates", like: end)
    let (defect, spread) = (try stops.steadySet("defect", like: end), try stops.steadySet("spread", like: end))
    let before = try stops.steadySet("before", like: end)
    let (quarter, fields) = (0.25 * attempted.size, 0..<end.count)
    func relative(_ sizes: (_ field: Int) -> (rate: Double, size: Double)) -> Double {
      stops.relative(fields.map(sizes))
    }
    func sizes(_ set: FieldSet, _ field: Int, against other: FieldSet, old: FieldSet) -> FieldSet.ErrorSizes {
      set.errorSizes(field, against: other, old: old, volumes: stops.volumes, pool: stops.pool)
    }
    var changes: [Double] = []
    var found: [Double] = []
    for (index, share) in RateSearch.quarters.enumerated() {
      guard let state = try setRates(rates, after: share * attempted.size) else { return false }
      let (boole, simpson) = ([7.0, 32, 12, 32, 7][index] / 90, [1.0, 0, 4, 0, 1][index] / 6)
      for field in fields {
        let (sum, other) = index == 0 ? ([], []) : ([(1.0, defect)], [(1.0, spread)])
        defect.setField(field, toSumOf: sum + [(boole, rates)], pool: stops.pool)
        spread.setField(field, toSumOf: other + [(boole - simpson, rates)], pool: stops.pool)
      }
      found.append(
        relative { field in
          let sizes = sizes(rates, field, against: rates, old: state)
          return (sizes.value, sizes.old)
        })
      if index > 0 {
        changes.append(
          relative { field in
            let sizes = sizes(state, field, against: before, old: before)
            return (sizes.difference / quarter, sizes.value)
          })
      }
      before.copy(from: state, pool: stops.pool)
    }
    if changes.allSatisfy({ $0 <= limit }), found[4] > RateSearch.unexplained * changes[3] { return true }
    for field in fields {
      defect.setField(
        field,
        toSumOf: [(1, defect), (-1 / attempted.size, end), (1 / attempted.size, attempted.start)], pool: stops.pool)
    }
    let error = relative { field in
      let (defect, spread) = (
        sizes(defect, field, against: defect, old: spread), sizes(end, field, against: end, old: end)
      )
      return (max(0, defect.value - RateSearch.significance * defect.old), spread.value)
    }
    guard error > 0,
      found.suffix(part == .wholeStep ? 5 : 3).allSatisfy({ $0 <= limit + RateSearch.most * error })
    else { return false }
    // What moves in time with the quarters of the step is no defect.
    return try RateSearch.others.allSatisfy { share in
      guard let state = try setRates(rates, after: share * attempted.size) else { return false }
      let distance = relative { field in
        let sizes = sizes(rates, field, against: defect, old: state)
        return (sizes.difference, sizes.old)
      }
      return distance <= limit + RateSearch.farthest * error
    }
  }

  enum Explained { case wholeStep, secondHalf }

  /// A rate that exceeds the change in the last quarter of a step by this factor is not its cause.
  private static let unexplained = 3.0
  /// How many times as large as the difference between two rules of integration a defect is at least.
  ///
  /// Of what decays exponentially it is at most 0.88 times that.
  private static let significance = 1.5
  /// By how many times the defect rates may exceed the limit.
  private static let most = 4.0
  /// Parts of a step that have no common measure with the quarters, and how far, in defects, the rates there may be from the defect.
  private static let (others, farthest) = ([0.381966, 0.828427], 1.5)
}
