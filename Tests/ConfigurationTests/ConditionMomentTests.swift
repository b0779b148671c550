import Configuration
import Fields
import Foundation
import Simulations
import Testing

/// A condition in a run of uniform fields, and the time at which it comes true: `u' = −0.3 u` from 1, `s` that infusions bring, a
/// quasi-steady field `w` that jumps with what makes it, a marker `v` that a dose sets.
struct MomentCase: CustomTestStringConvertible, Sendable {
  let condition: String
  let time: Double
  var treatment = ""
  var makes = "0"
  /// Doses of the treatment at the end of a run that the condition ends.
  var doses = 0

  var testDescription: String { condition + (treatment.isEmpty ? "" : " with ") + treatment }

  func text(_ time: String, stops: Bool) -> String {
    // First in the file: what begins just after a time begins with what all others have left.
    let dose = #"{ "name": "marker", "when": "\#(condition)", "once": true, "set": { "v": 1 } }"#
    let doses = [stops ? "" : dose, treatment].filter { !$0.isEmpty }.joined(separator: ", ")
    return """
      { "model": { "name": "m", "parameters": { "k": 2 }, "fields": { "u": {}, "v": {}, "s": {}, "w": { "quasi_steady": true } },
          "reactions": { "u": "-0.3*u", "v": "0", "s": "0", "w": "\(makes) - w" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "u": 1, "v": 0, "s": 0 },
        "time": { "end": 10, \(time), "reactions": { "tolerance": 1e-12 } },
        "treatment": [\(doses)]\(stops ? #", "stop": [ { "when": "\#(condition)", "because": "it" } ]"# : "") }
      """
  }
}

private let tenfold = #"{ "name": "d", "at": 4, "multiply": { "u": 10 } }"#
private let parameter = #"{ "name": "d", "at": 4, "set": { "k": 0.1 } }"#
private let boost = #"{ "name": "d", "at": 2, "for": 3, "infuse": { "w": 3 } }"#
private let supply = #"{ "name": "d", "at": 2, "for": 3, "infuse": { "s": 1 } }"#
private let ramp = #"{ "name": "d", "at": 2, "for": 3, "infuse": { "s": "0.5*elapsed" } }"#

/// What happens at a time, and conditions whose time part begins there.
private let scheduled: [MomentCase] = [
  MomentCase(condition: "t > 4 && mean(u) < 1", time: log(10) / 0.3, treatment: tenfold, doses: 1),
  MomentCase(condition: "t >= 4 && mean(u) < 1", time: 4, treatment: tenfold, doses: 0),
  MomentCase(condition: "t == 4 && mean(u) < 1", time: 4, treatment: tenfold, doses: 0),
  MomentCase(condition: "t > 4 && t < 4.5 && mean(u) < 1 || t > 9", time: 9, treatment: tenfold, doses: 1),
  MomentCase(condition: "t > 4 && t < 4.5 && mean(u) > 2", time: 4, treatment: tenfold, doses: 1),
  MomentCase(condition: "t > 4", time: 4, treatment: tenfold, doses: 1),
  MomentCase(condition: "t > 4 && mean(u) < 0.3*k || t > 9", time: 9, treatment: parameter, doses: 1),
  MomentCase(condition: "t > 4 && mean(u) > k", time: 4, treatment: parameter, doses: 1),
  MomentCase(condition: "t >= 4 && mean(u) > k", time: 4, treatment: parameter, doses: 1),
  MomentCase(condition: "t > 2 && mean(w) < 1", time: 5, treatment: boost, doses: 1),
  MomentCase(condition: "t > 5 && mean(w) > 1 || t > 9", time: 9, treatment: boost, doses: 1),
  MomentCase(condition: "t >= 5 && mean(w) > 1", time: 5, treatment: boost, doses: 1),
  MomentCase(condition: "t > 2 && mean(s) <= 0 || t > 8", time: 8, treatment: supply, doses: 1),
  MomentCase(condition: "t >= 2 && mean(s) <= 0 || t > 8", time: 2, treatment: supply, doses: 0),
  MomentCase(condition: "t > 2 && mean(s) == 0 || t > 8", time: 8, treatment: supply, doses: 1),
  MomentCase(condition: "t > 2 && (mean(s) <= 0 || mean(s) > 0.125)", time: 2.125, treatment: supply, doses: 1),
  MomentCase(condition: "t > 1 && mean(s) <= 0", time: 1, treatment: supply, doses: 0),
  MomentCase(condition: "t > 2 && mean(s) <= 0 || t > 8", time: 8, treatment: ramp, doses: 1),
  MomentCase(condition: "t > 4.7 && mean(w) > 1 || t > 9", time: 9, makes: "where(t < 4.7, 2, 0)"),
  MomentCase(condition: "t > 4.7 && mean(w) < 1 || t > 9", time: 9, makes: "2*heaviside(t - 4.7)"),
  MomentCase(condition: "t > 4.7 && mean(w) > 1", time: 4.7, makes: "2*heaviside(t - 4.7)"),
]

private let (first, middle) = (-log(0.401) / 0.3, -log(0.4) / 0.3)

