import Configuration
import Testing

/// What the expressions of a run file add, compare and give to fields is in units that go together.
@Suite struct UnitsOfRunFileTests {
  /// Fields u in uM and w in nM, so that a parameter in nM has the unit of a field.
  private static let text: String = {
    let parameters = [
      ("nano", "nM"), ("micro", "uM"), ("slow", "nM/day"), ("fast", "uM/day"), ("flow", "nM mm/day"), ("mass", "mg/l"),
      ("share", "1"), ("percent", "%"), ("r", "1/day"), ("D", "mm^2/day"), ("count", "cells"), ("odd", "blobs"),
    ]
    .map { #""\#($0)": { "value": 1, "unit": "\#($1)" }"# }.joined(separator: ", ")
    return """
      { "model": { "name": "m", "units": { "length": "mm", "time": "day" }, "parameters": { \(parameters) },
          "fields": { "u": { "unit": "uM", "diffusion": "D" }, "w": { "unit": "nM" },
            "n": { "unit": "cells/mm^2" }, "m": { "unit": "mg/l" }, "free": {} },
          "compartments": { "A": { "unit": "uM" } }, "reactions": { "u": "-delayed(u, 0.5)*r" } },
        "domain": { "size": [1], "points": [2] },
        "initial": { "u": 1, "w": 1, "n": 1, "m": 1, "free": "nano", "A": 0 },
        "time": { "end": 1 } }
      """
  }()

  private static func errors(_ setting: String) -> [String] {
    findings(text, set: [setting]).components(separatedBy: "\n").filter { $0.contains("error: ") }
  }

  private static func treatment(_ what: String) -> String { #"treatment=[{ "name": "drug", "at": 0.5, \#(what) }]"# }

  private static func expect(_ setting: String, _ message: String) {
    let found = errors(setting)
    #expect(found.count == 1 && found[0].contains("error: " + message), "\(setting): \(found)")
  }

  @Test(arguments: [
    (#"initial.u="nano""#, #"the initial value of field u is in "nM", but must be in "uM""#),
    (#"initial.u="micro + nano""#, #"the initial value of field u adds or compares what is in "uM" and in "nM""#),
    (#"initial.u="slow""#, #"the initial value of field u is in "nM/day", but must be in "uM""#),
    (#"initial.A="nano""#, #"the initial value of compartment A is in "nM", but must be in "uM""#),
    (#"history.u="nano""#, #"the history of field u is in "nM", but must be in "uM""#),
    (#"history.A="micro + nano""#, "the history of compartment A adds or compares"),
    (
      #"domain.boundary={ "x-": { "value": "nano" } }"#,
      #"the value of field u at a side is in "nM", but must be in "uM""#
    ),
    (
      #"model.fields.u.boundary={ "x-": { "flux": "flow" } }"#,
      #"the flux of field u at a side is in "nM mm/day", but must be in "uM times mm per day""#
    ),
    (
      #"domain.boundary={ "x-": { "robin": { "coefficient": 1, "outside": "nano" } } }"#,
      #"the value outside of field u is in "nM", but must be in "uM""#
    ),
  ])
  func whatAFieldIsSetToHasItsUnit(setting: String, message: String) { Self.expect(setting, message) }

  /// Lengths and times alone leave nothing open.
  @Test(arguments: [
    (#"model.fields.u.diffusion="r""#, #"the diffusion of field u is in "1/day", but must be in "mm^2 per day""#),
    (#"model.fields.u.diffusion="share""#, #"the diffusion of field u is in "1", but must be in "mm^2 per day""#),
    (
      #"model.fields.u.advection={ "x": "D" }"#,
      #"the velocity of field u along x is in "mm^2/day", but must be in "mm per day""#
    ),
    (
      #"model.fields.u.taxis=[{ "toward": "n", "sensitivity": "nano" }]"#,
      #"the taxis of field u toward n is in "nM", but must be in "mm^2 per cells/mm^2 per day""#
    ),
    (
      #"model.reactions.u="-share*u""#,
      #"process reaction of u changes u in other units than "uM" per "day": in "#
    ),
  ])
  func movementAndRatesHaveTheirUnits(setting: String, message: String) { Self.expect(setting, message) }

  @Test(arguments: [
    #"model.fields.u.diffusion="D""#, #"model.fields.u.diffusion="2*D""#, #"model.fields.u.diffusion=0.1"#,
    #"model.fields.u.taxis=[{ "toward": "n", "sensitivity": "D/(n + 1)" }]"#, #"model.reactions.u="-r*u""#,
    #"model.reactions.u="-r*u*exp(-t)""#, #"model.reactions.u="-24*share*u""#, #"model.reactions.free="-share*free""#,
    #"model.fields.u.diffusion="1 + u""#, #"model.reactions.u="-u""#, #"model.reactions.u="u*(1 - u/micro) - u*n""#,
    #"initial.u="1 - x""#, #"initial.u="micro*x""#,
  ])
  func whatIsInUnitsThatGoTogetherIsNotRefused(setting: String) { #expect(Self.errors(setting).isEmpty) }

  /// A mask compares positions with lengths; a delay is a time.
  @Test(arguments: [
    (#"domain.mask="x < nano""#, #"the mask adds or compares what is in "mm" and in "nM""#),
    (#"domain.mask="x^2 - D""#, #"the mask adds or compares what is in "(mm)^2" and in "mm^2/day""#),
    (#"domain.mask="where(x > 0.5, nano, micro)""#, #"the mask adds or compares what is in "nM" and in "uM""#),
    (
      #"model.reactions={ "u": "-delayed(u, D)*r" }"#,
      #"the delay of delayed(u, D) is in "mm^2/day", but must be in "day""#
    ),
    (
      #"model.reactions={ "u": "-delayed(u, share/r + nano)*r" }"#,
      #"the delay of delayed(u, share/r + nano) adds or compares what is in"#
    ),
  ])
  func masksAndDelaysAreLookedAt(setting: String, message: String) { Self.expect(setting, message) }

  /// It is a plain number in the unit of its field, so that there is nothing to compare.
  @Test func aThresholdOfExtinctionHasNoUnitOfItsOwn() {
    func setting(_ below: String) -> String {
      "model.fields.u.extinction={ \"below\": \(below), \"every\": 1 }"
    }
    #expect(Self.errors(setting("1e-3")) == [])
    Self.expect(setting(#""nano""#), #"expected a number, found the string "nano""#)
    Self.expect(setting(#"{ "value": 1, "unit": "nM" }"#), "expected a number, found an object")
  }

  @Test(arguments: [
    (#""add": { "u": "nano" }"#, #"the value for u in the treatment drug is in "nM", but must be in "uM""#),
    (#""add": { "A": "nano" }"#, #"the value for A in the treatment drug is in "nM", but must be in "uM""#),
    (#""set": { "u": "mass" }"#, #"the value for u in the treatment drug is in "mg/l", but must be in "uM""#),
    (#""set": { "u": "u + nano" }"#, "the value for u in the treatment drug adds or compares"),
    (#""set": { "micro": "nano" }"#, #"the value for micro in the treatment drug is in "nM", but must be in "uM""#),
    (#""multiply": { "u": "percent" }"#, #"the factor for u in the treatment drug is in "%", but must be in "1""#),
    (
      #""infuse": { "u": "slow" }, "for": 0.1"#,
      #"the infusion into u in the treatment drug is in "nM/day", but must be in "uM per day""#
    ),
    (#""infuse": { "u": "micro" }, "for": 0.1"#, #"the infusion into u in the treatment drug is in "uM""#),
    (#""infuse": { "A": "slow*r*elapsed" }, "for": 0.1"#, "the infusion into A in the treatment drug is in"),
    (
      #""add": { "u": 1 }, "region": "u > nano""#,
      #"the condition in the region of the treatment drug adds or compares what is in "uM" and in "nM""#
    ),
    (
      #""add": { "u": 1 }, "when": "mean(u) > nano""#,
      #"the condition in "when" of the treatment drug adds or compares what is in "uM" and in "nM""#
    ),
    (
      #""add": { "u": 1 }, "when": "mean(u) > 2", "rearm_when": "mean(u) < nano""#,
      #"the condition in "rearm_when" of the treatment drug adds or compares what is in "uM" and in "nM""#
    ),
  ])
  func treatmentsAreInTheUnitsOfWhatTheyChange(what: String, message: String) {
    Self.expect(Self.treatment(what), message)
  }

  @Test(arguments: [
    (#"stop=[{ "when": "mean(u) > nano" }]"#, #"the condition in "stop" adds or compares what is in "uM" and in "nM""#),
    (#"stop=[{ "when": "t > 10 || max(u) < mass" }]"#, #"the condition in "stop" adds or compares what is in "uM""#),
    (#"observables.o="max(u) - nano""#, #"the observable o adds or compares what is in "uM" and in "nM""#),
    (#"observables.o="max(where(x < 0.5, u, w))""#, "the observable o adds or compares"),
    (#"model.fields.u.diffusion="D/(1 + (u + w)/micro)""#, "the diffusion of field u adds or compares"),
    (#"model.fields.u.taxis=[{ "toward": "w", "sensitivity": "D/(u + w)" }]"#, "the taxis of field u toward w adds"),
  ])
  func conditionsObservablesAndMovementCompareWhatGoesTogether(setting: String, message: String) {
    Self.expect(setting, message)
  }

  @Test(arguments: [
    "fast*exp(-(u - nano)/micro)", "fast*tanh((u + w)/micro)", "fast*log((u + w)/micro)", "fast*((u + w)/micro)^2.5",
    "r*convolve(exp(-abs(x)), u + w)", "r*(u - mass)", "-r*delayed(u + w, 0.5)", "r*min(u, w)",
  ])
  func argumentsOfFunctionsInRatesAreLookedAt(rate: String) {
    Self.expect(#"model.reactions.u="\#(rate)""#, #"process reaction of u adds or compares what is in"#)
  }

  /// A number has any unit, a number as a factor may convert, and what has no unit or an unknown one is not judged;
  /// nor are counts and powers of length alone, which may be meant per unit of thickness.
  @Test(arguments: [
    #"domain.mask="x < 0.5""#, #"domain.mask="nano*x""#, #"domain.mask="odd - 0.5""#,
    #"model.reactions={ "u": "-delayed(u, share/r)*r" }"#, #"initial.u="0.001*nano""#,
    #"initial.u="micro*(1 + share)""#, #"initial.u="odd""#, #"initial.free="nano""#,
    #"initial.w="nano*exp(-x^2)""#, #"initial.n="count""#, #"initial.u="where(x < 0.5, micro, 0)""#,
    #"domain.boundary={ "x-": { "value": "micro*t" } }"#, #"domain.boundary={ "x-": { "flux": "fast*x" } }"#,
    #"stop=[{ "when": "mean(u) > 5" }]"#, #"stop=[{ "when": "integral(n) < count" }]"#,
    #"stop=[{ "when": "mean(free) > nano || mean(w) > nano || mean(u) > odd" }]"#,
    #"observables.o="max(u) - 0.001*nano""#, #"observables.o="max(u/(1 + u))""#,
    #"model.reactions.u="fast*exp(-(u - micro)/micro)*x""#,
    treatment(#""add": { "u": "micro" }"#), treatment(#""add": { "free": "nano" }"#),
    treatment(#""multiply": { "u": "exp(-nano)" }"#), treatment(#""multiply": { "u": "share" }"#),
    treatment(#""infuse": { "u": "fast*r*elapsed" }, "for": 0.1"#),
    treatment(#""infuse": { "u": "fast*elapsed" }, "for": 0.1"#), treatment(#""infuse": { "u": 3 }, "for": 0.1"#),
    treatment(#""set": { "nano": "2*nano" }, "region": "x < 0.5", "add": { "u": 1 }"#),
  ])
  func whatAgreesOrIsNotKnownPasses(setting: String) {
    #expect(Self.errors(setting) == [])
  }
}
