import Expressions
import RandomNumbers
import Testing

/// Expressions that are numbers for some values only.
@Suite struct DomainTests {
  private static let known: [Symbol: Interval] = [
    .field("u"): .nonNegative, .field("v"): .nonNegative, .parameter("k"): Interval(0.5, 0.5),
    .parameter("a"): Interval(2, 2), .parameter("b"): Interval(1.5, 1.5),
  ]
  private static let values: [Symbol: Double] = [
    .parameter("k"): 0.5, .parameter("a"): 2, .parameter("b"): 1.5, .coordinate("x"): 1, .coordinate("y"): 2,
  ]

  private func value(_ text: String, _ u: Double, _ v: Double, kept: Bool, tolerance: Double = 1e-4) throws -> Double {
    let expression = try expression(text)
    let used = kept ? expression.keptInDomain(Self.known, tolerance: tolerance) : expression
    return try #require(used.value(at: Self.values.merging([.field("u"): u, .field("v"): v]) { $1 }))
  }

  private static let texts = [
    "u^1.5", "hill(u, k, b)", "sqrt(u)*v - u", "u*log(u)", "u*log(a/u)", "u*v/(u + v)", "u^b*v^0.3 - 2*u*v",
    "0.4*u - (v/u)^1.36/(0.4 + (v/u)^1.36)*u", "u*log10(1 + u) - u/(k + u)", "v*u^(-k)*u",
  ]

  /// Where all values are in their intervals, and no argument is 0, nothing changes.
  @Test(arguments: texts) func nothingChangesInsideOfTheDomain(text: String) throws {
    var random = Seeded(state: 7)
    for _ in 0..<200 {
      let (u, v) = (Double.random(in: 0.001...3, using: &random), Double.random(in: 0.001...3, using: &random))
      let plain = try value(text, u, v, kept: false)
      #expect(try value(text, u, v, kept: true) == plain)
      #expect(plain.isFinite)
    }
  }

