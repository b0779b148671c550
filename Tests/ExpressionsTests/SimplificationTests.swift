import Expressions
import Testing

@Suite struct SimplificationTests {
  @Test(arguments: [
    ("u + 0", "u"), ("0 + u", "u"), ("u - 0", "u"), ("0 - u", "-u"), ("u*1", "u"), ("1*u", "u"), ("u*0", "0"),
    ("0*log(u)", "0"), ("0/u", "0"), ("u/1", "u"), ("u^1", "u"), ("u^0", "1"), ("1^u", "1"), ("u^-1", "1/u"),
    ("u^0.5", "sqrt(u)"), ("u*u", "u^2"), ("--u", "u"), ("u - -v", "u + v"), ("u + -v", "u - v"), ("-u + v", "v - u"),
    ("-u*v", "-(u*v)"), ("-u*-v", "u*v"), ("2*u + 3*u", "5*u"), ("u + u", "2*u"), ("3*u - 2*u", "u"), ("u - u", "0"),
    ("2*u*3", "6*u"), ("2*u*v*3", "6*(u*v)"), ("u*2/4", "0.5*u"), ("2*3 + 4", "10"), ("2*(1/u)", "2/u"),
    ("u + -2", "u - 2"), ("u - -2", "u + 2"), ("where(1 < 2, u, v)", "u"), ("where(u < v, T, T)", "T"),
    ("where(u < 1 && 1 < 2, u, v)", "where(u < 1, u, v)"), ("where(u < 1 || 1 < 2, u, v)", "u"), ("abs(-3)", "3"),
    ("min(2, 3)", "2"), ("max(u, u)", "u"), ("where(!(!(u < 1)), u, v)", "where(u < 1, u, v)"), ("sqrt(16)*u", "4*u"),
    ("-(2*u)", "-2*u"), ("u/-2", "-(u/2)"), ("-u/v", "-(u/v)"), ("2*u/v", "2*(u/v)"), ("10^3", "1000"),
    ("floor(2.5)", "2"), ("u*v + v*u", "2*(u*v)"),
  ])
  func expressionIsSimplified(text: String, simple: String) throws {
    #expect(try expression(text) == expression(simple))
    #expect(try expression(text).description == expression(simple).description)
  }

  @Test(arguments: ["u/u", "u/0", "0/0", "1/0", "log(0)", "sqrt(-1)", "u^v/u^v", "where(!(u < v), 1, 2)", "u*(1/v)"])
  func whatCouldHideInfinityOrNaNStays(text: String) throws {
    let simplified = try expression(text)
    #expect(simplified.constantValue == nil)
    #expect(simplified.nodes.count > 1)
  }

  @Test func constantsThatAreNotFiniteBecomeDivisions() throws {
    for value in [Double.infinity, -.infinity, .nan] {
      let constant = Expressions.Expression.constant(value)
      let back = try expression(constant.description)
      #expect(back == constant)
      let result = try #require(back.value())
      #expect(result == value || (result.isNaN && value.isNaN))
    }
  }

  @Test(arguments: [
    "a*u - b*v", "r*T*(1 - T/k)", "u^v^2", "(u^v)^2", "(-2)^u", "-u^2", "(-u)^2", "u - (v - T)", "u/(v/T)", "(u/v)/T",
    "u - (v + T)", "where(u < v && (T > 1 || u == 2), -u, 3e-7)", "hill(u, k, 4)", "erf(abs(x))/tanh(y)",
    "integral(u*mean(v))", "max(where(T > 0.1, x, 0))", "convolve(exp(-x^2), u)", "u^-2", "2^-u", "1e-300*u",
    "min(u, v, T)",
  ])
  func descriptionReadsBack(text: String) throws {
    let original = try expression(text)
    #expect(try expression(original.description) == original, "\(original)")
  }

  @Test func descriptionIsReadable() throws {
    #expect(try expression("r*T*(1-T/k)").description == "r*T*(1 - T/k)")
    #expect(try expression("a*u-b*v^2").description == "a*u - b*v^2")
    #expect(try expression("where(u<1,2,integral(v))").description == "where(u < 1, 2, integral(v))")
  }

  @Test func functionalsAreTakenOutInnermostFirstAndOnce() throws {
    let texts = ["integral(u) + max(u*integral(u)) + v", "mean(integral(u)*v) - integral(u)", "u"]
    let (functionals, rest) = Expressions.Expression.extractingFunctionals(try texts.map { try expression($0) })
    #expect(functionals.map(\.kind) == [.integral, .max, .mean])
    #expect(functionals.map(\.argument.description) == ["u", "u*functional_0", "functional_0*v"])
    #expect(rest.map(\.description) == ["functional_0 + functional_1 + v", "functional_2 - functional_0", "u"])
    #expect(rest[0].symbols == [.functional(0), .functional(1), .field("v")])
  }
}
