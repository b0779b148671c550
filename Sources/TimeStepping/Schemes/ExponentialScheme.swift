import Operators

/// An exponential Runge–Kutta method for `u' = L u + N(u, t)`, given by its tableau.
///
/// With nodes `c_i` (`c₁ = 0`), a step `h` and rates `N_j = N(U_j, t + c_j h)`:
///
///     U_i = e^{c_i hL} u + h Σ_{j<i} a_ij(hL) N_j,      u_new = e^{hL} u + h Σ_j b_j(hL) N_j.
///
/// Each `a_ij` is a sum of `φ₁`, `φ₂` and `φ₃` of `c_i hL` and of `hL`, each `b_j` one of those of `hL`. The error of a step is
/// estimated by `h e(hL) (N_k − N_l)`, where the rates at the new solution, which are the first of the next step, may be
/// one of the two. A constant is integrated exactly, `Σ_j a_ij = c_i φ₁(c_i hL)`, so that steady states are kept.
///
/// The steppers derive from this which rates are kept and which are added up (`StagePlan`).
package struct ExponentialScheme: Sendable {
  package struct Stage: Sendable {
    /// `c_i`.
    package let node: Double
    /// `a_ij`, for each earlier stage.
    package let weights: [PhiWeights]

    package init(node: Double, weights: [PhiWeights]) { (self.node, self.weights) = (node, weights) }
  }

  /// `h e (N_k − N_l)`; stages count from 0, and the number after the last one is the new solution's.
  package struct ErrorEstimate: Sendable {
    package let weights: PhiWeights
    package let of: Int
    package let minus: Int

    package init(_ weights: PhiWeights, of: Int, minus: Int) {
      (self.weights, self.of, self.minus) = (weights, of, minus)
    }
  }

  /// For users.
  package let name: String
  /// Order in the step size for smooth, non-stiff problems.
  package let order: Int
  /// Order that does not depend on `‖hL‖`, in the sense of Hochbruck & Ostermann (2005).
  package let stiffOrder: Int
  /// Power of the step with which the estimated error of one step goes to zero.
  package let errorOrder: Int
  /// The stages after the first, which is the solution at the start.
  package let stages: [Stage]
  /// `b_j`.
  package let weights: [PhiWeights]
  package let error: ErrorEstimate
  /// Weights of the rates at the stages that give the rates in the middle of the step, to third order, for the solution inside of
  /// a step; nil if none do.
  package let middle: [Double]?
  /// The largest `h |λ|` of an operator with real eigenvalues `λ ≤ 0` with which the method is stable where it is one of the rates.
  package let stability: Double
  /// The estimated error, in units of the tolerance, up to which steps grow.
  package let errorTarget: Double
  /// One sentence for users.
  package let summary: String

  package init(
    name: String, order: Int, stiffOrder: Int, errorOrder: Int, stages: [Stage], weights: [PhiWeights],
    error: ErrorEstimate, middle: [Double]?, stability: Double, errorTarget: Double, summary: String
  ) {
    (self.name, self.order, self.stiffOrder, self.errorOrder) = (name, order, stiffOrder, errorOrder)
    (self.stages, self.weights, self.error, self.middle) = (stages, weights, error, middle)
    (self.stability, self.errorTarget, self.summary) = (stability, errorTarget, summary)
  }

  /// Nodes of all stages, then that of the new solution.
  package var nodes: [Double] { [0] + stages.map(\.node) + [1] }
  /// The last stage at the end of the step; nil if there is none.
  var endStage: Int? { nodes.dropLast().lastIndex(of: 1) }

  var orderInWords: String { ["first", "second", "third", "fourth", "fifth", "sixth"][order - 1] + " order" }

  /// A function that the method needs, `φ_number(share · hL)`.
  package typealias Function = CoupledLinearPart.Function

  /// All functions that the method needs, and those of the solution inside of a step; in a fixed order.
  package var functions: [Function] {
    var found: Set<Function> = []
    for number in 1...3 { found.insert(Function(share: 1, number: number)) }
    for stage in stages {
      found.insert(Function(share: stage.node, number: 1))
      for term in stage.weights.flatMap({ $0.functions(node: stage.node) }) { found.insert(term.function) }
    }
    return found.sorted { ($0.share, $0.number) < ($1.share, $1.number) }
  }

  /// Parts of a step whose functions the method needs.
  package var shareCount: Int { Set(functions.map(\.share)).count }

  /// The solution after a share `θ` of a step: `e^{θhL} u + θh Σ b(θhL) N` over the rates at its start, in its middle and at its
  /// end, through which a parabola is laid that is integrated exactly.
  ///
  /// With the rates that the stages give in the middle that gives the solution there, and with the rates of that what is missed within the
  /// step is `h⁴ N‴/384` at most, and at its end nothing of that order (Simpson's rule).
  package static func weights(within share: Double) -> (start: PhiWeights, middle: PhiWeights, end: PhiWeights) {
    (
      [1, -3 * share, 4 * share * share], [0, 4 * share, -8 * share * share], [0, -share, 4 * share * share]
    )
  }
}

