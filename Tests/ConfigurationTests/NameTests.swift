import Configuration
import Foundation
import Testing

/// Names that mean nothing, or two things.
@Suite struct NameTests {
  private static func text(
    model: String = #""fields": { "u": {} }, "reactions": { "u": "-u" }"#,
    domain: String = #""size": [1], "points": [2]"#,
    initial: String = #""u": 1"#, others: String = ""
  ) -> String {
    """
    { "model": { "name": "m", \(model) },
      "domain": { \(domain) }, "initial": { \(initial) }, "time": { "end": 1 }\(others) }
    """
  }

  // MARK: Columns

  @Test(arguments: ["t", "dt", "mass(u)", "min(u)", "max(u)"])
  func anObservableCannotHaveTheNameOfAnotherColumn(name: String) {
    let found = findings(Self.text(others: #", "observables": { "\#(name)": "mean(u)", "b": "mean(u)" }"#))
    #expect(sentences(found).count == 1)
    #expect(
      found.contains("run.json:2:")
        && found.contains("error: an observable cannot be called \"\(name)\": in observables.csv that is"))
  }

  @Test func aCompartmentCannotBeCalledLikeTheStep() {
    let model = #""fields": { "u": {} }, "compartments": { "dt": {} }"#
    let found = findings(Self.text(model: model, initial: #""u": 1, "dt": 7"#))
    #expect(found.contains("run.json:1:68: error: a compartment cannot be called \"dt\""), "\(found)")
  }

  @Test func edgesAndLinesOfTheLedgerAreColumnsToo() {
    let moving =
      #""fields": { "u": { "diffusion": 1, "boundary": { "r+": { "value": 0 } } } }, "free_boundary": { "stefan": { "field": "u", "coefficient": 1 } }"#
    let radius = #""geometry": "spherical-radial", "size": [1], "points": [4]"#
    let edge = findings(Self.text(model: moving, domain: radius, others: #", "observables": { "edge(r)": "1" }"#))
    #expect(edge.contains("an observable cannot be called \"edge(r)\""))
    let line = #", "observables": { "ledger(u: reaction of u)": "mean(u)" }, "output": { "ledger": \#(true) }"#
    #expect(findings(Self.text(others: line)).contains("in observables.csv that is a line of the ledger"))
    #expect(findings(Self.text(others: line.replacing("true", with: "false"))) == "")
  }

  @Test func namesAreOneLine() {
    #expect(findings(Self.text(others: #", "observables": { "a\r\nb": "mean(u)" }"#)).contains("one line of text"))
  }

  @Test func linesOfTheLedgerThatAreTwoThingsAreRefusedTogether() {
    let model = #"""
      "fields": { "u": {}, "since": {} }, "processes": [
        { "name": "infusion A", "rate": "u", "change": { "u": -1 } }, { "name": "infusion B", "rate": "u", "change": { "u": -1 } },
        { "name": "sides", "rate": "u", "change": { "u": -1 } }, { "name": "process sides", "rate": "u", "change": { "u": -1 } },
        { "name": "scheme", "rate": "u", "change": { "u": -1 } }]
      """#
    let others =
      #", "treatment": [{ "name": "A", "at": 0.2, "for": 0.2, "infuse": { "u": 1 } }, { "name": "B", "at": 0.2, "for": 0.2, "infuse": { "since": 1 } }]"#
    let text = Self.text(model: model, initial: #""u": 1, "since": 2"#, others: others)
    #expect(findings(text) == "")
    let found = findings(text.replacing(#""time": {"#, with: #""output": { "ledger": true }, "time": {"#))
    #expect(
      sentences(found) == [
        #"error: with a ledger a field cannot be called "since": in run.json that is the time at which the ledger begins"#,
        #"error: a process cannot be called "infusion A": in the ledger of u that is what the treatment A infuses"#,
        #"error: a process cannot be called "process sides": in the ledger of u that is the process "sides""#,
      ], "\(found)")
  }

  @Test func namesOfProcessesAndTreatmentsAreOneLine() {
    let model = #""fields": { "u": {} }, "processes": [{ "name": "a\nb", "rate": "u", "change": { "u": -1 } }]"#
    let others = #", "treatment": [{ "name": "c\td", "at": 0.2, "add": { "u": 1 } }]"#
    let found = findings(Self.text(model: model, others: others))
    #expect(
      sentences(found) == [
        "error: the name of a process is one line of text", "error: the name of a treatment is one line of text",
      ], "\(found)")
  }

  // MARK: Names that a place gives

  /// The time since a dose began has a name of its own inside the program: a parameter of that name keeps its value.
  @Test(arguments: ["parameters", "functions"])
  func aNameOfTheModelThatHidesTheTimeSinceADoseIsSaid(kind: String) throws {
    let value = kind == "parameters" ? "3" : #""3""#
    func text(_ rate: String) -> String {
      Self.text(
        model: #""\#(kind)": { "elapsed": \#(value) }, "fields": { "u": {} }, "reactions": { "u": "0*elapsed" }"#,
        initial: #""u": 0"#,
        others: #", "treatment": [{ "name": "a", "at": 0.25, "infuse": { "u": "\#(rate)" }, "for": 0.5 }]"#
      )
    }
    let found = findings(text("elapsed"))
    #expect(
      found.contains(
        #"warning: "elapsed" is a name of the model m, and means that here, not the time since the dose began"#))
    #expect(sentences(found).count == 1)
    // 3 · 0.5, not ∫ s ds = 0.125.
    #expect(abs(try finalState(text("elapsed")).values(0)[0] - 1.5) < 1e-6)
    #expect(findings(text("2*t")) == "")
  }

  @Test func theTimeSinceADoseBeganIsKnown() throws {
    let others = #", "treatment": [{ "name": "a", "at": 0.25, "infuse": { "u": "elapsed" }, "for": 0.5 }]"#
    let text = Self.text(initial: #""u": 0"#, others: others).replacing(#""u": "-u""#, with: #""u": "0""#)
    #expect(findings(text) == "")
    #expect(abs(try finalState(text).values(0)[0] - 0.125) < 1e-6)
  }

  @Test(arguments: [
    ("f(t)", #"the argument "t" of the function f is a word of the expression language"#),
    ("f(s, exp)", #"the argument "exp" of the function f is a word of the expression language"#),
    ("f(pi)", #"the argument "pi" of the function f is a word of the expression language"#),
    ("f(2s)", #"the argument "2s" of the function f cannot be a name"#),
  ])
  func anArgumentCannotHideTheLanguage(function: String, message: String) {
    let model = #""functions": { "\#(function)": "1" }, "fields": { "u": {} }, "reactions": { "u": "-u" }"#
    let found = findings(Self.text(model: model))
    #expect(sentences(found).count == 1 && found.contains("error: \(message)"), "\(found)")
  }

  // MARK: Coordinates

  @Test(arguments: ["r", "y", "z"])
  func aParameterThatWasNeverDefinedIsReportedWhereItStands(name: String) {
    let model =
      #""fields": { "u": { "diffusion": 1 } }, "processes": [{ "name": "growth", "rate": "\#(name)*u", "change": { "u": 1 } }]"#
    let found = findings(Self.text(model: model))
    #expect(
      found.hasPrefix(
        "run.json:1:109: error: \"\(name)\" in process growth is not a parameter of the model m, and there is no axis \(name) in this domain"
      ), "\(found)")
    #expect(sentences(found).count == 1)
  }

  @Test func allSuchNamesComeTogetherWithOtherErrors() {
    let model =
      #""functions": { "f(y)": "y*z", "idle": "y" }, "fields": { "u": { "diffusion": "r" } }, "reactions": { "u": "f(u) + q" }, "noise": [{ "name": "n", "correlation": "white", "change": { "u": "r" } }]"#
    let found = findings(Self.text(model: model, initial: #""u": "s""#))
    for part in [
      "\"z\" in the function f is not", "\"r\" in the movement of field u is not", "\"r\" in the noise n is not",
      "unknown symbol \"q\" in the reaction of field u",
    ] { #expect(found.contains(part), "\(part) in \(found)") }
    // The argument is no coordinate, and a function that nobody uses does not count.
    #expect(!sentences(found).contains { $0.contains("\"y\"") })
  }

  @Test func ownNamesAndAxesOfTheDomainAreKnown() {
    let model =
      #""parameters": { "r": 2 }, "fields": { "u": { "diffusion": { "x": "r", "z": 1 } } }, "reactions": { "u": "r*u*x" }"#
    #expect(findings(Self.text(model: model)) == "")
  }

  // MARK: Warnings of a model

  @Test func aParameterInNoExpressionIsWarnedOf() {
    let model =
      #""parameters": { "k": 1, "j": 2, "i": 3, "h": 4 }, "functions": { "f": "j" }, "fields": { "u": {} }, "reactions": { "u": "-k*u" }"#
    let found = findings(Self.text(model: model, initial: #""u": "i""#))
    #expect(sentences(found) == ["warning: the parameter h is never used"])
  }

  @Test func twoProcessesOfOneNameAreWarnedOf() {
    let model =
      #""fields": { "u": {} }, "processes": [{ "name": "death", "rate": "u", "change": { "u": -1 } }, { "name": "death", "rate": "2*u", "change": { "u": -1 } }]"#
    #expect(findings(Self.text(model: model)).contains("warning: there are two processes called \"death\""))
  }

  @Test func aLossAtANegativeRateIsWarnedOf() {
    func model(_ d: String, _ rate: String) -> String {
      #""parameters": { "d": \#(d) }, "fields": { "u": {} }, "processes": [{ "name": "death", "rate": "\#(rate)", "change": { "u": -1 } }]"#
    }
    #expect(
      findings(Self.text(model: model("-0.1", "d*u"))).contains(
        "warning: the process death takes something away at a rate that is negative"))
    #expect(findings(Self.text(model: model("0.1", "d*u"))) == "")
    #expect(findings(Self.text(model: model("0", "d*u"))) == "")
    // An exchange has both signs.
    #expect(findings(Self.text(model: model("0.1", "d*(u - 1)"))) == "")
  }

  @Test func infusionsThatOverlapAreWarnedOf() {
    func treatment(_ at: String, _ length: String) -> String {
      #", "treatment": [{ "name": "drug", "at": \#(at), "for": \#(length), "infuse": { "u": 1 } }]"#
    }
    for (at, length, overlap) in [
      (#"{ "start": 0, "every": 0.25 }"#, "0.3", "each lasts 0.3, and the next begins 0.25 later"),
      ("[0, 0.5, 0.6]", "0.2", "0.1 later"),
      (#"{ "start": 0, "every": 0.1, "pattern": "1--1-" }"#, "0.25", "0.2 later"),
    ] {
      let found = findings(Self.text(others: treatment(at, length)))
      #expect(found.contains("warning: infusions of drug overlap") && found.contains(overlap), "\(found)")
    }
    #expect(findings(Self.text(others: treatment(#"{ "start": 0, "every": 0.25 }"#, "0.25"))) == "")
    #expect(findings(Self.text(others: treatment("0.5", "3"))) == "")
  }

  // MARK: Numbers that are none

  @Test func aDivisionByAParameterThatIsZeroIsRefusedWhereItStands() {
    let model = #""parameters": { "K": 0 }, "fields": { "u": {} }, "reactions": { "u": "u*(1 - u/K)" }"#
    let found = findings(Self.text(model: model))
    #expect(found.contains("error: a division by K, which is 0 with these parameters"), "\(found)")
    #expect(sentences(found).count == 1)
    #expect(findings(Self.text(model: model), set: ["parameters.K=2"]) == "")
    #expect(
      findings(Self.text(model: #""fields": { "u": {} }, "reactions": { "u": "u/0" }"#)).contains(
        "a division by 0, which gives no finite number"))
    let guarded = #""parameters": { "K": 0 }, "fields": { "u": {} }, "reactions": { "u": "where(K > 0, u/K, 0)" }"#
    #expect(findings(Self.text(model: guarded)) == "")
    let root = #""parameters": { "K": -1 }, "fields": { "u": {} }, "reactions": { "u": "u*sqrt(K)" }"#
    #expect(findings(Self.text(model: root)).contains("with these parameters a part of this is no finite number"))
    #expect(
      findings(Self.text(model: #""parameters": { "d": 0 }, "fields": { "u": {} }"#, initial: #""u": "1/d""#)).contains(
        "a division by d"))
  }

  @Test func aDoseCannotTurnTheSignOfADensity() {
    func dose(_ factor: String) -> String {
      #", "treatment": [{ "name": "surgery", "at": 0.5, "multiply": { "u": \#(factor) } }]"#
    }
    #expect(
      findings(Self.text(others: dose("-0.01"))).contains(
        "error: the treatment surgery multiplies u by -0.01, which turns its sign"))
    #expect(findings(Self.text(others: dose("0.01"))) == "")
    #expect(findings(Self.text(others: dose("\"1 - 2*u\""))) == "")
  }

  // MARK: What follows from a mistake

  @Test func oneMistakeIsOneMessage() {
    let mistakes: [(String, String)] = [
      (
        Self.text(model: #""parameters": { "k": "two" }, "fields": { "u": {} }, "reactions": { "u": "-k*u" }"#),
        "found the string \"two\""
      ),
      (
        Self.text(model: #""functions": { "f": "q*u" }, "fields": { "u": {} }, "reactions": { "u": "f + 2*f" }"#),
        "unknown symbol \"q\" in the function f"
      ),
      (
        Self.text(model: #""functions": { "f": "1 +" }, "fields": { "u": {} }, "reactions": { "u": "f" }"#),
        "in the function f"
      ),
      (Self.text(domain: #""size": [1, 1], "points": [96.5, 96]"#), "expected an integer, found the number 96.5"),
      (
        Self.text(others: #", "treatment": [{ "name": "a", "at": 3, "add": { "u": 1 } }]"#).replacing(
          #""end": 1"#, with: #""end": "60 days""#), "found the string \"60 days\""
      ),
    ]
    for (text, message) in mistakes {
      let found = findings(text)
      #expect(sentences(found).count == 1 && found.contains(message), "\(found)")
    }
  }

  @Test func aQuoteThatIsMissingIsNamed() {
    let found = findings(Self.text().replacing(#""name": "m", "fields""#, with: #""name": "m, "fields""#))
    #expect(found.contains("expected \",\" after the string, found \"fields\""))
    #expect(found.contains("a quote (\") is missing, here or at the end of the string before"))
  }

  @Test func aParameterThatIsSetAsAKeyOfTheRunFileIsTold() {
    let model = #""parameters": { "kill": 1 }, "fields": { "u": {} }, "reactions": { "u": "-kill*u" }"#
    #expect(findings(Self.text(model: model), set: ["kill=1"]).contains("did you mean \"parameters.kill\"?"))
    let catalogue =
      #"{ "model": "fisher-kpp-glioma", "domain": { "size": [4], "points": [8] }, "initial": { "c": 1 }, "time": { "end": 1 } }"#
    #expect(findings(catalogue, set: ["rho=1"]).contains("did you mean \"parameters.rho\"?"))
    #expect(findings(catalogue, set: ["seed=1"]) == "")
  }

  @Test(arguments: [
    ("diffusivity", "diffusion"), ("D", "diffusion"), ("chemotaxis", "taxis"), ("velocity", "advection"),
    ("boundary_conditions", "boundary"),
  ])
  func wordsOfOtherProgramsAreTranslated(word: String, own: String) {
    let found = findings(Self.text(model: #""fields": { "u": { "\#(word)": 1 } }"#))
    #expect(found.contains("unknown key \"\(word)\"") && found.contains("did you mean \"\(own)\"?"))
  }
}
