import Expressions
import Testing

@Suite struct TimeSignsTests {
  private func signs(_ text: String, to end: Double = 20) throws -> TimeSigns {
    let difference = try expression(text).substituting([
      .parameter("a"): .constant(0.1), .parameter("b"): .constant(0.2),
    ])
    return try #require(TimeSigns(difference, from: 0, to: end))
  }

  private static let roots: [(text: String, roots: [Double])] = [
    ("t - (a + b)", [0.1 + 0.2]), ("t - 3*a", [3 * 0.1]), ("3*t - 4", [4.0 / 3]), ("t - sqrt(2)", [1.4142135623730951]),
    ("t - 5 - a", [5.1]), ("t^2 - 2", [1.4142135623730951]), ("1 - t + 0.3", [1.3]),
    ("exp(t) - 7.3", [1.9878743481543455]),
    ("(t - 7/3)*(t - 10)", [7.0 / 3, 10]),
    (
      "cos(t) - 0.5",
      [
        1.0471975511965979, 5.235987755982989, 7.330382858376184, 11.519173063162574, 13.613568165555769,
        17.802358370342162, 19.896753472735355,
      ]
    ),
  ]

  private static let touches: [(text: String, times: [Double], sign: Double)] = [
    ("cos(2*pi*t) - 1", (0...20).map(Double.init), -1), ("sin(2*pi*(t - 1)/7) - 1", [2.75, 9.75, 16.75], -1),
    ("(t - 3)^2", [3], 1), ("abs(t - 3*a)", [3 * 0.1], 1), ("(t - 7/3)^4", [7.0 / 3], 1),
    ("t - 1.4*floor(t/1.4)", (0..<15).map { 1.4 * Double($0) }, 1), ("-abs(sin(pi*t/4))", [0, 4, 8, 12, 16, 20], -1),
    ("where(t == 3*a, 0, 1)", [3 * 0.1], 1),
  ]

  /// A root lies between two neighboring numbers: there the sign is 0, however the value itself is rounded.
  @Test(arguments: roots)
  func aRootIsATimeAtWhichTheSignIsNone(text: String, roots: [Double]) throws {
    let signs = try signs(text)
    #expect(signs.times.count == roots.count)
    for (index, root) in roots.enumerated() {
      #expect(abs(signs.times[index] - root) <= 4 * root.ulp, "\(signs.times[index])")
      #expect(signs.sign(at: index) == 0)
      #expect(signs.sign(before: index) == -signs.sign(after: index) && signs.sign(after: index) != 0)
    }
  }

  /// Although the rounded cosine is 1 for 1e-8 around each of its peaks.
  @Test(arguments: touches)
  func whatTouchesZeroDoesSoAtOneTime(text: String, times: [Double], sign: Double) throws {
    let signs = try signs(text)
    #expect(signs.times.count == times.count, "\(signs.times)")
    for (index, time) in zip(signs.times.indices, times) {
      #expect(abs(signs.times[index] - time) <= 16 * time.ulp, "\(signs.times[index])")
      #expect(signs.sign(at: index) == 0 && signs.sign(before: index) == sign && signs.sign(after: index) == sign)
    }
  }

  @Test(arguments: ["sin(t) - 1 - 1e-12", "(t - 3)^2 + 1e-14", "cos(2*pi*t) - 1.0000000001", "t + 1", "exp(-t)"])
  func whatDoesNotComeToZeroHasNone(text: String) throws { #expect(try signs(text).times == []) }

  @Test func whatIsZeroForAWhileIsSoInBetween() throws {
    let bent = try signs("max(t - 5, 0)")
    #expect(bent.times == [5] && bent.sign(before: 0) == 0 && bent.sign(at: 0) == 0 && bent.sign(after: 0) == 1)
    let whole = try signs("floor(t/7) - 1")
    #expect(whole.times == [7, 14])
    #expect([0, 1].map(whole.sign(before:)) == [-1, 0] && [0, 1].map(whole.sign(at:)) == [0, 1])
    let jump = try signs("where(t >= 3, 1, -1)")
    #expect(jump.times == [3] && jump.sign(before: 0) == -1 && jump.sign(at: 0) == 1)
    let root = try signs("sqrt(t - 5) - 1")
    #expect(root.times == [5, 6] && root.sign(before: 0).isNaN && root.sign(at: 0) == -1 && root.sign(after: 1) == 1)
  }

  @Test func whatChangesTooOftenIsLeftOut() throws {
    #expect(TimeSigns(try expression("sin(1e5*t)"), from: 0, to: 20) == nil)
    #expect(TimeSigns(try expression("t - floor(2000*t)/2000"), from: 0, to: 20) == nil)
    #expect(try signs("sin(2*pi*t)", to: 4000).times.count == 8001)
  }

  @Test func theSignsDoNotDependOnTheEnd() throws {
    for text in ["cos(2*pi*t) - 1", "cos(t) - 0.5", "t - 1.4*floor(t/1.4)", "exp(t) - 7.3"] {
      let (short, long) = (try signs(text, to: 20), try signs(text, to: 47.3))
      let count = short.times.filter { $0 < 20 }.count
      #expect(Array(long.times.prefix(count)) == Array(short.times.prefix(count)), "\(text)")
    }
  }
}

@Suite struct UndecidedTests {
  private func value(_ text: String, u: Double, v: Double = 1) throws -> Double {
    try #require(try expression(text).undecidedAsNoNumber.value(at: [.field("u"): u, .field("v"): v]))
  }

  @Test(arguments: [
    "where(sqrt(u) > 1, 2, 3)", "where(sqrt(u) <= 1, 2, 3)", "where(!(sqrt(u) == 1), 2, 3)",
    "where(sqrt(u) != 1, 2, 3)",
    "where(sqrt(u) > 1 && v > 0, 2, 3)", "where(sqrt(u) > 1 || v < 0, 2, 3)", "where(v > log(u), 2, 3)",
  ])
  func aComparisonOfWhatIsNoNumberIsNotDecided(text: String) throws {
    #expect(try value(text, u: -0.3).isNaN)
    let plain = try expression(text)
    for u in [0.25, 1, 4] {
      #expect(try value(text, u: u) == plain.value(at: [.field("u"): u, .field("v"): 1]))
    }
  }

  @Test func whatOthersDecideIsDecided() throws {
    #expect(try value("where(u > 0 && sqrt(u) > 1, 2, 3)", u: -0.3) == 3)
    #expect(try value("where(u < 0 || sqrt(u) > 1, 2, 3)", u: -0.3) == 2)
    #expect(try value("where(u < 0, 5, where(sqrt(u) > 1, 2, 3))", u: -0.3) == 5)
    #expect(try expression("u + sqrt(v)").undecidedAsNoNumber == expression("u + sqrt(v)"))
  }
}
