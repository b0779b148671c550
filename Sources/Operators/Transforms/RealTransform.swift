import CFFTW
import CKernels

/// The transform of lines that end with a slope of 0 at one end and a value of 0 at the other, by FFTW's transforms of real
/// numbers, each of which is its own inverse.
final class RealTransform: LineTransform, @unchecked Sendable {
  let count: Int
  let order: [Int]
  let lanes: Int
  private let plan: fftw_plan

  var normalization: Double { 2 * Double(count) }
  var meanSquares: [Double] { [Double](repeating: 2, count: count) }

  init(count: Int, basis: TransformBasis, lanes: Int) {
    self.count = count
    order = Array(0..<count)
    self.lanes = lanes
    let kind: fftw_r2r_kind =
      switch basis {
      case .cosineToZero: FFTW_REDFT11
      case .sineFromZero: FFTW_RODFT11
      case .fourier, .cosine, .sine: preconditionFailure("done by complex transforms")
      }
    plan = withPlanningBlocks(doubles: count * lanes) { RealTransform.plan(count, lanes, $0, $1, kind) }
  }

  deinit { PlanningLock.shared.withLock { fftw_destroy_plan(plan) } }

  private static func plan(
    _ count: Int, _ lanes: Int, _ from: UnsafeMutablePointer<Double>, _ to: UnsafeMutablePointer<Double>,
    _ kind: fftw_r2r_kind
  ) -> fftw_plan {
    var (length, lanes, kind) = (Int32(count), Int32(lanes), kind)
    return fftw_plan_many_r2r(
      1, &length, lanes, from, nil, lanes, 1, to, nil, lanes, 1, &kind, UInt32(FFTW_ESTIMATE))!
  }

  func forward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    fftw_execute_r2r(plan, block, spare)
    return spare
  }

  func backward(_ block: LineBlock, spare: LineBlock) -> LineBlock { forward(block, spare: spare) }

  func filter(_ factors: [Double]) -> any LineFilter { CoefficientFilter(self, factors: factors) }
}
