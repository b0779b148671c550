/// How large the error of a solution is beside what its difference from a less accurate one says.
///
/// The difference `δ` of a step of size `h` and its halves tells the error of the halves as long as both have the same
/// error in leading order. It says too much where the step is so long that something happens which does not happen in its
/// halves; and if the solution is extrapolated, `δ` is what was taken off, `O(h³)` for a symmetric scheme of order 2, and
/// nothing in the step tells how much of `O(h⁵)` is left. So the error `ε` is measured now and then, as the difference from
/// the same solution by two steps of half the size, and in between
///
/// `ε(h) ≈ δ(h) · ε₀/δ₀ · max(1, (h/h₀)^g)`
///
/// for each field, with `g = 2` for an extrapolated solution and 0 otherwise. Where a splitting loses its order, `ε` of an
/// extrapolated solution is about `δ`, and nothing is gained.
///
/// Source: P. Deuflhard, Order and stepsize control in extrapolation methods, Numer. Math. 41 (1983) 399–422, for the
/// orders of the columns of an extrapolation table.
struct ErrorCalibration: Codable, Hashable, Sendable {
  /// Size of the step by which it was measured.
  let step: Double
  /// The difference of that step, in units of the tolerance.
  let difference: Double
  /// `ε₀/δ₀` of each field.
  let ratios: [Double]
  /// Steps that have counted since.
  var age = 0

  /// Measured again where the difference is larger or smaller by this than the size of the step explains.
  private static let change = 4.0
  /// Differences, in units of the tolerance, that are small enough in any case.
  static let small = 0.01

  /// - Parameters:
  ///   - differences: of each field, in units of the tolerance.
  ///   - errors: of the solution, likewise.
  init(step: Double, differences: [Double], errors: [Double]) {
    self.step = step
    difference = differences.max() ?? 0
    ratios = zip(differences, errors).map { $0 > 0 ? $1 / $0 : 1 }
  }

  /// Whether it holds for a step.
  ///
  /// Where something happens in a step that does not happen in its halves, it may happen in the halves of a longer one.
  ///
  /// - Parameter growth: power of the size of a step by which errors grow faster than differences.
  func holds(step size: Double, difference: Double, growth: Int) -> Bool {
    let ratio = size / step
    if growth == 0, ratio > 1 { return false }
    let expected = self.difference * ratio * ratio * ratio
    return age < GlobalErrorEstimator.lifetime && GlobalErrorEstimator.isNear(size, step)
      && difference <= ErrorCalibration.change * expected && difference >= expected / ErrorCalibration.change
  }

  /// The errors of a solution after a step.
  ///
  /// - Parameter growth: power of the size of a step by which errors grow faster than differences.
  func errors(_ differences: [Double], step size: Double, growth: Int) -> [Double] {
    let ratio = max(1, size / step)
    let factor = (0..<growth).reduce(1.0) { product, _ in product * ratio }
    return zip(differences, ratios).map { $0 * $1 * factor }
  }
}
