import Expressions
import Glibc
import Testing

@Suite struct LanguageTests {
  static let at: [Symbol: Double] = [
    .field("u"): 2, .field("v"): 3, .field("T"): 0.5, .parameter("a"): 5, .parameter("b"): 7, .parameter("k"): 4,
    .parameter("r"): 0.25, .coordinate("x"): 1.5, .coordinate("y"): -1, .time: 10,
  ]

  static let values: [(String, Double)] = [
    ("1 + 2*3", 7), ("(1 + 2)*3", 9), ("2^3^2", 512), ("-2^2", -4), ("2^-1", 0.5), ("-u^2", -4), ("8/4/2", 1),
    ("8 - 4 - 2", 2), ("--u", 2), ("+u", 2), ("1e3", 1000), (".5 + 1.", 1.5), ("1.5E-1", 0.15), ("u*-v", -6),
    ("exp(0)", 1), ("log(exp(2))", 2), ("log10(1000)", 3), ("sqrt(16)", 4), ("abs(-u)", 2), ("min(u, v)", 2),
    ("max(u, v, 7, a)", 7), ("min(v, 1, 2)", 1), ("min(v, u, a)", 2), ("min(a, v, T, u)", 0.5), ("sin(pi/2)", 1),
    ("cos(0)", 1), ("tan(0)", 0), ("tanh(0)", 0), ("erf(0)", 0),
    ("floor(-1.5)", -2), ("floor(x)", 1), ("hill(u, v, 2)", 4.0 / 13), ("heaviside(0)", 1), ("heaviside(y)", 0),
    ("where(u < v, 1, 2)", 1), ("where(u >= v || !(u == 2) && v > 0, 1, 2)", 2), ("where(u != v, x, y)", 1.5),
    ("r*T*(1 - T/k)", 0.25 * 0.5 * 0.875), ("x + y + t", 10.5), ("10^3", 1000), ("where(u > 1 && v > 1, 1, 0)", 1),
    ("where(u <= 2, 1, 0)", 1), ("where(!(u <= 2), 1, 0)", 0),
  ]

  @Test(arguments: values)
  func textHasItsValue(text: String, value: Double) throws {
    let result = try #require(try expression(text).value(at: Self.at))
    // one rounding of the functions of the C library
    #expect(abs(result - value) <= 4e-16 * abs(value), "\(text) = \(result)")
  }

  /// `k^n` is no number there, or 0.
  @Test(arguments: [
    (1e10, 50.0, 1e10, 0.5), (1e10, 50, 1e11, 1), (1e10, 50, 1, 0), (1e10, 50, 1e300, 1), (1e10, 50, 0, 0),
    (1e-10, 50, 1e-10, 0.5), (1e-10, 50, 1e-7, 1), (1e-10, 50, 1, 1), (1e-10, 50, 0, 0), (1e200, 2.5, 3e200, 0.9397171),
  ])
  func aHillFunctionOfAnySizeHasItsValue(k: Double, n: Double, u: Double, value: Double) throws {
    let hill = try expression("hill(u, k, a)").substituting([
      .parameter("k"): .constant(k), .parameter("a"): .constant(n),
    ])
    #expect(!hill.hasUndefinedNumber)
    let result = try #require(hill.value(at: [.field("u"): u]))
    #expect(abs(result - value) < 1e-7)
    let program = try Program(outputs: [hill], pointwise: [.field("u")], uniforms: [], constants: [:])
    #expect(abs(run(program, inputs: [[u]])[0][0] - value) < 1e-7)
  }

  @Test(arguments: [
    (1e9, 1e9, 40.0, 0.5), (1e12, 1, 30, 1), (1, 1e12, 30, 0), (1e-12, 1, 30, 0), (1, 1e-12, 30, 1), (2e9, 1e9, 40, 1),
    (1e-12, 1e-12, 30, 0.5), (0.9e9, 1e9, 40, 0.0145656), (3, 2, 2, 0.6923077),
  ])
  func aHillFunctionOfNumbersIsANumber(s: Double, k: Double, n: Double, value: Double) throws {
    let found = try #require(try expression("hill(\(s), \(k), \(n))").constantValue)
    #expect(abs(found - value) < 1e-7)
    let hill = try expression("hill(u, k, a)").substituting([
      .field("u"): .constant(s), .parameter("k"): .constant(k), .parameter("a"): .constant(n),
    ])
    #expect(abs(try #require(hill.constantValue) - value) < 1e-7)
  }

