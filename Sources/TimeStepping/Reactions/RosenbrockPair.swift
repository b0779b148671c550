/// A Rosenbrock method with an embedded one that measures its error, given by its coefficients in the form that needs no
/// product with the Jacobian.
///
/// For `y' = f(t, y)` with `J = ∂f/∂y`, a step `h` and `W = I/(hγ) − J`:
/// `W k_i = f(t + α_i h, y + Σ_j a_ij k_j) + Σ_j (c_ij/h) k_j + h γ_i ∂f/∂t`, `y(t + h) ≈ y + Σ m_i k_i`, with the error
/// estimate `Σ e_i k_i`.
///
/// Source: E. Hairer & G. Wanner, Solving Ordinary Differential Equations II, Springer 1996, section IV.7.
package struct RosenbrockPair: Sendable {
  package let name: String
  package let order: Int
  package let embeddedOrder: Int
  /// `γ`.
  package let diagonal: Double
  /// Stage times `α`.
  package let nodes: [Double]
  /// Weights `γ_i` of the derivative by time.
  package let timeWeights: [Double]
  /// Rows of the strictly lower triangles `a` and `c`; row `i` has `i` entries.
  package let matrix: [[Double]]
  package let couplings: [[Double]]
  /// Weights `m`, and those of the error estimate `e`.
  package let weights: [Double]
  package let errorWeights: [Double]
  /// For users.
  package let summary: String

  package var stageCount: Int { nodes.count }
}

extension RosenbrockPair {
  /// RODAS: six stages, orders 4 and 3, both stiffly accurate (L-stable).
  ///
  /// E. Hairer & G. Wanner, RODAS (METH = 1), the program to section IV.7 of their book.
  package static let rodas4 = RosenbrockPair(
    name: "rodas4", order: 4, embeddedOrder: 3, diagonal: 0.25, nodes: [0, 0.386, 0.21, 0.63, 1, 1],
    timeWeights: [0.25, -0.1043, 0.1035, -0.03620000000000023, 0, 0],
    matrix: [
      [],
      [1.544],
      [0.9466785280815826, 0.2557011698983284],
      [3.314825187068521, 2.896124015972201, 0.9986419139977817],
      [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950],
      [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1],
    ],
    couplings: [
      [],
      [-5.6688],
      [-2.430093356833875, -0.2063599157091915],
      [-0.1073529058151375, -9.594562251023355, -20.47028614809616],
      [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160],
      [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
    ],
    weights: [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1, 1],
    errorWeights: [0, 0, 0, 0, 0, 1],
    summary: "Rosenbrock method of orders 4 and 3 with the derivatives of the rates, for any stiffness")

  /// All methods, in the order in which they are listed for users.
  package static let all = [rodas4]
}
