import Configuration
import Documents
import Testing

private func message(_ rate: String, _ more: String = "", model: String = "", step: String = #""step": 0.1"#) -> String
{
  let text = """
    {
      "model": { "name": "m", "parameters": { "tau": 2, "d": 1 },
        "fields": { "T": { "diffusion": "d" }, "q": { "diffusion": 1, "quasi_steady": true } },
        "reactions": { "q": "T - q",
    "T": "\(rate)"
     }\(model) },
      "domain": { "size": [10], "points": [20] }, "initial": { "T": 1 }, "time": { "end": 10, \(step) }\(more)
    }
    """
  return findings(text)
}

private let inRate = "in the reaction of field T"

private let cases: [(found: String, expected: [String])] = [
  (message("T - delayed(T, tau) + delayed(T*q, 3) + delayed(T, tau, 4)"), []),
  (message("delayed(T)"), ["error: \"delayed\" takes 2 or 3 arguments, found 1 \(inRate)"]),
  (message("delayed(T, -1)"), ["error: the delay is -1, but must be greater than 0 \(inRate)"]),
  (message("delayed(T, T)"), ["error: the delay is a number that depends on parameters only \(inRate)"]),
  (message("delayed(T, 1 + t)"), ["error: the delay is a number that depends on parameters only \(inRate)"]),
  (
    message("delayed(T, 1, 2.5) + delayed(T, 1, d)"),
    ["error: the number of stages of a delay is a whole number from 1 to 100, written out \(inRate)"]
      + ["error: the number of stages of a delay is a whole number from 1 to 100, written out \(inRate)"]
  ),
  (
    message("delayed(T + delayed(T, 1), tau)"),
    ["error: what is delayed already cannot be delayed again \(inRate)"]
  ),
  (
    message("delayed(T, 1 - d) + delayed(T, tau - 3, 2)"),
    [
      "error: the delay of delayed(T, 1 - d) is 0, but must be greater than 0",
      "error: the delay of delayed(T, tau - 3, 2) is -1, but must be greater than 0",
    ]
  ),
  (
    message("delayed(T, tau)", #", "parameters": { "tau": 0 }"#),
    ["error: the delay of delayed(T, tau) is 0, but must be greater than 0"]
  ),
  (
    message("delayed(y*T, 1)"),
    ["error: \"y\" in the reaction of T is not a parameter of the model m, and there is no axis y in this domain"]
  ),
  (
    message("delayed(T, tau)", step: #""step": 3"#),
    ["error: the step 3 is longer than the delay of delayed(T, tau), 2"]
  ),
  (
    message("delayed(T, tau)", step: #""step": 1e-4"#),
    ["error: the history of delayed(T, tau) would hold 20000 steps, more than 10000"]
  ),
  (
    message("delayed(T, 1e-4) + delayed(T, tau)", step: #""tolerance": 1e-3"#),
    ["error: the history of delayed(T, tau) would hold 80000 steps, more than 10000"]
  ),
  (
    message("delayed(T, tau)", #", "history": { "T": "T + x*normal()", "U": 1, "q": "cos(t)" }"#),
    [
      "error: the field \"T\" cannot be used here in the history of field T",
      "error: normal() may be used in initial values only in the history of field T", "error: there is no field \"U\"",
    ]
  ),
  (
    message("T", #", "history": { "T": 1 }"#),
    ["error: nothing looks back on the time before the start: no rate contains a delay"]
  ),
  (
    message("delayed(T, tau)", #", "treatment": [{ "name": "a", "at": 1, "set": { "tau": 1 } }]"#),
    ["error: a treatment cannot change tau, on which the delay of delayed(T, tau) depends"]
  ),
  (message("delayed(T, tau, 2)", #", "treatment": [{ "name": "a", "at": 1, "set": { "tau": 1 } }]"#), []),
  (
    message(
      "T", #", "treatment": [{ "name": "a", "at": 1, "for": 1, "infuse": { "T": "delayed(T, 1)" } }]"#),
    ["error: delayed(…) cannot be used here in the treatment a"]
  ),
  (
    message("T", #", "observables": { "a": "mean(delayed(T, 1))" }, "stop": [{ "when": "mean(delayed(T, 1)) > 1" }]"#),
    [
      "error: delayed(…) cannot be used here in the observable a", "error: delayed(…) cannot be used here in \"stop\"",
    ]
  ),
  (
    message("lag(T)", model: #", "functions": { "lag(s)": "delayed(s, tau)" }"#), []
  ),
  (
    message("lag(T)", model: #", "functions": { "lag(s)": "delayed(delayed(s, 1), tau)" }"#),
    [
      "error: what is delayed already cannot be delayed again in the function lag"
    ]
  ),
]

@Suite struct DelayErrorTests {
  @Test(arguments: cases.indices)
  func everyMistakeIsReported(index: Int) {
    #expect(Set(sentences(cases[index].found)) == Set(cases[index].expected))
  }

  @Test func aMistakeStandsWhereItIs() {
    #expect(
      message("T - delayed(T, 0)").split(separator: "\n").map(String.init) == [
        "run.json:5:11: error: the delay is 0, but must be greater than 0 in the reaction of field T",
        #"    5 | "T": "T - delayed(T, 0)""#, "      |           ^~~~~~~~~~~~~",
      ])
  }

  private func whole(_ field: String, _ more: String = "") -> [String] {
    let text = """
      { "model": { "name": "m", "fields": { \(field) }, \(more) }, "domain": { "size": [10], "points": [20] },
        "initial": { "T": 1 }, "time": { "end": 10, "step": 0.1 } }
      """
    do {
      _ = try configuration(text)
      return []
    } catch { return sentences("\(error)") }
  }

  @Test func delaysStandInRatesOnly() {
    #expect(
      whole(#""T": { "diffusion": "delayed(T, 1)" }"#)
        == ["error: delayed(…) cannot be used here in the diffusion of field T"])
    #expect(
      whole(#""T": { "taxis": [{ "toward": "T", "sensitivity": "delayed(T, 1)" }] }"#)
        == ["error: delayed(…) cannot be used here in the taxis of field T"])
    #expect(
      whole(#""T": { "diffusion": 1, "boundary": { "x-": { "value": "delayed(t, 1)" } } }"#)
        == ["error: delayed(…) cannot be used here at the side x- of field T"])
  }

  @Test func whatIsInBalanceAndWhatMovesHaveNoConstantDelays() {
    #expect(
      whole(
        #""T": {}, "q": { "diffusion": 1, "quasi_steady": true }"#, #""reactions": { "q": "delayed(T, 1) - q" }"#)
        == ["error: delayed(T, 1) is not available in the equation of the quasi-steady field q"])
    #expect(
      whole(
        #""T": {}, "q": { "diffusion": 1, "quasi_steady": true }"#, #""reactions": { "q": "delayed(T, 1, 2) - q" }"#)
        == [])
    #expect(
      whole(
        #""T": { "diffusion": 1, "boundary": { "x+": { "value": 0 } } }"#,
        #""reactions": { "T": "delayed(T, 1)" }, "free_boundary": { "stefan": { "field": "T", "coefficient": 1 } }"#)
        == [
          "error: constant delays are not available where the boundary of the domain is free, because points move"
        ])
  }
}
