import Configuration
import Testing

/// Nothing is converted, so that two units which differ are refused where the second one stands.
@Suite struct UnitComparisonTests {
  private static func text(
    length: String = #""mm""#, time: String = #""day""#, domain: String? = nil, run: String? = nil,
    parameters: String = "", fieldUnit: String = "cells/mm^2", observables: String = ""
  ) -> String {
    """
    { "model": { "name": "m", "units": { "length": \(length), "time": \(time) },
        "parameters": { \(parameters) },
        "fields": { "T": { "unit": "\(fieldUnit)", "diffusion": "\(parameters.isEmpty ? "1" : "exp(-p)")" } },
        "reactions": { "T": "-T" } },
      "domain": { "size": [1], "points": [2]\(domain.map { #", "unit": "\#($0)""# } ?? "") }, "initial": { "T": 1 },
      "observables": { \(observables) }, "time": { "end": 1\(run.map { #", "unit": "\#($0)""# } ?? "") } }
    """
  }

  @Test(arguments: ["d", "day", "days", "24 h"])
  func spellingsOfTheSameUnitPass(unit: String) {
    #expect(findings(Self.text(domain: "millimeter", run: unit)) == "")
    #expect(findings(Self.text(length: #""um""#, domain: "µm")) == "")
    #expect(findings(Self.text(length: #""1""#, time: #""dimensionless""#, domain: "", run: "1", fieldUnit: "1")) == "")
  }

