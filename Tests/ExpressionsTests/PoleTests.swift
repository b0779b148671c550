import Expressions
import Testing

/// What is divided by something that can change its sign.
@Suite struct PoleTests {
  private static let known: [Symbol: Interval] = [
    .field("u"): .nonNegative, .parameter("k"): Interval(0.5, 0.5), .parameter("a"): Interval(2, 2),
    .parameter("b"): Interval(1.5, 1.5), .time: Interval(0, 10),
  ]

  private static let scope = makeScope(allows: [.fields, .position, .time, .functionals, .delays])

  private func divisors(_ text: String) throws -> [String] {
    try expression(text, in: Self.scope).poles(Self.known).map { "\($0.divisor)" }
  }

  @Test(arguments: [
    ("1/(2 - u)", ["2 - u"]), ("u/v", ["v"]), ("1/(2 - u)^2", ["2 - u"]), ("(u - 1)^(-3)", ["u - 1"]),
    ("u/(v*(5 - t))", ["v", "5 - t"]), ("1/abs(2 - u)", ["2 - u"]), ("u*tan(t)", ["cos(t)"]), ("1/(-v)", ["v"]),
    ("where(u > 1, 1/(u - 1), 0)", ["u - 1"]), ("1/(25 - integral(u))", ["25 - integral(u)"]),
    ("integral(1/(2 - u))", ["2 - u"]), ("u/(delayed(u, 1) - 1)", ["delayed(u, 1) - 1"]),
  ])
  func divisorsThatMayChangeTheirSignAreFound(text: String, found: [String]) throws {
    #expect(try divisors(text) == found)
  }

  /// Fields of at least 0, positions and parameters do not take these to 0, or not in the course of time.
  @Test(arguments: [
    "u/(k + u)", "1/u", "hill(u, k, 2)", "1/(1 + v^2)", "u/(x - 1)", "u/(k - a)", "exp(-u)", "log(2 - u)",
    "1/sqrt(2 - u)",
    "1/max(2 - u, 0.1)",
  ])
  func othersAreNot(text: String) throws {
    #expect(try divisors(text) == [])
  }

  private func share(_ text: String, from start: Double, to end: Double) throws -> Double? {
    let pole = try #require(try expression(text).poles(Self.known).first)
    return PoleLine(from: [.field("u"): start], to: [.field("u"): end])
      .pole(ofDivisor: pole.divisor, in: pole.whole, between: 0, and: 1)
  }

  @Test(arguments: ["1/(2 - u)", "-3/(2 - u)^2", "u^2/(2 - u)^3", "1e-9/(2 - u)", "1e9*u/(2 - u)"])
  func aLinePassesAPole(text: String) throws {
    let (up, down) = (try share(text, from: 1.5, to: 3.5), try share(text, from: 2.001, to: 1.999))
    #expect(abs(try #require(up) - 0.25) < 1e-12)
    #expect(abs(try #require(down) - 0.5) < 1e-9)
  }

  @Test(arguments: [
    "(u^2 - 4)/(u - 2)", "sin(u - 2)/(u - 2)", "where(abs(u - 2) > 1e-2, 1/(u - 2), 0)", "(u - 2)^2/(2 - u)",
  ])
  func aLinePassesAZeroThatIsNone(text: String) throws {
    #expect(try share(text, from: 1.5, to: 3.5) == nil)
    #expect(try share(text, from: 2.001, to: 1.998) == nil)
  }
}
