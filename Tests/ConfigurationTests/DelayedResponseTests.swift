import Configuration
import Fields
import Foundation
import Testing

/// Han, He & Kuang's model of a delayed immune response, without noise.
@Suite struct DelayedResponseTests {
  private func text(tau: Double, u: Double, v: Double, end: Double, step: Double = 0.025) -> String {
    """
    { "model": "han-he-kuang", "parameters": { "tau": \(tau) }, "domain": { "size": [1], "points": [1] },
      "initial": { "u": \(u), "v": \(v) }, "time": { "end": \(end), "step": \(step), "scheme": "etdrk4" } }
    """
  }

  private static let small = 0.623120961666

  @Test(arguments: [(0.5, small), (2.0, 6.665540990469), (2.6, 6.665540990469)])
  func theEquilibriaAreThePublishedOnes(start: Double, expected: Double) throws {
    // A short delay leaves the two outer states stable.
    let state = try finalState(text(tau: 0.5, u: start, v: start < 1 ? 0.47 : 0.17, end: 200))
    #expect(abs(state.values(0)[0] - expected) < 1e-8)
    let v = 2.5 / 5 * (1 - expected / 10)
    #expect(abs(state.values(1)[0] - v) < 1e-8)
  }

  /// The saddle is a state, which is left at once.
  @Test func theSaddleIsAnEquilibrium() throws {
    let u = 2.311338047864446
    let state = try finalState(text(tau: 1, u: u, v: 0.5 * (1 - u / 10), end: 1))
    #expect(abs(state.values(0)[0] - u) < 1e-11)
  }

  /// Growth rate of small oscillations around the small tumor, and their period.
  private func oscillation(tau: Double) throws -> (growth: Double, period: Double) {
    let u = Self.small
    let assembly = try RunAssembly(
      configuration(text(tau: tau, u: u + 1e-4, v: 0.5 * (1 - u / 10), end: 130)), threads: 1)
    var peaks: [(time: Double, height: Double)] = []
    var last: [(Double, Double)] = []
    try advance(assembly) { time, state in
      last = (last + [(time, state.values(0)[0] - u)]).suffix(3)
      guard last.count == 3, time > 40, last[1].1 > last[0].1, last[1].1 >= last[2].1 else { return }
      let (a, b) = (last[0].1 - last[1].1, last[2].1 - last[1].1)
      peaks.append((last[1].0 + 0.5 * (a - b) / (a + b) * 0.025, last[1].1 - (a - b) * (a - b) / (8 * (a + b))))
    }
    let (first, end) = (try #require(peaks.first), try #require(peaks.last))
    return (
      log(end.height / first.height) / (end.time - first.time), (end.time - first.time) / Double(peaks.count - 1)
    )
  }

  /// From `(λ + p)(λ + 1) + q e^{−λτ} = 0`: with `λ = iω`, `cos ωτ = (ω² − p)/q`, `sin ωτ = ω(1 + p)/q`.
  @Test func theSmallTumorLosesItsStabilityAtTheCriticalDelay() throws {
    let u = Self.small
    let (p, q) = (2.5 * u / 10, 5 * u * (1 - u * u) / pow(1 + u * u, 2))
    let omega = (0.5 * (-(1 + p * p) + (pow(1 + p * p, 2) - 4 * (p * p - q * q)).squareRoot())).squareRoot()
    let critical = atan2(omega * (1 + p), omega * omega - p) / omega
    #expect(abs(critical - 1.4517087) < 1e-6)
    let rates = try [critical - 0.02, critical, critical + 0.02].map { try oscillation(tau: $0) }
    print("delayed response: critical delay \(critical), growth \(rates.map(\.growth)), period \(rates[1].period)")
    #expect(rates[0].growth < -1e-3 && rates[2].growth > 1e-3)
    #expect(abs(rates[1].growth) < 2e-5)
    #expect(abs(rates[1].period - 2 * Double.pi / omega) < 2e-3)
  }

  /// The late course of `u`.
  private func range(tau: Double, end: Double, step: Double = 0.025) throws -> ClosedRange<Double> {
    let assembly = try RunAssembly(configuration(text(tau: tau, u: 0.62, v: 0.46, end: end, step: step)), threads: 1)
    var (low, high) = (Double.infinity, -Double.infinity)
    try advance(assembly) { time, state in
      guard time > 0.5 * end else { return }
      low = min(low, state.values(0)[0])
      high = max(high, state.values(0)[0])
    }
    return low...high
  }

  /// Published: a large cycle, u from 0.296 to 2.933.
  ///
  /// The oscillations do not repeat exactly, so that their range depends a
  /// little on how long one looks: tolerances of 1 and 2 %.
  @Test func aDelayOfFourLeadsToALargeCycle() throws {
    let range = try range(tau: 4.1, end: 800)
    print("delayed response, tau = 4.1: u in \(range)")
    #expect(abs(range.lowerBound / 0.296 - 1) < 0.01)
    #expect(abs(range.upperBound / 2.933 - 1) < 0.02)
  }

  /// Published: with 5.1 and 6.1 the tumor escapes to the large state.
  @Test(arguments: [5.1, 6.1])
  func aLongerDelayLetsTheTumorEscape(tau: Double) throws {
    let range = try range(tau: tau, end: 800)
    #expect(abs(range.lowerBound - 6.6655409905) < 1e-6 && abs(range.upperBound - 6.6655409905) < 1e-6)
  }
}
