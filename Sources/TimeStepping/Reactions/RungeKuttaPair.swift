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

  /// The pair of Tsitouras, of orders 5 and 4.
  ///
  /// Ch. Tsitouras, Runge–Kutta pairs of order 5(4) satisfying only the first column simplifying assumption, Comput. Math. Appl. 62
  /// (2011) 770–775.
  package static let tsitouras = RungeKuttaPair(
    name: "tsitouras", order: 5, embeddedOrder: 4,
    nodes: [0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1],
    matrix: [
      [],
      [0.161],
      [-0.008480655492356989, 0.335480655492357],
      [2.8971530571054935, -6.359448489975075, 4.3622954328695815],
      [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
      [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383],
      [
        0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774,
      ],
    ],
    weights: [
      0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774, 0,
    ],
    errorWeights: [
      0.00178001105222577714, 0.0008164344596567469, -0.007880878010261995, 0.1447110071732629, -0.5823571654525552,
      0.45808210592918697, -1.0 / 66,
    ])

  /// All methods, in the order in which they are listed for users.
  package static let all = [bogackiShampine, dormandPrince, tsitouras]

  package static func named(_ name: String) -> RungeKuttaPair? { all.first { $0.name == name } }
}
