import Fields
import Operators

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
  ///   - start: the one at the start of the step in coefficients, and its rates.
  ///   - end: the new one in coefficients, and its rates.
  func error(
    of state: FieldSet, from time: Double, by step: Double, start: (solution: FieldSet, rates: FieldSet),
    end: (solution: FieldSet, rates: FieldSet), _ measure: ErrorMeasure
  ) throws(NumericalFailure) -> StepError {
    let sizes = (0..<state.count).map { field in
      if let sizes = parts.errorSizes(
        field, new: end.solution, old: start.solution, rates: end.rates, latest, weights: scheme.errorWeights,
        step: step)
      {
        return sizes
      }
      // The embedded solution is the new one less its error.
      let factor = parts.factor(field, weights: scheme.errorWeights, step: step)
      spare.setField(field, toSumOf: [(1, end.solution), (-factor, end.rates), (factor, latest)])
      return measure.sizes(field, of: end.solution, against: spare, from: start.solution)
    }
    let missed = parts.transientErrors(
      of: end.solution, start: start.rates, middle: middle, end: end.rates, step: step)
    // Relative to the sizes that are measured with the differences.
    var found = [measure.errors(sizes, during: step)]
    found.append(measure.errors(relative: missed.map { ExponentialStepper.weightOfMissed * $0 }))
    if let forced = try forcingErrors(of: state, from: time, by: step, measure) { found.append(forced) }
    let worst = found.map { measure.worst(of: $0, during: step, accumulating: ExponentialStepper.accumulation) }
      .reduce(StepError(value: 0, field: 0)) { $0.orWorse($1) }
    return measure.error(worst, of: state, nonNegative: nonNegative)
  }

  /// Of each field what Simpson's rule misses of rates, and of what is given at the sides, that depend on time itself: its difference from
  /// the composite rule of twice as many parts, `h/12 (f₀ − 4 f₁ + 6 f₂ − 4 f₃ + f₄)` at the quarters of the step, the solution being that
  /// at its end.
  private func forcingErrors(
    of state: FieldSet, from time: Double, by step: Double, _ measure: ErrorMeasure
  ) throws(NumericalFailure) -> [Double]? {
    // Nobody needs the rates at the latest stage any more.
    guard ratesOfTime != nil || parts.hasChangingSides else { return nil }
    return try ExponentialStepper.forcingErrors(
      ratesOfTime, of: state, from: time, by: step, measure, sum: spare, work: latest
    ) { parts.addMissedSides(to: spare, from: time, by: step) }
  }

  /// The same of rates alone, or with what else is missed.
  ///
  /// - Parameters:
  ///   - sum: becomes the new solution with what is missed added to it.
  ///   - work: written over.
  ///   - addOthers: adds to `sum` what else is missed.
  static func forcingErrors(
    _ ratesOfTime: FieldRates?, of state: FieldSet, from time: Double, by step: Double, _ measure: ErrorMeasure,
    sum: FieldSet, work: FieldSet, addOthers: () -> Void = {}
  ) throws(NumericalFailure) -> [Double] {
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
