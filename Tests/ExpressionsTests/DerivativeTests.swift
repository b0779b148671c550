import Expressions
import Testing

@Suite struct DerivativeTests {
  @Test(arguments: [
    ("a*u + v", "a"), ("u^2", "2*u"), ("u^3", "3*u^2"), ("u*v", "v"), ("u/v", "1/v"), ("a/u", "-(a/u/u)"),
    ("u^0.5", "0.5/sqrt(u)"),
    ("exp(2*u)", "2*exp(2*u)"), ("log(u)", "1/u"), ("sin(u)", "cos(u)"), ("cos(u)", "-sin(u)"),
    ("tan(u)", "1 + tan(u)^2"), ("tanh(u)", "1 - tanh(u)^2"), ("abs(u)", "where(u >= 0, 1, -1)"), ("floor(u)", "0"),
    ("heaviside(u)", "0"), ("min(u, v)", "where(u < v, 1, 0)"), ("max(u, v)", "where(u > v, 1, 0)"),
    ("where(u < 1, u^2, v)", "where(u < 1, 2*u, 0)"), ("integral(u)*u", "integral(u)"), ("mean(u^2)", "0"),
    ("v^2", "0"), ("x*y", "0"), ("convolve(exp(-x^2), u)", "0"), ("2^v", "0"), ("v - u", "-1"),
  ])
  func derivativeIsKnown(text: String, derivative: String) throws {
    #expect(try expression(text).derivative(by: .field("u")) == expression(derivative))
  }

  @Test(arguments: [
    "hill(u, k, 3)", "u^v", "v^u", "u^u", "erf(u)", "log10(u)", "sqrt(u)/(1 + u)", "exp(-u^2)*sin(3*u)", "u*v/(a + u)",
    "tanh(u - v)^3", "r*u*(1 - u/k) - a*u*v/(b + u)",
  ])
  func derivativeAgreesWithDifferences(text: String) throws {
    let f = try expression(text)
    let slope = f.derivative(by: .field("u"))
    for u in stride(from: 0.2, through: 3, by: 0.35) {
      var at = LanguageTests.at
      func value(_ u: Double) -> Double {
        at[.field("u")] = u
        return f.value(at: at) ?? .nan
      }
      let h = 1e-3
      // fourth order: error about h⁴ f⁽⁵⁾/30 and 1e-16 f/h
      let difference = (8 * (value(u + h) - value(u - h)) - (value(u + 2 * h) - value(u - 2 * h))) / (12 * h)
      at[.field("u")] = u
      let exact = try #require(slope.value(at: at))
      #expect(abs(exact - difference) <= 1e-8 * (1 + abs(exact)), "\(text) at \(u)")
    }
  }

  @Test func secondDerivativesOfSharedPartsStaySmall() throws {
    // f20 = sin(f19)·cos(f19) …: written out it would have 2^20 parts.
    var f = try expression("u")
    for _ in 0..<20 {
      let s = Expressions.Expression.applying(.sin, to: f), c = Expressions.Expression.applying(.cos, to: f)
      f = s * c
    }
    let second = f.derivative(by: .field("u")).derivative(by: .field("u"))
    #expect(f.nodes.count == 61)
    #expect(second.nodes.count < 1000)
  }
}
