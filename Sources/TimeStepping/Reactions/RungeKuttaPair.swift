/// An explicit Runge–Kutta method with an embedded one of lower order that measures its error, given by its tableau.
///
/// For `y' = f(t, y)` and a step `h`: `k_i = f(t + c_i h, y + h Σ_j a_ij k_j)`, `y(t + h) ≈ y + h Σ b_i k_i`, with the
/// error estimate `h Σ e_i k_i`, where `e = b − b̂`.
package struct RungeKuttaPair: Sendable {
  package let name: String
  /// Order of the solution that is kept, and of the embedded one.
  package let order: Int
  package let embeddedOrder: Int
  /// Stage times `c`.
  package let nodes: [Double]
  /// Rows of the strictly lower triangle `a`; row `i` has `i` entries.
  package let matrix: [[Double]]
  /// Weights `b`.
  package let weights: [Double]
  /// Weights of the error estimate `e`.
  package let errorWeights: [Double]

  package var stageCount: Int { nodes.count }
  /// Whether the last stage is evaluated at the new solution, so that it is the next step's first.
  package var reusesLastStage: Bool { nodes.last == 1 && matrix.last == Array(weights.dropLast()) }
}

extension RungeKuttaPair {
  /// The pair of Bogacki and Shampine, of orders 3 and 2.
  ///
  /// P. Bogacki & L. F. Shampine, A 3(2) pair of Runge–Kutta formulas, Appl. Math. Lett. 2 (1989) 321–325.
  package static let bogackiShampine = RungeKuttaPair(
    name: "bogacki-shampine", order: 3, embeddedOrder: 2,
    nodes: [0, 1.0 / 2, 3.0 / 4, 1],
    matrix: [[], [1.0 / 2], [0, 3.0 / 4], [2.0 / 9, 1.0 / 3, 4.0 / 9]],
    weights: [2.0 / 9, 1.0 / 3, 4.0 / 9, 0],
    errorWeights: [2.0 / 9 - 7.0 / 24, 1.0 / 3 - 1.0 / 4, 4.0 / 9 - 1.0 / 3, -1.0 / 8])

  /// The pair of Dormand and Prince, of orders 5 and 4.
  ///
  /// J. R. Dormand & P. J. Prince, A family of embedded Runge–Kutta formulae, J. Comput. Appl. Math. 6 (1980) 19–26.
  package static let dormandPrince = RungeKuttaPair(
    name: "dormand-prince", order: 5, embeddedOrder: 4,
    nodes: [0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1],
    matrix: [
      [],
      [1.0 / 5],
      [3.0 / 40, 9.0 / 40],
      [44.0 / 45, -56.0 / 15, 32.0 / 9],
      [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
      [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
      [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
    ],
    weights: [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0],
    errorWeights: [
      71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
    ])

  /// All methods, in the order in which they are listed for users.
  package static let all = [bogackiShampine, dormandPrince]

  package static func named(_ name: String) -> RungeKuttaPair? { all.first { $0.name == name } }
}
