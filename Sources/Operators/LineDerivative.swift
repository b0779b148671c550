import CKernels

/// Derivatives along an axis of lines, a block at a time, by their Fourier or cosine series: more accurate than any power of
/// the spacing where the line is smooth, with everything that its ends reflect.
///
/// Between ends that nothing crosses a line goes on as its mirror image, and its slope as the opposite of its mirror image:
/// `Σ_k c_k cos(kθ_j)` has the slope `−(π/L) Σ_k k c_k sin(kθ_j)`, `θ_j = π(j + ½)/N`. Since
/// `sin(kθ_j) = (−1)^j cos((N − k)θ_j)`, the same transform serves with the coefficients in reverse order, if slopes are
/// held with alternating signs. They stay so when they are multiplied by values.
struct LineDerivative: Sendable {
  private let transform: any LineTransform
  private let factorsOfSlopes: [Double]
  private let factorsOfDivergence: [Double]

  /// - Parameters:
  ///   - basis: `fourier` or `cosine`.
  ///   - spacing: of the points.
  init(_ transform: any LineTransform, basis: TransformBasis, spacing: Double) {
    precondition(basis == .fourier || basis == .cosine)
    self.transform = transform
    let count = transform.count
    let unit = (basis == .fourier ? 2 : 1) * .pi / (spacing * Double(count)) / transform.normalization
    if basis == .fourier {
      // Cosines upwards, sines downwards with the opposite sign; the fastest wave has no slope at the points.
      let factors = (0..<count).map { k in
        2 * k < count ? -Double(k) * unit : 2 * k == count ? 0 : Double(count - k) * unit
      }
      (factorsOfSlopes, factorsOfDivergence) = (factors, factors)
    } else {
      factorsOfSlopes = (0..<count).map { -Double(count - $0) * unit }
      factorsOfDivergence = (0..<count).map { Double($0) * unit }
    }
  }

  /// Place in the block of each value of a line.
  var order: [Int] { transform.order }
  static let transforms = 2

  /// From values to slopes, these with alternating signs if nothing crosses the ends; says where they are, like a transform.
  func slopes(_ block: LineBlock, spare: LineBlock) -> LineBlock { apply(factorsOfSlopes, block, spare) }

  /// From what is held like slopes to its slopes, which are values.
  func divergence(_ block: LineBlock, spare: LineBlock) -> LineBlock { apply(factorsOfDivergence, block, spare) }

  private func apply(_ factors: [Double], _ block: LineBlock, _ spare: LineBlock) -> LineBlock {
    let coefficients = transform.forward(block, spare: spare)
    transform_reverse(coefficients, transform.lanes, factors.count, factors)
    return transform.backward(coefficients, spare: coefficients == spare ? block : spare)
  }
}
