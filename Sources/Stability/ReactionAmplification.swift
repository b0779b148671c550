import Operators
import TimeStepping

/// What one substep of a method for reactions makes of what departs little from a uniform steady state, `u' = J u + s` with a constant `s`.
///
/// Near a steady state errors are small whatever the substep, so that the integrator takes all of an interval at once; the linear flow `e^{τJ}` is
/// then a rational function of `τJ`, which loses what grows or turns where `τJ` is large. The method α-QSS, which is not linear, counts as exact.
struct ReactionAmplification {
  /// nil where the flow is exact.
  let method: ReactionMethod.Kind?
  let jacobian: SmallMatrix
  /// Of each field; what exponential methods take exactly.
  let losses: [Double]

  /// The flow for a time, `e^{τJ}` if it is exact, and that of the source for each unit of time, then `φ₁(τJ)`.
  func flow(during time: Double) -> (exponential: SmallMatrix, phi: SmallMatrix) {
    let count = jacobian.count
    // Of the state and the source together, for a step of 1.
    let both = SmallMatrix(blocks: [[time * jacobian, .identity(count)], [nil, nil]], of: count)
    let result = substep(both, time)
    return (result.block(0, 0, of: count), result.block(0, 1, of: count))
  }

  private func substep(_ both: SmallMatrix, _ time: Double) -> SmallMatrix {
    switch method {
    case nil, .quasiSteady: return both.exponential
    case .explicit(let pair): return pair.amplification(both)
    case .rosenbrock(let pair): return pair.amplification(both)
    case .exponential: return exponential(.krogstad, both, time)
    case .twoStageExponential: return exponential(.coxMatthews, both, time)
    case .automatic:
      let fastest = losses.reduce(0, max)
      return fastest * time <= SubstepChoice.explicitReach
        ? RungeKuttaPair.dormandPrince.amplification(both) : exponential(.krogstad, both, time)
    }
  }

  private func exponential(_ tableau: ExponentialScheme, _ both: SmallMatrix, _ time: Double) -> SmallMatrix {
    let decays = losses.map { time * max(0, $0) } + losses.map { _ in 0 }
    return tableau.amplification(linear: decays.map { -$0 }, rest: both + SmallMatrix(diagonal: decays), step: 1)
  }
}

extension ExponentialScheme {
  /// A step for `u' = Λ u + N u` with a diagonal `Λ`: `U_i = e^{c_i hΛ} + h Σ_j a_ij(hΛ) N U_j`; the last of them.
  func amplification(linear: [Double], rest: SmallMatrix, step: Double) -> SmallMatrix {
    let whole = linear.map { PhiFunctions(step * $0) }
    var rates = [rest]
    func stage(_ node: Double, _ weights: [PhiWeights]) -> SmallMatrix {
      let own = linear.map { PhiFunctions(node * step * $0) }
      return zip(weights, rates).reduce(SmallMatrix(diagonal: own.map(\.exponential))) { sum, term in
        let factors = zip(own, whole).map { $0.sum(term.0.own) + $1.sum(term.0.whole) }
        return sum + step * (SmallMatrix(diagonal: factors) * term.1)
      }
    }
    for next in stages { rates.append(rest * stage(next.node, next.weights)) }
    return stage(1, weights)
  }
}

extension RungeKuttaPair {
  /// A step of 1 for `u' = A u`: `k_i = A (1 + Σ a_ij k_j)`, `1 + Σ b_i k_i`.
  func amplification(_ matrix: SmallMatrix) -> SmallMatrix {
    let one = SmallMatrix.identity(matrix.count)
    var stages: [SmallMatrix] = []
    for row in self.matrix { stages.append(matrix * one.adding(stages, times: row)) }
    return one.adding(stages, times: weights)
  }
}

extension RosenbrockPair {
  /// A step of 1 for `u' = A u`: `(1/γ − A) k_i = A (1 + Σ a_ij k_j) + Σ c_ij k_j`, `1 + Σ m_i k_i`.
  func amplification(_ matrix: SmallMatrix) -> SmallMatrix {
    let one = SmallMatrix.identity(matrix.count)
    let shifted = 1 / diagonal * one - matrix
    var stages: [SmallMatrix] = []
    for (row, couplings) in zip(self.matrix, couplings) {
      let right = (matrix * one.adding(stages, times: row)).adding(stages, times: couplings)
      stages.append(shifted.solution(ofColumns: right))
    }
    return one.adding(stages, times: weights)
  }
}

extension SmallMatrix {
  fileprivate func adding(_ others: [SmallMatrix], times weights: [Double]) -> SmallMatrix {
    zip(others, weights).reduce(self) { $1.1 == 0 ? $0 : $0 + $1.1 * $1.0 }
  }

  /// `A⁻¹ B`; not numbers if the matrix is singular.
  fileprivate func solution(ofColumns right: SmallMatrix) -> SmallMatrix {
    let columns = right.transposed
    let found = solutions(of: (0..<count).map { column in (0..<count).map { columns[column, $0] } })
    return SmallMatrix(
      found?.flatMap { $0 } ?? [Double](repeating: .nan, count: count * count), count: count
    ).transposed
  }
}
