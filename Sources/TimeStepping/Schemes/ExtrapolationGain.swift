/// By how much an extrapolated solution is more accurate than the one that it is extrapolated from.
///
/// The difference `δ` of a step of size `h` and its halves is the error of the halves, `O(h³)` for a symmetric scheme of
/// order 2; what is left after the extrapolation is `O(h⁵)`, and nothing in the step tells how much that is. So it is
/// measured now and then, as the difference `ε` from two extrapolated steps of half the size, and in between
///
/// `ε(h) ≈ δ(h) · ε₀/δ₀ · max(1, (h/h₀)²)`
///
/// for each field. Where the splitting loses its order, `ε` is about `δ`, and nothing is gained.
///
/// Source: P. Deuflhard, Order and stepsize control in extrapolation methods, Numer. Math. 41 (1983) 399–422, for the
/// orders of the columns of an extrapolation table.
struct ExtrapolationGain: Codable, Hashable, Sendable {
  /// Size of the step by which it was measured.
  let step: Double
  /// The difference of that step, in units of the tolerance.
  let difference: Double
  /// `ε₀/δ₀` of each field.
  let ratios: [Double]
  /// Steps that have counted since.
  var age = 0

  /// Steps after which it is measured again, which takes as much work as two of them.
  private static let lifetime = 25
  /// Measured again where steps are longer or shorter by this.
  private static let range = 2.0
  /// Measured again where the difference is larger or smaller by this than the size of the step explains.
  private static let change = 4.0
  /// Differences, in units of the tolerance, that need no gain.
  static let small = 0.01

  /// - Parameters:
  ///   - differences: of each field, in units of the tolerance.
  ///   - errors: of the extrapolated solution, likewise.
  init(step: Double, differences: [Double], errors: [Double]) {
    self.step = step
    difference = differences.max() ?? 0
    ratios = zip(differences, errors).map { difference, error in
      // A difference of rounding says nothing about that of a later step.
      difference > 0 ? error / max(difference, 1e-6) : 1
    }
  }

  /// Whether it holds for a step.
  func holds(step size: Double, difference: Double) -> Bool {
    let ratio = size / step
    let expected = self.difference * ratio * ratio * ratio
    return age < ExtrapolationGain.lifetime
      && ratio <= ExtrapolationGain.range && ratio >= 1 / ExtrapolationGain.range
      && difference <= ExtrapolationGain.change * expected && difference >= expected / ExtrapolationGain.change
  }

  /// The errors of an extrapolated solution after a step.
  func errors(_ differences: [Double], step size: Double) -> [Double] {
    let growth = max(1, (size / step) * (size / step))
    return zip(differences, ratios).map { $0 * $1 * growth }
  }
}
