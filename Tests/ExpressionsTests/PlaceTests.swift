import Expressions
import Testing

@Suite struct PlaceTests {
  /// The largest parts of the position alone, and what is left.
  @Test(arguments: [
    ("a*exp(-x^2/b) - k*u", ["a*exp(-(x^2/b))"], "p - k*u"),
    ("where(x < 3, a, 0)*u + sin(y)*v", ["where(x < 3, a, 0)", "sin(y)"], "p*u + q*v"),
    ("where(x < 3, u, v)", ["x"], "where(p < 3, u, v)"),
    ("exp(-(x - t)^2)*u + x", ["x"], "exp(-(p - t)^2)*u + p"),
    ("u*cos(x)*(1 + cos(x))", ["cos(x)", "1 + cos(x)"], "u*p*q"),
    ("a*u - b*v*t", [], "a*u - b*v*t"),
    ("exp(-x)", ["exp(-x)"], "p"),
    ("normal()*exp(-x)", ["exp(-x)"], "normal()*p"),
  ])
  func whatDependsOnThePositionAloneIsTakenOut(text: String, places: [String], rest: String) throws {
    let (found, left) = Expressions.Expression.extractingStaticCoefficients([try expression(text)])
    #expect(try found.map(\.expression) == places.map { try expression($0) })
    let scope = Scope(
      fields: ["u", "v", "p", "q"], parameters: ["a", "b", "k"], coordinates: ["x", "y"], functions: [:],
      allows: [.fields, .position, .time, .random])
    let names = Dictionary(uniqueKeysWithValues: zip(["p", "q"], found.map(\.name)))
    let replacements = names.map { (Symbol.field($0.key), Expressions.Expression.symbol(.field($0.value))) }
    let expected = try expression(rest, in: scope).substituting(Dictionary(uniqueKeysWithValues: replacements))
    #expect(left == [expected], "\(left[0])")
  }

  @Test func equalPartsOfSeveralExpressionsAreOne() throws {
    let (found, _) = Expressions.Expression.extractingStaticCoefficients([
      try expression("u*exp(-x)"), try expression("v - exp(-x)"), try expression("exp(-y)"),
    ])
    #expect(try found.map(\.expression) == [expression("exp(-x)"), expression("exp(-y)")])
  }

  @Test func nothingIsTakenOutIfThereIsMuch() throws {
    let many = try (1...9).map { try expression("u*exp(-\($0)*x)") }
    #expect(Expressions.Expression.extractingStaticCoefficients(many).places.isEmpty)
    #expect(Expressions.Expression.extractingStaticCoefficients(many).expressions == many)
    #expect(Expressions.Expression.extractingStaticCoefficients(Array(many.prefix(8))).places.count == 8)
  }
}
