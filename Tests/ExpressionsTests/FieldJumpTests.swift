import Expressions
import Testing

@Suite struct FieldJumpTests {
  @Test(arguments: [
    ("where(u > 0.3, 1, 0)", "u", 0.3, true), ("where(u < 0.3, 1, 0)*v", "u", 0.3, false),
    ("heaviside(u - 0.3)*v", "u", 0.3, true), ("where(0.6 <= 2*u, v, 0)", "u", 0.3, true),
    ("v*where(!(u > 0.3) && x < 1, 1, 0)", "u", 0.3, false), ("exp(where(1 - u > 0.7, 1, 2))", "u", 0.3, false),
    ("where(u >= 0.3, u, 0)", "u", 0.3, true),
  ])
  func jumpsAreFoundWithTheirLevel(text: String, field: String, level: Double, isFirstAbove: Bool) throws {
    let jumps = try expression(text).fieldJumps
    #expect(jumps.count == 1)
    let jump = try #require(jumps.first)
    #expect(jump.field == field && jump.isFirstAbove == isFirstAbove)
    #expect(abs(try #require(jump.level.value(at: [:])) - level) < 1e-15)
  }

  /// A bend is no jump; what is inside of an integral moves with all points, and what depends on position or time alone does not move with a field.
  @Test(arguments: [
    "where(u > 0, u, 0)", "max(u - 0.3, 0)", "abs(u)", "where(x < 1, u, v)", "where(t < 1, u, v)",
    "where(mean(u) > 0.3, 1, 0)",
    "integral(where(u > 0.3, 1, 0))", "u*(1 - u)", "where(u > 0.3, u - 0.3, 0)", "where(u^2 > 0.1, 1, 0)",
  ])
  func nothingElseIsAJump(text: String) throws {
    #expect(try expression(text).fieldJumps.isEmpty)
  }

  /// Where two fields are compared the level of one is the other.
  @Test func aLevelMayBeAField() throws {
    let jump = try #require(try expression("where(u > 2*v, 1, 0)").fieldJumps.first)
    #expect(jump.field == "u")
    #expect(jump.level.value(at: [.field("v"): 0.25]) == 0.5)
    #expect(jump.difference.constantValue == 1)
  }
}
