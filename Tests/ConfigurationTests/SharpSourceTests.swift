import Configuration
import Fields
import Foundation
import Testing

/// Fields that nothing can make negative, where what makes them becomes sharp only in the course of the run: by a dose, an infusion, a
/// flux, a delay, a switch, a field that stays where it is.
///
/// A cytokine `c` is made of a field `T` by a rate that bends at 0. Right values are those of differences of second order and Heun's
/// method with steps of 2e-4, from the same values at the points.
@Suite struct SharpSourceTests {
  private static let schemes = ["auto", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"]
  private static let points = 32
  private static let (length, end, lag) = (4.0, 0.5, 0.2)

  /// What makes `T` sharp.
  struct Source: Sendable, CustomTestStringConvertible {
    let name: String
    /// Members of the field `T`.
    var field = #""diffusion": 0.05"#
    var initial = "0"
    var rate = "0"
    /// What `c` is made of.
    var argument = "T"
    /// Members of the run file.
    var more = ""
    /// The same for the independent solution.
    var diffusivity = 0.05
    var start: @Sendable (_ x: Double) -> Double = { _ in 0 }
    var made: @Sendable (_ t: Double, _ x: Double, _ now: Double, _ past: Double) -> Double = { _, _, _, _ in 0 }
    var flux: @Sendable (_ t: Double) -> Double = { _ in 0 }
    var dose: (time: Double, amount: @Sendable (_ x: Double) -> Double)?
    var input: @Sendable (_ now: Double, _ past: Double) -> Double = { now, _ in now }
    var testDescription: String { name }
  }

  private static let box = "where(abs(x - 2) < 0.5, 1, 0)"
  private static let isInBox: @Sendable (Double) -> Double = { abs($0 - 2) < 0.5 ? 1 : 0 }

  static let sources: [Source] = [
    Source(
      name: "delay", initial: "where(x < 1, 1, 0)", rate: "T*(1 - delayed(T, 0.2))", argument: "delayed(T, 0.2)",
      start: { $0 < 1 ? 1 : 0 }, made: { _, _, now, past in now * (1 - past) }, input: { _, past in past }),
    Source(
      name: "past", argument: "delayed(T, 0.2)", more: #", "history": { "T": "\#(box)" }"#, input: { _, past in past }),
    Source(name: "flux", field: #""diffusion": 0.05, "boundary": { "x-": { "flux": 1 } }"#, flux: { _ in 1 }),
    Source(
      name: "flux that begins later",
      field: #""diffusion": 0.05, "boundary": { "x-": { "flux": "where(t > 0.2, 1, 0)" } }"#,
      flux: { $0 > 0.2 ? 1 : 0 }),
    Source(
      name: "dose", more: #", "treatment": [{ "name": "dose", "at": [0.2], "add": { "T": "\#(box)" } }]"#,
      dose: (0.2, isInBox)),
    Source(
      name: "infusion",
      more: #", "treatment": [{ "name": "depot", "at": [0.2], "for": 0.1, "infuse": { "T": "\#(box)" } }]"#,
      made: { t, x, _, _ in t > 0.2 && t < 0.3 ? isInBox(x) : 0 }),
    Source(
      name: "field that stays", field: "", rate: "\(box)*(1 - T)", diffusivity: 0,
      made: { _, x, now, _ in isInBox(x) * (1 - now) }),
    Source(
      name: "dose of a field that stays", field: "",
      more: #", "treatment": [{ "name": "dose", "at": [0.2], "add": { "T": "\#(box)" } }]"#, diffusivity: 0,
      dose: (0.2, isInBox)),
    Source(name: "place", rate: "\(box) - T", made: { _, x, now, _ in isInBox(x) - now }),
    Source(
      name: "switched parameter", rate: "k*\(box)",
      more: #", "treatment": [{ "name": "on", "at": [0.2], "set": { "k": 1 } }]"#,
      made: { t, x, _, _ in t > 0.2 ? isInBox(x) : 0 }),
  ]

  /// How `c` is made.
  struct Response: Sendable, CustomTestStringConvertible {
    let name: String
    let text: @Sendable (_ argument: String) -> String
    let value: @Sendable (_ input: Double) -> Double
    var testDescription: String { name }
  }

  private static func hill(_ exponent: Double) -> Response {
    Response(name: "hill \(exponent)", text: { "hill(\($0), 0.3, \(exponent))" }) {
      pow($0, exponent) / (pow(0.3, exponent) + pow($0, exponent))
    }
  }

  static let responses: [Response] =
    [
      Response(name: "sqrt", text: { "sqrt(\($0))" }) { $0.squareRoot() },
      Response(name: "power 0.7", text: { "(\($0))^0.7" }) { pow($0, 0.7) },
      Response(name: "power 1.5", text: { "(\($0))^1.5" }) { pow($0, 1.5) },
    ] + [0.5, 1.5, 2.5].map(hill)

  /// All of them in the long form of the tests; else each source with two responses that change from source to source.
  static let selected: [(Source, Response)] = {
    let isAll = ProcessInfo.processInfo.environment["ONCOFIELD_SHARP_DATA"] == "all"
    return sources.enumerated().flatMap { number, source in
      responses.enumerated().filter { isAll || ($0.offset + number) % 3 == 0 }.map { (source, $0.element) }
    }
  }()

  private static func text(_ source: Source, _ response: Response, scheme: String) -> String {
    """
    { "model": { "name": "later", "parameters": { "k": { "value": 0 } },
        "fields": { "T": { \(source.field) }, "c": { "diffusion": 1 } },
        "reactions": { "T": "\(source.rate)", "c": "\(response.text(source.argument)) - c^1.2" } },
      "domain": { "size": [\(length)], "points": [\(points)] }, "initial": { "T": "\(source.initial)", "c": 0 },
      "time": { "end": \(end), "scheme": "\(scheme)" }\(source.more) }
    """
  }

  /// The masses of `T` and `c` at the end.
  private static func masses(_ source: Source, _ response: Response) -> [Double] {
    let (spacing, h) = (length / Double(points), 2e-4)
    let places = (0..<points).map { (Double($0) + 0.5) * spacing }
    let stepsOfLag = Int((lag / h).rounded())
    var fields = [places.map(source.start), places.map { _ in 0 }]
    let isHistoryGiven = source.name == "past"
    let before = isHistoryGiven ? places.map(isInBox) : fields[0]
    var history: [[Double]] = []
    func rates(_ fields: [[Double]], _ time: Double, _ past: [Double]) -> [[Double]] {
      let diffusivities = [source.diffusivity, 1]
      return fields.indices.map { field in
        (0..<points).map { point in
          let (value, now, c) = (fields[field][point], fields[0][point], fields[1][point])
          let left = point > 0 ? fields[field][point - 1] - value : 0
          let right = point < points - 1 ? fields[field][point + 1] - value : 0
          let moved: Double = diffusivities[field] * (left + right) / (spacing * spacing)
          if field == 0 {
            let inflow = point == 0 ? source.flux(time) / spacing : 0
            return moved + inflow + source.made(time, places[point], now, past[point])
          }
          let produced: Double = response.value(max(source.input(now, past[point]), 0))
          return moved + produced - pow(max(c, 0), 1.2)
        }
      }
    }
    let count = Int((end / h).rounded())
    for step in 0..<count {
      if let dose = source.dose, step == Int((dose.time / h).rounded()) {
        for point in 0..<points { fields[0][point] += dose.amount(places[point]) }
      }
      history.append(fields[0])
      func past(_ step: Int) -> [Double] { step < stepsOfLag ? before : history[step - stepsOfLag] }
      // Times just inside of the step, where nothing jumps.
      let first = rates(fields, (Double(step) + 1e-6) * h, past(step))
      let predicted = zip(fields, first).map { zip($0, $1).map { $0 + h * $1 } }
      let second = rates(predicted, (Double(step + 1) - 1e-6) * h, past(step + 1 < stepsOfLag ? step : step + 1))
      for field in 0..<2 {
        for point in 0..<points { fields[field][point] += 0.5 * h * (first[field][point] + second[field][point]) }
      }
    }
    return fields.map { $0.reduce(0, +) * spacing }
  }

  /// Every scheme keeps what cannot be negative at 0 and more, with the masses of the method of lines.
  @Test(arguments: selected) func whatBecomesSharpLaterLeavesNothingBelowZero(
    source: Source, response: Response
  ) throws {
    let exact = Self.masses(source, response)
    for scheme in Self.schemes {
      let state = try finalStateAndLowest(Self.text(source, response, scheme: scheme))
      for field in 0..<2 where exact[field] > 0 {
        // Rates that bend infinitely at 0 cost a scheme of high order some accuracy.
        let bound = scheme == "etdrk4" || scheme == "auto" ? 5e-3 : 1e-3
        let mass = state.masses[field]
        #expect(abs(mass / exact[field] - 1) < bound, "\(scheme), field \(field): \(mass), \(exact[field])")
      }
      // Beyond rounding only stages of high order have anything below 0.
      let isExact = scheme != "auto" && scheme != "etdrk4"
      for field in 0..<2 { #expect(state.lowest[field] >= (isExact ? 0 : -1e-13), "\(scheme), field \(field)") }
    }
  }

  private func finalStateAndLowest(_ text: String) throws -> (masses: [Double], lowest: [Double]) {
    let assembly = try RunAssembly(configuration(text), threads: 1)
    var lowest = [0.0, 0.0]
    try advance(assembly) { _, state in
      for field in 0..<2 { lowest[field] = min(lowest[field], state.minimum(field)) }
    }
    return ((0..<2).map { assembly.state.integral($0) }, lowest)
  }

  // MARK: Other sources

  private func text(_ fields: String, _ reactions: String, _ initial: String, _ more: String = "") -> String {
    """
    { "model": { "name": "choice", "fields": { \(fields) }, "reactions": { \(reactions) } },
      "domain": { "size": [4], "points": [64] }, "initial": { \(initial) }, "time": { "end": 1 }\(more) }
    """
  }

  private static let two = #""T": { "diffusion": 0.05 }, "c": { "diffusion": 1 }"#

  /// The cytokine is moved by a positive propagator, and `plan` says why.
  @Test(arguments: [
    // Where T will pass a threshold.
    (two, #""T": "2*T", "c": "where(T > 0.5, T, 0) - c""#, #""T": "0.4*exp(-(x - 2)^2)", "c": 0"#, ""),
    (two, #""T": "2*T", "c": "T - where(T > 0.5, 2000, 0)*c""#, #""T": "0.4*exp(-(x - 2)^2)", "c": 1"#, ""),
    (two, #""T": "2*T", "c": "floor(2*T) - c""#, #""T": "0.4*exp(-(x - 2)^2)", "c": 0"#, ""),
    // By way of another field, and of the stages of a delay.
    (
      #""w": {}, "# + two, #""T": "0", "w": "T - w", "c": "w^1.5 - c""#,
      #""T": "where(x < 1, 1, 0)", "w": 0, "c": 0"#, ""
    ),
    (two, #""T": "0", "c": "delayed(T, 0.2, 3)^1.5 - c""#, #""T": "where(x < 1, 1, 0)", "c": 0"#, ""),
    // Prescribed boundary data.
    (
      #""T": { "diffusion": 0.05, "boundary": { "x-": { "value": 1 } } }, "c": { "diffusion": 1 }"#,
      #""T": "0", "c": "sqrt(T) - c""#, #""T": 0, "c": 0"#, ""
    ),
    (
      ##""T": { "diffusion": 0.05, "boundary": { "x-": { "robin": { "coefficient": 1, "outside": 1 } } } }, "c": { "diffusion": 1 }"##,
      #""T": "0", "c": "hill(T, 0.3, 1.5) - c""#, #""T": 0, "c": 0"#, ""
    ),
    // A dose after the cytokine has decayed.
    (
      two, #""T": "0", "c": "sqrt(T) - 40*c""#, #""T": 0, "c": 1"#,
      #", "treatment": [{ "name": "late", "at": [0.9], "add": { "T": "where(x < 2, 1, 0)" } }]"#
    ),
  ]) func whatIsMadeOfSharpDataIsMovedByAPositivePropagator(
    fields: String, reactions: String, initial: String, more: String
  ) throws {
    let assembly = try RunAssembly(configuration(text(fields, reactions, initial, more)), threads: 1)
    let index = try #require(assembly.configuration.model.fieldNames.firstIndex(of: "c"))
    guard case .axes(let axes) = assembly.diffusionPlan[index] else {
      Issue.record("c is moved by no propagator")
      return
    }
    #expect(axes.allSatisfy { $0.method == .kernel && $0.reason.contains("overshoots") })
  }

  /// Each case is found by one part of the search alone.
  @Test(arguments: [
    // After a jump, between the quarters of the run.
    (
      #""T": { "diffusion": 0.05, "boundary": { "x-": { "flux": "where(t > 0.55 && t < 0.7, 5, 0)" } } }, "c": { "diffusion": 1 }"#,
      #""T": "0", "c": "sqrt(T) - c""#, #""T": 0, "c": 0"#, "", "c"
    ),
    // At the quarters of the run, without a jump.
    (two, #""T": "sin(t)^2*where(abs(x - 2) < 0.5, 1, 0)", "c": "sqrt(T) - c""#, #""T": 0, "c": 0"#, "", "c"),
    // A sharp field that stays where it is, in a rate that is smooth.
    (#""T": {}, "c": { "diffusion": 1 }"#, #""T": "0", "c": "T - c""#, #""T": "where(x < 1, 1, 0)", "c": 0"#, "", "c"),
    // A loss that empties a part of the domain.
    (two, #""T": "0", "c": "-where(x < 2, 2000, 0)*c""#, #""T": 0, "c": 1"#, "", "c"),
    // A loss beyond a threshold that is passed late.
    (two, #""T": "2*T", "c": "T - where(T > 2, 2000, 0)*c""#, #""T": "0.4*exp(-(x - 2)^2)", "c": 1"#, "", "c"),
    // A dose that removes a part of a field that is empty at first.
    (
      two, #""T": "1 - T", "c": "sqrt(T) - c""#, #""T": 0, "c": 0"#,
      #", "treatment": [{ "name": "surgery", "at": [0.9], "multiply": { "T": "where(x < 2, 0, 1)" } }]"#, "T"
    ),
  ]) func everyPartOfTheSearchFindsSomethingAlone(
    fields: String, reactions: String, initial: String, more: String, found: String
  ) throws {
    let assembly = try RunAssembly(configuration(text(fields, reactions, initial, more)), threads: 1)
    let index = try #require(assembly.configuration.model.fieldNames.firstIndex(of: found))
    #expect(assembly.ringing[index] > 1e-4)
  }

  /// White noise on a field that is empty at first and comes to be everywhere.
  @Test func noiseOnAFieldThatComesToBeIsFound() throws {
    let text = """
      { "model": { "name": "rough", "fields": { \(Self.two) }, "reactions": { "T": "1 - T", "c": "T^1.5 - c" },
          "noise": [{ "name": "n", "correlation": "white", "change": { "T": "2*T" } }] },
        "domain": { "size": [4], "points": [64] }, "initial": { "T": 0, "c": 0 },
        "time": { "end": 0.2, "step": 0.0005, "scheme": "strang" } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    #expect(assembly.ringing.contains { $0 > 1e-4 })
  }

  /// Sources that the points resolve leave transforms.
  @Test(arguments: [
    (two, #""T": "0.1*T", "c": "hill(T, 0.3, 1.5) - c""#, #""T": "exp(-3*(x - 2)^2)", "c": 0"#, ""),
    (two, #""T": "0.1*T", "c": "sqrt(T) - c""#, #""T": "exp(-3*(x - 2)^2)", "c": 0"#, ""),
    (two, #""T": "0.1*T", "c": "T - c*T^1.5""#, #""T": "1 + 0.5*cos(pi*x/4)", "c": 0"#, ""),
    (
      two, #""T": "0", "c": "hill(T, 0.3, 1.5) - c""#, #""T": 0, "c": 0"#,
      #", "treatment": [{ "name": "smooth", "at": [0.5], "add": { "T": "exp(-3*(x - 2)^2)" } }]"#
    ),
    (
      #""T": { "diffusion": 0.05, "boundary": { "x-": { "flux": 1 } } }, "c": { "diffusion": 1 }"#,
      #""T": "0", "c": "sqrt(T) - c""#, #""T": 0, "c": 1"#, ""
    ),
  ]) func smoothSourcesKeepTransforms(fields: String, reactions: String, initial: String, more: String) throws {
    let assembly = try RunAssembly(configuration(text(fields, reactions, initial, more)), threads: 1)
    #expect(assembly.ringing == [0, 0])
  }

  /// White noise makes a field rough at once: it was -0.88 with `etdrk4`.
  @Test(arguments: ["strang", "strang4", "etdrk4", "etd2-positive"]) func noiseLeavesNothingBelowZero(
    scheme: String
  ) throws {
    let text = """
      { "model": { "name": "rough", "fields": { \(Self.two) }, "reactions": { "T": "0", "c": "T^1.5 - c" },
          "noise": [{ "name": "n", "correlation": "white", "change": { "T": "2*T" } }] },
        "domain": { "size": [4], "points": [64] }, "initial": { "T": "exp(-3*(x - 2)^2)", "c": 0 },
        "time": { "end": 0.2, "step": 0.0005, "scheme": "\(scheme)" } }
      """
    #expect(try finalStateAndLowest(text).lowest.allSatisfy { $0 >= -1e-13 })
  }

  /// A field that is made of a flux and is lost faster than in proportion starts from nothing at any tolerance: by steps of 1e-14 of
  /// the run, if need be.
  @Test(arguments: [
    ("0.05", #""flux": 1"#, "auto"), ("0.05", #""flux": 1"#, "rebalanced-strang"),
    ("0.05 + 0.05*T", #""value": 1"#, "auto"),
  ])
  func aFieldThatStartsFromNothingIsFollowedAtTightTolerances(
    diffusivity: String, side: String, scheme: String
  ) throws {
    let text = text(
      #""T": { "diffusion": "\#(diffusivity)", "boundary": { "x-": { \#(side) } } }, "c": { "diffusion": 1 }"#,
      #""T": "0", "c": "sqrt(T) - c^1.2""#, #""T": 0, "c": 0"#)
    let common = ["time.scheme=\(scheme)", "domain.points=[16]", "time.end=0.2"]
    let coarse = try finalState(text, set: common + ["time.tolerance=1e-5"])
    let fine = try finalState(text, set: common + ["time.tolerance=1e-7"])
    #expect(abs(fine.integral(1) / coarse.integral(1) - 1) < 1e-4)
  }
}
