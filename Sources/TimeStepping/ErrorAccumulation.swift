import Glibc

/// How much more accurate than the run its steps must be, because their errors add up.
///
/// A step of a scheme of order `p` has an error `∝ h^{p+1}`, and a run takes `∝ 1/h` steps. If each had the error `r` of
/// the run, errors that nothing damps would add up to `∝ r^{p/(p+1)}`: for small `r` to far more than `r`. Below `onset`,
/// the tolerance to which they add up to about the tolerance, a step may therefore have only `r (r/onset)^{1/p}`, so
/// that the sum stays in proportion to `r`.
///
/// Source: G. Söderlind & L. Wang, Evaluating numerical ODE/DAE methods, algorithms and software, J. Comput. Appl.
/// Math. 185 (2006) 244–260 (tolerance proportionality).
package struct ErrorAccumulation: Sendable {
  /// Order of the scheme in the step size.
  let order: Int
  /// Measured (docs/decisions/0020).
  let onset: Double

  /// By how much the error of a step counts more than it is, with the relative tolerance of the run.
  package func weight(relative: Double) -> Double { pow(max(onset / relative, 1), 1 / Double(order)) }
}

extension SplittingScheme {
  package var accumulation: ErrorAccumulation { ErrorAccumulation(order: order, onset: order == 1 ? 4e-2 : 1e-4) }
}

extension PositiveExponentialStepper {
  package static let accumulation = ErrorAccumulation(order: 2, onset: 1)
}

extension Scheme {
  /// nil where errors are so small that they need not be held down further.
  package var accumulation: ErrorAccumulation? {
    switch method {
    case .splitting(let splitting, extrapolates: false): splitting.accumulation
    case .positiveExponential: PositiveExponentialStepper.accumulation
    default: nil
    }
  }
}
