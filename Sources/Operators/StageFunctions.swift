import CKernels
import Fields

/// `e^z` and `φ₁(z)`, `φ₂(z)`, `φ₃(z)` of all coefficients of a field, `z = h (λ − μ)` with its eigenvalues `λ` and
/// decay `μ`: what a stage of an exponential Runge–Kutta method is made of.
struct StageFunctions: Sendable {
  private let space: CoefficientSpace
  private let step: Double
  private let decay: Double
  private let first: [Double]
  private let others: [Double]
  /// The three functions, where they are written down.
  private let table: FieldSet?

  /// - Parameter table: three fields to write the functions into, once; without, they are computed whenever they are used. No
  ///   bit of a result depends on it.
  init(_ space: CoefficientSpace, step: Double, decay: Double, table: FieldSet? = nil, pool: WorkerPool) {
    self.space = space
    self.step = step
    self.decay = decay
    first = space.firstExponentials(step: step)
    others = space.restExponentials(step: step, decay: decay)
    self.table = table
    guard let table else { return }
    let values = (0..<3).map { FieldPointer(table, $0) }
    space.forEachRow(pool) { [self] row in
      withCoefficients(isTabulated: false) {
        exponential_functions_row(values[0].start, values[1].start, values[2].start, $0, row)
      }
    }
  }

  private func withCoefficients(isTabulated: Bool = true, _ body: (UnsafePointer<StageCoefficients>) -> Void) {
    let table = isTabulated ? table : nil
    func phi(_ number: Int) -> UnsafePointer<Double>? { table.map { UnsafePointer($0.pointer(number)) } }
    space.firstEigenvalues.withUnsafeBufferPointer { eigenvalues in
      space.rests.withUnsafeBufferPointer { rests in
        first.withUnsafeBufferPointer { first in
          others.withUnsafeBufferPointer { others in
            var all = StageCoefficients(
              eigenvalues: eigenvalues.baseAddress, exponentials: first.baseAddress, rests: rests.baseAddress,
              rest_exponentials: others.baseAddress, decay: decay, step: step, count: first.count,
              stride: space.rowStride, phi_1: phi(0), phi_2: phi(1), phi_3: phi(2))
            body(&all)
          }
        }
      }
    }
  }

  /// Some rows of `out ← e^z base + factor · Σ_j (w_j1 φ₁ + w_j2 φ₂ + w_j3 φ₃) term_j`, or with another factor than `e^z`.
  func combine(_ sum: FieldSum, factor: Double, rows: Range<Int>) {
    withCoefficients {
      exponential_combine_rows(
        sum.out.start, sum.base.start, sum.factor.inKernels, sum.terms, sum.weights, sum.terms.count, $0, factor,
        rows.lowerBound, rows.upperBound)
    }
  }

  /// Root mean squares of the values whose coefficients are `factor · (w₁ φ₁ + w₂ φ₂ + w₃ φ₃)(a − b)`, `new` and `old`.
  func errorSizes(
    new: FieldPointer, old: FieldPointer, a: FieldPointer, b: FieldPointer, weights: [Double], factor: Double,
    pool: WorkerPool
  ) -> FieldSet.ErrorSizes {
    let sizes = space.rootMeanSquares(pool) { [self] row, squares, sums in
      withCoefficients {
        exponential_error_row(new.start, old.start, a.start, b.start, weights, $0, factor, squares, row, sums)
      }
    }
    return FieldSet.ErrorSizes(difference: sizes[0], value: sizes[1], old: sizes[2])
  }
}

extension BaseFactor {
  fileprivate var inKernels: StageBaseFactor {
    switch self {
    case .zero: stage_base_zero
    case .exponential: stage_base_exponential
    case .exponentialLessOne: stage_base_exponential_less_one
    }
  }
}
