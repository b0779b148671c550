import Expressions
import Testing

@Suite struct DelayedValueTests {
  private static let scope = Scope(
    fields: ["u", "v"], parameters: ["tau", "k"], coordinates: ["x"], allows: [.rate, .delays])

  private func expression(_ text: String) throws -> Expressions.Expression {
    try Expression(text, in: Self.scope)
  }

  @Test(arguments: ["delayed(u*v, tau)", "1 - delayed(u, 2*tau, 3)*v", "delayed(mean(u), 0.5)"])
  func whatIsWrittenReadsBack(text: String) throws {
    let read = try expression(text)
    #expect(read.description == text)
    #expect(try expression(read.description) == read)
  }

  @Test func aNumberIsTheSameAtAllTimes() throws {
    #expect(try expression("delayed(3, tau)") == .constant(3))
  }

  /// The present does not change the past.
  @Test func theDerivativeOfADelayedValueIsNothing() throws {
    let read = try expression("u*delayed(u, tau)")
    #expect(read.derivative(by: .field("u")) == (try expression("delayed(u, tau)")))
  }

  @Test func equalDelaysAreTakenOutOnce() throws {
    var extraction = DelayExtraction()
    let first = extraction.replaceDelays(in: try expression("u*delayed(u, tau) - delayed(u, tau, 2)"))
    let second = extraction.replaceDelays(in: try expression("delayed(u, tau, 2) + delayed(u, k) + delayed(u, tau)"))
    #expect(extraction.delays.map(\.text) == ["delayed(u, tau)", "delayed(u, tau, 2)", "delayed(u, k)"])
    #expect(extraction.delays.map(\.name) == ["delayed(u, tau)", "delay 2 stage 2", "delayed(u, k)"])
    #expect(first.symbols.contains(.field("delayed(u, tau)")) && first.symbols.contains(.field("delay 2 stage 2")))
    #expect(!first.hasDelays && !second.hasDelays && !second.symbols.contains(.field("u")))
    #expect(extraction.delays.allSatisfy { $0.argument == .symbol(.field("u")) })
  }

  @Test func signsOfThePastAreKnownUnlessTheTimeIsInIt() throws {
    let known: [Symbol: Interval] = [.field("u"): .nonNegative, .time: Interval(0, 1)]
    #expect(try expression("delayed(u, tau)").interval(known).isNonNegative)
    #expect(try !expression("delayed(t*u, tau)").interval(known).isNonNegative)
    #expect(try expression("t*u").interval(known).isNonNegative)
  }
}
