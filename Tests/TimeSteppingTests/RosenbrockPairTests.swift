import Testing
import TimeStepping

@Suite struct RosenbrockPairTests {
  /// `Γ`, `α` and `α + Γ` of the usual form, from the transformed one: `Γ⁻¹ = I/γ − c` and `α = a Γ`.
  private struct UsualForm {
    let gamma: [[Double]]
    let alpha: [[Double]]
    let beta: [[Double]]

    init(_ pair: RosenbrockPair) {
      let range = 0..<pair.stageCount
      var gamma = range.map { _ in range.map { _ in 0.0 } }
      for column in range {
        for row in range {
          var value = row == column ? 1.0 : 0
          for other in 0..<row { value += pair.couplings[row][other] * gamma[other][column] }
          gamma[row][column] = pair.diagonal * value
        }
      }
      var alpha = range.map { _ in range.map { _ in 0.0 } }
      for row in range {
        for column in range {
          for other in 0..<row { alpha[row][column] += pair.matrix[row][other] * gamma[other][column] }
        }
      }
      self.gamma = gamma
      self.alpha = alpha
      beta = zip(alpha, gamma).map { zip($0, $1).map(+) }
    }

    /// The usual weights.
    func weights(_ transformed: [Double]) -> [Double] {
      transformed.indices.map { column in
        transformed.indices.reduce(0.0) { $0 + transformed[$1] * gamma[$1][column] }
      }
    }
  }

  private func times(_ matrix: [[Double]], _ x: [Double]) -> [Double] {
    matrix.map { zip($0, x).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// The conditions up to order 4 as sums of the weights: `Σ b_i Φ_i = 1/γ`.
  private func conditions(_ form: UsualForm) -> [(order: Int, density: Double, values: [Double])] {
    let one = form.beta.map { _ in 1.0 }
    let (a, b) = (times(form.alpha, one), times(form.beta, one))
    let square = a.map { $0 * $0 }
    return [
      (1, 1, one), (2, 2, b), (3, 3, square), (3, 6, times(form.beta, b)),
      (4, 4, a.map { $0 * $0 * $0 }), (4, 8, zip(a, times(form.alpha, b)).map(*)), (4, 12, times(form.beta, square)),
      (4, 24, times(form.beta, times(form.beta, b))),
    ]
  }

  @Test(arguments: RosenbrockPair.all.map(\.name))
  func methodsFulfillTheOrderConditions(name: String) throws {
    let pair = try #require(RosenbrockPair.all.first { $0.name == name })
    let form = UsualForm(pair)
    let weights = form.weights(pair.weights)
    let embedded = form.weights(zip(pair.weights, pair.errorWeights).map(-))
    var violated = false
    for (order, density, values) in conditions(form) {
      func error(_ weights: [Double]) -> Double {
        abs(zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } - 1 / density)
      }
      if order <= pair.order { #expect(error(weights) < 1e-12, "order \(order), density \(density)") }
      if order <= pair.embeddedOrder {
        #expect(error(embedded) < 1e-12, "embedded, order \(order), density \(density)")
      } else {
        violated = violated || error(embedded) > 1e-6
      }
    }
    #expect(violated, "an embedded method of the same order would measure nothing")
  }

  /// Times of the stages and weights of the derivative by time are the row sums.
  @Test(arguments: RosenbrockPair.all.map(\.name))
  func timesAreTheRowSums(name: String) throws {
    let pair = try #require(RosenbrockPair.all.first { $0.name == name })
    let form = UsualForm(pair)
    for stage in 0..<pair.stageCount {
      #expect(abs(form.alpha[stage].reduce(0, +) - pair.nodes[stage]) < 1e-12)
      #expect(abs(form.gamma[stage].reduce(0, +) - pair.timeWeights[stage]) < 1e-12)
    }
  }

  /// Stiff components vanish: the last two stages make `R(∞) = 0` for the solution and for the embedded one.
  @Test(arguments: RosenbrockPair.all.map(\.name))
  func infinitelyFastDecayIsDoneAtOnce(name: String) throws {
    let pair = try #require(RosenbrockPair.all.first { $0.name == name })
    let problem = try ReactionProblem(["2e12 - 1e12*u"], fields: ["u"], start: [[7]])
    let found = try problem.solution(
      try #require(ReactionMethod.named(pair.name)), tolerance: .infinity, interval: 1)
    #expect(abs(found.values[0][0] - 2) < 1e-9)
  }
}
