import CKernels
import Fields

/// `e^z` and `φ₁(z)`, `φ₂(z)`, `φ₃(z)` of all coefficients of a field, `z = h (λ − μ)` with its eigenvalues `λ` and
/// decay `μ`: what a stage of an exponential Runge–Kutta method is made of.
final class StageFunctions: @unchecked Sendable {
  private let space: CoefficientSpace
  /// Of the eigenvalues along the first axis, then of the sums of those along the others for each row.
  private let exponentials: Numbers
  /// All of it as the kernels want it; nothing changes after the beginning.
  private let coefficients: UnsafeMutablePointer<StageCoefficients>
  /// The three functions, where they are written down.
  private let table: FieldSet?

  /// - Parameter table: three fields to write the functions into, once; without, they are computed whenever they are used. No
  ///   bit of a result depends on it.
  init(_ space: CoefficientSpace, step: Double, decay: Double, table: FieldSet? = nil, pool: WorkerPool) {
    self.space = space
    self.table = table
    let (first, rests) = (space.firstEigenvalues, space.rests)
    exponentials = Numbers(count: first.count + rests.count)
    exponential_row(first.start, 0, step, exponentials.start, first.count)
    exponential_row(rests.start, -decay, step, exponentials.start + first.count, rests.count)
    coefficients = .allocate(capacity: 1)
    coefficients.initialize(
      to: StageCoefficients(
        eigenvalues: first.start, exponentials: exponentials.start, rests: rests.start,
        rest_exponentials: exponentials.start + first.count, decay: decay, step: step, count: first.count,
        stride: space.rowStride, phi_1: nil, phi_2: nil, phi_3: nil))
    guard let table else { return }
    let values = (0..<3).map { FieldPointer(table, $0) }
    space.forEachRow(pool) { row in
      exponential_functions_row(values[0].start, values[1].start, values[2].start, self.coefficients, row)
    }
    coefficients.pointee.phi_1 = UnsafePointer(values[0].start)
    coefficients.pointee.phi_2 = UnsafePointer(values[1].start)
    coefficients.pointee.phi_3 = UnsafePointer(values[2].start)
  }

  deinit { coefficients.deallocate() }

  /// Some rows of `out ← e^z base + factor · Σ_j (w_j1 φ₁ + w_j2 φ₂ + w_j3 φ₃) term_j`, or with another factor than `e^z`.
  func combine(_ sum: FieldSum, factor: Double, rows: Range<Int>) {
    exponential_combine_rows(
      sum.out.start, sum.base.start, sum.factor.inKernels, sum.terms, sum.weights, sum.termCount, coefficients, factor,
      rows.lowerBound, rows.upperBound)
  }

  /// Root mean squares of the values whose coefficients are `factor · (w₁ φ₁ + w₂ φ₂ + w₃ φ₃)(a − b)`, `new` and `old`.
  func errorSizes(
    new: FieldPointer, old: FieldPointer, a: FieldPointer, b: FieldPointer, weights: [Double], factor: Double,
    pool: WorkerPool
  ) -> FieldSet.ErrorSizes {
    let sizes = space.rootMeanSquares(pool) { row, squares, sums in
      exponential_error_row(
        new.start, old.start, a.start, b.start, weights, self.coefficients, factor, squares, row, sums)
    }
    return FieldSet.ErrorSizes(difference: sizes[0], value: sizes[1], old: sizes[2])
  }
}

extension BaseFactor {
  fileprivate var inKernels: StageBaseFactor {
    switch self {
    case .zero: stage_base_zero
    case .one: stage_base_one
    case .exponential: stage_base_exponential
    case .exponentialLessOne: stage_base_exponential_less_one
    }
  }
}
