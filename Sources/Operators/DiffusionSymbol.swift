import Glibc

/// Which discrete Laplacian a propagator is the exponential of.
package enum DiffusionSymbol: String, Hashable, Sendable, Codable, CaseIterable {
  /// Every wave decays as in the differential equation: eigenvalues `−k²`.
  case spectral
  /// The Laplacian of neighboring points, of second order: eigenvalues `−(2 − 2 cos kΔx)/Δx²`.
  case secondOrder = "second-order"

  /// The eigenvalue of a wave that turns by `angle = kΔx` from point to point.
  package func eigenvalue(angle: Double, spacing: Double) -> Double {
    switch self {
    case .spectral: -(angle / spacing) * (angle / spacing)
    case .secondOrder: -4 * sin(angle / 2) * sin(angle / 2) / (spacing * spacing)
    }
  }
}
