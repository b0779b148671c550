import Testing
import TimeStepping

/// Order conditions of Butcher, as sums over rooted trees of up to five vertices: `Σ b_i Φ_i(τ) = 1/γ(τ)`.
private func elementaryWeights(_ pair: RungeKuttaPair) -> [(order: Int, density: Double, stages: [Double])] {
  let c = pair.nodes
  func times(_ x: [Double], _ y: [Double]) -> [Double] { zip(x, y).map(*) }
  func applied(_ x: [Double]) -> [Double] {
    pair.matrix.map { row in zip(row, x).reduce(0) { $0 + $1.0 * $1.1 } }
  }
  let one = c.map { _ in 1.0 }
  let c2 = times(c, c)
  let ac = applied(c)
  return [
    (1, 1, one), (2, 2, c), (3, 3, c2), (3, 6, ac),
    (4, 4, times(c2, c)), (4, 8, times(c, ac)), (4, 12, applied(c2)), (4, 24, applied(ac)),
    (5, 5, times(c2, c2)), (5, 10, times(c2, ac)), (5, 20, times(ac, ac)), (5, 15, times(c, applied(c2))),
    (5, 30, times(c, applied(ac))), (5, 20, applied(times(c2, c))), (5, 40, applied(times(c, ac))),
    (5, 60, applied(applied(c2))), (5, 120, applied(applied(ac))),
  ]
}

@Suite struct RungeKuttaPairTests {
  @Test(arguments: RungeKuttaPair.all.map(\.name))
  func methodsFulfillAllOrderConditionsOfTheirOrder(name: String) throws {
    let pair = try #require(RungeKuttaPair.named(name))
    for (order, density, stages) in elementaryWeights(pair) where order <= pair.order {
      let sum = zip(pair.weights, stages).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(sum - 1 / density) < 1e-14, "tree of order \(order), density \(density)")
    }
  }

  @Test(arguments: RungeKuttaPair.all.map(\.name))
  func embeddedMethodsFulfillTheConditionsOfTheirOrderAndNoMore(name: String) throws {
    let pair = try #require(RungeKuttaPair.named(name))
    let embedded = zip(pair.weights, pair.errorWeights).map { $0 - $1 }
    var violated = false
    for (order, density, stages) in elementaryWeights(pair) {
      let error = abs(zip(embedded, stages).reduce(0) { $0 + $1.0 * $1.1 } - 1 / density)
      if order <= pair.embeddedOrder {
        #expect(error < 1e-14, "tree of order \(order), density \(density)")
      } else if order == pair.embeddedOrder + 1 {
        violated = violated || error > 1e-6
      }
    }
    #expect(violated, "an embedded method of the same order would measure nothing")
  }

  @Test(arguments: RungeKuttaPair.all.map(\.name))
  func stageTimesAreTheRowSums(name: String) throws {
    let pair = try #require(RungeKuttaPair.named(name))
    for (node, row) in zip(pair.nodes, pair.matrix) {
      #expect(abs(node - row.reduce(0, +)) < 1e-14)
    }
  }
}
