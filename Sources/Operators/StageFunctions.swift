import CKernels
import Fields

/// `e^z` and `φ₁(z)`, `φ₂(z)`, `φ₃(z)` of all coefficients of a field, `z = h (λ − μ)` with its eigenvalues `λ` and
/// decay `μ`: what a stage of an exponential Runge–Kutta method is made of.
struct StageFunctions {
  private let space: CoefficientSpace
  private let step: Double
  private let decay: Double
  private let first: [Double]
  private let others: [Double]

  init(_ space: CoefficientSpace, step: Double, decay: Double) {
    self.space = space
    self.step = step
    self.decay = decay
    first = space.firstExponentials(step: step)
    others = space.restExponentials(step: step, decay: decay)
  }

  /// Writes down `e^z`, where asked for, and `w₁ φ₁ + w₂ φ₂ + w₃ φ₃` for each three weights.
  func write(
    _ exponential: UnsafeMutablePointer<Double>?, _ factors: [UnsafeMutablePointer<Double>?], weights: [Double],
    pool: WorkerPool
  ) {
    let places = Places(exponential: exponential, factors: factors)
    space.forEachRow(pool) { row, offset, rest in
      exponential_weights_row(
        places.exponential, places.factors, offset, weights, places.factors.count, space.firstEigenvalues, first,
        rest - decay, others[row], step, first.count)
    }
  }

  /// Some rows of `out ← e^z base + factor · Σ_j (w_j1 φ₁ + w_j2 φ₂ + w_j3 φ₃) term_j`, without `e^z` unless `isAdvanced`.
  func combine(_ sum: FieldSum, factor: Double, rows: Range<Int>) {
    space.forEachRow(rows) { row, offset, rest in
      exponential_combine_row(
        sum.out.start, sum.base.start, sum.isAdvanced ? 1 : 0, sum.terms, offset, sum.weights, sum.terms.count,
        space.firstEigenvalues, first, rest - decay, others[row], step, factor, first.count)
    }
  }

  private struct Places: @unchecked Sendable {
    let exponential: UnsafeMutablePointer<Double>?
    let factors: [UnsafeMutablePointer<Double>?]
  }
}
