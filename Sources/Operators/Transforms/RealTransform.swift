import CFFTW
import CKernels

/// Sine transform, or the transform of lines that end with a slope of 0 at one end and a value of 0 at the other, by
/// FFTW's transforms of real numbers.
final class RealTransform: LineTransform, @unchecked Sendable {
  let count: Int
  let order: [Int]
  let lanes: Int
  private let forwardPlan: fftw_plan
  private let backwardPlan: fftw_plan
  let meanSquares: [Double]

  var normalization: Double { 2 * Double(count) }

  init(count: Int, basis: TransformBasis, lanes: Int) {
    self.count = count
    order = Array(0..<count)
    self.lanes = lanes
    meanSquares = (0..<count).map { basis == .sine && $0 == count - 1 ? 1 : 2 }
    let (there, back): (fftw_r2r_kind, fftw_r2r_kind) =
      switch basis {
      case .sine: (FFTW_RODFT10, FFTW_RODFT01)
      case .cosineToZero: (FFTW_REDFT11, FFTW_REDFT11)
      case .sineFromZero: (FFTW_RODFT11, FFTW_RODFT11)
      case .fourier, .cosine: preconditionFailure("done by complex transforms")
      }
    (forwardPlan, backwardPlan) = withPlanningBlocks(doubles: count * lanes) { from, to in
      (RealTransform.plan(count, lanes, from, to, there), RealTransform.plan(count, lanes, from, to, back))
    }
  }

  deinit {
    PlanningLock.shared.withLock {
      fftw_destroy_plan(forwardPlan)
      fftw_destroy_plan(backwardPlan)
    }
  }

  private static func plan(
    _ count: Int, _ lanes: Int, _ from: UnsafeMutablePointer<Double>, _ to: UnsafeMutablePointer<Double>,
    _ kind: fftw_r2r_kind
  ) -> fftw_plan {
    var (length, lanes, kind) = (Int32(count), Int32(lanes), kind)
    return fftw_plan_many_r2r(
      1, &length, lanes, from, nil, lanes, 1, to, nil, lanes, 1, &kind, UInt32(FFTW_ESTIMATE))!
  }

  func forward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    fftw_execute_r2r(forwardPlan, block, spare)
    return spare
  }

  func backward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    fftw_execute_r2r(backwardPlan, block, spare)
    return spare
  }

  func filter(_ factors: [Double]) -> any LineFilter { CoefficientFilter(self, factors: factors) }
}
