import Fields
import Glibc
import Rates

/// What becomes of the error of a step in the steps after it, measured now and then, and what the errors of all steps of a
/// run add up to therefore.
///
/// The solution of a step and a less accurate one are carried on by flows of `1, 1, 2, 4, …` times its size, as far as the
/// scheme and the length of the run allow. With `δ_i(k)` the difference of field `i` after `k` sizes, in units of the
/// tolerance, interpolated by geometric sequences; `δ` the largest at once; `K` the number of sizes in all; and `d_i ≤ 1`
/// the decay per size in the last flow, the errors of `N` steps add up to
///
/// `S = max_i [ Σ_{k<K} δ_i(k) + δ_i(K) (1 + d_i + … + d_i^{N−1}) ] / δ`
///
/// times that of one, if errors go on as they did. It is a sum of sizes, and so no less than the size of the sum. How well
/// it predicts the errors of runs is in docs/decisions/0030.
///
/// Source: R. D. Skeel, Thirteen ways to estimate global error, Numer. Math. 48 (1986) 1–20, for the differential
/// equation of the error, which is followed here by differences.
package struct ErrorPropagation: Codable, Hashable, Sendable {
  /// Size of the steps; 0 before the first measurement.
  private var step = 0.0
  /// Of each field the first sum over `δ`; empty where solutions could not be carried on.
  private var transientSums: [Double] = []
  /// `δ_i(K)/δ`.
  private var persistentAmplitudes: [Double] = []
  private var decays: [Double] = []
  /// Accepted steps since.
  var age = 0

  /// In checkpoints.
  private enum CodingKeys: String, CodingKey {
    case step, decays, age
    case transientSums = "passing"
    case persistentAmplitudes = "lasting"
  }

  /// The flows, in sizes of the step.
  private static let spans = [1, 1, 2, 4, 8, 16]
  /// Steps after which it is measured at the start, and where steps are much longer or shorter than those it was measured by.
  ///
  /// So many, or a share of those of the run, at least as many as there are flows. These are together at most such a share of it, as far as they
  /// are longer than one step.
  private static let (patience, share) = (25, 0.125)
  /// Where errors seem to grow, `S` is relied on up to this for each step.
  private static let most = 2.0
  /// Steps of a run are not taken to be more: where they are as short as that they will grow, and what is left of their
  /// errors is rounding.
  private static let mostSteps = 1e6

  /// Whether it is time to measure for steps of a size.
  func isDue(step size: Double, by measure: ErrorMeasure) -> Bool {
    if GlobalErrorEstimator.isNear(size, step) { return age >= GlobalErrorEstimator.lifetime }
    let few = min(ErrorPropagation.share * measure.norm.duration / size, Double(ErrorPropagation.patience))
    return age >= max(Int(few), ErrorPropagation.spans.count)
  }

  /// `S` for steps of a size; nil where it is not known: nothing tells what becomes of errors in much longer ones.
  package func sum(step size: Double, duration: Double) -> Double? {
    guard !transientSums.isEmpty, size <= 2 * step else { return nil }
    let (steps, ratio) = (min(duration / size, ErrorPropagation.mostSteps), size / step)
    let sums = transientSums.indices.map { field in
      let decay = pow(decays[field], ratio)
      let tail = decay < 1 ? (1 - pow(decay, steps)) / (1 - decay) : steps
      // With shorter steps there are more of them until an error is forgotten.
      return transientSums[field] * max(1, 1 / ratio) + persistentAmplitudes[field] * tail
    }
    return min(sums.max() ?? 0, ErrorPropagation.most * steps)
  }

  /// The flows for a run of so many steps.
  private static func spans(longest: Int?, steps: Double) -> [Int] {
    var spans = ErrorPropagation.spans.map { min($0, longest ?? $0) }
    while let last = spans.last, last > 1, Double(spans.reduce(0, +)) > share * steps {
      spans = spans.map { min($0, last / 2) }
    }
    return spans
  }

  /// Measures.
  ///
  /// - Parameters:
  ///   - solution: after a step; it is carried on.
  ///   - other: a less accurate one at the same time; likewise.
  ///   - sizes: of the fields in the step.
  ///   - longest: the longest flow that still tells what becomes of a difference, in sizes of the step; nil for any.
  ///   - advance: replaces a solution by that a span of steps later; told how many steps it was carried on before.
  package static func measured(
    _ solution: FieldSet, against other: FieldSet, step: Double, sizes: StepSizes, by measure: ErrorMeasure,
    longest: Int? = nil,
    advance: (_ solution: FieldSet, _ steps: Int, _ span: Int) throws(NumericalFailure) -> Void
  ) -> ErrorPropagation {
    var found = ErrorPropagation()
    found.step = step
    var differences = [measure.differences(solution, other, sizes)]
    let spans = spans(longest: longest, steps: measure.norm.duration / step)
    var steps = 0
    for span in spans {
      var next: [Double]?
      do throws(NumericalFailure) {
        try advance(solution, steps, span)
        try advance(other, steps, span)
        next = measure.differences(solution, other, sizes)
      } catch {}
      guard let next, next.allSatisfy(\.isFinite) else { break }
      steps += span
      differences.append(next)
    }
    guard differences.count > 1, let first = differences[0].max(), first > 0, first.isFinite
    else { return found }
    for field in differences[0].indices {
      let course = zip(spans, zip(differences, differences.dropFirst())).map { span, ends in
        Stretch(span: Double(span), start: ends.0[field], end: ends.1[field])
      }
      guard let last = course.last else { continue }
      found.transientSums.append(course.reduce(0) { $0 + $1.sum } / first)
      found.persistentAmplitudes.append(last.end / first)
      found.decays.append(min(1, last.decay ?? 1))
    }
    return found
  }

  /// What a difference is at the start and at the end of a flow.
  private struct Stretch {
    let span: Double
    let start: Double
    let end: Double

    /// Its factor in each step; nil where there was nothing.
    var decay: Double? { start > 0 ? pow(end / start, 1 / span) : nil }

    /// Over all steps but the last: of a geometric sequence, or of an arithmetic one from or to nothing.
    var sum: Double {
      guard let decay, decay > 0 else { return start + 0.5 * (span - 1) * (start + end) }
      return abs(decay - 1) < 1e-9 ? span * start : (start - end) / (1 - decay)
    }
  }
}
