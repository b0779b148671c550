import Configuration
import Documents
import Fields
import Testing
import TimeStepping

@Suite struct PrecisionTests {
  private static let single = "time.reactions.precision=single"

  /// Immune cells, a chemical and a tumor in tissue that is not the whole grid.
  private static let text = """
    { "model": { "name": "m", "parameters": { "K": 0.1 },
        "fields": { "T": { "diffusion": 0.01 }, "E": { "diffusion": 0.1 }, "c": { "diffusion": 1 } },
        "reactions": { "T": "T*(1 - T) - 2*E*T/(K + T)", "E": "E*c/(0.2 + c) - 0.4*E", "c": "20*T/(0.3 + T) - 30*c" } },
      "domain": { "size": [4, 3], "points": [40, 30], "mask": "(x - 2)^2 + (y - 1.5)^2 < 2" },
      "initial": { "T": "0.5 + 0.3*cos(x)", "E": "0.2 + 0.1*sin(y)", "c": 0.3 },
      "time": { "end": 1, "tolerance": 1e-4 } }
    """

  @Test(arguments: ["strang", "strang4", "rebalanced-strang"])
  func runsDifferByLessThanTheTolerance(scheme: String) throws {
    let exact = try finalState(Self.text, set: ["time.scheme=\(scheme)"])
    let found = try finalState(Self.text, set: ["time.scheme=\(scheme)", Self.single])
    let error = relativeError(found, exact)
    print("\(scheme): single precision changes \(error)")
    #expect(error > 0 && error < 1e-5)
    let threads = try finalState(Self.text, set: ["time.scheme=\(scheme)", Self.single], threads: 2)
    for field in 0..<found.count { #expect(threads.values(field) == found.values(field)) }
  }

  @Test func aStepMustNotBeMoreAccurateThanItsRates() throws {
    let found = #expect(throws: Diagnostics.self) {
      try configuration(Self.text, set: [Self.single, "time.tolerance=1e-6", "time.scheme=strang4"])
    }
    let text = found.map { "\($0)" } ?? ""
    #expect(
      text.contains("--set:1:26: error: rates of single precision are not as accurate as a substep has to be, 3e-08"))
    _ = try configuration(Self.text, set: [Self.single, "time.tolerance=1e-6", "time.reactions.tolerance=1e-6"])
  }

  /// Where there is nothing to be rounded the run says so, and reports no rounding.
  @Test(arguments: [
    (["time.scheme=etdrk4"], "scheme etdrk4"), (["time.scheme=etd2-positive"], "scheme etd2-positive"),
    (["time.reactions.method=rodas4"], "method rodas4"), (["time.reactions.method=alpha-qss"], "method alpha-qss"),
  ])
  func whatHasNoSuchStagesIsNamed(settings: [String], name: String) throws {
    let whole = Self.text.replacing(#", "mask": "(x - 2)^2 + (y - 1.5)^2 < 2""#, with: "")
    let found = try configuration(whole, set: [Self.single] + settings)
    #expect(found.reactionPrecision == .double)
    let warnings = "\(found.warnings)"
    #expect(warnings.contains("the \(name) has no stages of reactions in single precision"), "\(warnings)")
  }

  /// What is measured is the rounding of 24 bits, at a state where no rate is near 0 everywhere.
  @Test func theRoundingOfRatesIsShown() throws {
    let double = try RunAssembly(configuration(Self.text), threads: 1)
    #expect(try !RunPlan(double).text.contains("single") && !RunPlan(double).output.compact.contains("rounding"))
    let assembly = try RunAssembly(configuration(Self.text, set: [Self.single]), threads: 1)
    let work = assembly.reactions?.statistics
    let errors = try #require(assembly.reactions?.roundingOfRates(of: assembly.state, time: 0))
    print("rounding of rates: \(errors)")
    #expect(errors.count == 3 && errors.allSatisfy { $0 > 1e-9 && $0 < 1e-5 })
    // Looking on counts as nothing.
    #expect(assembly.reactions?.statistics.evaluations == work?.evaluations)
    let plan = try RunPlan(assembly)
    #expect(
      plan.text.contains(
        "rates of split reactions in single precision; their rounding at the start, relative to the largest rate: T "))
    #expect(plan.output.compact.contains(#""rounding_of_rates":{"T":"#))
  }
}
