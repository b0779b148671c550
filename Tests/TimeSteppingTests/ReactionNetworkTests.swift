import Fields
import Foundation
import RandomNumbers
import Testing
import TimeStepping

/// Writes random networks of reactions: mass action, Michaelis–Menten, Hill functions, logistic growth, supplies.
struct RandomNetwork {
  var random: Seeded
  let fields: [String]
  private var rates: [String: String] = [:]

  init(seed: UInt64) {
    random = Seeded(state: seed)
    fields = Array(["a", "b", "c", "d", "e"].prefix(Int.random(in: 1...5, using: &random)))
    for _ in 0..<Int.random(in: 1...(2 * fields.count + 1), using: &random) { addReaction() }
  }

  /// The rate of each field as text.
  var texts: [String] { fields.map { rates[$0] ?? "0" } }

  /// A number with any order of magnitude between two.
  mutating func magnitude(_ low: Double, _ high: Double) -> Double {
    pow(10, Double.random(in: log10(low)...log10(high), using: &random))
  }

  private mutating func field() -> String { fields.randomElement(using: &random) ?? "a" }

  private mutating func change(_ name: String, by sign: String, _ rate: String) {
    rates[name] = (rates[name] ?? "") + " \(sign) \(rate)"
  }

  private mutating func addReaction() {
    let (from, to, other) = (field(), field(), field())
    let k = magnitude(1e-2, 300)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: change(to, by: "+", "\(magnitude(1e-3, 10))")
    case 1: change(from, by: "-", "\(k)*\(from)")
    case 2:
      change(from, by: "-", "\(k)*\(from)*\(other)")
      change(to, by: "+", "\(k)*\(from)*\(other)")
    case 3:
      let rate = "\(k)*\(from)*\(other)/(\(magnitude(1e-3, 1)) + \(from))"
      change(from, by: "-", rate)
      if Bool.random(using: &random) { change(to, by: "+", rate) }
    case 4: change(from, by: "+", "\(magnitude(1e-2, 10))*\(from)*(1 - \(from)/\(magnitude(0.1, 10)))")
    case 5: change(to, by: "+", "\(magnitude(1e-2, 10))*hill(\(from), \(magnitude(0.1, 1)), 2)")
    default:
      change(from, by: "-", "\(k)*\(from)^2")
      change(to, by: "+", "\(k / 2)*\(from)^2")
    }
  }

  /// Values of which some are 0 and some tiny.
  mutating func start(points: Int) -> [[Double]] {
    fields.map { _ in
      (0..<points).map { _ in
        switch Int.random(in: 0..<6, using: &random) {
        case 0: 0
        case 1: magnitude(1e-30, 1e-6)
        default: magnitude(1e-3, 3)
        }
      }
    }
  }
}

@Suite struct ReactionNetworkTests {
  /// Three thousand networks: nothing negative, and what an explicit method finds with much smaller substeps.
  @Test func randomNetworksStayNonNegativeAndAccurate() throws {
    var (worst, worstSeed, failed) = (0.0, UInt64(0), 0)
    var ratios: [Double] = []
    var tiles: [String: Int] = [:]
    for seed in UInt64(0)..<3000 {
      var network = RandomNetwork(seed: seed)
      let problem = try ReactionProblem(network.texts, fields: network.fields, start: network.start(points: 16))
      let interval = network.magnitude(1e-2, 1)
      let tolerance = network.magnitude(1e-6, 1e-3)
      // What blows up, or would take an explicit method too long, is nothing to compare with.
      guard let exact = try? problem.reference(interval: interval) else {
        failed += 1
        continue
      }
      let found = try problem.solution(.automatic, tolerance: tolerance, interval: interval)
      #expect(found.lowest >= 0, "network \(seed): \(found.lowest)")
      tiles.merge(found.statistics.tiles, uniquingKeysWith: +)
      // Relative to the largest value of the field, for those that vanish.
      // Errors are relative to the values at the start or the end: what has decayed has the error of what it was.
      var ratio = 0.0
      for (field, (values, known)) in zip(found.values, exact.values).enumerated() {
        let floor = 1e-3 * max(known.max() ?? 0, problem.start[field].max() ?? 0, 1e-300)
        for (point, (value, exact)) in zip(values, known).enumerated() {
          ratio = max(ratio, abs(value - exact) / (max(abs(exact), problem.start[field][point]) + floor))
        }
      }
      // Each substep may add that much.
      ratio /= Double(max(1, found.statistics.substeps))
      ratios.append(ratio / tolerance)
      if ratio / tolerance > worst { (worst, worstSeed) = (ratio / tolerance, seed) }
    }
    ratios.sort()
    print("error / tolerance: median \(ratios[ratios.count / 2]), 99 % below \(ratios[ratios.count * 99 / 100])")
    print(
      "worst error \(worst) times the tolerance, for each substep, in network \(worstSeed), \(failed) failed, tiles \(tiles)"
    )
    // Estimates are no bounds; one in a hundred is off by more than one, one in three thousand by sixty.
    #expect(worst < 100 && ratios[ratios.count * 99 / 100] < 5)
    #expect(failed < 150)
  }

  /// Each method by itself never returns what is negative either: it fails, or takes shorter substeps.
  @Test(arguments: ReactionMethod.all.map(\.name))
  func noMethodReturnsNegativeValues(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    var done = 0
    for seed in UInt64(5000)..<5300 {
      var network = RandomNetwork(seed: seed)
      let problem = try ReactionProblem(network.texts, fields: network.fields, start: network.start(points: 8))
      let interval = network.magnitude(1e-2, 0.3)
      guard let found = try? problem.solution(method, tolerance: 1e-2, interval: interval) else { continue }
      done += 1
      #expect(found.lowest >= 0, "network \(seed): \(found.lowest)")
    }
    #expect(done > 240, "\(done) of 300 done")
  }

  /// A kill that is a thousand times faster than growth and leaves nothing: the pole at −0.01 is never crossed.
  @Test func killingToNothingStaysNonNegative() throws {
    let places = (0..<256).map { Double($0) / 255 }
    let problem = try ReactionProblem(
      ["v*(1 - v) - 2000*u*v/(0.01 + v)", "0.1*v - 0.1*u"], fields: ["v", "u"],
      start: [places, places.map { 1 - 0.9 * $0 }])
    let exact = try problem.reference(interval: 1)
    for tolerance in [1e-3, 1e-6] {
      let found = try problem.solution(.automatic, tolerance: tolerance, interval: 1)
      let explicit = try problem.solution(.dormandPrince, tolerance: tolerance, interval: 1)
      let error = found.errors(against: exact).max() ?? 1
      print(
        "kill at \(tolerance): error \(error), \(found.statistics.evaluations) evaluations, explicit \(explicit.statistics.evaluations), \(found.statistics.tiles)"
      )
      #expect(found.lowest >= 0 && error < 100 * tolerance)
    }
  }

  /// What is taken from outside at a given rate, more than is there, leaves nothing but no debt where the α-QSS method has
  /// to do it.
  @Test func theQuasiSteadyMethodTakesAtMostWhatIsThere() throws {
    let problem = try ReactionProblem(["-u*v", "u - v"], fields: ["u", "v"], start: [[1, 0.5, 0], [1, 1, 1]])
    let source = [[-3.0, -0.5, 0], [0, 0, 0]]
    let found = try problem.solution(.quasiSteady, tolerance: 1e-4, interval: 1, source: source)
    #expect(found.lowest >= 0)
  }
}
