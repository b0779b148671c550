import Expressions
import Testing

/// What a person reads who has written something wrong.
///
/// The part in brackets is what is marked in the text.
@Suite struct ProblemTests {
  @Test(arguments: [
    ("", "[] the expression is empty; write 0 for nothing"),
    ("   ", "[] the expression is empty; write 0 for nothing"),
    ("u +", "[] expected a value after \"+\", found the end"),
    ("u + * v", "[*] expected a value after \"+\", found \"*\""),
    ("(u + v", "[(] this \"(\" is never closed; write the missing )"),
    ("exp(u*(v + 1)", "[(] this \"(\" is never closed; write the missing )"),
    ("u + v)", "[)] no \"(\" is open for this \")\""),
    ("0,5*u", "[,] a comma stands only between the arguments of a function; decimals are written with a point"),
    ("(0,5)*u", "[,] a comma stands only between the arguments of a function; decimals are written with a point"),
    ("2u", "[] an operator is missing before \"u\"; write * for a product"),
    ("u v", "[ ] an operator is missing before \"v\"; write * for a product"),
    ("(u)(v)", "[] an operator is missing before \"(\"; write * for a product"),
    ("1.2.3", "[] an operator is missing before the number 0.3; write * for a product"),
    ("u**2", "[**] \"**\" is not an operator here; write ^"),
    ("where(u = 1, 1, 2)", "[=] \"=\" is not an operator here; write =="),
    ("u ² + 1", "[²] the character \"²\" does not belong in an expression; write ^2"),
    ("u − v", "[−] the character \"−\" does not belong in an expression; write -"),
    ("1e999", "[1e999] the number 1e999 is too large; the largest is about 1.8e308"),
    ("1e-999", "[1e-999] the number 1e-999 is too small; the smallest is about 5e-324; write 0"),
    ("where(0 < u < 1, 1, 0)", "[<] comparisons cannot be chained; write a < b && b < c instead of a < b < c"),
  ])
  func wrongSyntaxIsNamed(text: String, message: String) {
    #expect(problems(text).contains(message), "\(problems(text))")
  }

  @Test(arguments: [
    ("chii*u", "[chii] unknown symbol \"chii\"; if it is a parameter, add it to \"parameters\""),
    ("aa*u", "[aa] unknown symbol \"aa\"; did you mean \"a\"?"),
    ("epx(u)", "[epx] unknown function \"epx\"; did you mean \"exp\"?"),
    ("exp + 1", "[exp] \"exp\" is a function; write exp(s)"),
    ("T(u)", "[T] \"T\" is a field, not a function; write T*(…) for a product"),
    ("a(1 + u)", "[a] \"a\" is a parameter, not a function; write a*(…) for a product"),
    ("pi(2)", "[pi] \"pi\" is a number, not a function; write pi*(…) for a product"),
    ("exp(u, v)", "[exp(u, v)] \"exp\" takes 1 argument, found 2; write exp(s)"),
    ("hill(u, 2)", "[hill(u, 2)] \"hill\" takes 3 arguments, found 2; write hill(s, k, n), which is s^n/(k^n + s^n)"),
    ("max()", "[max()] \"max\" takes at least one argument, found 0; write max(a, b), or max(e) over the domain"),
    ("z + 1", "[z] the domain has no coordinate \"z\"; it has x and y"),
    ("where(u, 1, 2)", "[where(u, 1, 2)] the first argument of where is a condition; write where(u > 0, a, b)"),
    (
      "u*(v < 1)",
      "[*] \"*\" needs numbers, but one side is a condition; write where(condition, 1, 0) to make a number of it"
    ),
    (
      "exp(u < 1)",
      "[exp(u < 1)] \"exp\" needs numbers, but one side is a condition; write where(condition, 1, 0) to make a number of it"
    ),
    ("u && v < 1", "[&&] \"&&\" needs conditions, but one side is a number; write a comparison, as in u > 0"),
    ("!u > 1", "[!u] ! needs a condition; write !(a < b) with parentheses"),
  ])
  func wrongMeaningIsNamed(text: String, message: String) {
    #expect(problems(text) == [message])
  }

