import Fields
import Glibc

/// What becomes of the error of a step in the steps after it, measured now and then, and what the errors of all steps of a
/// run add up to therefore.
///
/// The solution of a step and a less accurate one are carried on by `K` steps of the same size. With `δ_i(k)` the
/// difference of field `i` after `k` of them, in units of the tolerance, `δ` the largest at once, and `d_i ≤ 1` the decay
/// per step of the latter half, the errors of `N` steps add up to
///
/// `S = max_i [ Σ_{k<K} δ_i(k) + δ_i(K) (1 + d_i + … + d_i^{N−1}) ] / δ`
///
/// times that of one, if errors go on as they did. It is a sum of sizes, and so no less than the size of the sum. How well
/// it predicts the errors of runs is in docs/decisions/0030.
///
/// Source: R. D. Skeel, Thirteen ways to estimate global error, Numer. Math. 48 (1986) 1–20, for the differential
/// equation of the error, which is followed here by differences.
package struct ErrorTransport: Codable, Hashable, Sendable {
  /// Size of the steps; 0 before the first measurement.
  private var step = 0.0
  /// Of each field the first sum over `δ`; empty where solutions could not be carried on.
  private var passing: [Double] = []
  /// `δ_i(K)/δ`.
  private var lasting: [Double] = []
  private var decays: [Double] = []
  /// Steps that have counted since.
  var age = 0

  /// `K`.
  private static let count = 6
  /// Steps after which it is measured again.
  private static let lifetime = 200
  /// At the start, and where steps are longer or shorter by `range` than those it was measured by: so many, or a share of those
  /// of the run, which takes half as much work as these.
  private static let patience = 25
  private static let leastPatience = 3
  private static let share = 0.125
  private static let range = 2.0
  /// Where errors seem to grow, `S` is relied on up to this for each step.
  private static let most = 2.0

  /// Whether it is time to measure for steps of a size.
  func isDue(step size: Double, by measure: ErrorMeasure) -> Bool {
    if measure.isThorough { return true }
    let isNear = size <= ErrorTransport.range * step && size >= step / ErrorTransport.range
    if isNear { return age >= ErrorTransport.lifetime }
    let few = max(Int(min(ErrorTransport.share * measure.norm.duration / size, 1e9)), ErrorTransport.leastPatience)
    return age >= min(few, ErrorTransport.patience)
  }

  /// `S` for steps of a size; nil where it is not known: nothing tells what becomes of errors in much longer ones.
  package func sum(step size: Double, duration: Double) -> Double? {
    guard !passing.isEmpty, size <= ErrorTransport.range * step else { return nil }
    let (steps, ratio) = (duration / size, size / step)
    let sums = passing.indices.map { field in
      let decay = pow(decays[field], ratio)
      let tail = decay < 1 ? (1 - pow(decay, steps)) / (1 - decay) : steps
      // With shorter steps there are more of them until an error is forgotten.
      return passing[field] * max(1, 1 / ratio) + lasting[field] * tail
    }
    return min(sums.max() ?? 0, ErrorTransport.most * steps)
  }

  /// Measures.
  ///
  /// - Parameters:
  ///   - solution: after a step; it is carried on.
  ///   - other: a less accurate one at the same time; likewise.
  ///   - advance: replaces a solution by that a step later; told how many such steps were taken before.
  package static func measured(
    _ solution: FieldSet, against other: FieldSet, step: Double, by measure: ErrorMeasure,
    advance: (_ solution: FieldSet, _ steps: Int) throws(NumericalFailure) -> Void
  ) -> ErrorTransport {
    var found = ErrorTransport()
    found.step = step
    var differences = [measure.differences(solution, other)]
    for index in 0..<count {
      do throws(NumericalFailure) {
        try advance(solution, index)
        try advance(other, index)
      } catch {
        return found
      }
      differences.append(measure.differences(solution, other))
    }
    guard let first = differences[0].max(), first > 0, differences.joined().allSatisfy(\.isFinite) else {
      return found
    }
    for (field, end) in differences[count].enumerated() {
      let middle = differences[count / 2][field]
      found.passing.append(differences[..<count].reduce(0) { $0 + $1[field] } / first)
      found.lasting.append(end / first)
      found.decays.append(middle > 0 ? min(1, pow(end / middle, 2 / Double(count))) : 1)
    }
    return found
  }
}
