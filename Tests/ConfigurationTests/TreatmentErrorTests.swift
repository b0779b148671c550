import Configuration
import Documents
import Testing

private func message(_ treatment: String, _ stop: String = "") -> String {
  let text = """
    {
      "model": { "name": "m", "parameters": { "r": 1, "k": { "value": 2, "range": [1, 3] } },
        "fields": { "T": { "diffusion": "r" }, "E": {}, "q": { "diffusion": 1, "quasi_steady": true } },
        "reactions": { "T": "r*T", "E": "-k*E", "q": "T - q" } },
      "domain": { "size": [10, 5], "points": [20, 10] }, "initial": { "T": 1, "E": "0.1" }, "time": { "end": 10, "step": 1 },
      "stop": [\(stop)],
      "treatment": [
    \(treatment)
      ]
    }
    """
  return findings(text)
}

private let cases: [(treatment: String, expected: [String])] = [
  (
    #"{ "name": "a", "add": { "T": 1 } }, { "name": "a", "at": 1, "add": { "T": 1 } }"#,
    ["error: the treatment a has no time", "error: there are two treatments called \"a\""]
  ),
  (
    #"{ "name": "a", "at": 20, "multiply": { "TT": 2 } }"#,
    ["warning: no dose of a is given before the end of the run", "error: there is no field or parameter \"TT\""]
  ),
  (
    #"{ "name": "a", "at": [-1, 3], "add": { "r": 1, "q": 1, "E": "convolve(exp(-x^2), T)" }, "set": { "r": "T" } }"#,
    [
      "warning: a dose of a would be before the start of the run, and will not be given",
      "error: a dose adds to fields, and r is a parameter",
      "error: the quasi-steady field q follows from the other fields, so that a dose would have no effect",
      "error: convolve and integrals along an axis are not available in the treatment a",
      "error: the new value of r varies from point to point",
    ]
  ),
  (
    #"{ "name": "a", "when": "T > 1", "once": true, "rearm_when": "integral(T)", "infuse": { "E": "elapsed + t2" } }"#,
    [
      "error: the condition in \"when\" of the treatment a varies from point to point",
      "error: \"once\" and \"rearm_when\" exclude each other",
      "error: a condition is missing in \"rearm_when\" of the treatment a: this is a number",
      "error: the infusion a has no end", "error: unknown symbol \"t2\" in the treatment a",
    ]
  ),
  (
    #"{ "name": "a", "at": { "every": 1, "pattern": "11x--", "until": -3 }, "for": 2, "set": { "E": 0 } }"#,
    [
      "error: a pattern has no \"x\"", "error: the calendar ends before it begins",
      "error: \"for\" goes with \"infuse\"",
    ]
  ),
  (
    #"{ "name": "a", "at": { "every": 1, "pattern": "--" }, "add": { "E": 1 } }"#,
    ["error: the pattern has no day with a dose"]
  ),
  (#"{ "name": "a", "at": { "every": 1e-12 }, "add": { "E": 1 } }"#, ["error: there would be 10000000000000 days"]),
  (
    #"{ "name": "a", "at": 1, "region": "x + 1" }"#,
    [
      "error: the treatment a does nothing", "error: a region goes with a change of fields",
      "error: a condition is missing in the region of the treatment a: this is a number",
    ]
  ),
  (
    #"{ "name": "a", "at": 1, "radiotherapy": { "dose": -1.8, "alpha": 0.04, "alpha_beta": 0, "fields": ["T", "X"] }, "multiply": { "T": 2 } }"#,
    [
      "error: \"dose\" is -1.8, but cannot be negative", "error: \"alpha_beta\" is 0, but must be greater than 0",
      "error: the treatment a changes T twice", "error: there is no field \"X\"",
    ]
  ),
  (
    #"{ "name": "a", "when": "mean(T) > 3", "at": [-1], "set": { "k": 4 }, "region": "x < 1" }"#,
    ["error: a dose is to be given before its condition comes true", "error: a region goes with a change of fields"]
  ),
  (
    #"{ "name": "a", "at": 1, "rearm_when": "t > 1", "infuse": { "Q": 1 }, "for": 1e-12 }"#,
    [
      "error: \"rearm_when\" goes with \"when\"", "error: there is no field \"Q\"",
      "error: an infusion cannot be that short",
    ]
  ),
  (#"{ "name": "a", "at": 1, "set": { "k": 4 } }"#, ["error: parameter k is 4, but must be between 1 and 3"]),
  (
    #"{ "name": "a", "at": 1, "set": { "r": "-r" } }"#,
    [
      "error: the run would not be possible after the treatment a: the diffusivity of field T is -1, but must be at least 0"
    ]
  ),
  (#"{ "name": "a", "at": 1, "set": { "T": 2 }, "every": 3 }"#, ["error: unknown key \"every\" in treatment.0"]),
]

@Suite struct TreatmentErrorTests {
  @Test(arguments: cases.indices)
  func everyMistakeIsReportedWithItsPlace(index: Int) {
    #expect(sentences(message(cases[index].treatment)) == cases[index].expected)
  }

  @Test func aMistakeStandsWhereItIs() {
    #expect(
      message(#"{ "name": "a", "at": 1, "region": "x < q1", "set": { "T": 2 } }"#) == """
        run.json:8:40: error: unknown symbol "q1" in the region of the treatment a
            8 | { "name": "a", "at": 1, "region": "x < q1", "set": { "T": 2 } }
              |                                        ^~  did you mean "q"?
        """)
  }

  @Test func conditionsThatEndARunAreCheckedToo() {
    #expect(
      sentences(message("", #"{ "when": "mean(T)" }, { "steady": -1 }, { "because": "x" }, { "when": "x < 1" }"#)) == [
        "error: a condition is missing in \"stop\": this is a number", "error: -1 is not greater than 0",
        "error: expected the key \"when\" or \"steady\"", "error: the condition in \"stop\" varies from point to point",
      ])
  }
}
