import Expressions
import Testing

@Suite struct SwitchTimeTests {
  private func times(_ text: String, from start: Double = 0, to end: Double = 20) throws -> [Double] {
    Expression.switchTimes(
      of: [try expression(text)], parameters: [.parameter("a"): 5, .parameter("b"): 0.1], from: start, to: end)
  }

  /// To the last bit, whatever the side on which the number itself is.
  @Test(arguments: [
    ("heaviside(t - 5)", [5]), ("heaviside(5 - t)*u", [5]), ("where(t > 5, u, v)", [5]), ("where(t >= 5, 1, 2)", [5]),
    ("u*where(t < 0.3, 1, 0)", [0.3]), ("where(t/0.1 > 3, 1, 0)", [0.3]), ("max(t - a, 0)*v", [5]),
    ("min(a*t, 1)", [0.2]), ("abs(t - 1.7)", [1.7]), ("where(t > 2 && t < 2*a, 1, 0)", [2, 10]),
    ("where(t >= a, where(t < a + b, 1, 0), 0)", [5, 5.1]), ("floor(t/7)", [7, 14]),
    ("where(t - 7*floor(t/7) < 1, 1, 0)", [1, 7, 8, 14, 15]), ("where(t > 0, 1, 0)", [0]),
    ("where(t > 20, 1, 0)", [20]), ("where(!(t < 3), 1, 0)", [3]),
    ("where(min(t, 4) > 3, u, 0)", [3, 4]), ("integral(u)*heaviside(t - 6)", [6]),
    ("exp(-max(t - 3, 0))*u", [3]),
  ])
  func timesAreTheNumbersThatWereWritten(text: String, expected: [Double]) throws {
    #expect(try times(text) == expected)
  }

  @Test(arguments: [
    "t", "sin(t)*u", "heaviside(x - t)", "where(u > 1, t, 0)", "where(a > 3, t, 1)", "heaviside(t - 25)",
    "heaviside(t + 1)", "max(u, t)", "where(t > mean(u), 1, 0)", "exp(t)", "abs(t + 1)", "max(integral(u*t), 1)",
    "where(t == 4, 1, 0)",
  ])
  func whatDoesNotJumpAtATimeKnownBeforehandHasNone(text: String) throws {
    #expect(try times(text) == [])
  }

  @Test func changesOfWhatIsNotLinearAreFoundByLooking() throws {
    let pi = Double.pi
    for (text, expected) in [
      ("heaviside(sin(t))", (1...6).map { Double($0) * pi }), ("abs(cos(t/2))", [pi, 3 * pi, 5 * pi]),
      ("where(t^2 > 30, 1, 0)", [5.477225575051661]),
      ("floor(0.1*t^2)", (1...40).map { (10 * Double($0)).squareRoot() }),
      ("where(exp(-t) < 0.01, 1, 0)", [4.605170185988091]),
    ] {
      let found = try times(text)
      #expect(found.count == expected.count, "\(text): \(found)")
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 8 * b.ulp, "\(text)") }
    }
  }

  /// What a change needs: the condition differs at the neighbors.
  @Test func theConditionChangesWithinTwoUnitsOfTheLastPlace() throws {
    for text in ["heaviside(sin(3*t) - 0.2)", "where(t/0.7 - floor(t/0.7) < 0.31, 1, 0)", "where(t^3 > 17.3*t, 1, 0)"] {
      let condition = try expression(text)
      let found = try times(text).filter { $0 > 0 && $0 < 20 }
      #expect(found.count > 0)
      for time in found {
        let values = [time.nextDown.nextDown, time, time.nextUp.nextUp].map { condition.value(at: [.time: $0]) }
        #expect(Set(values).count == 2, "\(text) at \(time)")
      }
    }
  }

  @Test func aLaterEndChangesNoTime() throws {
    for text in ["heaviside(sin(t))", "floor(t/0.3)", "where(t - 7*floor(t/7) < 1, 1, 0)"] {
      let (short, long) = (try times(text, to: 20), try times(text, to: 47.3))
      #expect(Array(long.prefix(short.count)) == short)
      #expect(long.count > short.count)
    }
  }

  @Test func aConditionThatChangesTooOftenIsLeftOut() throws {
    #expect(try times("floor(1e5*t) + heaviside(t - 5)") == [5])
    #expect(try times("floor(400*t)").count == 8000)
  }
}
