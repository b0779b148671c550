import Fields
import Glibc

/// What becomes of the error of a step in the steps after it, measured now and then.
///
/// The solution of a step and a less accurate one are carried on by `count` steps of the same size. With `δ_i(k)` the
/// difference of field `i` after `k` of them, in units of the tolerance, and `δ` the largest at once, errors of all steps
/// of a run add up to at most
///
/// `max_i [ Σ_{k<K} δ_i(k) + δ_i(K) (1 + d_i + d_i² + …) ] / δ`
///
/// times that of one step, as many terms as there are steps, where `d_i ≤ 1` is the decay per step of the latter half. That is
/// the sum of sizes, and thus no less than the size of the sum. It is relied on where errors are forgotten within a few
/// steps, so that most of the sum is what has been seen.
struct ErrorTransport: Codable, Hashable, Sendable {
  /// Size of the steps; 0 before the first measurement.
  private var step = 0.0
  /// Of each field the first sum over `δ`; empty where errors are not forgotten within a few steps.
  private var passing: [Double] = []
  /// `δ_i(K)/δ`.
  private var lasting: [Double] = []
  private var decays: [Double] = []
  /// Steps that have counted since.
  var age = 0

  private static let count = 6
  /// Steps after which it is measured again.
  private static let lifetime = 200
  /// At the start, and where steps are longer or shorter than those it was measured by.
  private static let patience = 50

  /// Whether it is time to measure for steps of a size.
  func isDue(step: Double) -> Bool {
    age >= (isNear(step) ? ErrorTransport.lifetime : ErrorTransport.patience)
  }

  private func isNear(_ size: Double) -> Bool { size <= 2 * step && size >= 0.5 * step }

  /// What the error of one step adds up to in a run, in units of it; nil if not known.
  func sum(step size: Double, duration: Double) -> Double? {
    guard !passing.isEmpty, size <= 2 * step else { return nil }
    let (steps, ratio) = (duration / size, size / step)
    let sums = passing.indices.map { field in
      let decay = pow(decays[field], ratio)
      let tail = decay < 1 ? (1 - pow(decay, steps)) / (1 - decay) : steps
      // With shorter steps there are more of them until an error is forgotten.
      return passing[field] * max(1, 1 / ratio) + lasting[field] * tail
    }
    return min(sums.max() ?? 0, 2 * steps)
  }

  /// Measures.
  ///
  /// - Parameters:
  ///   - solution: after a step; it is carried on.
  ///   - other: a less accurate one at the same time; likewise.
  ///   - advance: replaces a solution by that so many steps after the time of both.
  static func measured(
    _ solution: FieldSet, against other: FieldSet, step: Double, by measure: ErrorMeasure,
    advance: (_ solution: FieldSet, _ steps: Int) throws(NumericalFailure) -> Void
  ) -> ErrorTransport {
    var found = ErrorTransport()
    found.step = step
    var errors = measure.differences(solution, other)
    guard let first = errors.max(), first > 0, first.isFinite else { return found }
    var (passing, middle) = (errors, errors)
    for index in 0..<count {
      do throws(NumericalFailure) {
        try advance(solution, index)
        try advance(other, index)
      } catch {
        return found
      }
      errors = measure.differences(solution, other)
      if index + 1 == count / 2 { middle = errors }
      if index + 1 < count { passing = zip(passing, errors).map { $0 + $1 } }
    }
    found.passing = passing.map { $0 / first }
    found.lasting = errors.map { $0 / first }
    found.decays = zip(errors, middle).map { end, middle in
      middle > 0 ? min(1, pow(end / middle, 2 / Double(count))) : 1
    }
    return found
  }
}
