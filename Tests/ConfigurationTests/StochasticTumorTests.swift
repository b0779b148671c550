import Configuration
import Foundation
import Testing

/// `du = (ρ u (1 − u/K) − γ u v) dt + σ u (1 − u/K) dB`, `v' = β − v + u/(1 + u²)` with γ = 5, K = 10, β = 0.02: Han, He &
/// Kuang, DCDS-S 13 (2020), without their delay.
///
/// Each point is a patient.
private func population(
  _ rho: Double, _ sigma: Double, end: Double, patients: Int = 2048, step: Double = 0.02, u: Double = 0.1,
  look: (Double, [Double]) -> Void = { _, _ in }
) throws -> [Double] {
  let text = """
    { "model": { "name": "m", "parameters": { "rho": \(rho), "sigma": \(sigma), "gamma": 5, "K": 10, "beta": 0.02 },
        "fields": { "u": {}, "v": {} },
        "processes": [
          { "name": "growth", "rate": "rho*u*(1 - u/K)", "change": { "u": 1 } },
          { "name": "killing", "rate": "gamma*u*v", "change": { "u": -1 } },
          { "name": "immune cells", "rate": "beta - v + u/(1 + u^2)", "change": { "v": 1 } } ],
        "noise": [ { "name": "environment", "correlation": "white", "change": { "u": "sigma*u*(1 - u/K)" } } ] },
      "domain": { "size": [\(patients)], "points": [\(patients)] }, "initial": { "u": \(u), "v": 0.03 },
      "time": { "end": \(end), "step": \(step) }, "seed": 2 }
    """
  let assembly = try RunAssembly(configuration(text), threads: 2)
  try advance(assembly) { time, state in look(time, state.values(0)) }
  return assembly.state.values(0)
}

@Suite struct StochasticTumorTests {
  /// `log u` falls at the rate `γβ + σ²/2 − ρ` where there is almost no tumor left; two of the published cases.
  @Test(arguments: [(0.12, 0.3, 800.0, 500.0), (2.5, 5.66, 12.0, 4.0)])
  func theTumorDiesOutAtTheRateOfItsLinearization(rho: Double, sigma: Double, end: Double, from: Double) throws {
    var before: [Double] = []
    let patients = 2048
    let after = try population(rho, sigma, end: end, patients: patients, step: sigma > 1 ? 0.005 : 0.1) { time, u in
      if abs(time - from) < 1e-9 { before = u.map { log($0) } }
    }
    let rates = zip(after, before).map { (log($0) - $1) / (end - from) }
    let known = rho - 0.1 - sigma * sigma / 2
    let error = (variance(rates) / Double(patients)).squareRoot()
    print("ρ = \(rho), σ = \(sigma): rate \(mean(rates)) ± \(error), linearized \(known)")
    #expect(abs(mean(rates) - known) < 5 * error)
    #expect(mean(after.map { $0 < 1e-2 ? 1 : 0 }) > 0.9)
  }

  /// With ρ = 1.5 and σ = 0.65 the tumor persists in one state; with ρ = 2.5 there are two, between which it switches.
  @Test func theTumorPersistsInOneStateOrSwitchesBetweenTwo() throws {
    let one = try population(1.5, 0.65, end: 200, u: 6)
    let two = try population(2.5, 0.65, end: 200, u: 0.1)
    let low = { (values: [Double]) in mean(values.map { $0 < 2.311338 ? 1 : 0 }) }
    print("share of low tumors: \(low(one)), \(low(two)); smallest \(one.min() ?? 0), \(two.min() ?? 0)")
    #expect((one + two).allSatisfy { $0 > 1e-6 && $0 < 10 })
    #expect(low(one) > 0.99)
    #expect(low(two) > 0.05 && low(two) < 0.95)
  }

  @Test func withoutNoiseTheTumorIsInThePublishedEquilibria() throws {
    for (start, known) in [(0.1, 0.623120962), (9, 6.665540990)] {
      let u = try population(2.5, 0, end: 200, patients: 2, u: start)
      #expect(abs(u[0] - known) < 1e-6)
    }
  }
}
