import Documents
import Expressions
import Models
import Testing

@Suite struct CatalogueTests {
  @Test(arguments: Catalogue.names)
  func everyModelReadsNamesItsSourcesAndExplainsEachValue(name: String) throws {
    let model = try #require(try Catalogue.model(name))
    #expect(model.name == name)
    #expect(!model.sources.isEmpty)
    #expect(model.title != nil && model.lengthUnit != nil && model.timeUnit != nil)
    for parameter in model.parameters { #expect(parameter.source != nil, "\(parameter.name)") }
  }

  /// The right-hand side of the paper at one state, worked out by hand.
  @Test func theRatesOfTheImmunotherapyModelAreThoseOfThePaper() throws {
    let model = try #require(try Catalogue.model("kirschner-panetta-diffusion")).with(parameters: ["K_u": 1e-4])
    var values = Dictionary(uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
    values.merge([.field("u"): 0.3, .field("v"): 0.5, .field("w"): 0.02, .time: 100]) { $1 }
    let expected = [
      0.07 * 0.5 - 0.167 * 0.3 + 0.692 * 0.3 * 0.02 / 1.02 + 0.01 + 0.01,
      0.5 * 0.5 - 0.3 * 0.5 / 0.6,
      2.5 * 0.3 * 0.5 / 0.501 - 55.56 * 0.02 + 0.5,
    ]
    for (rate, known) in zip(model.rates, expected) {
      let found = try #require(rate.value(at: values))
      #expect(abs(found - known) < 1e-14)
    }
  }

  /// The coexistence of effector cells, tumor and complexes, known to six digits: what happens there adds up to nothing.
  @Test func theInfiltratedTumorIsInBalanceAtItsKnownState() throws {
    let model = try #require(try Catalogue.model("matzavinos-chaplain-kuznetsov"))
    var values = Dictionary(uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
    values.merge(
      [.field("E"): 5.89131e6, .field("a"): 0, .field("T"): 9.20522e6, .field("C"): 2.2596e5, .coordinate("x"): 0.5]
    ) { $1 }
    let turnover = 1.3e-7 * 5.89131e6 * 9.20522e6
    for field in [0, 2, 3] {
      let rate = try #require(model.rates[field].value(at: values))
      #expect(abs(rate) < 2e-5 * turnover, "\(model.fieldNames[field])")
    }
  }

  /// At the state with a small tumor, where the past is as the present, nothing changes.
  @Test func theDelayedResponseIsInBalanceAtItsKnownState() throws {
    let model = try #require(try Catalogue.model("han-he-kuang"))
    #expect(model.constantDelays.map(\.delay.text) == ["delayed(u, tau)"])
    var values = Dictionary(uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
    let u = 0.6231209616662674
    values.merge([.field("u"): u, .field("v"): 0.5 * (1 - u / 10), .field("delayed(u, tau)"): u]) { $1 }
    for rate in model.rates { #expect(abs(try #require(rate.value(at: values))) < 1e-14) }
    values[.field("delayed(u, tau)")] = 1
    #expect(abs(try #require(model.rates[1].value(at: values)) - (0.5 - u / (1 + u * u))) < 1e-14)
  }

  @Test func parametersInForceAreInTheResolvedDocument() throws {
    let model = try #require(try Catalogue.model("fisher-kpp-glioma")).with(parameters: ["rho": 0.025])
    let text = model.resolvedDocument.pretty
    let read = try Model(JSONNode.parse(SourceText(name: "resolved", text: text)))
    #expect(read.parameterValues == ["D": 0.2, "rho": 0.025, "K": 1e5])
    #expect(read.rates == model.rates)
  }
}
