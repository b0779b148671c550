import Expressions
import Testing

/// What is done to the amplitudes of noise.
@Suite struct AmplitudeTests {
  private static let intervals: [Symbol: Interval] = [.field("u"): .nonNegative, .parameter("a"): Interval(0.5, 0.5)]
  private static let point: [Symbol: Double] = [
    .field("u"): 0.75, .field("v"): 1.5, .field("T"): 1.25, .parameter("a"): 0.5, .parameter("b"): 2, .time: 4,
    .coordinate("x"): 0.5,
  ]

  @Test(arguments: [
    ("a*u", "a"), ("u", "1"), ("-u*v", "-v"), ("a*u*(1 - u/b)", "a*(1 - u/b)"), ("a*(u - u^2/b)", "a*(1 - u/b)"),
    ("u^2", "u"), ("tanh(u)", "tanh(u)/u"), ("sin(t)*u/(1 + u)", "sin(t)/(1 + u)"), ("u*mean(v)*0", "0"),
    ("where(v > 1, u, 2*u)", "where(v > 1, 1, 2)"), ("sqrt(u)", "1/sqrt(u)"), ("u^0.5*v", "v/sqrt(u)"),
  ])
  func whatVanishesWithTheFieldIsAShareOfIt(text: String, share: String) throws {
    let found = try #require(try expression(text).share(of: .field("u"), intervals: Self.intervals))
    let (value, known) = (
      try #require(found.value(at: Self.point)), try #require(try expression(share).value(at: Self.point))
    )
    #expect(abs(value - known) < 1e-15)
  }

  @Test(arguments: ["a", "a*v", "u + a", "cos(u)*v", "where(v > 1, u, 1)", "sqrt(u + v)"])
  func whatDoesNotIsNone(text: String) throws {
    #expect(try expression(text).share(of: .field("u"), intervals: Self.intervals) == nil)
  }

  @Test(arguments: [
    ("1 - u/4", "1", 4), ("0.3*(1 - u/10)", "0.3", 10), ("3 - 2*u", "3", 1.5), ("v*(2 - u)/(1 + v)", "v*2/(1 + v)", 2),
    ("(1 - u/2)^2*u", "(1 - u/2)*u", 2), ("-(1 - u)", "-1", 1), ("sin(t)*(5 - u)", "sin(t)*5", 5),
  ])
  func aFactorThatEndsAtALimitIsTakenOut(text: String, rest: String, limit: Double) throws {
    let found = try #require(try expression(text).takingOutLimit(of: .field("u")))
    #expect(abs(found.limit - limit) < 1e-15)
    let value = try #require(found.rest.value(at: Self.point))
    #expect(abs(value - (try #require(try expression(rest).value(at: Self.point)))) < 1e-15)
    // what was taken apart is what it was
    let u = try #require(Self.point[.field("u")])
    #expect(abs(value * (1 - u / limit) - (try #require(try expression(text).value(at: Self.point)))) < 1e-15)
  }

  @Test(arguments: [
    ("2*(1 - u/4)", [4]), ("3*u*(2 - u)^2/(1 + v)", [0, 2]), ("max(0, 5 - 2*u)*v", [2.5]), ("-(u + 1)", [-1]),
    ("1 - u - v", []), ("1 - u^2", []), ("v", []),
  ])
  func linearFactorsVanishAtTheirRoots(text: String, roots: [Double]) throws {
    #expect(try expression(text).roots(of: .field("u")).sorted() == roots)
  }

  @Test(arguments: ["1 + u", "u", "1 - v", "1 - u*v", "1 - u^2", "exp(-u)", "(1 - u)^0.5", "u - 1", "a - u"])
  func otherFactorsAreLeft(text: String) throws {
    #expect(try expression(text).takingOutLimit(of: .field("u")) == nil)
  }
}
