import CFFTW
import CKernels
import Glibc

/// Fourier or cosine transform.
///
/// Two real lines are the real and the imaginary part of one complex line, so that a block is eight complex lines, or one. For
/// no-flux ends the values are reordered (even ones upwards, odd ones downwards) so that the complex transform gives
/// the cosine coefficients up to a rotation: J. Makhoul, A fast cosine transform in one and two dimensions, IEEE Trans.
/// ASSP 28 (1980) 27–34.
///
/// FFTW plans with its estimate, never by measuring: a measured plan, and with it the last bits of the result, may
/// differ from run to run. From one block to another: in place it takes up to twice as long, for lengths that are no
/// powers of two.
final class FourierTransform: LineTransform, @unchecked Sendable {
  let count: Int
  let isPeriodic: Bool
  let order: [Int]
  let lanes: Int
  private let forwardPlan: fftw_plan
  private let backwardPlan: fftw_plan
  private let mixing: Mixing

  /// What joins the complex transform with the real coefficients.
  private enum Mixing {
    case periodic(to: MixingTable, from: MixingTable)
    /// `cos(πk/2N)` and `sin(πk/2N)`.
    case noFlux(cosines: [Double], sines: [Double])
  }

  var normalization: Double { Double(count) }

  var meanSquares: [Double] {
    (0..<count).map { k in
      let isMiddle = k == 0 || isPeriodic && 2 * k == count
      return isPeriodic ? (isMiddle ? 1 : 2) : isMiddle ? 0.25 : 0.5
    }
  }

  /// - Parameter isPeriodic: else nothing crosses the ends.
  init(count: Int, isPeriodic: Bool, lanes: Int) {
    self.count = count
    self.lanes = lanes
    self.isPeriodic = isPeriodic
    order = (0..<count).map { isPeriodic ? $0 : $0 % 2 == 0 ? $0 / 2 : count - ($0 + 1) / 2 }
    if isPeriodic {
      let (to, from) = FourierTransform.periodicTables(count: count)
      mixing = .periodic(to: to, from: from)
    } else {
      let angles = (0..<count).map { .pi * Double($0) / Double(2 * count) }
      mixing = .noFlux(cosines: angles.map { cos($0) }, sines: angles.map { sin($0) })
    }
    (forwardPlan, backwardPlan) = withPlanningBlocks(doubles: count * lanes) { from, to in
      (
        FourierTransform.plan(count, lanes, from, to, FFTW_FORWARD),
        FourierTransform.plan(count, lanes, from, to, FFTW_BACKWARD)
      )
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
    _ sign: Int32
  ) -> fftw_plan {
    var length = Int32(count)
    let columns = Int32(lanes / 2)
    return withComplex(from, to, count * lanes / 2) {
      fftw_plan_many_dft(1, &length, columns, $0, nil, columns, 1, $1, nil, columns, 1, sign, UInt32(FFTW_ESTIMATE))!
    }
  }

  /// The complex transform of every line of a block into another; backwards it multiplies by `count` altogether.
  func transform(_ from: UnsafeMutablePointer<Double>, to: UnsafeMutablePointer<Double>, backward: Bool = false) {
    FourierTransform.withComplex(from, to, count * lanes / 2) {
      fftw_execute_dft(backward ? backwardPlan : forwardPlan, $0, $1)
    }
  }

  private static func withComplex<Result>(
    _ from: UnsafeMutablePointer<Double>, _ to: UnsafeMutablePointer<Double>, _ capacity: Int,
    _ body: (UnsafeMutablePointer<fftw_complex>, UnsafeMutablePointer<fftw_complex>) -> Result
  ) -> Result {
    from.withMemoryRebound(to: fftw_complex.self, capacity: capacity) { from in
      to.withMemoryRebound(to: fftw_complex.self, capacity: capacity) { to in body(from, to) }
    }
  }

  /// To real coefficients; for periodic lines: cosines upwards, sines downwards.
  func forward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    transform(block, to: spare)
    switch mixing {
    case .periodic(let to, _): to.mix(spare, lanes: lanes)
    case .noFlux(let cosines, let sines): transform_to_cosines(spare, lanes, count, cosines, sines)
    }
    return spare
  }

  func backward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    switch mixing {
    case .periodic(_, let from): from.mix(block, lanes: lanes)
    case .noFlux(let cosines, let sines): transform_from_cosines(block, lanes, count, cosines, sines)
    }
    transform(block, to: spare, backward: true)
    return spare
  }

  func filter(_ factors: [Double]) -> any LineFilter { FourierFilter(self, factors: factors) }

  /// With `V` the complex transform: `U_k = ½ (V_k + V_{N−k})` below the middle and `(V_{N−k} − V_k)/2i` above it (cosine
  /// and sine parts), and back `V_k = U_k ± i U_{N−k}`.
  private static func periodicTables(count: Int) -> (MixingTable, MixingTable) {
    var (to, from) = (MixingTable(count: count), MixingTable(count: count))
    for k in 0..<count {
      if k == 0 || 2 * k == count {
        to.set(k, a: (1, 0), b: (0, 0))
        from.set(k, a: (1, 0), b: (0, 0))
      } else if 2 * k < count {
        to.set(k, a: (0.5, 0), b: (0.5, 0))
        from.set(k, a: (1, 0), b: (0, 1))
      } else {
        to.set(k, a: (0, 0.5), b: (0, -0.5))
        from.set(k, a: (0, -1), b: (1, 0))
      }
    }
    return (to, from)
  }
}

/// Factors by which each coefficient of a complex transform is mixed with its mirror image.
struct MixingTable: Sendable {
  private var aReal: [Double]
  private var aImaginary: [Double]
  private var bReal: [Double]
  private var bImaginary: [Double]

  init(count: Int) {
    aReal = [Double](repeating: 0, count: count)
    (aImaginary, bReal, bImaginary) = (aReal, aReal, aReal)
  }

  mutating func set(_ k: Int, a: (Double, Double), b: (Double, Double)) {
    (aReal[k], aImaginary[k], bReal[k], bImaginary[k]) = (a.0, a.1, b.0, b.1)
  }

  /// `V_k ← a_k V_k + b_k V_{N−k}`.
  func mix(_ block: UnsafeMutablePointer<Double>, lanes: Int) {
    transform_mix_complex(block, lanes, aReal.count, aReal, aImaginary, bReal, bImaginary)
  }
}