extension PhiWeights {
  /// The functions with weights other than 0, for the node of a stage.
  func functions(node: Double) -> [(function: CoupledLinearPart.Function, weight: Double)] {
    let all =
      (0..<3).map { (CoupledLinearPart.Function(share: node, number: $0 + 1), own[$0]) }
      + (0..<3).map { (CoupledLinearPart.Function(share: 1, number: $0 + 1), whole[$0]) }
    return all.filter { $0.1 != 0 }
  }
}

extension ExponentialScheme {
  /// Krogstad's method of fourth order with the estimate of third order that costs nothing, `e = 4φ₃ − φ₂`.
  ///
  /// S. Krogstad, Generalized integrating factor methods for stiff PDEs, J. Comput. Phys. 203 (2005) 72–88.
  package static let krogstad = ExponentialScheme(
    name: "etdrk4", order: 4, stiffOrder: 3, errorOrder: 4,
    stages: [
      Stage(node: 0.5, weights: [[0.5, 0, 0]]),
      Stage(node: 0.5, weights: [[0.5, -1, 0], [0, 1, 0]]),
      Stage(node: 1, weights: [[1, -2, 0], [0, 0, 0], [0, 2, 0]]),
    ],
    weights: [[1, -3, 4], [0, 2, -4], [0, 2, -4], [0, -1, 4]],
    error: ErrorEstimate([0, -1, 4], of: 4, minus: 3), middle: [0, 0.5, 0.5, 0], stability: 2.7,
    errorTarget: 0.1,
    summary: "fourth order, nothing split: diffusion and constant decay exactly, the rest by Runge–Kutta stages; keeps "
      + "steady states; for fast chemicals that decay at a constant rate; values may fall below 0 within the tolerance")

  /// The method of Hochbruck and Ostermann with five stages, of fourth order whatever the stiffness.
  ///
  /// M. Hochbruck & A. Ostermann, Explicit exponential Runge–Kutta methods for semilinear parabolic problems, SIAM J. Numer. Anal. 43
  /// (2005) 1069–1090, (5.19).
  package static let hochbruckOstermann = ExponentialScheme(
    name: "exprk4s5", order: 4, stiffOrder: 4, errorOrder: 4,
    stages: [
      Stage(node: 0.5, weights: [[0.5, 0, 0]]),
      Stage(node: 0.5, weights: [[0.5, -1, 0], [0, 1, 0]]),
      Stage(node: 1, weights: [[1, -2, 0], [0, 1, 0], [0, 1, 0]]),
      Stage(
        node: 0.5,
        weights: [
          PhiWeights([0.5, -0.75, 0.5], whole: [0, -0.25, 1]), PhiWeights([0, 0.5, -0.5], whole: [0, 0.25, -1]),
          PhiWeights([0, 0.5, -0.5], whole: [0, 0.25, -1]), PhiWeights([0, -0.25, 0.5], whole: [0, -0.25, 1]),
        ]),
    ],
    weights: [[1, -3, 4], [0, 0, 0], [0, 0, 0], [0, -1, 4], [0, 4, -8]],
    error: ErrorEstimate([0, -1, 4], of: 5, minus: 3), middle: [0, 0, 0, 0, 1], stability: 2.7,
    errorTarget: 0.02,
    summary:
      "fourth order whatever the stiffness, otherwise as etdrk4 with one stage more: fewer evaluations with a fast chemical, with "
      + "boundary data that change in time, and at tight tolerances")

  /// All methods, in the order in which they are listed for users; each is offered by itself and with a linear part that
  /// couples the fields.
  package static let all = [krogstad, hochbruckOstermann]

  /// The method of second order with two stages, all of whose weights are positive functions.
  ///
  /// S. M. Cox & P. C. Matthews, Exponential time differencing for stiff systems, J. Comput. Phys. 176 (2002) 430–455.
  package static let coxMatthews = ExponentialScheme(
    name: "etd2", order: 2, stiffOrder: 2, errorOrder: 2, stages: [Stage(node: 1, weights: [[1, 0, 0]])],
    weights: [[1, -1, 0], [0, 1, 0]], error: ErrorEstimate([0, 1, 0], of: 1, minus: 0), middle: nil, stability: 2,
    errorTarget: 0.1, summary: "second order, nothing split")
}