/// Windows and points that last for less than a step, in all ways to write them.
private let windows: [MomentCase] = [
  MomentCase(condition: "abs(mean(u) - 0.4) < 0.001", time: first),
  MomentCase(condition: "0.001 > abs(mean(u) - 0.4)", time: first),
  MomentCase(condition: "abs(mean(u) - 0.4) <= 0.001", time: first),
  MomentCase(condition: "!(abs(mean(u) - 0.4) >= 0.001)", time: first),
  MomentCase(condition: "abs(mean(u) - 0.4) == 0", time: middle),
  MomentCase(condition: "abs(mean(u) - 0.4) == 0.001", time: first),
  MomentCase(condition: "1 - 1000*abs(mean(u) - 0.4) > 0", time: first),
  MomentCase(condition: "abs(mean(u) - 0.4) + abs(mean(u) - 0.3995) < 0.0015", time: -log(0.4005) / 0.3),
  MomentCase(condition: "max(mean(u) - 0.401, 0.399 - mean(u)) < 0", time: first),
  MomentCase(condition: "min(mean(u) - 0.399, 0.401 - mean(u)) > 0", time: first),
  MomentCase(condition: "max(mean(u), 0.4) == min(mean(u), 0.4)", time: middle),
  MomentCase(condition: "where(mean(u) > 0.399 && mean(u) < 0.401, 1, 0) > 0.5", time: first),
  MomentCase(condition: "where(mean(u) < 0.401, mean(u), 0) > 0.399", time: first),
  MomentCase(condition: "heaviside(mean(u) - 0.399)*heaviside(0.401 - mean(u)) > 0.5", time: first),
  MomentCase(condition: "exp(-((mean(u) - 0.4)/0.001)^2) > exp(-1)", time: first),
  MomentCase(condition: "exp(-abs(mean(u) - 0.4)/0.001) > exp(-1)", time: first),
  MomentCase(condition: "sqrt(abs(mean(u) - 0.4)) < sqrt(0.001)", time: first),
  MomentCase(condition: "(mean(u) - 0.4)^2 < 1e-6", time: first),
  MomentCase(condition: "(mean(u) - 0.4)^2 <= 0", time: middle),
  MomentCase(condition: "(mean(u) - 0.401)*(mean(u) - 0.399) < 0", time: first),
  MomentCase(condition: "1e-6/((mean(u) - 0.4)^2 + 1e-6) > 0.5", time: first),
  MomentCase(condition: "1/(0.401 - mean(u)) > 1000 && mean(u) > 0.2", time: first),
  MomentCase(condition: "hill(abs(mean(u) - 0.4), 0.001, 4) < 0.5", time: first),
  MomentCase(condition: "tanh((mean(u) - 0.4)^2/1e-6) < tanh(1)", time: first),
  MomentCase(condition: "floor(1000*mean(u)) == 400", time: first),
  MomentCase(condition: "abs(floor(1000*mean(u)) - 400) < 0.5", time: first),
  MomentCase(condition: "mean(exp(-((u - 0.4)/0.001)^2)) > exp(-1)", time: first),
  MomentCase(condition: "max(abs(u - 0.4)) < 0.001", time: first),
  MomentCase(condition: "integral(where(u > 0.399 && u < 0.401, 1, 0)) > 0.5", time: first),
  MomentCase(
    condition: "abs(integral(where(u > 0.399, 1, 0)) + integral(where(u < 0.401, 1, 0)) - 2) < 0.5", time: first),
]

private let times = [
  #""step": 2.5, "scheme": "strang""#, #""step": 3, "scheme": "etdrk4""#, #""step": 0.07, "scheme": "strang4""#,
  #""tolerance": 1e-3"#, #""tolerance": 1e-6, "scheme": "etdrk4""#,
]

@Suite struct ConditionMomentTests {
  private func stop(_ moment: MomentCase, _ time: String) throws -> Simulation {
    let simulation = try simulation(of: RunAssembly(configuration(moment.text(time, stops: true)), threads: 1))
    #expect(try simulation.run() == .stopped("it"))
    #expect(abs(simulation.clock.time - moment.time) <= 1e-9)
    return simulation
  }

  private func dose(_ moment: MomentCase, _ time: String) throws {
    var last: Double?
    var isGiven = false
    try advance(try RunAssembly(configuration(moment.text(time, stops: false)), threads: 1)) { time, state in
      if state.values(1)[0] == 0 { last = time } else { isGiven = true }
    }
    #expect(isGiven)
    #expect(abs((last ?? .nan) - moment.time) <= 1e-9)
  }

  @Test(arguments: scheduled, times)
  func justAfterATimeIsAfterAllThatHappensThen(_ moment: MomentCase, _ time: String) throws {
    let simulation = try stop(moment, time)
    if !moment.treatment.isEmpty { #expect(simulation.regimen.memory.given?.count ?? 0 == moment.doses) }
    try dose(moment, time)
  }

  @Test(arguments: windows, times)
  func aWindowIsFoundHoweverItIsWritten(_ moment: MomentCase, _ time: String) throws {
    _ = try stop(moment, time)
    try dose(moment, time)
  }
}
