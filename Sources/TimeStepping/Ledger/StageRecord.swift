import Fields
import Operators
import Rates

/// The account of a step of an exponential method: the rates of the processes at its stages, summed with its own weights,
/// which makes it of the same order.
struct StageRecord {
  private let account: MassAccount
  private let masses: [Double]
  /// Of the processes, at each stage.
  private var rates: [[Double]]

  init(_ account: MassAccount, _ state: FieldSet, from time: Double) throws(NumericalFailure) {
    self.account = account
    masses = account.masses(of: state)
    rates = [try account.processRates(of: state, time: time)]
  }

  /// Takes note of the state at a stage.
  mutating func passed(_ state: FieldSet, at time: Double) throws(NumericalFailure) {
    rates.append(try account.processRates(of: state, time: time))
  }

  /// Takes the rates of the solution in the middle of the step in place of those of its stages there, which are less accurate.
  mutating func passedMiddle(
    _ state: FieldSet, at time: Double, _ scheme: ExponentialScheme
  ) throws(NumericalFailure) {
    let found = try account.processRates(of: state, time: time)
    for (stage, weight) in (scheme.middle ?? []).enumerated() where weight != 0 { rates[stage] = found }
  }

  /// The account of a part of the step, with the state after it: the rates are those of a parabola through its start, middle and end.
  func changes(
    after part: Double, ofStep step: Double, _ state: FieldSet, _ scheme: ExponentialScheme
  ) -> MassChanges {
    let share = part / step
    let limits = ExponentialScheme.weights(within: share)
    var weights = (scheme.middle ?? rates.map { _ in 0 }).map { $0 * limits.middle.limit }
    var comparison = weights.map { _ in 0.0 }
    let end = scheme.endStage ?? 0
    weights[0] += limits.start.limit
    weights[end] += limits.end.limit
    comparison[0] += 1 - 0.5 * share
    comparison[end] += 0.5 * share
    return finished(state, by: part, weights: weights, comparison: comparison)
  }

  /// The account, with the state after the step.
  func finished(_ state: FieldSet, by step: Double, _ scheme: ExponentialScheme) -> MassChanges {
    // The weights in the limit without anything exponential, compared with the trapezoidal rule.
    let weights = scheme.weights.map(\.limit)
    var comparison = weights.map { _ in 0.0 }
    comparison[0] += 0.5
    comparison[scheme.endStage ?? 0] += 0.5
    return finished(state, by: step, weights: weights, comparison: comparison)
  }

  /// - Parameters:
  ///   - weights: of the stages.
  ///   - comparison: those of another quadrature.
  func finished(_ state: FieldSet, by step: Double, weights: [Double], comparison: [Double]) -> MassChanges {
    account.unsplit(
      rates: rates, weights: weights, comparison: comparison, step: step, from: masses, to: state)
  }
}
