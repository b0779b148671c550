import CKernels
import Glibc

/// Factors of the coefficients of a line, joined with the rotations of the cosine transform there and back, and with
/// its normalization.
///
/// With `g_k` the factors over `N`, no-flux: `V_k ← ½ (g_k + g_{N−k}) V_k + ½ (g_k − g_{N−k}) e^{iπk/N} V_{N−k}`;
/// periodic: `V_k ← g_k V_k`.
struct FourierFilter: LineFilter {
  private let transform: FourierTransform
  private let a: [Double]
  private let bReal: [Double]
  private let bImaginary: [Double]

  init(_ transform: FourierTransform, factors: [Double]) {
    self.transform = transform
    let count = transform.count
    let factors = factors.map { $0 / Double(count) }
    guard !transform.isPeriodic else {
      (a, bReal, bImaginary) = (factors, [], [])
      return
    }
    let mirrored = (0..<count).map { factors[$0 == 0 ? 0 : count - $0] }
    let differences = zip(factors, mirrored).map { 0.5 * ($0 - $1) }
    a = zip(factors, mirrored).map { 0.5 * ($0 + $1) }
    bReal = differences.enumerated().map { $1 * cos(.pi * Double($0) / Double(count)) }
    bImaginary = differences.enumerated().map { $1 * sin(.pi * Double($0) / Double(count)) }
  }

  func apply(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    transform.complex.forward(block, to: spare)
    if transform.isPeriodic {
      transform_scale(spare, transform.lanes, a.count, a)
    } else {
      transform_mix(spare, transform.lanes, a.count, a, bReal, bImaginary)
    }
    transform.complex.backward(spare, to: block)
    return block
  }
}