  /// A quotient inside of `where` is left to its condition.
  @Test func conditionsGuardTheirBranches() throws {
    let text = "where(v > 0.1, u/v, 0)"
    for v in [0.5, 0, -1e-17] { #expect(try value(text, 0.3, v, kept: true) == value(text, 0.3, v, kept: false)) }
  }

  /// Below 0 the value is that at 0, and at 0 it is the limit.
  @Test(arguments: texts) func thereIsAValueWhereFieldsAreSlightlyNegative(text: String) throws {
    for (u, v) in [(-1e-17, 0.7), (-1e-3, 0.7), (0.7, -1e-9), (-1e-17, -1e-17), (0, 0), (0, 0.7), (0.7, 0)] {
      let found = try value(text, u, v, kept: true)
      #expect(found.isFinite && abs(found) < 10, "\(text) at \(u), \(v)")
    }
    #expect(try value("u^1.5", -0.1, 1, kept: true) == 0)
    #expect(try value("u*log(a/u)", 0, 1, kept: true) == 0)
    #expect(try value("u*v/(u + v)", -1e-17, -1e-17, kept: true) == 0)
  }

  /// What has no limit where a field is 0 is no finite number there; only 0/0 is 0.
  @Test(arguments: ["v/u", "log(u)", "u^(-k)", "1/u", "v^2/(u*u)", "u*v + log10(u)"])
  func whatHasNoLimitIsNoFiniteNumber(text: String) throws {
    for u in [0, -1e-17] { #expect(try !value(text, u, 0.7, kept: true).isFinite) }
    #expect(try value(text, 0.5, 0.7, kept: true) == value(text, 0.5, 0.7, kept: false))
  }

  /// A pole just below 0 counts if the error of a step may go as far.
  @Test func aPoleThatErrorsReachIsLeftOut() throws {
    let plain = try expression("v*u/(1e-3 + u)")
    func kept(_ error: Double) -> Expression {
      plain.keptInDomain(Self.known, errors: [.field("u"): error, .field("v"): error])
    }
    #expect(kept(0) == plain)
    #expect(kept(9e-4) == plain)
    func value(_ u: Double) throws -> Double {
      try #require(kept(2e-3).value(at: [.field("u"): u, .field("v"): 1]))
    }
    for u in [0.3, 0, -1e-9, -4.99e-4] { #expect(try value(u) == u / (1e-3 + u)) }
    // Half of the way to the pole; v counts as no lower than that either.
    for u in [-5.01e-4, -1e-3, -2e-3, -1] { #expect(try abs(value(u) + 1) < 1e-9) }
    let far = try expression("u/(0.5 + v)")
    #expect(far.keptInDomain(Self.known, errors: [.field("v"): 0.1]) == far)
  }

  @Test func onlyNothingOverNothingIsNothing() throws {
    #expect(try value("v/u", 0, 0, kept: true) == 0)
  }

  /// Times, positions and numbers of the whole domain are what they are.
  @Test(arguments: ["0.5/sqrt(x - 1)", "log(x - 1)*0 + 1/(x - 1)"])
  func whatDependsOnNoFieldIsLeftAlone(text: String) throws {
    #expect(try !value(text, 1, 1, kept: true).isFinite)
  }

  /// Terms that are defined everywhere stay as they are.
  @Test func otherTermsAreLeftAlone() throws {
    let kept = try expression("3*u - u^1.5 + v").keptInDomain(Self.known)
    #expect("\(kept)" == "3*u - max(u, 0)^1.5 + v")
    for text in [
      "u^2 - v/(k + u)", "u^a*exp(u)", "sqrt(1 + u^2)", "hill(u, k, a)", "log(k + u)", "u/a", "sqrt(abs(u - v))",
    ] {
      let plain = try expression(text)
      #expect(plain.keptInDomain(Self.known, tolerance: 1e-4) == plain, "\(text)")
    }
  }

  /// An argument that may have any sign is 0 where it is less than that by rounding, and no number where it is by more.
  @Test func whatMayBeNegativeIsZeroWithinTheTolerance() throws {
    #expect(try value("sqrt(1 - u)", 1 + 1e-15, 0, kept: true) == 0)
    #expect(try value("sqrt(1 - u)", 1.0001, 0, kept: true) == 0)
    #expect(try value("sqrt(1 - u)", 1.01, 0, kept: true).isNaN)
    #expect(try value("u*(1 - u/a)^b", 2 + 1e-14, 0, kept: true) == 0)
    #expect(try value("(u - v)^1.5", 0.3, 0.4, kept: true).isNaN)
    #expect(try value("1/(1 - u)", 1.5, 0, kept: true) == -2)
  }

  /// What is known of fields of any sign: squares, and branches of `where`.
  @Test(
    arguments: [
      ("w*w", 0, .infinity), ("w^2*w^2", 0, .infinity), ("1/(1 + w*w)", 0, 1), ("where(w > 0, w^3, 0)", 0, .infinity),
      ("where(w < 1, 1 - w, 0)", 0, .infinity), ("where(1 <= w, w, 1)", 1, .infinity),
      ("where(w > 0, -w, w)", -.infinity, 0),
      ("where(w > 1 && w < 2, w, 1.5)", 1, 2), ("where(w < 1 || w > 2, 1.5, w)", 1, 2),
      ("where(!(w > 2), 0, w)", 0, .infinity),
      ("where(w > v, w, 0)", 0, .infinity), ("where(w > 0, mean(w), 0)", -.infinity, .infinity),
      ("where(w == 2, w, 1)", 1, 2), ("where(w*v > 0, 1/(w*v), 0)", 0, .infinity),
      ("where(w > 0, where(w < 3, w, 3), 0)", 0, 3),
    ] as [(String, Double, Double)])
  func intervalsKnowSquaresAndConditions(text: String, low: Double, high: Double) throws {
    let scope = Scope(
      fields: ["w", "v"], parameters: [], coordinates: ["x"], functions: [:], allows: .rate)
    let found = try expression(text, in: scope).interval([.field("w"): .all, .field("v"): .nonNegative])
    #expect(found == Interval(low, high), "\(text): \(found)")
  }

  /// Fields of any sign are not raised to 0.
  @Test(arguments: ["1/w", "w^(-3)", "where(w > 0, w^1.5, 0)", "log(w^2)", "sqrt(-w)"])
  func fieldsOfAnySignStayAsTheyAre(text: String) throws {
    let scope = Scope(fields: ["w"], parameters: [], coordinates: [], functions: [:], allows: .rate)
    let plain = try expression(text, in: scope)
    let kept = plain.keptInDomain([.field("w"): .all], tolerance: 1e-4)
    for w in [-2.0, -0.3] { #expect(kept.value(at: [.field("w"): w]) == plain.value(at: [.field("w"): w])) }
  }

  @Test func theUndefinedPartIsNamed() throws {
    func part(_ text: String, _ u: Double, _ v: Double = 1) throws -> String? {
      try expression(text).undefinedPart(at: Self.values.merging([.field("u"): u, .field("v"): v]) { $1 }).map {
        "\($0)"
      }
    }
    #expect(try part("2*v + v*u^1.5*exp(-u)", -1e-6) == "u^1.5")
    #expect(try part("v*sqrt(1 - u) + 1", 1.2) == "sqrt(1 - u)")
    #expect(try part("v/(u - k)", 0.5) == "v/(u - k)")
    #expect(try part("where(u > 0, log(u), v)", -1) == nil)
    #expect(try part("where(u > 0, v, log(u))", -1) == "log(u)")
    #expect(try part("mean(u)*log(v)", 1, 0) == "log(v)")
    #expect(try part("u*v", 3) == nil)
  }

  @Test func jumpsOfAFunctionAreChangesOfItsLevels() throws {
    let function = PointFunction(
      try expression("where(x^2 + y^2 <= k, 1, 0) + floor(x)"), of: [.coordinate("x"), .coordinate("y")],
      constants: [.parameter("k"): 0.5])
    #expect(function.hasLevels)
    #expect(function.value([0.5, 0.5]) == 1 && function.value([0.51, 0.5]) == 0 && function.value([-0.1, 0]) == 0)
    #expect(function.levels([0.5, 0.5]) != function.levels([0.51, 0.5]))
    #expect(function.hasFixedLevels(in: [Interval(0.1, 0.2), Interval(0, 0.3)]))
    #expect(!function.hasFixedLevels(in: [Interval(0.1, 0.7), Interval(0, 0.3)]))
    #expect(!function.hasFixedLevels(in: [Interval(-0.1, 0.1), Interval(0, 0.3)]))
  }
}
