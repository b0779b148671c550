import Configuration
import Documents
import Testing

/// A condition is no number, and a number is no condition, wherever an expression stands.
@Suite struct KindOfExpressionTests {
  private static let text = """
    { "model": { "name": "m", "parameters": { "k": 1 }, "functions": { "isLarge": "u > 0.5" },
        "fields": { "u": { "diffusion": 1 }, "w": {} }, "compartments": { "A": {} },
        "processes": [{ "name": "p", "rate": "delayed(u, 0.1)", "change": { "w": 1 } }] },
      "domain": { "size": [1], "points": [4] }, "initial": { "u": 1, "w": 1, "A": 0 }, "time": { "end": 1, "step": 0.1 } }
    """

  private static func treatment(_ what: String) -> String {
    #"treatment=[{ "name": "a", "at": 0.5, \#(what) }]"#
  }

  private static func errors(_ setting: String) -> [String] {
    findings(text, set: [setting]).components(separatedBy: "\n").filter { $0.contains("error: ") }
  }

  private static let moving =
    #"model={ "name": "m", "fields": { "u": { "diffusion": 1, "boundary": { "x+": { "value": 0 } } } }, "free_boundary": "#

  static let numbers: [(setting: String, place: String)] = [
    (#"initial.u="x > 0.5""#, "in the initial value of field u"),
    (#"initial.u="1 > 0""#, "in the initial value of field u"),
    (#"initial.A="k > 0.5""#, "in the initial value of compartment A"),
    (#"history.u="t < 0""#, "in the history of field u"),
    (#"model.reactions={ "u": "u > 0.5" }"#, "in the reaction of field u"),
    (#"model.reactions={ "u": "isLarge" }"#, "in the reaction of field u"),
    (#"model.processes.0.rate="!(u > 0.5)""#, "in the rate of process p"),
    (#"model.processes.0.change.w="u > 0.5 && w > 1""#, "in what process p changes"),
    (#"model.fields.u.diffusion="x > 0.5""#, "in the diffusion of field u"),
    (#"model.fields.u.diffusion={ "x": "x > 0.5" }"#, "in the diffusion of field u"),
    (#"model.fields.u.taxis=[{ "toward": "w", "sensitivity": "u > 0.5" }]"#, "in the taxis of field u"),
    (#"model.fields.u.advection={ "x": "u > 0.5" }"#, "in the advection of field u"),
    (#"model.fields.u.cross_diffusion={ "w": "u > 0.5" }"#, "in the cross-diffusion of field u"),
    (#"model.fields.u.boundary={ "x-": { "value": "t > 1" } }"#, "at the side x- of field u"),
    (#"model.fields.u.boundary={ "x-": { "flux": "t > 1" } }"#, "at the side x- of field u"),
    (
      #"domain.boundary={ "x-": { "robin": { "coefficient": "u > 1", "outside": 1 } } }"#,
      "at the side x- of the domain"
    ),
    (
      #"domain.boundary={ "x-": { "robin": { "coefficient": 1, "outside": "t > 1" } } }"#,
      "at the side x- of the domain"
    ),
    (
      #"model.noise=[{ "name": "n", "correlation": "white", "change": { "u": "u > 0.5" } }]"#, "in the noise n"
    ),
    (moving + #"{ "stefan": { "field": "u", "coefficient": "t > 1" } } }"#, "in the law of the free boundary"),
    (moving + #"{ "growth": { "rate": "u > 1", "carries": ["u"] } } }"#, "in the law of the free boundary"),
    (#"observables.o="max(u) > 0.5""#, "in the observable o"),
    (#"observables.o={ "value": "max(u) > 0.5" }"#, "in the observable o"),
    (treatment(#""add": { "u": "x > 0.5" }"#), "in the treatment a"),
    (treatment(#""multiply": { "u": "x > 0.5" }"#), "in the treatment a"),
    (treatment(#""set": { "k": "k > 0.5" }"#), "in the treatment a"),
    (treatment(#""for": 0.1, "infuse": { "u": "elapsed > 0.05" }"#), "in the treatment a"),
    (
      treatment(#""radiotherapy": { "fields": ["u"], "dose": "k > 1", "alpha": 0.1, "alpha_beta": 10 }"#),
      "in the treatment a"
    ),
  ]

  @Test(arguments: numbers)
  func aConditionIsRefusedWhereANumberStands(setting: String, place: String) {
    let found = Self.errors(setting)
    #expect(
      found.filter { $0.contains("error: a number is missing \(place): this is a condition") }.count == 1, "\(found)")
    #expect(findings(Self.text, set: [setting]).contains("write where(condition, 1, 0) to make a number of it"))
  }

  @Test(arguments: [
    (#"stop=[{ "when": "max(u)" }]"#, #"in "stop""#), (#"stop=[{ "when": "1" }]"#, #"in "stop""#),
    (treatment(#""add": { "u": 1 }, "region": "x""#), "in the region of the treatment a"),
    (treatment(#""add": { "u": 1 }, "when": "where(max(u) > 0.5, 1, 0)""#), #"in "when" of the treatment a"#),
    (
      treatment(#""add": { "u": 1 }, "when": "max(u) > 0.5", "rearm_when": "max(u)""#),
      #"in "rearm_when" of the treatment a"#
    ),
  ])
  func aNumberIsRefusedWhereAConditionStands(setting: String, place: String) {
    let found = Self.errors(setting)
    #expect(
      found.contains { $0.contains("error: a condition is missing \(place): this is a number") }, "\(found)")
  }

  /// A mask may be either, and a function of a model may be a condition for those that need one.
  @Test(arguments: [
    #"domain.mask="x < 0.6""#, #"domain.mask="0.6 - x""#, #"domain.mask="!(x > 0.6) && x > 0""#,
    #"model.reactions={ "u": "where(isLarge, 1, 0)" }"#, #"initial.u="where(x > 0.5, 1, 0)""#,
    #"stop=[{ "when": "max(u) > 2" }]"#,
  ])
  func whatFitsIsAccepted(setting: String) { #expect(Self.errors(setting) == []) }

  /// The text of a mask is one expression: it cannot end what is made of it.
  @Test func aMaskIsReadAsOneExpression() {
    #expect(!Self.errors(#"domain.mask="x < 0.6, 1, 0) + where(x > 2""#).isEmpty)
  }
}
