import Expressions
import Testing

let testScope = Scope(
  fields: ["u", "v", "T"], parameters: ["chi", "k", "n"], coordinates: ["x", "y"],
  functions: [
    "hill4": .init(arguments: ["s"], body: try! Syntax.parse("s^4/(1 + s^4)")),
    "kill": .init(arguments: [], body: try! Syntax.parse("u*T/(k + T)")),
    "a": .init(arguments: [], body: try! Syntax.parse("b + 1")),
    "b": .init(arguments: [], body: try! Syntax.parse("a*2")),
  ], allows: [.rate, .random])

private func value(_ text: String) throws -> Double? {
  try Expression(text, in: testScope).value([
    .field("u"): 2, .field("v"): 3, .field("T"): 0.5, .parameter("chi"): 7, .parameter("k"): 0.25,
    .parameter("n"): 2, .coordinate("x"): 0.1, .coordinate("y"): 0.2, .time: 10,
  ])
}

private func problem(_ text: String) -> String {
  do {
    _ = try Expression(text, in: testScope)
    return "no problem"
  } catch {
    return error.items.map { item in
      let place = "\(item.range.lowerBound)-\(item.range.upperBound)"
      let advice = item.suggestion.map { "; did you mean \($0)?" } ?? item.remedy.map { "; \($0)" } ?? ""
      return "\(place): \(item.message)\(advice)"
    }.joined(separator: "\n")
  }
}

private let knownValues: [(String, Double)] = [
  ("1 + 2*3", 7), ("-2^2", -4), ("2^3^2", 512), ("2^-1", 0.5), ("8/4/2", 1), ("1 - 2 - 3", -4), ("-u*v", -6),
  ("(1 + 2)*3", 9), ("u^2*v", 12), ("1e-3*1000", 1), (".5 + 1.", 1.5), ("where(u < v, 1, 2)", 1),
  ("where(!(u < v) || v == 3 && u != 3, 1, 2)", 1), ("min(u, v, 1)", 1), ("max(u, v)", 3), ("abs(u - v)", 1),
  ("hill(u, v, n)", 0.3076923076923077), ("hill(u, v, 4)", 0.16494845360824742), ("hill4(u)", 0.9411764705882353), ("kill", 1.3333333333333333), ("heaviside(0)", 1),
  ("heaviside(-1)", 0), ("floor(-0.5)", -1), ("sqrt(v + 1)", 2), ("log10(1000)", 3), ("cos(pi)", -1), ("t + x*10", 11),
  ("u >= 2 && u <= 2 && v > 2", .nan), ("erf(0) + tanh(0) + sin(0) + tan(0)", 0), ("exp(log(u))", 2),
]

private let knownProblems: [(String, String)] = [
  ("chii*u", "0-4: unknown symbol \"chii\"; did you mean chi?"),
  ("", "0-1: the expression is empty"),
  ("u +", "2-3: the expression ends where a value is expected"),
  ("(u + v", "0-1: this ( is never closed; add )"),
  ("u + v)", "5-6: unexpected \")\"; there is no ( for it"),
  ("2u", "1-2: unexpected \"u\"; write * for a product"),
  ("u(v)", "0-1: u is not a function; write * for a product"),
  ("(u)(v)", "3-4: unexpected \"(\"; write * for a product"),
  ("u**2", "1-3: there is no operator **; write ^ for powers"),
  ("where(u = 2, 1, 0)", "8-9: a single = means nothing here; write == to compare"),
  ("u < v < 3", "6-7: comparisons cannot be chained; write a < b && b < c"),
  ("where(u, 1, 0)", "6-7: a condition is expected here, found a number; compare it, as in a > 0"),
  ("u + (u < v)", "4-11: a number is expected here, found a condition; write where(condition, 1, 0)"),
  ("hill(u, v)", "0-10: hill is given 2 arguments; write hill(s, k, n)"),
  ("hill4(u, v)", "0-11: hill4 is given 2 arguments; write hill4(s)"),
  ("hill4", "0-5: the function hill4 needs its arguments; write hill4(s)"),
  ("exp", "0-3: exp is a function and needs its arguments; write exp(a)"),
  ("expp(u)", "0-4: unknown function \"expp\"; did you mean exp?"),
  ("z", "0-1: there is no axis z in this domain"),
  ("a", "0-1: the function a depends on itself: a uses b uses a (in the function b)"),
  ("convolve(x, u)", "0-14: convolve(…) is not available yet"),
  ("1e400", "0-5: the number 1e400 is too large"),
  ("u/0", "2-3: division by 0"),
  ("u # v", "2-3: unexpected character \"#\""),
  ("bad1 + bad2", "0-4: unknown symbol \"bad1\"\n7-11: unknown symbol \"bad2\""),
]

@Suite struct ParsingTests {
  @Test(arguments: knownValues)
  func textsHaveTheirValues(text: String, expected: Double) throws {
    if expected.isNaN {
      #expect(problem(text).contains("a number is expected here, found a condition"))
    } else {
      let found = try #require(try value(text))
      #expect(abs(found - expected) <= 1e-15 * max(1, abs(expected)), "\(text) is \(found)")
    }
  }

  @Test(arguments: knownProblems)
  func problemsAreNamedWithPlaceAndRemedy(text: String, expected: String) {
    #expect(problem(text) == expected)
  }

  @Test func whatAScopeForbidsIsRefused() {
    let scope = Scope(fields: ["u"], parameters: [], coordinates: ["x"], functions: [:], allows: [])
    for (text, message) in [
      ("u", "the field u cannot be used here"), ("t", "the time t cannot be used here"),
      ("x", "the position x cannot be used here"), ("normal()", "normal() can be used in initial values only"),
      ("integral(1)", "integral(…) of the whole domain cannot be used here"),
    ] {
      #expect(throws: ExpressionProblems([ExpressionProblem(message, at: 0..<text.utf8.count)])) {
        try Expression(text, in: scope)
      }
    }
  }

  @Test func hostileTextsEndInAnErrorOrAValue() throws {
    #expect(problem(String(repeating: "(", count: 5000)).contains("nested more than 200 deep"))
    #expect(problem(String(repeating: "-", count: 5000) + "1").contains("nested more than 200 deep"))
    #expect(problem(String(repeating: "2^", count: 5000) + "1").contains("nested more than 200 deep"))
    #expect(problem(String(repeating: "u", count: 100_000)).contains("more than 65536 bytes"))
    let long = (0..<5000).map { "u*\($0).5" }.joined(separator: " + ")
    #expect(try value(long) != nil)
    // Each function uses the one before twice: 2^60 parts when written out.
    var functions: [String: Scope.Function] = ["f0": .init(arguments: [], body: try Syntax.parse("u + 1"))]
    for number in 1...60 {
      functions["f\(number)"] = .init(arguments: [], body: try Syntax.parse("f\(number - 1)*sin(f\(number - 1))"))
    }
    let scope = Scope(fields: ["u"], parameters: [], coordinates: [], functions: functions, allows: .rate)
    let deep = try Expression("f60", in: scope)
    #expect(deep.derivative(by: .field("u")).value([.field("u"): 0.1]) != nil)
    #expect(deep.description.contains("an expression of more than"))
  }
}
