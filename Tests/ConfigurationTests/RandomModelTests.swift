import Configuration
import Documents
import Fields
import Foundation
import RandomNumbers
import Rates
import Simulations
import Testing
import TimeStepping

/// Writes small run files at random: networks of reactions with diffusion, taxis, sides, doses, thresholds of extinction,
/// on a few points, by any scheme.
private struct RandomModel {
  private var random: Seeded
  private let fields: [String]
  /// Of the scheme.
  var scheme: String
  /// Whether all fields diffuse by positive kernels where the scheme splits.
  let hasKernels: Bool

  init(seed: UInt64) {
    random = Seeded(state: seed)
    fields = Array(["a", "b", "c", "d"].prefix(Int.random(in: 1...4, using: &random)))
    scheme = Scheme.offered.map(\.name).randomElement(using: &random) ?? "strang"
    hasKernels = Double.random(in: 0..<1, using: &random) < 0.7
  }

  private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

  /// A number with any order of magnitude between two.
  private mutating func magnitude(_ low: Double, _ high: Double) -> Double {
    pow(10, Double.random(in: log10(low)...log10(high), using: &random))
  }

  private mutating func field() -> String { fields.randomElement(using: &random) ?? "a" }

  private mutating func process(_ number: Int) -> String {
    let (from, to, other) = (field(), field(), field())
    let k = magnitude(1e-2, 30)
    func process(_ rate: String, _ change: [(String, String)]) -> String {
      // A name that occurs twice counts once.
      let changes = Dictionary(change, uniquingKeysWith: { "\($0) + \($1)" }).sorted { $0.key < $1.key }
      return #"{ "name": "process \#(number)", "rate": "\#(rate)", "change": { "#
        + changes.map { #""\#($0.key)": "\#($0.value)""# }.joined(separator: ", ") + " } }"
    }
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return process("\(magnitude(1e-3, 10))*(1 + 0.5*cos(x))", [(to, "1")])
    case 1: return process("\(k)*\(from)", [(from, "-1")])
    case 2: return process("\(k)*\(from)*\(other)", [(from, "-1"), (to, "1")])
    case 3: return process("\(k)*\(from)*\(other)/(\(magnitude(1e-3, 1)) + \(from))", [(from, "-1"), (to, "0.3")])
    case 4: return process("\(magnitude(1e-2, 3))*\(from)*(1 - \(from)/\(magnitude(0.1, 10)))", [(from, "1")])
    case 5: return process("\(magnitude(1e-2, 10))*hill(\(from), \(magnitude(0.1, 1)), 2)", [(to, "1")])
    case 6: return process("\(k)*\(from)*mean(\(other))/(1 + mean(\(other)))", [(from, "-1")])
    default: return process("\(k)*\(from)^2", [(from, "-1"), (to, "0.5")])
    }
  }

