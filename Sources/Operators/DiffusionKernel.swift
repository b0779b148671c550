import Glibc

/// A positive, symmetric kernel that sums to 1: one step of diffusion along an axis, of strength `r = D Δt / Δx²`.
package struct DiffusionKernel: Hashable, Sendable {
  /// What the kernel is.
  package enum Shape: String, Hashable, Sendable {
    /// `w_n ∝ exp(−n²/4r)`, whose symbol is that of the heat equation but for `e^{−4π²r(1 − θ/π)}`: 3e-9 at `r = ½`
    /// for long waves, below rounding from `r = 1`.
    case gaussian
    /// `w_n = e^{−2r} I_n(2r)`, the exponential of the second-order Laplacian.
    case secondOrder = "second-order"
  }

  package let shape: Shape
  /// `w_0 … w_radius`.
  package let weights: [Double]

  package var radius: Int { weights.count - 1 }

  /// Weights below this are left out.
  private static let threshold = 1e-18

  package init(_ shape: Shape, strength r: Double) {
    self.shape = shape
    let raw =
      switch shape {
      case .gaussian: DiffusionKernel.gaussian(r)
      case .secondOrder: DiffusionKernel.bessel(r)
      }
    let sum = raw[0] + 2 * raw.dropFirst().reversed().reduce(0, +)
    weights = raw.map { $0 / sum }
  }

  /// The number of points that the kernel reaches to either side.
  package static func radius(_ shape: Shape, strength r: Double) -> Int {
    switch shape {
    case .gaussian: Int((-4 * r * log(threshold)).squareRoot())
    case .secondOrder: bessel(r).count - 1
    }
  }

  private static func gaussian(_ r: Double) -> [Double] {
    (0...radius(.gaussian, strength: r)).map { exp(-Double($0 * $0) / (4 * r)) }
  }

  /// `I_n(2r)` but for a factor, by the recurrence `I_{n−1} = I_{n+1} + (n/r) I_n` from large `n` down (Miller).
  private static func bessel(_ r: Double) -> [Double] {
    guard r > 0 else { return [1] }
    let start = Int(12 * r.squareRoot() + 2 * r.squareRoot().squareRoot() * 8) + 40
    var values = [Double](repeating: 0, count: start + 2)
    values[start] = 1e-280
    for n in stride(from: start, to: 0, by: -1) {
      values[n - 1] = values[n + 1] + Double(n) / r * values[n]
      if values[n - 1] > 1e200 {
        for m in (n - 1)...start { values[m] *= 1e-250 }
      }
    }
    let cut = values.firstIndex { $0 < threshold * values[0] } ?? start
    return Array(values[..<max(cut, 1)])
  }
}
