import Fields
import Operators
import Rates

extension ExponentialStepper {
  /// How much more what both solutions miss counts than the difference between them.
  ///
  /// That is the error of the less accurate one, some ten times that of the other, which is kept; what both miss is the
  /// error itself. So a tolerance means the same for all.
  static let weightOfMissed = 10.0

  /// The largest of what is known about the error of a step: the difference from the embedded solution; what both
  /// solutions miss of rates that follow a fast decay, and of rates that depend on time itself; values below 0.
  ///
  /// - Parameters:
  ///   - state: the new solution.
  ///   - stages: of the step; rates at stages that the solution inside of the step does not need may be lost.
  func estimate(
    of state: FieldSet, from time: Double, by step: Double, _ stages: Stages, _ measure: ErrorMeasure
  ) throws(NumericalFailure) -> ErrorEstimate {
    let (start, end, weights) = (stages.start, stages.end, scheme.error.weights.own)
    let (a, b) = (stages.rates(plan.error.of), stages.rates(plan.error.minus))
    let sizes = (0..<state.count).map { field in
      if let sizes = parts.errorSizes(
        field, new: end.solution.set, old: start.solution.set, rates: a, b, weights: weights, step: step)
      {
        return sizes
      }
      // The embedded solution is the new one less its error.
      let factor = parts.factor(field, weights: weights, step: step)
      spare.setField(field, toSumOf: [(1, end.solution.set), (-factor, a), (factor, b)])
      return measure.sizes(field, of: end.solution.set, against: spare, from: start.solution.set)
    }
    let missed = plan.middle.map {
      parts.transientErrors(
        of: end.solution.set, start: start.rates.set, middle: (stages.rates($0.slot), $0.scale), end: end.rates.set,
        step: step, isAfterJump: measure.isAfterJump)
    }
    let found = measure.errors(sizes, during: step)
    let work = plan.spare(keepsLast: true).map { stages.slots[$0 - 1] } ?? sets.take()
    let forced =
      ratesOfTime != nil || parts.hasChangingSides
      ? try ExponentialStepper.forcingErrors(
        ratesOfTime, of: state, from: time, by: step, measure, sum: spare, work: work.set
      ) { parts.addMissedSides(to: spare, from: time, by: step) } : nil
    return ExponentialStepper.worst(
      found, missed: missed ?? sizes.map { _ in 0 }, forced, of: state, nonNegative: nonNegative,
      during: step, measure, scheme.accumulation)
  }

  /// The worst of what is known about the error of a step of an exponential method.
  ///
  /// - Parameter missed: of each field what both solutions miss, relative to its size.
  static func worst(
    _ found: FieldErrors, missed: [Double], _ forced: FieldErrors?, of state: FieldSet, nonNegative: [Int],
    during step: Double, _ measure: ErrorMeasure, _ accumulation: ErrorAccumulation
  ) -> ErrorEstimate {
    let relative = measure.errors(relative: missed.map { weightOfMissed * $0 }, found.sizes)
    let sizes = forced?.sizes ?? found.sizes
    let worst = [found.values, relative, forced?.values].compactMap(\.self)
      .map { measure.worst(of: $0, during: step, accumulating: accumulation) }
      .reduce(StepError(value: 0, field: 0)) { $0.maximum(with: $1) }
      .maximum(with: measure.negativityError(of: state, in: nonNegative, sizes))
    return ErrorEstimate(error: worst, sizes: sizes, estimator: measure.estimator)
  }

  /// Of each field what Simpson's rule misses of rates, and of what is given at the sides, that depend on time itself: its difference from
  /// the composite rule of twice as many parts, `h/12 (f₀ − 4 f₁ + 6 f₂ − 4 f₃ + f₄)` at the quarters of the step, the solution being that
  /// at its end.
  ///
  /// - Parameters:
  ///   - sum: becomes the new solution with what is missed added to it.
  ///   - work: written over.
  ///   - addOthers: adds to `sum` what else is missed.
  static func forcingErrors(
    _ ratesOfTime: FieldRates?, of state: FieldSet, from time: Double, by step: Double, _ measure: ErrorMeasure,
    sum: FieldSet, work: FieldSet, addOthers: () -> Void = {}
  ) throws(NumericalFailure) -> FieldErrors {
    sum.copy(from: state)
    addOthers()
    for (quarter, weight) in [1.0, -4, 6, -4, 1].enumerated() {
      guard let ratesOfTime else { break }
      try ratesOfTime.evaluate(state, time: time + 0.25 * Double(quarter) * step, into: work)
      for field in 0..<sum.count { sum.setField(field, toSumOf: [(1, sum), (weight * step / 12, work)]) }
    }
    return measure.errors(of: state, against: sum, weight: weightOfMissed, during: step)
  }
}
