/// How one step of diffusion along an axis is computed.
package enum PropagatorMethod: String, Hashable, Sendable, Codable, CaseIterable {
  /// By a convolution with a positive kernel of limited width: what is empty stays empty beyond its reach.
  case kernel
  /// By a Fourier, cosine or sine transform: fast at any width, but its rounding reaches every point.
  case fourier
  /// By a banded matrix of positive numbers, where no kernel and no transform fits: as local as a kernel.
  case matrix
  /// The same along the only line of a grid, in a time that goes as its points: by a series of positive numbers for short steps,
  /// by tridiagonal systems for long ones.
  case tridiagonal
}