  private mutating func description(of name: String) -> String {
    var parts: [String] = []
    let diffuses = chance(0.8)
    if diffuses { parts.append(#""diffusion": \#(magnitude(1e-3, 3))"#) }
    if chance(0.2) { parts.append(#""taxis": [{ "toward": "\#(field())", "sensitivity": "\#(magnitude(1e-2, 1))" }]"#) }
    if chance(0.2) {
      parts.append(#""extinction": { "below": \#(magnitude(1e-8, 1e-3)), "every": \#(magnitude(1e-2, 1)) }"#)
    }
    switch diffuses ? Int.random(in: 0..<8, using: &random) : 8 {
    case 0: parts.append(#""boundary": { "x-": { "value": \#(magnitude(0.1, 2)) } }"#)
    case 1: parts.append(#""boundary": { "x+": { "flux": \#(magnitude(0.01, 1)) } }"#)
    case 2:
      parts.append(
        #""boundary": { "x-": { "robin": { "coefficient": \#(magnitude(0.1, 2)), "outside": \#(magnitude(0.1, 2)) } } }"#
      )
    default: break
    }
    return #""\#(name)": { \#(parts.joined(separator: ", ")) }"#
  }

  private mutating func initial(_ name: String) -> String {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: #""\#(name)": 0"#
    case 1: #""\#(name)": "where(x < 0.5, \#(magnitude(1e-3, 3)), 0)""#
    case 2: #""\#(name)": "\#(magnitude(1e-12, 3))*exp(-30*(x - 0.4)^2)""#
    default: #""\#(name)": "\#(magnitude(1e-3, 3))*(1 + cos(3*x))""#
    }
  }

  mutating func text() -> String {
    let isFlat = chance(0.4)
    let count = Int.random(in: 3...12, using: &random)
    let points = isFlat ? "[\(count), \(Int.random(in: 3...6, using: &random))]" : "[\(count)]"
    let end = magnitude(1e-2, 3)
    // What is of first order takes very many steps for a small tolerance.
    let tolerance = scheme == "lie" ? magnitude(1e-3, 3e-2) : magnitude(1e-5, 1e-2)
    let steps =
      scheme == "auto" || chance(0.5)
      ? #""tolerance": \#(tolerance)"# : #""step": \#(end / Double(Int.random(in: 2...8, using: &random)))"#
    let descriptions = fields.map { description(of: $0) }
    let processes = (1...Int.random(in: 1...(2 * fields.count + 1), using: &random)).map { process($0) }
    let initials = fields.map { initial($0) }
    let mask = isFlat && chance(0.2) ? #", "mask": "x + y < 1.6""# : ""
    var treatments: [String] = []
    if chance(0.3) { treatments.append(#"{ "name": "dose", "at": \#(0.4 * end), "add": { "\#(field())": "1 + x" } }"#) }
    if chance(0.2) { treatments.append(#"{ "name": "cut", "at": \#(0.6 * end), "multiply": { "\#(field())": 0.3 } }"#) }
    if chance(0.2) {
      treatments.append(
        #"{ "name": "drip", "at": \#(0.3 * end), "infuse": { "\#(field())": 0.7 }, "for": \#(0.3 * end) }"#)
    }
    return """
      { "model": { "name": "random", "fields": { \(descriptions.joined(separator: ",\n    ")) },
          "processes": [ \(processes.joined(separator: ",\n    ")) ] },
        "domain": { "size": \(isFlat ? "[1, 1]" : "[1]"), "points": \(points)\(mask) },
        "initial": { \(initials.joined(separator: ", ")) },
        "treatment": [ \(treatments.joined(separator: ", ")) ],
        "output": { "ledger": true },\(hasKernels ? #" "numerics": { "propagator": "kernel" },"# : "")
        "time": { "end": \(end), "scheme": "\(scheme)", \(steps) } }
      """
  }
}

@Suite struct RandomModelTests {
  /// The seeds of the regular tests; ONCOFIELD_RANDOM_MODELS asks for others, as in "0..<10000", or for one, whose run
  /// file is then printed.
  private static let seeds: Range<UInt64> = {
    let asked = ProcessInfo.processInfo.environment["ONCOFIELD_RANDOM_MODELS"] ?? "0..<400"
    let ends = asked.split(separator: "..<").compactMap { UInt64($0) }
    return (ends.first ?? 0)..<(ends.count > 1 ? ends[1] : (ends.first ?? 0) + 1)
  }()

  private struct Tally {
    var runs = 0
    var refused = 0
    /// Ended by what cannot be integrated, with the reasons.
    var failed: [String: Int] = [:]
    /// Runs that promise non-negative densities, and those that do so within the tolerance.
    var promised = 0
    var expected = 0
    /// Of the latter: below 0 by more than the tolerance; by spectral diffusion, whose waves ring at jumps, and by kernels.
    var ringing = 0
    var negative = 0
    /// What the ledgers do not explain, and the doubt about shares, relative to the turnover: the largest and the number
    /// beyond a hundredth.
    var openness = 0.0
    var doubt = 0.0
    var doubtful = 0
  }

  /// Of any small model: what cannot be negative is not, and its ledger is closed.
  @Test func densitiesStayNonNegativeAndLedgersClosed() throws {
    var tally = Tally()
    for seed in Self.seeds {
      var model = RandomModel(seed: seed)
      let text = model.text()
      let began = ContinuousClock.now
      defer {
        let spent = ContinuousClock.now - began
        if spent > .seconds(5) { print("seed \(seed), \(model.scheme): \(spent)") }
      }
      if Self.seeds.count == 1 { FileHandle.standardError.write(Data(text.utf8)) }
      do {
        try check(model, text, seed: seed, &tally)
      } catch is Diagnostics {
        // Not every scheme can do every problem; this one can.
        tally.refused += 1
        model.scheme = Scheme.rebalancedStrang.name
        try check(model, text, seed: seed, &tally)
      }
    }
    print("\(tally)")
    guard Self.seeds.count > 100 else { return }
    #expect(tally.failed.values.reduce(0, +) < Self.seeds.count / 50)
    #expect(tally.ringing < tally.expected / 5)
    #expect(tally.negative < tally.expected / 30)
    #expect(Double(tally.doubtful) <= 0.02 * Double(tally.runs))
  }

  private func check(_ model: RandomModel, _ text: String, seed: UInt64, _ tally: inout Tally) throws {
    let scheme = model.scheme
    let assembly = try RunAssembly(configuration(text, set: ["time.scheme=\(scheme)"]), threads: 1)
    let configuration = assembly.configuration
    let run = try CurrentAssembly(assembly).makeSimulation(ledger: assembly.makeLedger())
    let health = try #require(run.health)
    do {
      _ = try run.run()
    } catch let failure as NumericalFailure {
      #expect(failure.cause != .violatedInvariant, "seed \(seed), \(scheme): \(failure)\n\(text)")
      tally.failed["\(scheme): \(failure.problem.prefix(24))", default: 0] += 1
      print("seed \(seed), \(scheme): \(failure.problem), t = \(failure.time)")
      return
    }
    tally.runs += 1
    let cannot = configuration.cannotBecomeNegative
    let isSplit = ["lie", "strang", "strang4"].contains(scheme)
    if scheme == Scheme.etd2Positive.name || isSplit && model.hasKernels {
      tally.promised += 1
      for field in cannot.indices where cannot[field] {
        #expect(health.lowest[field] >= 0, "seed \(seed), \(scheme): \(health.lowest[field])\n\(text)")
      }
    } else if configuration.isControlled {
      tally.expected += 1
      if health.findings.contains(where: { $0.kind == .negative && cannot[$0.field] }) {
        if model.hasKernels { tally.negative += 1 } else { tally.ringing += 1 }
      }
    }
    let ledger = try #require(run.ledger)
    let account = try #require(run.regimen.equations.account)
    let report = LedgerReport(ledger, masses: account.masses(of: run.state), configuration)
    for account in report.accounts where account.turnover > 0 {
      tally.openness = max(tally.openness, abs(account.difference) / account.turnover)
      tally.doubt = max(tally.doubt, account.doubt / account.turnover)
      if account.doubt > 1e-2 * account.turnover {
        tally.doubtful += 1
        print("seed \(seed), \(scheme):\n\(report.text)")
      }
      #expect(abs(account.difference) <= 1e-12 * account.turnover, "seed \(seed), \(scheme): \(report.text)\n\(text)")
    }
  }
}
