import Glibc

/// What the errors of steps add up to in a run, and how accurate steps must be therefore.
///
/// Where that is measured (`ErrorPropagation`), steps grow until the sum is as large as the tolerance. Before, and where it
/// cannot be measured:
///
/// A step of a scheme of order `p` has an error `∝ h^{p+1}`, and a run takes `∝ 1/h` steps. If each had the error `r` of
/// the run, errors that nothing damps would add up to `∝ r^{p/(p+1)}`: for small `r` to far more than `r`. Below `proportionalityOnset`,
/// the tolerance to which they add up to about the tolerance, a step may therefore have only `r (r/proportionalityOnset)^{1/p}`, so
/// that the sum stays in proportion to `r`. A field that forgets them, at a rate `μ` whatever the state, has at most
/// `A = 1/(1 − e^{−μh})` times the error of one step; its errors count at most so many times.
///
/// Source: G. Söderlind & L. Wang, Evaluating numerical ODE/DAE methods, algorithms and software, J. Comput. Appl.
/// Math. 185 (2006) 244–260 (tolerance proportionality).
package struct ErrorAccumulation: Sendable {
  /// Order of the scheme in the step size.
  let order: Int
  /// Measured (docs/decisions/0020); 0 where what errors add up to is measured, or errors are so small that they need not be held down further.
  let proportionalityOnset: Double
  /// The error, in units of the tolerance, up to which steps grow where nothing is known of what becomes of errors.
  let targetError: Double

  static let standardTargetError = 0.1

  init(order: Int, proportionalityOnset: Double = 0, targetError: Double = standardTargetError) {
    self.order = order
    self.proportionalityOnset = proportionalityOnset
    self.targetError = targetError
  }

  /// By how much the error of a step counts more than it is, with the relative tolerance of the run.
  package func weight(relative: Double) -> Double { pow(max(proportionalityOnset / relative, 1), 1 / Double(order)) }

  /// A step whose error adds up to more, in units of the tolerance, does not count.
  private static let largestSum = 3.0

  /// The error of a step of a field, as it counts against the tolerance, and against `targetError`.
  ///
  /// - Parameters:
  ///   - error: in units of the tolerance.
  ///   - sum: what the errors of all steps add up to, in units of this; nil if it is not known.
  ///   - most: what they add up to at most, if nothing makes them grow.
  func count(_ error: Double, relative: Double, sum: Double?, most: Double) -> (counted: Double, growing: Double) {
    if let sum { return (error * max(1, sum / ErrorAccumulation.largestSum), error * targetError * sum) }
    let weight = weight(relative: relative)
    return (error * max(1, min(weight, most)), error * min(weight, targetError * most))
  }
}

extension SplittingScheme {
  package var accumulation: ErrorAccumulation {
    ErrorAccumulation(order: order, proportionalityOnset: proportionalityOnset)
  }
  /// That of Strang splitting with its error taken off.
  static let extrapolatedAccumulation = ErrorAccumulation(order: 4)
}

extension PositiveExponentialStepper {
  /// The onset is needed by pulses, at which nothing has been measured yet (`aPulseIsNotPassedOver`).
  package static let accumulation = ErrorAccumulation(order: 2, proportionalityOnset: 1)
}

extension ExponentialScheme {
  /// What is measured is the error of a less accurate solution.
  var accumulation: ErrorAccumulation {
    ErrorAccumulation(order: order, targetError: errorTarget)
  }
}

extension Scheme {
  /// As long as the rule has not been applied, that of `strang4`.
  package var accumulation: ErrorAccumulation {
    switch method {
    case .splitting(let splitting, extrapolates: false): splitting.accumulation
    case .splitting(_, extrapolates: true), .automatic: SplittingScheme.extrapolatedAccumulation
    case .exponential(let scheme), .coupledExponential(let scheme): scheme.accumulation
    case .positiveExponential: PositiveExponentialStepper.accumulation
    }
  }
}
