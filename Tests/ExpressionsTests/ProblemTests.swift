import Expressions
import Glibc
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
    (
      "max()",
      "[max()] \"max\" takes at least one argument, found 0; write max(a, b) or max(a, b, c), or max(e) over the domain"
    ),
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
    ("LN(u)", "[LN] unknown function \"LN\"; did you mean \"log\"?"),
    ("EXP(u)", "[EXP] unknown function \"EXP\"; did you mean \"exp\"?"),
    ("Heaviside(u)", "[Heaviside] unknown function \"Heaviside\"; did you mean \"heaviside\"?"),
    ("fabs(u)", "[fabs] unknown function \"fabs\"; did you mean \"abs\"?"),
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

  /// What stands for a function of other languages is said; no name that only looks like it.
  @Test(arguments: [
    ("asin(u)", "angles"), ("acos(u)", "angles"), ("atan(u)", "angles"), ("Atan(u)", "angles"),
    ("atan2(u, v)", "angles"), ("arctan(u)", "angles"), ("sinh(u)", "write (exp(s) - exp(-s))/2"),
    ("cosh(u)", "write (exp(s) + exp(-s))/2"), ("asinh(u)", "write log(s + sqrt(s^2 + 1))"),
    ("arccosh(u)", "write log(s + sqrt(s^2 - 1))"), ("atanh(u)", "write log((1 + s)/(1 - s))/2"),
    ("sgn(u)", "write where(s > 0, 1, where(s < 0, -1, 0))"), ("ceil(u)", "write -floor(-s)"),
    ("mod(u, v)", "write a - b*floor(a/b)"), ("log2(u)", "write log(s)/log(2)"), ("log1p(u)", "write log(1 + s)"),
    ("expm1(u)", "write exp(s) - 1"), ("exp2(u)", "write 2^s"), ("cbrt(u)", "write s^(1/3)"),
    ("hypot(u, v)", "write sqrt(a^2 + b^2)"), ("int(u)", "floor(s) for a whole number"), ("cot(u)", "cos(s)/sin(s)"),
    ("sec(u)", "write 1/cos(s)"), ("erfc(u)", "write 1 - erf(s)"), ("erfinv(u)", "there is no such function"),
    ("gamma(u)", "there is no such function"), ("piecewise(u > 1, u, 0)", "one within the other"),
    ("merge(u, 0, u > 1)", "write where(condition, a, b)"), ("trunc(u)", "floor(s)"),
  ])
  func functionsOfOtherLanguagesAreNotTakenForMisspellings(text: String, remedy: String) {
    let found = problems(text)
    #expect(found.count == 1 && found[0].contains("unknown function"))
    #expect(found.allSatisfy { $0.contains(remedy) && !$0.contains("did you mean") }, "\(found)")
  }

  static let translations: [(text: String, value: Double)] = [
    ("(exp(s) - exp(-s))/2", sinh(0.4)), ("(exp(s) + exp(-s))/2", cosh(0.4)), ("log(s + sqrt(s^2 + 1))", asinh(0.4)),
    ("log(1/s + sqrt((1/s)^2 - 1))", acosh(2.5)), ("log((1 + s)/(1 - s))/2", atanh(0.4)), ("-floor(-s)", 1),
    ("7 - 2*floor(7/2)", 1), ("log(s)/log(2)", log2(0.4)), ("log(1 + s)", log1p(0.4)), ("exp(s) - 1", expm1(0.4)),
    ("2^s", exp2(0.4)), ("s^(1/3)", cbrt(0.4)), ("cos(s)/sin(s)", 1 / tan(0.4)), ("1 - erf(s)", erfc(0.4)),
    ("2/(exp(s) + exp(-s))", 1 / cosh(0.4)), ("where(s > 0, 1, where(s < 0, -1, 0))", 1),
    ("where(-s < 0, -floor(s), floor(-s))", 0), ("s - floor(s)", 0.4),
  ]

  /// Their values are those of the functions: at s = 0.4, and at a = 7, b = 2.
  @Test(arguments: translations)
  func remediesHaveTheValueOfWhatTheyStandFor(text: String, value: Double) throws {
    let scope = Scope(parameters: ["s"], allows: [])
    let result = try #require(try Expressions.Expression(text, in: scope).value(at: [.parameter("s"): 0.4]))
    // A few roundings, of which cancellation makes one more.
    #expect(abs(result - value) <= 2e-15 * max(1, abs(value)), "\(text) = \(result), \(value)")
  }

  /// A symbol is not taken for a function, or the reverse.
  @Test func suggestionsCanStandWhereTheyAreSuggested() {
    let scope = makeScope(functions: ["mix": (["p"], "p*u"), "kill": ([], "T*u")], allows: [.fields])
    #expect(
      problems("eps*u", in: scope) == ["[eps] unknown symbol \"eps\"; if it is a parameter, add it to \"parameters\""])
    #expect(problems("mixx*u", in: scope).allSatisfy { !$0.contains("did you mean") })
    #expect(problems("kil*u", in: scope) == ["[kil] unknown symbol \"kil\"; did you mean \"kill\"?"])
    #expect(problems("mixx(u)", in: scope) == ["[mixx] unknown function \"mixx\"; did you mean \"mix\"?"])
    #expect(problems("kil(u)", in: scope).allSatisfy { !$0.contains("did you mean \"kill\"") })
  }

  /// Each function with one argument less than it takes, and with one more.
  @Test(arguments: [
    ("exp", 1, 1), ("log", 1, 1), ("log10", 1, 1), ("sqrt", 1, 1), ("abs", 1, 1), ("sin", 1, 1), ("cos", 1, 1),
    ("tan", 1, 1), ("tanh", 1, 1), ("erf", 1, 1), ("floor", 1, 1), ("heaviside", 1, 1), ("hill", 3, 3),
    ("convolve", 2, 2), ("integral", 1, 2), ("mean", 1, 2), ("delayed", 2, 3), ("random", 0, 0), ("normal", 0, 0),
    ("min", 1, 1000), ("max", 1, 1000),
  ])
  func theNumberOfArgumentsIsChecked(function: String, least: Int, most: Int) {
    func call(_ count: Int) -> [String] {
      problems("\(function)(\([String](repeating: "u", count: count).joined(separator: ", ")))")
    }
    for count in [least - 1, most + 1] where count >= 0 {
      let found = call(count)
      #expect(found.count == 1 && found[0].contains("\"\(function)\" takes"), "\(function), \(count): \(found)")
      #expect(found[0].contains(", found \(count); write \(function)("))
    }
    for count in Set([least, most]) { #expect(!call(count).contains { $0.contains(", found ") }) }
  }

  @Test func aChoiceTakesThreeArguments() {
    #expect(problems("where(u > 1, 2)").first?.contains("\"where\" takes 3 arguments, found 2") == true)
    #expect(problems("where(u > 1, 2, 3, 4)").first?.contains("\"where\" takes 3 arguments, found 4") == true)
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
