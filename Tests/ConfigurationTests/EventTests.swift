import Configuration
import Fields
import Foundation
import Simulations
import Testing

/// Something that happens at a known time in a run of uniform fields: `u' = −u` from 1, a quasi-steady field `w` that jumps with what makes it,
/// a marker `v` that a dose can set.
struct Event: CustomTestStringConvertible, Sendable {
  let name: String
  let condition: String
  let time: Double
  var makes = "0"
  var treatment = ""
  var field = #""u": {}"#
  var rate = "-u"
  var start = 1.0
  /// Of times that depend on the accuracy of steps chosen by their errors.
  var precision = 1e-9
  /// Whether the run is over then, so that no dose is given any more.
  var isEnd = false

  var testDescription: String { name }

  func text(_ time: String, stops: Bool) -> String {
    let dose = #"{ "name": "marker", "when": "\#(condition)", "once": true, "set": { "v": 1 } }"#
    let doses = [treatment, stops ? "" : dose].filter { !$0.isEmpty }.joined(separator: ", ")
    return """
      { "model": { "name": "m", "parameters": { "k": 2 }, "fields": { \(field), "v": {}, "w": { "quasi_steady": true } },
          "reactions": { "u": "\(rate)", "v": "0", "w": "\(makes) - w" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "u": \(start), "v": 0 },
        "time": { "end": 10, \(time), "reactions": { "tolerance": 1e-12 } },
        "treatment": [\(doses)]\(stops ? #", "stop": [ { "when": "\#(condition)", "because": "it" } ]"# : "") }
      """
  }
}

private let infusion = #"{ "name": "i", "at": [1.3], "for": 2, "infuse": { "w": 3 } }"#

