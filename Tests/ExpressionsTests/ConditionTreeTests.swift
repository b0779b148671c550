import Expressions
import Testing

@Suite struct ConditionTreeTests {
  private func tree(_ text: String) throws -> (tree: ConditionTree, condition: Expressions.Expression) {
    let condition = try expression(text)
    return (ConditionTree(condition), condition)
  }

  @Test(arguments: [
    "u > 1", "u >= v", "2*u < v", "u <= 1", "u > 1 && v < 2", "u > 1 || v < 2", "!(u > 1 && (v < 2 || u > v))",
    "u == v", "u != v",
    "u > 1 && u > 1 || !(u > 1)",
  ])
  func whereItHoldsFollowsFromTheDifferences(text: String) throws {
    let (tree, condition) = try tree(text)
    for u in stride(from: -3.1, to: 3.2, by: 0.31) {
      for v in stride(from: -2.95, to: 3.2, by: 0.37) {
        let values: [Symbol: Double] = [.field("u"): u, .field("v"): v]
        let differences = tree.differences.compactMap { $0.value(at: values) }
        guard differences.allSatisfy({ abs($0) > 1e-9 }) else { continue }
        let holds = tree.holds(differences)
        #expect(holds == (condition.value(at: values) == 1), "u = \(u), v = \(v)")
        let margin = tree.margins(differences.map { $0...$0 })
        #expect(margin.lowerBound == margin.upperBound && (margin.upperBound > 0) == holds)
        // Whatever is near is in the range of margins.
        let ranges = differences.map { ($0 - 0.4)...($0 + 0.4) }
        let near = [u - 0.1, u, u + 0.1].flatMap { u in
          [v - 0.1, v, v + 0.1].map { [Symbol.field("u"): u, .field("v"): $0] }
        }
        for values in near {
          let margin = tree.margins(tree.differences.compactMap { $0.value(at: values) }.map { $0...$0 })
          #expect(tree.margins(ranges).contains(margin.upperBound))
        }
      }
    }
  }

  /// Of numbers that are exact in binary, so that both sides of an equality are.
  @Test(arguments: [
    "abs(u) < 0.5", "abs(u) == 0.5", "2 - 4*abs(u - 0.5) >= v", "abs(abs(u) - 1) <= 0.25", "max(u, v) < 0.5",
    "min(u, v, 1) != 0.25", "max(u, v) == min(u, 0.5)", "where(u > 0 && v < 1, u, -v) > 0.25",
    "where(abs(u) < 0.5, 1, 0) > 0.5", "heaviside(u)*heaviside(0.5 - v) > 0.5", "floor(u) == 1", "floor(u) > 0.5",
    "floor(2*u) <= -1", "0.5 > floor(v)", "abs(floor(u) - 1) < 0.5", "3 - 2*floor(u) > 1 || floor(u) != 0",
    "!(abs(u) > 1 && max(u, v) > 0)", "where(floor(u) == 0, abs(v), min(u, v)) >= 0.25", "abs(u) < abs(v)",
    "abs(u) + abs(v) + abs(u - v) + abs(u + v) + max(u, v) + min(u, 0) + abs(u - 1) + abs(v - 1) < 6",
  ])
  func aConditionWithoutKinksHoldsWhereTheConditionHolds(text: String) throws {
    let condition = try expression(text)
    let cases = condition.withoutKinks
    for u in stride(from: -2.0, through: 2, by: 0.125) {
      for v in stride(from: -2.0, through: 2, by: 0.125) {
        let values: [Symbol: Double] = [.field("u"): u, .field("v"): v]
        #expect(cases.value(at: values) == condition.value(at: values), "u = \(u), v = \(v)")
        let tree = ConditionTree(cases)
        #expect(tree.holds(tree.differences.compactMap { $0.value(at: values) }) == (condition.value(at: values) == 1))
      }
    }
  }

  @Test func whatTurnsIsWatched() throws {
    let names = try ["exp(-((u - 0.5)/v)^2) > 0.5", "(u - 1)*(v - 2) < 0", "u/(v - 1) > 3", "u + v > 1"].map { text in
      ConditionTree(try expression(text).withoutKinks).turningPoints.map(\.description)
    }
    #expect(names == [["v", "(u - 0.5)/v"], ["u - 1", "v - 2"], ["v - 1"], []])
  }

  @Test func whatIsNoNumberCanBeAnything() throws {
    let tree = try tree("u > 1 && v > 2").tree
    #expect(tree.margins([-1 ... -0.5, -.infinity ... .infinity]).upperBound == -0.5)
    #expect(!tree.holds([.nan, 3]) && tree.holds([1, 3]))
  }

  @Test func aConditionIsUndecidedWhereItDependsOnWhatIsNoNumber() throws {
    for (text, expected) in [
      ("u > 1 && v > 2", nil), ("u > 1 || v > 2", true), ("!(u > 1)", nil), ("u > 1 && v < 2", false),
      ("!(u > 1 && v < 2)", true), ("u == 1 || v < 2", nil),
    ] as [(String, Bool?)] {
      let tree = try tree(text).tree
      let values: [Symbol: Double] = [.field("u"): .nan, .field("v"): 3]
      #expect(tree.truth(tree.differences.compactMap { $0.value(at: values) }) == expected, "\(text)")
    }
  }

  @Test func atARootAConditionThatIncludesItHolds() throws {
    for (text, holds) in [("u > 1", false), ("u >= 1", true), ("u == 1", true), ("u != 1", false), ("!(u < 1)", true)] {
      #expect(try tree(text).tree.holds([0]) == holds, "\(text)")
    }
  }

  @Test(arguments: [
    ("u == 1 || v*where(u == 3, 1, 2) != 0", 1), ("!(u == 1)", 1), ("!(u != 1)", 0), ("!(u != 1 || !(v != 2))", 1),
    ("u == 1", 0), ("u > 1", 0),
  ])
  func inequalitiesAreThoseThatAreNoPartOfANumber(text: String, count: Int) throws {
    #expect(try tree(text).tree.inequalities.count == count)
  }
}
