import Configuration
import Glibc
import Simulations
import Testing

/// Pulses and periods in the equations are seen, whatever the tolerance.
@Suite struct StepLimitTests {
  private func text(
    _ rate: String, end: Double, boundary: String = "", initial: String = "1", diffusion: String = "0.01"
  ) -> String {
    """
    { "model": { "name": "forced", "fields": { "u": { "diffusion": "\(diffusion)"\(boundary) } }, "reactions": { "u": "\(rate)" } },
      "domain": { "size": [1], "points": [8] }, "initial": { "u": "\(initial)" }, "time": { "end": \(end), "tolerance": 1e-3 } }
    """
  }

  private func run(_ text: String, _ settings: [String]) throws -> (values: [Double], steps: Int) {
    let assembly = try RunAssembly(configuration(text, set: settings), threads: 1)
    let run = try simulation(of: assembly)
    _ = try run.run()
    return (assembly.state.values(0), run.clock.step)
  }

  static let schemes = ["auto", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"]

  /// ∫ exp(−((t − c)/w)²) dt = w √π (1 + erf((100 − c)/w))/2.
  ///
  /// Pulses down to a width of 1e-4 of the run, wherever they are.
  @Test(arguments: [0.5, 0.05, 0.01], schemes)
  func aPulseIsNotPassedOver(width: Double, scheme: String) throws {
    for center in [50, 33.337, 99] {
      for tolerance in ["1e-2", "1e-5"] {
        let settings = ["time.scheme=\(scheme)", "time.tolerance=\(tolerance)"]
        let found = try run(text("exp(-((t - \(center))/\(width))^2)", end: 100), settings)
        let exact = 1 + 0.5 * sqrt(.pi) * width * (1 + erf((100 - center) / width))
        let allowed = tolerance == "1e-2" ? 5e-3 : 2e-5
        #expect(abs(found.values[0] - exact) < allowed, "\(center): \(found)")
        #expect(found.steps < (scheme == "etd2-positive" ? 1000 : 400))
      }
    }
  }

  /// 14 pulses of 0.05 days, a week apart; the step must not be a week.
  @Test(arguments: ["1e-2", "1e-4", "1e-6"])
  func weeklyPulsesAreAllSeen(tolerance: String) throws {
    let found = try run(text("exp(500*(cos(2*pi*(t - 3.5)/7) - 1))", end: 98), ["time.tolerance=\(tolerance)"])
    print("\(tolerance): \(found.values[0]) in \(found.steps) steps")
    #expect(abs(found.values[0] - 2.74888) < 2.75 * (try #require(Double(tolerance))) + 5e-6)
    #expect(found.steps < 2000)
  }

  /// At sides, in velocities and where the position counts as well: half of the domain.
  @Test func pulsesAreSeenWhereverTheyStand() throws {
    let pulse = "exp(-((t - 50)/0.1)^2)"
    let half = try run(text("where(x > 0.5, 1, 0)*\(pulse)", end: 100, diffusion: "10"), [])
    #expect(abs(half.values[3] - (1 + 0.05 * sqrt(.pi))) < 1e-3)
    let moving = try run(text("exp(-(x - 0.3)^2)*exp(-((t - 50)/(0.1 + 0.01*x))^2)", end: 100, diffusion: "10"), [])
    #expect(moving.values[3] > 1.1)
    let side = try run(
      text("0", end: 100, boundary: ", \"boundary\": { \"x-\": { \"flux\": \"\(pulse)\" } }", diffusion: "10"), [])
    #expect(abs(side.values[3] - (1 + 0.1 * sqrt(.pi))) < 2e-3)
  }

  /// What changes by less than the tolerance allows steps of any length, and so does a slow trend.
  @Test func slowChangesBoundLittle() throws {
    #expect(try run(text("0.01 + 1e-9*sin(100*t)", end: 100), []).steps < 20)
    #expect(try run(text("0.01*exp(-t/50)", end: 100), []).steps < 20)
    #expect(try run(text("0.01", end: 100), []).steps < 20)
  }

  /// Jumps are hit; after them steps are as long as before.
  @Test func jumpsAreNoPulses() throws {
    let found = try run(text("where(t >= 20 && t < 20.5, 1, 0)", end: 100), [])
    #expect(abs(found.values[0] - 1.5) < 1e-9 && found.steps < 30, "\(found)")
  }
}
