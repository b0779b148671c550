import Documents
import Expressions
import Models
import Testing

@Suite struct ModelProductionLossTests {
  private func model(_ text: String) throws -> Model {
    try Model(JSONNode.parse(SourceText(name: "model.json", text: text)))
  }

  @Test(arguments: Catalogue.names)
  func noFieldOfTheCatalogueCanBecomeNegative(name: String) throws {
    let model = try #require(try Catalogue.model(name))
    for parts in model.productionLoss(intervals: [.time: .nonNegative]) {
      #expect(parts.isPositive, "\(parts.field): \(parts.obstacles)")
    }
  }

  /// Parts of all processes, with the names of those that break the sign.
  @Test func processesAreSplitEachByItself() throws {
    let model = try model(
      """
      { "name": "m", "parameters": { "s": 2, "d": 0.5, "q": 3, "off": 0 },
        "fields": { "E": {}, "T": {}, "c": { "cross_diffusion": { "T": 1 } } },
        "processes": [
          { "name": "supply", "rate": "s", "change": { "E": 1 } },
          { "name": "killing", "rate": "E*T", "change": { "E": "-d", "T": -1 } },
          { "name": "removal", "rate": "q*t", "change": { "T": "-1" } },
          { "name": "drain", "rate": "off*T", "change": { "E": -1 } },
          { "name": "uptake", "rate": "c", "change": { "E": 1, "c": -1 } }
        ] }
      """)
    let parts = model.productionLoss(intervals: [.time: .nonNegative])
    #expect(parts.map(\.isPositive) == [false, false, true])
    #expect(parts[0].obstacles.map(\.process) == ["uptake"])
    #expect(parts[0].obstacles.map(\.term.description) == ["max(-c, 0)"])
    // T can become negative, and E, so that neither promises the other anything.
    #expect(parts[0].loss.description == "d*max(T, 0)")
    #expect(parts[1].obstacles.map(\.process) == ["removal"])
    #expect(parts[1].obstacles.map(\.term.description) == ["q*t"])
    #expect(parts[1].loss.description == "max(E, 0)")
    #expect(parts[2].loss.description == "1")
  }

  /// `P − L u` is the rate, also with obstacles.
  @Test(arguments: Catalogue.names)
  func partsAddUpToTheRate(name: String) throws {
    let model = try #require(try Catalogue.model(name))
    var at = Dictionary(uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
    at[.time] = 3
    for axis in ["x", "y", "z", "r"] { at[.coordinate(axis)] = 0.7 }
    for (index, field) in model.fieldNames.enumerated() { at[.field(field)] = 0.4 + 0.3 * Double(index) }
    for delay in model.constantDelays { at[.field(delay.delay.name)] = 0.9 }
    for (parts, rate) in zip(model.productionLoss(), model.rates) {
      let u = try #require(at[.field(parts.field)])
      // Integrals over the domain are the same on both sides, whatever they are.
      let (functionals, expressions) = Expression.extractingFunctionals([rate, parts.production, parts.loss])
      for index in functionals.indices { at[.functional(index)] = 2 + Double(index) }
      let exact = try #require(expressions[0].value(at: at))
      let (added, loss) = (try #require(expressions[1].value(at: at)), try #require(expressions[2].value(at: at)))
      #expect(abs(added - loss * u - exact) <= 1e-13 * (added.magnitude + loss * u))
    }
  }
}

@Suite struct UniformFieldTests {
  /// What is the same everywhere can be taken out of a mean over the domain: a drug that is exchanged between blood and
  /// tissue stays non-negative in both.
  @Test func compartmentsAreTakenOutOfMeans() throws {
    let model = try Model(
      JSONNode.parse(
        SourceText(
          name: "m",
          text: """
            { "name": "m", "parameters": { "P": 2 }, "fields": { "d": {} }, "compartments": { "A": {} },
              "processes": [
                { "name": "exchange", "rate": "P*x*(A - d)", "change": { "d": 1 } },
                { "name": "seen from the blood", "rate": "mean(P*x*(A - d))", "change": { "A": -1 } } ] }
            """)))
    let parts = model.productionLoss(intervals: [.coordinate("x"): .nonNegative])
    #expect(parts.map(\.isPositive) == [true, true])
    #expect(parts[1].loss.description == "mean(P*x)")
    #expect(parts[1].production.description == "mean(P*x*d)")
    // A field that varies cannot: where there is nothing of it, something is still taken.
    let other = try Model(
      JSONNode.parse(
        SourceText(
          name: "m",
          text: #"{ "name": "m", "fields": { "u": {} }, "reactions": { "u": "-mean(u)" } }"#)))
    #expect(other.productionLoss().map(\.isPositive) == [false])
  }
}