  /// MATLAB, Python and COMSOL have other words for what there is.
  @Test(arguments: [
    ("ln(u)", "[ln] unknown function \"ln\"; did you mean \"log\"?"),
    ("if(u > 1, 1, 0)", "[if] unknown function \"if\"; did you mean \"where\"?"),
    ("sum(u)", "[sum] unknown function \"sum\"; did you mean \"integral\"?"),
    ("heavyside(u)", "[heavyside] unknown function \"heavyside\"; did you mean \"heaviside\"?"),
    ("average(u)", "[average] unknown function \"average\"; did you mean \"mean\"?"),
    ("power(u, 2)", "[power] unknown function \"power\"; write a^b"),
    ("pow(u, 2)", "[pow] unknown function \"pow\"; write a^b"),
    ("sign(u)", "[sign] unknown function \"sign\"; write where(s > 0, 1, where(s < 0, -1, 0))"),
    ("not(u > 1)", "[not] unknown function \"not\"; write !(a)"),
    ("where(u > 0 and v > 1, 1, 0)", "[and] \"and\" is not an operator here; write &&"),
    ("where(u > 0 or v > 1, 1, 0)", "[or] \"or\" is not an operator here; write ||"),
    ("where(u ~= 1, 1, 0)", "[~=] \"~=\" is not an operator here; write !="),
    ("u.*v", "[.*] \".*\" is not an operator here; write *"), ("u.^2", "[.^] \".^\" is not an operator here; write ^"),
    ("time*u", "[time] unknown symbol \"time\"; did you mean \"t\"?"),
  ])
  func wordsOfOtherLanguagesAreTranslated(text: String, message: String) {
    #expect(problems(text) == [message])
  }

  @Test func allProblemsOfATextAreReportedInOrder() {
    #expect(
      problems("where(not u, w, 0)") == [
        "[not] \"not\" is not an operator here; write !",
        "[w] unknown symbol \"w\"; if it is a parameter, add it to \"parameters\"",
      ])
    #expect(
      problems("u² × v − 3") == [
        "[²] the character \"²\" does not belong in an expression; write ^2",
        "[×] the character \"×\" does not belong in an expression; write *",
        "[−] the character \"−\" does not belong in an expression; write -",
      ])
    #expect(
      problems("uu*vv + exp(1, 2)") == [
        "[uu] unknown symbol \"uu\"; did you mean \"u\"?", "[vv] unknown symbol \"vv\"; did you mean \"v\"?",
        "[exp(1, 2)] \"exp\" takes 1 argument, found 2; write exp(s)",
      ])
    #expect(problems("2u + 3v ** 2").count == 3)
  }

  @Test func whatIsNotAllowedHereIsRefusedWithASentence() {
    let scope = makeScope(functions: ["kill": ([], "T*u")], allows: [.time])
    #expect(
      problems("T", in: scope) == [
        "[T] the field \"T\" cannot be used here; it may depend on parameters and time t only"
      ])
    #expect(
      problems("x", in: scope) == [
        "[x] the coordinate \"x\" cannot be used here; it may depend on parameters and time t only"
      ])
    #expect(problems("random()", in: scope) == ["[random()] random() may be used in initial values only"])
    #expect(
      problems("integral(a)", in: scope) == [
        "[integral(a)] integral(…) over the whole domain cannot be used here"
      ])
    #expect(
      problems("max(a)", in: scope) == [
        "[max(a)] max(e) over the whole domain cannot be used here; write max(a, b) for the values at a point"
      ])
    #expect(problems("t", in: makeScope(allows: [])).first?.contains("the time t cannot be used here") == true)
    #expect(
      problems("2*kill", in: scope).first
        == "[kill] in the function \"kill\", the field \"T\" cannot be used here; it may depend on parameters and time t only"
    )
  }

  @Test func functionsThatUseThemselvesAreNamed() {
    let scope = makeScope(
      functions: ["f": ([], "g + 1"), "g": ([], "h(u)"), "h": (["s"], "s*f"), "own": (["s"], "own(s)")],
      allows: [.fields])
    #expect(problems("1 + f", in: scope) == ["[f] functions must not use themselves: f uses g uses h uses f"])
    #expect(problems("own(1)", in: scope) == ["[own(1)] functions must not use themselves: own uses own"])
  }

  @Test func wrongUseOfAFunctionOfTheModelShowsItsSignature() {
    let scope = makeScope(functions: ["kill": ([], "T*u"), "mix": (["p", "q"], "p*q")], allows: [.fields])
    #expect(problems("mix(1)", in: scope) == ["[mix(1)] \"mix\" takes 2 arguments, found 1; write mix(p, q)"])
    #expect(problems("mix", in: scope) == ["[mix] \"mix\" takes 2 arguments; write mix(p, q)"])
    #expect(problems("kill(u)", in: scope) == ["[kill(u)] \"kill\" takes no arguments; write kill"])
  }

  @Test func aFunctionIsCheckedByItself() throws {
    let scope = makeScope(
      functions: ["good": (["s"], "s*u"), "bad": (["s"], "s*uu + 1"), "own": ([], "own + 1")], allows: [.fields])
    try scope.check(function: "good")
    let problem = #expect(throws: ExpressionProblems.self) { try scope.check(function: "bad") }
    #expect(problem?.items.first?.range == 2..<4)
    let circle = #expect(throws: ExpressionProblems.self) { try scope.check(function: "own") }
    #expect(circle?.items.first?.message == "functions must not use themselves: own uses own")
  }
}