  @Test func aNumberThatUnderflowsIsZero() throws {
    let power = try expression("u + k^a").substituting([
      .parameter("k"): .constant(1e-10), .parameter("a"): .constant(50),
    ])
    #expect(!power.hasUndefinedNumber)
    #expect(power.value(at: [.field("u"): 2]) == 2)
  }

  @Test func comparisonIsACondition() throws {
    #expect(try expression("integral(T) < 10").isCondition)
    #expect(try expression("u < 1 && v > 2 || !(u == v)").isCondition)
    #expect(try !expression("where(u < 1, 1, 2)").isCondition)
    #expect(try expression("u < v").value(at: Self.at) == 1)
  }

  @Test func namesOfOtherAlphabetsAreNames() throws {
    let scope = Scope(parameters: ["ρ_u", "größe"], allows: [])
    #expect(try expression("ρ_u*größe", in: scope).symbols == [.parameter("ρ_u"), .parameter("größe")])
    #expect(Scope.isName("ρ_u") && Scope.isName("_a1"))
    #expect(!Scope.isName("1a") && !Scope.isName("a b") && !Scope.isName("") && !Scope.isName("a+b"))
  }

  @Test func ownNameHidesCoordinateButNotTheLanguage() throws {
    #expect(try expression("r").symbols == [.parameter("r")])
    #expect(Scope.isReserved("exp") && Scope.isReserved("t") && Scope.isReserved("pi") && Scope.isReserved("where"))
    #expect(!Scope.isReserved("x") && !Scope.isReserved("T"))
  }

  @Test func functionsAreExpanded() throws {
    let scope = makeScope(
      functions: [
        "kill": ([], "T*u/(k + T)"), "hill4": (["s"], "s^4/(1 + s^4)"), "mix": (["u", "s"], "u*hill4(s) + kill"),
      ], allows: [.fields])
    #expect(try expression("kill", in: scope) == expression("T*u/(k + T)"))
    #expect(try expression("hill4(2*T)", in: scope) == expression("(2*T)^4/(1 + (2*T)^4)"))
    // An argument hides the field of the same name inside its function only.
    #expect(try expression("mix(v, 3)", in: scope) == expression("v*(81/82) + T*u/(k + T)"))
  }

  @Test func randomNumbersAreCountedByTheirPlaceInTheText() throws {
    let scope = makeScope(functions: ["noise": ([], "normal()")], allows: [.random])
    #expect(try expression("random() + random()", in: scope).symbols == [.random(0), .random(1)])
    #expect(try expression("random()*normal()", in: scope).symbols == [.random(0), .normal(1)])
    // One draw, used twice.
    #expect(try expression("noise*noise + noise", in: scope).symbols == [.normal(0)])
  }

  @Test func symbolsAndDependenceAreKnown() throws {
    let e = try expression("a*u + integral(v)*x")
    #expect(e.symbols == [.parameter("a"), .field("u"), .field("v"), .coordinate("x")])
    #expect(e.dependsOn(.field("v")) && !e.dependsOn(.time))
    #expect(e.value(at: Self.at) == nil, "an integral has no value at a point")
  }

  @Test func substitutionIsSimultaneous() throws {
    let swapped = try expression("u - 2*v").substituting([
      .field("u"): .symbol(.field("v")), .field("v"): .symbol(.field("u")),
    ])
    #expect(try swapped == expression("v - 2*u"))
  }

  @Test func otherRoomsCanBuildExpressions() throws {
    let u = Expressions.Expression.symbol(.field("u")), two = Expressions.Expression.constant(2)
    #expect(try (two * u - u / two + -u) == expression("2*u - u/2 + -u"))
    #expect(Expressions.Expression.constant(3).constantValue == 3)
    #expect(
      try Expressions.Expression.functional(.integral, of: u) == expression("integral(u)"))
  }
}
