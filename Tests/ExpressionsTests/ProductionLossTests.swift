import Expressions
import RandomNumbers
import Testing

@Suite struct ProductionLossTests {
  /// Fields are non-negative, parameters have values, positions and times can be anything.
  private static let intervals: [Symbol: Interval] = [
    .field("u"): .nonNegative, .field("v"): .nonNegative, .field("T"): .nonNegative,
    .parameter("a"): Interval(0.5, 0.5), .parameter("b"): Interval(2, 2), .parameter("k"): Interval(-1, -1),
    .parameter("r"): Interval(0, 0),
  ]
  private static let parameters: [Symbol: Double] = [
    .parameter("a"): 0.5, .parameter("b"): 2, .parameter("k"): -1, .parameter("r"): 0,
  ]

  private func split(_ text: String) throws -> RateSplit {
    try expression(text).split(by: .field("u"), intervals: Self.intervals)
  }

  @Test(arguments: [
    ("a*u*(1 - u/b)", "a*u", "a*u/b"), ("v - u", "v", "1"), ("a*v/(b + v)*u - b*u", "a*(v/(b + v))*u", "b"),
    ("-u*v/(a + u)", "0", "v/(a + u)"), ("k*u", "0", "1"), ("k*(u - v)", "v", "1"), ("r*(sin(t) - v)", "0", "0"),
    ("sin(t)*u", "max(sin(t), 0)*u", "max(-sin(t), 0)"), ("v*(1 - hill(T, b, 2))", "v*(1 - hill(T, b, 2))", "0"),
    ("(a - u)^3", "(a - u)^2*a", "(a - u)^2"), ("-u^1.5", "0", "u^0.5"),
    ("-tanh(u)*v", "0", "where(u > 0, tanh(u)/u, 1)*v"), ("-min(u, a*u*v)", "0", "min(1, a*v)"),
    ("where(v > 1, -u, a - u)", "where(v > 1, 0, a)", "1"),
    ("exp(x)*(2 + cos(y))*v - 3*u", "exp(x)*(2 + cos(y))*v", "3"),
    // A term that is 0 does not hide that the rest is a share of the field.
    ("r*v - u", "0", "1"), ("r*where(x < 1, 1, 0) - u*v", "0", "v"), ("r*v - u*v - r", "0", "v"),
  ])
  func ratesHaveTheirProductionAndLoss(text: String, production: String, loss: String) throws {
    let parts = try split(text)
    #expect(parts.obstacles.isEmpty, "\(parts.obstacles)")
    for u in [0.25, 1.5] {
      for v in [0, 0.75, 3] {
        let at = Self.parameters.merging(
          [.field("u"): u, .field("v"): v, .field("T"): 1.25, .time: 4, .coordinate("x"): 0.5, .coordinate("y"): 2]
        ) { $1 }
        for (found, known) in [(parts.production, production), (parts.loss, loss)] {
          let (value, exact) = (try #require(found.value(at: at)), try #require(try expression(known).value(at: at)))
          #expect(abs(value - exact) < 1e-14, "\(found) instead of \(known) at u = \(u), v = \(v)")
        }
      }
    }
  }

  @Test func integralsHaveTheSignOfWhatIsIntegrated() throws {
    let parts = try split("integral(v) - u*mean(T)")
    #expect(parts.obstacles.isEmpty && parts.loss.description == "mean(T)")
    #expect(try split("mean(v - T)").obstacles.count == 1)
  }

  /// What is taken whether it is there or not is named.
  @Test(arguments: [
    ("v - a", "a"), ("a*u - v*T/(1 + T)", "v*T/(1 + T)"), ("sin(t)", "max(-sin(t), 0)"), ("-sqrt(u)*v", "sqrt(u)*v"),
    ("x", "max(-x, 0)"), ("k*v", "-(k*v)"), ("-heaviside(u - 1)", ""), ("-heaviside(1 - u)", "where(1 - u >= 0, 1, 0)"),
  ])
  func whatDoesNotVanishWithTheFieldIsAnObstacle(text: String, term: String) throws {
    let obstacles = try split(text).obstacles
    #expect(obstacles.map(\.description).joined() == term)
  }

  /// `P − L u − Σ B` is the rate itself and all parts are non-negative, at random non-negative states.
  @Test func partsOfRandomExpressionsAreNonNegativeAndAddUpToThem() throws {
    var generator = RandomExpressions(random: Seeded(state: 21))
    var random = Seeded(state: 22)
    var (compared, proven) = (0, 0)
    for _ in 0..<5000 {
      let text = generator.number(depth: 4)
      let rate = try expression(text)
      let parts = rate.split(by: .field("u"), intervals: Self.intervals)
      if parts.obstacles.isEmpty { proven += 1 }
      for _ in 0..<5 {
        var at = Self.parameters
        for name in ["u", "v", "T"] {
          at[.field(name)] = Bool.random(using: &random) ? Double.random(in: 0...4, using: &random) : 0.5
        }
        at[.coordinate("x")] = Double.random(in: -3...3, using: &random)
        at[.time] = Double.random(in: -3...3, using: &random)
        let losses = try #require(parts.loss.value(at: at))
        let added = try #require(parts.production.value(at: at))
        let taken = try parts.obstacles.map { try #require($0.value(at: at)) }
        let terms = [added, losses] + taken
        guard terms.allSatisfy(\.isFinite), let exact = rate.value(at: at), exact.isFinite,
          let bound = BoundedValue.of(rate, at: at)?.bound, bound.isFinite
        else { continue }
        compared += 1
        let u = at[.field("u")] ?? 0
        let found = added - losses * u - taken.reduce(0, +)
        let size = added + losses * u + taken.reduce(0, +)
        #expect(abs(found - exact) <= 1e-11 * size + 100 * bound, "\(text) at \(at)")
        #expect(terms.allSatisfy { $0 >= 0 }, "\(text) at \(at): \(parts)")
      }
    }
    print("\(compared) states compared, \(proven) of 5000 rates without obstacle")
    #expect(compared > 12000 && proven > 500)
  }

  /// Intervals contain the values.
  @Test func randomExpressionsWithKnownSignsKeepThem() throws {
    var generator = RandomExpressions(random: Seeded(state: 23))
    var random = Seeded(state: 24)
    var signed = 0
    for _ in 0..<5000 {
      let text = generator.number(depth: 4)
      let term = try expression(text)
      // Something without obstacle that does not depend on the field cannot be negative.
      guard !term.dependsOn(.field("u")), term.split(by: .field("u"), intervals: Self.intervals).obstacles.isEmpty
      else { continue }
      for _ in 0..<5 {
        var at = Self.parameters
        for name in ["v", "T"] { at[.field(name)] = Double.random(in: 0...4, using: &random) }
        at[.coordinate("x")] = Double.random(in: -3...3, using: &random)
        at[.time] = Double.random(in: -3...3, using: &random)
        guard let value = term.value(at: at), value.isFinite else { continue }
        signed += 1
        #expect(value >= -1e-11, "\(text) at \(at)")
      }
    }
    #expect(signed > 1000, "\(signed)")
  }

  /// Of a field that is negative, too, the parts are the rate at all values, and no loss is negative.
  @Test(arguments: [
    "a*u*(1 - u/b)", "1 - exp(u)", "-tanh(u)*v", "-min(u, a*u*v)", "k*u*v - u^3", "-hill(u, b, 2)", "u^2 - v*u",
    "where(u > 0, -u, v)", "-u/(1 + u^2)", "(a - u)^3", "-abs(u)*u",
  ])
  func partsOfASignedFieldAreItsRateAtNegativeValues(text: String) throws {
    let rate = try expression(text)
    let known = Self.intervals.merging([.field("u"): .nonNegative]) { $1 }
    let parts = rate.split(by: .field("u"), intervals: known, isSigned: true)
    for u in [-2.3, -0.7, -1e-3, 0, 0.4, 3] {
      let at = Self.parameters.merging([.field("u"): u, .field("v"): 0.6]) { $1 }
      let loss = try #require(parts.loss.value(at: at))
      let taken = try parts.obstacles.reduce(0) { $0 + (try #require($1.value(at: at))) }
      let sum = try #require(parts.production.value(at: at)) - loss * u - taken
      #expect(loss >= 0)
      #expect(abs(sum - (try #require(rate.value(at: at)))) < 1e-12, "\(text) at \(u)")
    }
  }
}