let events: [Event] = [
  Event(name: "at the start", condition: "mean(u) > 0.5", time: 0),
  Event(name: "inside a step", condition: "mean(u) < 0.2", time: log(5)),
  Event(name: "one of two", condition: "mean(u) < 0.2 || t > 9", time: log(5)),
  Event(name: "both of two", condition: "mean(u) < 0.2 && mean(u) < 0.1", time: log(10)),
  Event(name: "not any more", condition: "!(mean(u) >= 0.2)", time: log(5)),
  Event(
    name: "by a dose", condition: "mean(u) > 5", time: 3.1,
    treatment: #"{ "name": "d", "at": 3.1, "set": { "u": 10 } }"#),
  Event(
    name: "one value by a dose", condition: "mean(u) == 0", time: 3.1,
    treatment: #"{ "name": "d", "at": 3.1, "multiply": { "u": 0 } }"#),
  Event(
    name: "by a dose after a dose", condition: "mean(u) > 5", time: 3.1,
    treatment:
      #"{ "name": "a", "when": "mean(u) > 0.7 && t > 1", "set": { "u": 6 } }, { "name": "b", "at": 3.1, "set": { "u": 0.8 } }"#
  ),
  Event(
    name: "at the time of a dose", condition: "t >= 3.1", time: 3.1,
    treatment: #"{ "name": "d", "at": 3.1, "set": { "u": 10 } }"#),
  Event(
    name: "by a parameter", condition: "mean(u) > k - 0.5", time: 2.2,
    treatment: #"{ "name": "a", "at": 2.2, "set": { "k": 0.1 } }"#),
  Event(name: "when an infusion begins", condition: "mean(w) > 2", time: 1.3, treatment: infusion),
  Event(name: "when an infusion ends", condition: "mean(w) < 1 && t > 1.5", time: 3.3, treatment: infusion),
  Event(name: "when a rate jumps", condition: "mean(w) > 1", time: 4.7, makes: "where(t > 4.7, 2, 0)"),
  Event(name: "when a rate has jumped", condition: "mean(w) > 1", time: 4.7, makes: "2*heaviside(t - 4.7)"),
  Event(
    name: "when a trace is removed", condition: "max(u) < 1e-9", time: 5,
    field: #""u": { "extinction": { "below": 0.01, "every": 1 } }"#),
  Event(name: "after a time", condition: "t > 5.3", time: 5.3),
  Event(name: "from a time on", condition: "t >= 5.3", time: 5.3),
  Event(name: "at one time", condition: "t == 5.3", time: 5.3),
  Event(name: "in a window", condition: "t > 5.3 && t < 5.301", time: 5.3),
  Event(name: "in a closed window", condition: "t >= 5.3 && t <= 5.301", time: 5.3),
  Event(name: "in each of some windows", condition: "sin(t) > 0.9999", time: asin(0.9999)),
  Event(name: "below in a window", condition: "t > 5 && t < 5.01 && mean(u) < 0.2", time: 5),
  Event(name: "below within a window", condition: "t > 1 && t < 3 && mean(u) < 0.2", time: log(5)),
  Event(
    name: "there and back within a step", condition: "mean(w) > 0.9", time: asin(0.9), makes: "where(t < 4, sin(t), 0)"),
  Event(name: "at the end", condition: "t >= 10", time: 10, isEnd: true),
  Event(name: "in a window of 2e-6", condition: "mean(u) < 0.2 && mean(u) > 0.2 - 4e-7", time: log(5)),
  Event(name: "in a closed window of 0", condition: "mean(u) <= 0.2 && mean(u) >= 0.2", time: log(5)),
  Event(name: "above or below", condition: "mean(u) < 0.2 && mean(u) > 0.1999 || mean(u) < 0.01", time: log(5)),
  Event(name: "at one value", condition: "mean(u) == 0.2", time: log(5)),
  Event(name: "not at another value", condition: "!(mean(u) != 0.2)", time: log(5)),
  Event(name: "where two are equal", condition: "mean(u) == mean(w)", time: log(4), makes: "0.25"),
  Event(name: "two roots of one quantity", condition: "(mean(u) - 0.2)*(mean(u) - 0.19) < 0", time: log(5)),
  Event(
    name: "at a short peak", condition: "max(w) > 0.9999", time: asin(0.9999), makes: "where(t < 4, sin(t), 0)"),
  Event(
    name: "at a very short peak", condition: "max(w) >= 1 - 1e-7", time: asin(1 - 1e-7),
    makes: "where(t < 4, sin(t), 0)", precision: 1e-8),
  Event(
    name: "touched exactly", condition: "max(w) >= 1", time: .pi / 2, makes: "where(t < 4, sin(t), 0)", precision: 1e-5),
  Event(
    name: "at a trough", condition: "min(w) < -0.9999 && mean(u) < 0.2", time: 1.5 * .pi - acos(0.9999),
    makes: "where(t < 6, sin(t), 0)"),
  Event(
    name: "later than a peak that does not count", condition: "mean(w) > 0.9999 && t > 4",
    time: 2 * .pi + asin(0.9999), makes: "where(t < 9, sin(t), 0)"),
  Event(
    name: "after the crossing of another", condition: "mean(u) < 0.5 && mean(w) > 0.7", time: asin(0.7),
    makes: "where(t < 4, sin(t), 0)"),
  Event(
    name: "by a jump over one value", condition: "mean(w) == 1 || mean(u) < 0.005", time: log(200),
    makes: "where(t > 4.7, 2, 0)"),
]

private let times = [
  #""step": 2.5, "scheme": "strang""#, #""step": 3, "scheme": "etdrk4""#, #""step": 0.7, "scheme": "strang4""#,
  #""step": 0.03, "scheme": "rebalanced-strang""#, #""tolerance": 1e-3"#, #""tolerance": 1e-6, "scheme": "strang4""#,
  #""tolerance": 1e-5, "scheme": "etdrk4""#,
]

@Suite struct EventTests {
  @Test(arguments: events, times)
  func aRunEndsAtTheMomentItselfWhateverTheSteps(_ event: Event, _ time: String) throws {
    let simulation = try simulation(of: RunAssembly(configuration(event.text(time, stops: true)), threads: 1))
    #expect(try simulation.run() == .stopped("it"))
    #expect(abs(simulation.clock.time - event.time) <= event.precision)
  }

  @Test(arguments: events.filter { !$0.isEnd }, times)
  func aDoseIsGivenAtTheMomentItselfWhateverTheSteps(_ event: Event, _ time: String) throws {
    var last: Double?
    var isGiven = false
    try advance(try RunAssembly(configuration(event.text(time, stops: false)), threads: 1)) { time, state in
      if state.values(1)[0] == 0 { last = time } else { isGiven = true }
    }
    #expect(isGiven)
    #expect(abs((last ?? .nan) - event.time) <= event.precision)
  }

  /// The solutions between which there is something to tell: crossing 0.51 and 0.511, and `(1 − cos 2πt)/2` near 1.
  @Test(arguments: [
    #""step": 0.3, "scheme": "strang""#, #""step": 1, "scheme": "strang4""#, #""step": 0.013, "scheme": "strang""#,
    #""tolerance": 1e-9"#, #""tolerance": 1e-9, "scheme": "etdrk4""#,
  ])
  func whatLastsForLessThanAQuarterOfAStepIsFound(time: String) throws {
    func end(_ rate: String, _ condition: String, _ start: Double = 0) throws -> Double {
      let text = """
        { "model": { "name": "m", "fields": { "u": {} }, "reactions": { "u": "\(rate)" } },
          "domain": { "size": [1], "points": [4] }, "initial": { "u": \(start) },
          "time": { "end": 5, \(time), "reactions": { "tolerance": 1e-12 } }, "stop": [ { "when": "\(condition)" } ] }
        """
      let simulation = try simulation(of: RunAssembly(configuration(text), threads: 1))
      _ = try simulation.run()
      return simulation.clock.time
    }
    let peak = acos(1 - 2 * 0.9999) / (2 * .pi)
    #expect(abs(try end("pi*sin(2*pi*t)", "max(u) > 0.9999") - peak) < 1e-7)
    #expect(abs(try end("1", "mean(u) > 0.51 && mean(u) < 0.511") - 0.51) < 1e-9)
    #expect(abs(try end("1", "mean(u) > 0.51 && mean(u) < 0.51 + 1e-9") - 0.51) < 1e-9)
    // The parabola t − t² touches 1/4, and does not come to 0.2500001.
    #expect(abs(try end("1 - 2*t", "mean(u) >= 0.25") - 0.5) < 1e-5)
    #expect(abs(try end("1 - 2*t", "mean(u) == 0.25") - 0.5) < 1e-5)
    #expect(try end("1 - 2*t", "mean(u) >= 0.2500001") == 5)
    #expect(abs(try end("1 - 2*t", "mean(u) >= 0.2499999") - (0.5 - sqrt(1e-7))) < 1e-6)
  }

  /// A dose at each crossing of a value, in both directions: `sin` crosses 1/2 at π/6 and 5π/6.
  @Test(arguments: [#""step": 2.5"#, #""step": 0.1"#, #""tolerance": 1e-3"#])
  func anEqualityIsMetAtEachCrossing(time: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "n": {}, "s": {}, "w": { "quasi_steady": true } },
          "reactions": { "n": "0", "s": "0", "w": "sin(t) - w" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "n": 0, "s": 0 }, "time": { "end": 12, \(time), "scheme": "strang" },
        "treatment": [ { "name": "d", "when": "mean(w) == 0.5", "add": { "n": 1, "s": "t" } } ] }
      """
    let state = try finalState(text)
    #expect(state.values(0)[0] == 4)
    #expect(abs(state.values(1)[0] - (1 + 1 + 2 * 2) * .pi) < 1e-8)
  }

  private static let cosines = [0] + (1...4).map { 7 * Double($0) - 7 * acos(0.9) / (2 * .pi) }
  private static let sines = (0..<5).map { 2 * .pi * Double($0) }
  private static let courses: [(condition: String, times: [Double])] = [
    (#""sin(2*pi*t/24) > 0.5""#, [2, 26]), (#""sin(2*pi*t) > 0""#, (0..<30).map(Double.init)),
    (#""sin(t) > 0""#, sines),
    (#""!(sin(t) <= 0)""#, sines), (#""sin(t) > 0", "rearm_when": "sin(t) < 0""#, sines),
    (#""mean(w) > 0 && sin(t) > 0""#, sines), (#""exp(-t) > 0.3""#, [0]), (#""t/3 < 1.1""#, [0]),
    (#""abs(t - 4) < 1.3""#, [2.7]), (#""floor(t/10) == 1""#, [10]), (#""cos(2*pi*t/7) > 0.9""#, cosines),
    (#""t > 2 && t < 3 || t == 8""#, [2, 8]),
    (#""t == 3*0.1""#, [0.3]), (#""3*t == 4""#, [4.0 / 3]), (#""t == sqrt(2)""#, [sqrt(2)]),
    (#""t >= 3*0.1 && t <= 3*0.1""#, [0.3]), (#""abs(t - 3*0.1) <= 0""#, [0.3]), (#""t - 5 == 0.1""#, [5.1]),
    (#""t^2 == 2""#, [sqrt(2)]), (#""1 - t == -0.3""#, [1.3]), (#""!(t != 0.1*3)""#, [0.3]),
    (#""cos(2*pi*t) == 1""#, (0..<30).map(Double.init)), (#""(t - 3)^2 <= 0""#, [3]),
    (#""t - 1.4*floor(t/1.4) == 0""#, (0..<22).map { 1.4 * Double($0) }),
    (#""sin(2*pi*(t - 1)/7) >= 1""#, (0..<4).map { 2.75 + 7 * Double($0) }),
    (#""sin(t) >= 1""#, (0..<5).map { (0.5 + 2 * Double($0)) * .pi }),
    (#""where(abs(t - 3*0.1) <= 0, 1, 0) > 0.5""#, [0.3]),
    (#""mean(w) > 0 && cos(pi*t/5) == 1""#, [0, 10, 20]), (#""mean(w) > 2 || t == 7*0.1""#, [0.7]),
    (#""sin(2*pi*(t - 1)/7) >= 1", "rearm_when": "t == 7*1.6""#, [2.75, 16.75]),
    // Comparisons of the time inside of others.
    (#""mean(w)*where(cos(2*pi*t) == 1, 1, 0) > 0.5""#, (0..<30).map(Double.init)),
    (#""where(t == 3*0.1, mean(w), 0) > 0.5""#, [0.3]), (#""mean(where(t == 0.1*3, w, 0)) > 0.5""#, [0.3]),
    (#""mean(w) < where(t^2 == 2 || t == 7*0.7, 2, 1)""#, [sqrt(2), 4.9]),
    (#""mean(w) + where(sin(t) > 0, 1, 0) > 1.5""#, sines),
    (#""mean(w)*where(where(t == 3*0.1, 1, 0) > 0.5 && t < 3, 1, 0) == 1""#, [0.3]),
    (#""mean(w) > 2 || where(t == 7*0.1, mean(w), 0) == 1""#, [0.7]),
  ]

  /// A course begins whenever a condition on the time comes true, and not when it ceases to hold.
  @Test(arguments: courses, [#""step": 0.37"#, #""step": 40"#, #""tolerance": 1e-3"#])
  func aConditionOnTheTimeSetsOffACourseWheneverItComesTrue(
    course: (condition: String, times: [Double]), time: String
  ) throws {
    let text = """
      { "model": { "name": "m", "fields": { "n": {}, "s": {}, "w": {} }, "reactions": { "n": "0" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "n": 0, "s": 0, "w": 1 }, "time": { "end": 30, \(time) },
        "treatment": [ { "name": "d", "when": \(course.condition), "add": { "n": 1, "s": "t" } } ] }
      """
    let state = try finalState(text)
    #expect(state.values(0)[0] == Double(course.times.count))
    #expect(abs(state.values(1)[0] - course.times.reduce(0, +)) < 1e-9)
  }

  /// `u' = u` is halved whenever it reaches 2, at `n ln 2`, by a step that is longer than the time in between.
  @Test(arguments: [#""step": 2.5"#, #""step": 0.1"#, #""tolerance": 1e-3"#])
  func aConditionSetsOffAgainWithinTheSameStep(time: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {} }, "reactions": { "u": "u" } }, "domain": { "size": [1], "points": [4] },
        "initial": { "u": 1 }, "time": { "end": 10, \(time), "scheme": "strang" },
        "treatment": [ { "name": "h", "when": "mean(u) >= 2", "multiply": { "u": 0.5 } } ] }
      """
    var ends: [Double] = []
    let assembly = try RunAssembly(configuration(text), threads: 1)
    try advance(assembly) { time, _ in ends.append(time) }
    for n in 1...14 { #expect(ends.contains { abs($0 - Double(n) * log(2)) < 1e-9 }) }
    #expect(abs(assembly.state.values(0)[0] - exp(10) / pow(2, 14)) < 1e-8)
  }

  /// A drug is given when there is none left and the tumor is there; both hold after a dose of 0.
  @Test(arguments: [#""step": 2.5"#, #""step": 0.1"#])
  func aConditionThatHoldsTogetherWithWhatArmsItWaitsForAChange(time: String) throws {
    func text(_ dose: Double) -> String {
      """
      { "model": { "name": "m", "fields": { "w": {}, "n": {} }, "reactions": { "w": "-w" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "w": 0, "n": 0 }, "time": { "end": 10, \(time), "scheme": "strang" },
        "treatment": [ { "name": "d", "when": "t >= 1", "rearm_when": "mean(w) < 0.1", "add": { "w": \(dose), "n": 1 } } ] }
      """
    }
    // From 1 to below 0.1 and again: at 1, 1 + ln 10, then from 1.1 each time.
    let doses = try finalState(text(1)).values(1)[0]
    #expect(doses == 1 + ((9 - log(10)) / log(11)).rounded(.down) + 1)
    #expect(try finalState(text(0)).values(1)[0] == 1)
  }

  @Test(arguments: [#""step": 3"#, #""tolerance": 1e-3"#])
  func whatIsSteadyFromTheStartEndsAfterItsTime(time: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {} }, "reactions": { "u": "0" } },
        "domain": { "size": [1], "points": [4] }, "initial": { "u": 1 }, "time": { "end": 100, \(time) },
        "stop": [ { "steady": 1e-3, "for": 2.3 } ] }
      """
    let simulation = try simulation(of: RunAssembly(configuration(text), threads: 1))
    #expect(try simulation.run() == .stopped("steady state"))
    #expect(abs(simulation.clock.time - 2.3) < 1e-12)
  }

  @Test func aStopComesBeforeTheDosesOfItsTimeAndAfterThoseThatMakeItComeTrue() throws {
    let event = events.first { $0.name == "at the time of a dose" }!
    let before = try RunAssembly(configuration(event.text(#""step": 1"#, stops: true)), threads: 1)
    _ = try simulation(of: before).run()
    #expect(abs(before.state.values(0)[0] - exp(-3.1)) < 1e-12)
    let dosed = try RunAssembly(
      configuration(events.first { $0.name == "by a dose" }!.text(#""step": 1"#, stops: true)), threads: 1)
    _ = try simulation(of: dosed).run()
    #expect(dosed.state.values(0)[0] == 10)
  }

  @Test func whatCannotBeMetIsAWarning() {
    func found(_ condition: String) -> String {
      findings(Event(name: "", condition: condition, time: 0).text(#""step": 1"#, stops: true))
    }
    #expect(found("mean(u) > 1 || mean(u)^2 != 2*mean(w)").contains("excludes one value of something that changes"))
    #expect(found("t > 10").contains("does not hold at any time of the run"))
    #expect(found("t > 5 && t < 4").contains("does not hold at any time of the run"))
    #expect(found("sin(t) >= 1.000001").contains("does not hold at any time of the run"))
    #expect(found("t == 5 && t == 6").contains("does not hold at any time of the run"))
    #expect(found("sin(1e5*t) > 0.5").contains("changes more than 10000 times with the time"))
    #expect(found("!(mean(u) == 0.5)").contains("excludes one value of something that changes"))
    for good in [
      "mean(u) == 0.5", "!(mean(u) != 0.5)", "t == 5", "mean(u) >= 0.5", "integral(where(u > 0.5, 1, 0)) == 0",
      "floor(mean(u)) == 3", "t >= 10", "t < 5", "t - 5 == 0.1", "t^2 == 2", "1 - t == -0.3", "(t - 3)^2 <= 0",
      "sin(t) >= 1", "sin(2*pi*(t - 1)/7) >= 1", "cos(2*pi*t) == 1", "t >= 3*0.1 && t <= 3*0.1", "3*t == 4",
      "t == k*sqrt(2)",
    ] {
      #expect(!found(good).contains("continuously") && !found(good).contains("does not hold"), "\(good)")
    }
  }
}
