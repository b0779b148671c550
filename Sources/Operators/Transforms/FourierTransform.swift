import CKernels
import Glibc

/// Fourier or cosine transform.
///
/// For no-flux ends the values are reordered (even ones upwards, odd ones downwards) so that the complex transform gives
/// the cosine coefficients up to a rotation: J. Makhoul, A fast cosine transform in one and two dimensions, IEEE Trans.
/// ASSP 28 (1980) 27–34.
final class FourierTransform: LineTransform {
  let count: Int
  let isPeriodic: Bool
  let order: [Int]
  let complex: ComplexTransform
  private let mixing: Mixing

  var lanes: Int { complex.lanes }

  /// What joins the complex transform with the real coefficients.
  private enum Mixing: Sendable {
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
    self.isPeriodic = isPeriodic
    let complex = ComplexTransform(count: count, lanes: lanes)
    self.complex = complex
    order = (0..<count).map {
      complex.order[isPeriodic ? $0 : $0 % 2 == 0 ? $0 / 2 : count - ($0 + 1) / 2]
    }
    if isPeriodic {
      let (to, from) = FourierTransform.periodicTables(count: count)
      mixing = .periodic(to: to, from: from)
    } else {
      let angles = (0..<count).map { .pi * Double($0) / Double(2 * count) }
      mixing = .noFlux(cosines: angles.map { cos($0) }, sines: angles.map { sin($0) })
    }
  }

  /// To real coefficients; for periodic lines: cosines upwards, sines downwards.
  func forward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    complex.forward(block, to: spare)
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
    complex.backward(block, to: spare)
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
