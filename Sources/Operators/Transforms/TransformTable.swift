import CKernels
import Glibc

/// The factors by which one step of diffusion multiplies the coefficients of a line, joined with the rotations of the
/// cosine transform there and back, and with its normalization.
///
/// With `g_k = e^{Δt D λ_k}/N`, no-flux: `V_k ← ½ (g_k + g_{N−k}) V_k + ½ (g_k − g_{N−k}) e^{iπk/N} V_{N−k}`;
/// periodic: `V_k ← g_k V_k`.
struct TransformTable: Sendable {
  private let a: [Double]
  private let bReal: [Double]
  private let bImaginary: [Double]
  private let isMixed: Bool

  /// - Parameter exponents: `Δt D λ_k`.
  init(transform: LineTransform, exponents: [Double]) {
    let count = transform.count
    let factors = exponents.map { exp($0) / Double(count) }
    isMixed = transform.boundary == .noFlux
    guard isMixed else {
      (a, bReal, bImaginary) = (factors, [], [])
      return
    }
    let mirrored = (0..<count).map { factors[$0 == 0 ? 0 : count - $0] }
    let differences = zip(factors, mirrored).map { 0.5 * ($0 - $1) }
    a = zip(factors, mirrored).map { 0.5 * ($0 + $1) }
    bReal = differences.enumerated().map { $1 * cos(.pi * Double($0) / Double(count)) }
    bImaginary = differences.enumerated().map { $1 * sin(.pi * Double($0) / Double(count)) }
  }

  func apply(_ block: UnsafeMutablePointer<Double>) {
    if isMixed {
      transform_mix(block, a.count, a, bReal, bImaginary)
    } else {
      transform_scale(block, a.count, a)
    }
  }
}
