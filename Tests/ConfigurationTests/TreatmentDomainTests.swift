import Configuration
import Fields
import Foundation
import Rates
import Simulations
import Testing

/// A drug `d` that spreads from an interval and is 0 but for rounding of either sign elsewhere; `u` stays where it is.
@Suite struct TreatmentDomainTests {
  private func text(
    _ rest: String, end: Double = 1, u: Double = 0, scheme: String = "etdrk4", rate: String = "0*u",
    start: String = "where(abs(x-5)<1,1,0)"
  ) -> String {
    """
    { "model": { "name": "m", "parameters": { "k": 0 }, "fields": { "u": {}, "d": { "diffusion": 0.1 } },
        "reactions": { "u": "\(rate)", "d": "-0.1*d" } },
      "domain": { "size": [10], "points": [100] }, "initial": { "u": \(u), "d": "\(start)" },
      "time": { "end": \(end), "scheme": "\(scheme)" }, \(rest) }
    """
  }

  private func end(_ condition: String) throws -> Double {
    let text = text(#""stop": [ { "when": "\#(condition)" } ]"#, end: 1.5, rate: "1")
    let simulation = try simulation(of: RunAssembly(configuration(text), threads: 1))
    _ = try simulation.run()
    return simulation.clock.time
  }

  @Test func roundingBelowZeroIsThere() throws {
    #expect(try finalState(text(#""treatment": []"#, end: 0.5)).minimum(1) < 0)
  }

  private static let conditions: [(condition: String, expected: Double?)] = [
    ("max(@^1.5) < 0.9", 0.6405), ("mean(sqrt(@)) > 0.22", 0.109), ("integral(hill(@, 0.1, 1.5)) > 2.3", 0.1226),
    ("min(sqrt(@)) + max(@) < 0.95", nil), ("!(max(@^1.5) >= 0.9)", 0.6405),
    ("integral(where(sqrt(@) > 0.3, 1, 0)) > 2.6", nil), ("mean(@*log(@)) < -0.028", nil),
  ]

  /// The same as where `max(d, 0)` is written; the times are also those by `strang`, which keeps `d` non-negative.
  @Test(arguments: conditions)
  func aConditionCountsRoundingBelowZeroAsZero(condition: String, expected: Double?) throws {
    let time = try end(condition.replacingOccurrences(of: "@", with: "d"))
    let byHand = try end(condition.replacingOccurrences(of: "@", with: "max(d, 0)"))
    #expect(time < 1.5)
    if !condition.contains("log") { #expect(abs(time - byHand) < 1e-9, "\(time), \(byHand)") }
    if let expected { #expect(abs(time - expected) < 1e-3, "\(time)") }
  }

  @Test(arguments: [
    #""region": "sqrt(@)<0.3", "add": { "u": 1 }"#, #""multiply": { "u": "1-0.9*hill(@,0.1,1.5)" }"#,
    #""radiotherapy": { "dose": 2, "alpha": "0.3*(1+hill(@,0.1,1.5))", "alpha_beta": 10, "fields": ["u"] }"#,
    #""radiotherapy": { "dose": "2*sqrt(@)", "alpha": 0.3, "alpha_beta": "1 + @^1.5", "fields": ["u"] }"#,
    #""add": { "u": "integral(sqrt(@))" }"#, #""set": { "k": "mean(@^1.5)" }"#, #""set": { "u": "@^0.5" }"#,
    #""region": "@^1.5 < 0.1", "infuse": { "u": "1 + sqrt(@)" }, "for": 0.3"#,
    #""region": "hill(@, 0.2, 2.5) > 0.5 && x > 2", "set": { "u": "hill(@, 0.2, 2.5)" }"#,
  ])
  func aTreatmentCountsRoundingBelowZeroAsZero(what: String) throws {
    func mass(_ drug: String, _ scheme: String) throws -> Double {
      let treatment = what.replacingOccurrences(of: "@", with: drug)
      let state = try finalState(
        text(#""treatment": [ { "name": "A", "at": 0.5, \#(treatment) } ]"#, u: 1, scheme: scheme, rate: "k"))
      return state.values(0).reduce(0, +) * 0.1
    }
    let (written, byHand) = (try mass("d", "auto"), try mass("max(d, 0)", "auto"))
    #expect(abs(written - byHand) < 1e-12 * abs(byHand) && written != 10, "\(written), \(byHand)")
    #expect(abs(written / (try mass("d", "strang")) - 1) < 0.03)
  }

  @Test func theMassOfARegionIsThatOfItsPoints() throws {
    let state = try finalState(
      text(#""treatment": [ { "name": "A", "at": 0.5, "region": "sqrt(d)<0.3", "add": { "u": 1 } } ]"#))
    let sum = state.values(0).reduce(0, +) * 0.1
    #expect(abs(sum - 7.2) < 1e-12)
    let byStrang = try finalState(
      text(
        #""treatment": [ { "name": "A", "at": 0.5, "region": "sqrt(d)<0.3", "add": { "u": 1 } } ]"#, scheme: "strang"))
    #expect(sum == byStrang.values(0).reduce(0, +) * 0.1)
  }

  // MARK: What is no number

  /// `d` is really negative.
  private func failure(_ rest: String, start: String = "-0.3 + 0*x") throws -> String {
    do {
      _ = try finalState(text(rest, u: 1, start: start))
      return ""
    } catch let failure as TreatmentFailure {
      return failure.description
    } catch let failure as NumericalFailure {
      return failure.problem
    }
  }

  @Test func aConditionThatIsNeitherTrueNorFalseEndsTheRun() throws {
    for condition in [
      "mean(sqrt(d)) > 0.5", "!(mean(sqrt(d)) > 0.5)", "mean(u) > 0 && max(sqrt(d)) > 1",
      "integral(where(sqrt(d) > 1, 1, 0)) > 0.5",
    ] {
      let stop = try failure(#""stop": [ { "when": "\#(condition)" } ]"#)
      #expect(stop.contains("is neither true nor false: sqrt(d) is no number where d = -0.3, at x = 0.05"), "\(stop)")
      let dose = try failure(#""treatment": [ { "name": "A", "when": "\#(condition)", "add": { "u": 1 } } ]"#)
      #expect(dose.hasSuffix("neither true nor false: sqrt(d) is no number where d = -0.3, at x = 0.05"), "\(dose)")
    }
    #expect(try failure(#""stop": [ { "when": "mean(u) > 5 && mean(sqrt(d)) > 0.5" } ]"#) == "")
    #expect(try failure(#""stop": [ { "when": "mean(d) > 0 && mean(sqrt(d)) > 0.5 || mean(u) > 9" } ]"#) == "")
    let time = try failure(#""stop": [ { "when": "sqrt(t - 0.5) > 0.6" } ]"#)
    #expect(time.hasSuffix("sqrt(t - 0.5) is no number where t = 0.0"), "\(time)")
    #expect(try failure(#""stop": [ { "when": "t > 0.5 && sqrt(t - 0.5) > 0.6" } ]"#) == "")
  }

  @Test func aDoseThatIsNoNumberNamesWhatIsNone() throws {
    func dose(_ what: String) throws -> String {
      try failure(#""treatment": [ { "name": "A", "at": 0.5, \#(what) } ]"#)
    }
    let isNone = "sqrt(d) is no number where d = -0.2"
    #expect(try dose(#""add": { "u": "sqrt(d)" }"#).contains("after a dose of A (\(isNone)"))
    #expect(try dose(#""region": "sqrt(d) < 1", "add": { "u": 1 }"#).contains("after a dose of A (\(isNone)"))
    #expect(try dose(#""add": { "u": "mean(sqrt(d))" }"#).contains("after a dose of A (\(isNone)"))
    #expect(try dose(#""set": { "k": "mean(sqrt(d))" }"#).contains("is no finite number: \(isNone)"))
    #expect(
      try dose(#""region": "sqrt(d) < 1", "infuse": { "u": 1 }, "for": 0.2"#).contains("a rate that is no number"))
    #expect(try dose(#""region": "d > 0", "add": { "u": "sqrt(d)" }"#) == "")
    #expect(try dose(#""region": "d > 0 && sqrt(d) < 1", "infuse": { "u": 1 }, "for": 0.2"#) == "")
  }

  /// The dose is a number in the tissue, which is half of the domain.
  @Test(arguments: [
    #""add": { "u": "sqrt(2 - x)" }"#, #""add": { "u": "log(2 - x) - log(2 - x) + sqrt(2 - x)" }"#,
    #""region": "sqrt(2 - x) > 0", "add": { "u": "sqrt(2 - x)" }"#,
    #""infuse": { "u": "sqrt(2 - x)/0.25" }, "for": 0.25"#,
  ])
  func onlyPointsOfTheTissueCount(what: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {} }, "reactions": { "u": "0*u" } },
        "domain": { "size": [4, 2], "points": [8, 4], "mask": "x<2" }, "initial": { "u": "1 + 0*sqrt(2 - x)" },
        "time": { "end": 1 }, "treatment": [ { "name": "A", "at": 0.5, \(what) } ],
        "stop": [ { "when": "max(sqrt(2 - x)) > 9" } ] }
      """
    let state = try finalState(text)
    let exact = [0.25, 0.75, 1.25, 1.75].map { 1 + (2 - $0).squareRoot() } + [0, 0, 0, 0]
    for (value, exact) in zip(state.values(0), exact + exact + exact + exact) { #expect(abs(value - exact) < 1e-12) }
  }
}
