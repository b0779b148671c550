import Expressions
import Testing

@Suite struct ConditionTreeTests {
  private func tree(_ text: String) throws -> (tree: ConditionTree, condition: Expressions.Expression) {
    let condition = try expression(text)
    return (ConditionTree(condition), condition)
  }

  /// But where something is compared with what it is.
  @Test(arguments: [
    "u > 1", "u >= v", "2*u < v", "u <= 1", "u > 1 && v < 2", "u > 1 || v < 2", "!(u > 1 && (v < 2 || u > v))",
    "u == v", "u != v",
    "u > 1 && u > 1 || !(u > 1)",
  ])
  func theMarginIsPositiveWhereTheConditionHolds(text: String) throws {
    let (tree, condition) = try tree(text)
    for u in stride(from: -3.1, to: 3.2, by: 0.31) {
      for v in stride(from: -2.95, to: 3.2, by: 0.37) {
        let values: [Symbol: Double] = [.field("u"): u, .field("v"): v]
        let differences = tree.differences.compactMap { $0.value(at: values) }
        guard differences.allSatisfy({ abs($0) > 1e-9 }) else { continue }
        #expect((tree.margin(differences) > 0) == (condition.value(at: values) == 1), "u = \(u), v = \(v)")
        // Whatever is near is in the range of margins.
        let ranges = differences.map { ($0 - 0.4)...($0 + 0.4) }
        let near = [u - 0.1, u, u + 0.1].flatMap { u in
          [v - 0.1, v, v + 0.1].map { [Symbol.field("u"): u, .field("v"): $0] }
        }
        for values in near {
          let margin = tree.margin(tree.differences.compactMap { $0.value(at: values) })
          #expect(tree.margins(ranges).contains(margin))
        }
      }
    }
  }

  @Test func whatIsNoNumberCanBeAnything() throws {
    let tree = try tree("u > 1 && v > 2").tree
    #expect(tree.margins([-1 ... -0.5, -.infinity ... .infinity]).upperBound == -0.5)
    #expect(tree.margin([.nan, -3]) == -3)
  }

  @Test func equalitiesAreThoseThatAreNoPartOfANumber() throws {
    let tree = try tree("u == 1 || v*where(u == 3, 1, 2) != 0").tree
    #expect(tree.equalities.map(\.isEqual) == [true, false])
  }
}