  @Test(arguments: [("h", "day"), ("s", "day"), ("1", "day"), ("furlong", "day"), ("day", "h")])
  func anotherUnitOfTimeIsRefusedWithBoth(run: String, model: String) {
    let found = findings(Self.text(time: "\"\(model)\"", run: run))
    #expect(
      found.contains(
        "run.json:6:52: error: the unit of time of the run is \"\(run)\", but that of the model m is \"\(model)\""),
      "\(found)")
  }

  @Test func anotherUnitOfLengthIsRefusedWithBoth() {
    let found = findings(Self.text(domain: "cm"))
    #expect(found.contains("the unit of length of the domain is \"cm\", but that of the model m is \"mm\""))
    #expect(findings(Self.text(), set: ["domain.unit=um"]).contains("--set:1:13: error: the unit of length"))
    let catalogue =
      #"{ "model": "fisher-kpp-glioma", "domain": { "size": [4], "points": [8] }, "initial": { "c": 1 }, "time": { "end": 1 } }"#
    #expect(findings(catalogue) == "")
    #expect(findings(catalogue, set: ["domain.unit=cm", "time.unit=h"]).components(separatedBy: "error:").count == 3)
    #expect(findings(catalogue, set: ["domain.unit=millimetres", "time.unit=d"]) == "")
  }

  @Test func aMissingUnitIsAllowed() {
    let text =
      #"{ "model": { "name": "m", "fields": { "T": {} } }, "domain": { "size": [1], "points": [2], "unit": "um" }, "initial": { "T": 1 }, "time": { "end": 1, "unit": "h" } }"#
    #expect(findings(text) == "")
  }

  @Test func aUnitOfSomethingElseIsNone() {
    #expect(findings(Self.text(time: #""mm""#)).contains("\"mm\" is not a unit of time"))
    #expect(findings(Self.text(run: "m")).contains("\"m\" is not a unit of time"))
    #expect(findings(Self.text(domain: "day")).contains("\"day\" is not a unit of length"))
  }

  @Test func unknownUnitsAreWarnedOf() throws {
    let found = findings(Self.text(length: #""furlong??""#, domain: "furlong??", fieldUnit: "cels"))
    #expect(found.components(separatedBy: "warning: the unit \"furlong??\" is not known").count == 3)
    #expect(found.contains("warning: the unit \"cels\" is not known"))
    #expect(found.contains("did you mean \"cell") && !found.contains("error"))
  }

  @Test(arguments: [
    (
      #""p": { "value": 1, "unit": "cm^2/day" }"#,
      "the parameter p is in \"cm^2/day\", but the equations count lengths in \"mm\""
    ),
    (
      #""p": { "value": 1, "unit": "mm^2/h" }"#,
      "the parameter p is in \"mm^2/h\", but the equations count times in \"day\""
    ),
    (
      #""p": { "value": 1, "unit": "um^2/s" }"#,
      "the parameter p is in \"um^2/s\", but the equations count lengths in \"mm\" and times in \"day\""
    ),
    (
      #""p": { "value": 1, "unit": "cells/(cm^2 day)" }"#,
      "the parameter p is in \"cells/(cm^2 day)\", but the equations count lengths"
    ),
  ])
  func parametersInOtherUnitsAreRefused(parameter: String, message: String) {
    #expect(findings(Self.text(parameters: parameter)).contains("error: " + message))
  }

  @Test(arguments: ["mm^2/day", "mm²/d", "l/(mg day)", "1/Gy", "cells/mm^2", "1", "days", "1/(day cell)", "mmHg/day"])
  func parametersInTheUnitsOfTheModelPass(unit: String) {
    #expect(findings(Self.text(parameters: #""p": { "value": 1, "unit": "\#(unit)" }"#)) == "")
  }

  /// A density in cells/cm³ goes with fields in cells/cm³, whatever the domain is measured in.
  @Test func densitiesMayHaveTheLengthOfTheFields() {
    let found = findings(Self.text(parameters: #""p": { "value": 1, "unit": "cells/cm^3" }"#, fieldUnit: "cells/cm^3"))
    #expect(found == "")
  }

  private static func growth(
    _ capacity: String, field: String = "cells/mm^2", rate: String = "b*T*(1 - T/K)", b: String = "1/day"
  ) -> String {
    """
    { "model": { "name": "m", "units": { "length": "mm", "time": "day" },
        "parameters": { "K": { "value": 1, "unit": "\(capacity)" }, "b": { "value": 1, "unit": "\(b)" } },
        "fields": { "T": { "unit": "\(field)" }, "c": { "unit": "mg/l" } }, "compartments": { "A": { "unit": "mg/ml" } },
        "processes": [{ "name": "growth", "rate": "\(rate)", "change": { "T": 1 } }] },
      "domain": { "size": [1], "points": [2] }, "initial": { "T": 1, "c": 1, "A": 0 },
      "observables": { "K": "K", "b": "b" }, "time": { "end": 1 } }
    """
  }

  /// A capacity in cells/cm² for a field in cells/mm² is wrong by a factor of a hundred.
  @Test func parametersAreInTheUnitsOfTheFieldsThatTheyMeasure() {
    #expect(findings(Self.growth("cells/mm^2")) == "" && findings(Self.growth("cells/mm2")) == "")
    #expect(findings(Self.growth("cells/um^2")).contains("the parameter K is in \"cells/um^2\""))
    #expect(findings(Self.growth("ug/ml", rate: "b*T*exp(-K)")) == "")
    let other = findings(Self.growth("ug/ml"))
    #expect(other.contains(#"process growth changes T in other units than "cells/mm^2" per "day""#), "\(other)")
    #expect(findings(Self.growth("l", field: "1e9/l", rate: "b*T*exp(-K)")) == "")
    let dose = findings(Self.growth("ug/l"))
    #expect(dose.contains("the parameter K is in \"ug/l\", but the field c is in \"mg/l\""), "\(dose)")
    #expect(
      findings(Self.growth("l/(ug day)", rate: "K*c*T*b")).contains(
        "the parameter K is in \"l/(ug day)\", but the field c"))
    #expect(findings(Self.growth("l/(mg day)", rate: "K*c*T", b: "1")) == "")
  }

  @Test func quantitiesInTwoUnitsOfOneKindAreNotAdded() {
    let found = findings(Self.growth("1/day", rate: "K*T*(c - A)*b", b: "l/mg"))
    #expect(found.contains("process growth adds or compares what is in \"mg/l\" and in \"mg/ml\""), "\(found)")
    // A number as a factor converts.
    #expect(!findings(Self.growth("1/day", rate: "K*T*(c - 1000*A)*b", b: "l/mg")).contains("adds"))
    #expect(findings(Self.growth("%", rate: "b*T*(1 - K)")).contains("adds or compares"))
  }

  @Test func aParameterThatIsSetWithAnotherUnitIsRefused() {
    let text = Self.text(parameters: #""p": { "value": 1, "unit": "mm^2/day" }"#)
    #expect(findings(text, set: [#"model.parameters.p={"value": 2, "unit": "mm^2/h"}"#]).contains("times in \"day\""))
    #expect(findings(text, set: [#"model.parameters.p={"value": 2, "unit": "mm^2/days"}"#]) == "")
  }

  @Test(arguments: [
    (#""a": { "value": "max(T)", "unit": "cells/cm^2" }"#, "cells/mm^2"),
    (#""a": { "value": "t", "unit": "h" }"#, "day"),
    (#""a": { "value": "max(where(T > 1, x, 0))", "unit": "cm" }"#, "mm"),
    (#""a": { "value": "integral(T)", "unit": "cells/cm" }"#, "cells/mm^2"),
  ])
  func anObservableInAnotherUnitOfTheSameKindIsRefused(observable: String, own: String) {
    let found = findings(Self.text(observables: observable))
    #expect(
      found.contains("error: the unit of the observable a is") && found.contains("but its expression is in \"\(own)"),
      "\(found)")
  }

  /// A plain number as a factor may convert; what has another dimension is the writer's own measure.
  @Test(arguments: [
    #""a": { "value": "100*max(T)", "unit": "cells/cm^2" }"#, #""a": { "value": "24*t", "unit": "h" }"#,
    #""a": { "value": "integral(T)", "unit": "cells" }"#, #""a": { "value": "max(T)", "unit": "cells/mm2" }"#,
    #""a": { "value": "integral(T)", "unit": "cells/mm" }"#,
  ])
  func observablesInTheirUnitPass(observable: String) {
    #expect(findings(Self.text(observables: observable)) == "")
  }

  private static func radiotherapy(_ dose: String, alpha: String, ratio: String, value: String = "d") -> String {
    """
    { "model": { "name": "m", "units": { "length": "mm", "time": "day" },
        "parameters": { "d": { "value": 2, "unit": "\(dose)" }, "a": { "value": 0.3, "unit": "\(alpha)" },
          "ab": { "value": 10, "unit": "\(ratio)" } }, "fields": { "u": {} } },
      "domain": { "size": [1], "points": [2] }, "initial": { "u": 1 }, "observables": { "d": "d" },
      "treatment": [{ "name": "beam", "at": 0.5,
        "radiotherapy": { "dose": "\(value)", "alpha": "a", "alpha_beta": "ab", "fields": ["u"] } }],
      "time": { "end": 1 } }
    """
  }

  /// With 200 cGy for 2 Gy nothing would survive, where a share of 0.487 does.
  @Test(arguments: [
    ("cGy", "1/Gy", "Gy", "\"dose\" is in \"cGy\" and \"alpha\" in \"1/Gy\""),
    ("Gy", "1/cGy", "Gy", "\"dose\" is in \"Gy\" and \"alpha\" in \"1/cGy\""),
    ("Gy", "1/Gy", "cGy", "\"dose\" is in \"Gy\" and \"alpha_beta\" in \"cGy\""),
    ("Gy", "1/day", "Gy", "\"dose\" is in \"Gy\" and \"alpha\" in \"1/day\""),
  ])
  func radiotherapyIsInOneUnitOfDose(dose: String, alpha: String, ratio: String, message: String) {
    let found = findings(Self.radiotherapy(dose, alpha: alpha, ratio: ratio))
    #expect(found.contains("error: in the treatment beam " + message), "\(found)")
  }

  @Test func theRatioOfSensitivitiesIsComparedWithTheFirstWhereTheDoseIsANumber() {
    let found = findings(Self.radiotherapy("Gy", alpha: "1/Gy", ratio: "cGy", value: "2"))
    #expect(found.contains("\"alpha\" is in \"1/Gy\" and \"alpha_beta\" in \"cGy\""), "\(found)")
  }

  @Test(arguments: [
    ("Gy", "1/Gy", "Gy", "d"), ("cGy", "1/cGy", "cGy", "d"), ("gray", "Gy^-1", "Gy", "d"), ("J/kg", "1/Gy", "Gy", "d"),
    ("cGy", "1/Gy", "Gy", "d/100"), ("rem??", "1/Gy", "Gy", "2"), ("Gy", "1/Gy", "Gy", "1.8"),
  ])
  func radiotherapyInOneUnitOrWithConversionsPasses(dose: String, alpha: String, ratio: String, value: String) {
    let found = findings(Self.radiotherapy(dose, alpha: alpha, ratio: ratio, value: value))
    #expect(!found.contains("error"), "\(found)")
  }
}
