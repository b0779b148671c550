/// An exponential Runge–Kutta method for `u' = L u + N(u, t)`, given by its tableau.
///
/// `U_i = e^{c_i hL} u + h Σ_j a_ij N_j`, `N_j = N(U_j, t + c_j h)`, and the new solution likewise with `c = 1` and
/// weights `b_j`. Each `a_ij` is a sum `w₁ φ₁ + w₂ φ₂ + w₃ φ₃` of functions of `c_i hL`, each `b_j` one of functions of
/// `hL`. The error of a step is estimated by `h e (N(u_new) − N_s)` from the rates of the last stage and those at the new
/// solution, which are the first of the next step.
package struct ExponentialScheme: Sendable {
  /// Weights of `φ₁`, `φ₂` and `φ₃`.
  package typealias Weights = [Double]

  package struct Stage: Sendable {
    /// `c_i`.
    package let node: Double
    /// `a_ij`, for each earlier stage.
    package let weights: [Weights]
  }

  package let order: Int
  /// Power of the step with which the estimated error of one step goes to zero.
  package let errorOrder: Int
  /// The stages after the first, which is the solution at the start.
  package let stages: [Stage]
  /// `b_j`.
  package let weights: [Weights]
  /// `e`.
  package let errorWeights: Weights

  /// Whether there are two stages in the middle of the step, of which only the sum is needed once the next stage is known, and
  /// each stage is made of the first one and the one before; what the sum errs by is of third order.
  var sumsMiddle: Bool {
    stages.count == 3 && stages.map(\.node) == [0.5, 0.5, 1] && weights[1] == weights[2]
      && stages[2].weights[1].allSatisfy { $0 == 0 }
  }

  /// The solution after a share `θ` of a step: `e^{θhL} u + θh Σ b(θhL) N` over the rates at its start, in its middle and at its
  /// end, through which a parabola is laid that is integrated exactly.
  ///
  /// With the mean of the two stages in the middle that gives the solution there, and with the rates of that what is missed within the
  /// step is `h⁴ N‴/384` at most, and at its end nothing of that order (Simpson's rule).
  package func weights(within share: Double) -> (start: Weights, middle: Weights, end: Weights) {
    ([1, -3 * share, 4 * share * share], [0, 4 * share, -8 * share * share], [0, -share, 4 * share * share])
  }
}

extension ExponentialScheme {
  /// Krogstad's method of fourth order with the estimate of third order that costs nothing:
  /// `e = 4φ₃ − φ₂`.
  ///
  /// S. Krogstad, Generalized integrating factor methods for stiff PDEs, J. Comput. Phys. 203 (2005) 72–88.
  package static let krogstad = ExponentialScheme(
    order: 4, errorOrder: 4,
    stages: [
      Stage(node: 0.5, weights: [[0.5, 0, 0]]),
      Stage(node: 0.5, weights: [[0.5, -1, 0], [0, 1, 0]]),
      Stage(node: 1, weights: [[1, -2, 0], [0, 0, 0], [0, 2, 0]]),
    ],
    weights: [[1, -3, 4], [0, 2, -4], [0, 2, -4], [0, -1, 4]],
    errorWeights: [0, -1, 4])
}
