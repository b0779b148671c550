import Configuration
import Fields
import Foundation
import Rates
import Simulations
import Testing
import TimeStepping

/// Bounds of the exact solution are kept to rounding, and rates at the ends of their domains are right or named.
///
/// Right values of masses are those of differences of second order and Heun's method on the same points, with steps of 5e-6 (for rates that
/// grow at once from 1e-12 instead of 0), which change by less than 1e-5 when the steps are a quarter as long.
@Suite struct ExactBoundsTests {
  private static let schemes = ["auto", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"]

  private static func text(
    _ rates: (u: String, v: String), v initial: String = "0", diffusivity: Double = 0.05, end: Double, more: String = ""
  ) -> String {
    """
    { "model": { "name": "bounds", "fields": { "u": { "diffusion": 0.05 }, "v": { "diffusion": \(diffusivity) } },
        "reactions": { "u": "\(rates.u)", "v": "\(rates.v)" } },
      "domain": { "size": [4], "points": [64] },
      "initial": { "u": "where(x < 1.3, 1, 0)", "v": "\(initial)" }, "time": { "end": \(end) }\(more) }
    """
  }

  // MARK: Growth from nothing

  /// Diffusion brings something to every point at once, and from there on the largest solution is the only one.
  ///
  /// `etdrk4` took steps that were too long at first and left empty what its neighbors did not reach: it was 1.2 % off.
  @Test(arguments: schemes) func whatGrowsByARootIsEverywhereAtOnce(scheme: String) throws {
    for (rate, mass) in [("sqrt(abs(u))*(1 - u)", 1.52708), ("u^(2/3) - u", 1.35063)] {
      let state = try finalState(Self.text((rate, "0"), end: 0.5), set: ["time.scheme=\(scheme)"])
      #expect(abs(state.integral(0) / mass - 1) < 5e-4, "\(rate): \(state.integral(0))")
      #expect(state.minimum(0) > 0)
    }
  }

  /// The argument of the root contains another field, without which the rate would be a root of `u`.
  @Test(arguments: schemes) func rootsOfDifferencesGrowAtOnce(scheme: String) throws {
    let text = Self.text(("sqrt(max(u - v, 0)) - u", "-0.2*v"), v: "where(x > 2, 1, 0)", end: 1)
    let state = try finalState(text, set: ["time.scheme=\(scheme)"])
    #expect(abs(state.integral(0) / 1.40285 - 1) < 1e-3)
    #expect(abs(state.integral(1) / 1.63746 - 1) < 2e-4)
  }

  @Test func thatThereAreSeveralSolutionsIsSaid() throws {
    func warnings(_ rate: String, diffusion: Double, _ initial: String, more: String = "") throws -> String {
      let text = """
        { "model": { "name": "roots", "fields": { "u": { "diffusion": \(diffusion) } }, "reactions": { "u": "\(rate)" } },
          "domain": { "size": [4], "points": [16] }, "initial": { "u": "\(initial)" }, "time": { "end": 1 }\(more) }
        """
      return try configuration(text).checkStart().description
    }
    #expect(
      try warnings("sqrt(u)", diffusion: 1, "0").contains("u is 0 everywhere: there the equations have more than one"))
    #expect(try warnings("u^0.5 - u", diffusion: 0, "where(x < 1, 1, 0)").contains("somewhere and does not move"))
    let dose = #", "treatment": [{ "name": "seed", "at": [0.5], "add": { "u": 1 } }]"#
    for (rate, diffusion, initial, more) in [
      ("sqrt(u)", 1.0, "where(x < 1, 1, 0)", ""), ("sqrt(u) + 0.1", 1, "0", ""), ("sqrt(u)", 1, "0", dose),
      ("-sqrt(u)", 0, "0", ""), ("-u*log(u)", 0, "0", ""), ("sqrt(u)", 0, "1", ""),
    ] {
      #expect(try warnings(rate, diffusion: diffusion, initial, more: more).isEmpty, "\(rate), \(initial)")
    }
  }

  // MARK: Arguments of several fields

  /// `1 - u - v` ended every scheme as soon as rounding had brought any `v` to where `u` was 1.
  @Test(arguments: schemes) func aRootOfWhatTwoFieldsLeaveIsDefined(scheme: String) throws {
    let text = Self.text(("u*sqrt(1 - u - v)", "v*sqrt(1 - u - v)"), v: "where(x > 2, 1, 0)", end: 1)
    let state = try finalState(text, set: ["time.scheme=\(scheme)"])
    #expect(abs(state.integral(0) / 1.491418 - 1) < 2e-4)
    #expect(abs(state.integral(1) / 2.178918 - 1) < 2e-4)
  }

  /// Fields that lie next to each other and diffuse with other speeds add up to more than 1: the equations end there.
  ///
  /// A balanced splitting took a billion substeps instead of saying so.
  @Test(arguments: schemes) func theEndOfTheDomainIsNamed(scheme: String) throws {
    let text = Self.text(
      ("u*sqrt(1 - u - v)", "v*sqrt(1 - u - v)"), v: "where(x > 1.3, 1, 0)", diffusivity: 0.01, end: 1)
    let failure = try #require(throws: NumericalFailure.self) {
      _ = try finalState(text, set: ["time.scheme=\(scheme)"])
    }
    #expect(failure.cause == .undefined)
  }

  /// What comes from outside takes `u` beyond 1: steps became so short that `u` did not change in substeps, of which there were millions.
  @Test(arguments: ["auto", "rebalanced-strang", "etdrk4", "etd2-positive"])
  func whereASourceLeavesTheDomainThatIsNamed(scheme: String) throws {
    let text = Self.text(("0.3 + 0.1*sqrt(1 - u)", "0"), end: 2)
      .replacingOccurrences(of: "where(x < 1.3, 1, 0)", with: "0.5")
    let failure = try #require(throws: NumericalFailure.self) {
      _ = try finalState(text, set: ["time.scheme=\(scheme)"])
    }
    // u' = 0.3 + 0.1 sqrt(1 - u) from 1/2 comes to 1 at t = 1.444.
    #expect(failure.cause == .undefined && abs(failure.time - 1.444) < 0.01)
  }

  @Test(arguments: ReactionMethod.all.map(\.name)) func everyIntegratorNamesTheEndOfTheDomain(method: String) throws {
    let text = Self.text(
      ("u*sqrt(1 - u - v)", "v*sqrt(1 - u - v)"), v: "where(x > 1.3, 1, 0)", diffusivity: 0.01, end: 1)
    let failure = try #require(throws: NumericalFailure.self) {
      _ = try finalState(
        text, set: ["time.scheme=rebalanced-strang", "time.step=0.02", "time.reactions.method=\(method)"])
    }
    // The derivative that a Rosenbrock method needs is infinite at the end itself.
    #expect(failure.cause == (method == "rodas4" ? .reactions : .undefined))
    #expect(method == "rodas4" || failure.values.reduce(0, +) > 0.999)
  }

  // MARK: Bounds

  /// Every step and every state that is shown between steps; it was −1e-5 and 1 + 1e-8.
  @Test(arguments: ["auto", "strang4", "rebalanced-strang", "etdrk4"])
  func boundsAreKeptToRounding(scheme: String) throws {
    let front = """
      { "model": { "name": "front", "fields": { "u": { "diffusion": 1e-3 } }, "reactions": { "u": "20*u*(1 - u)*(u - 0.2)" } },
        "domain": { "size": [1], "points": [50] }, "initial": { "u": "exp(-(x/0.2)^2)" }, "time": { "end": 2 } }
      """
    let filling = """
      { "model": { "name": "filling",
          "fields": { "u": { "diffusion": 0.01, "taxis": [{ "toward": "c", "sensitivity": "2*(1 - u)" }] }, "c": {} } },
        "domain": { "size": [1], "points": [32] }, "initial": { "u": 0.5, "c": "x" }, "time": { "end": 2 } }
      """
    for (text, mass) in [(front, 0.34377), (filling, 0.5)] {
      let assembly = try RunAssembly(configuration(text, set: ["time.scheme=\(scheme)"]), threads: 1)
      var (lowest, highest) = (Double.infinity, -Double.infinity)
      _ = try simulation(of: assembly).run(didStep: {
        (lowest, highest) = (min(lowest, $0.state.minimum(0)), max(highest, $0.state.maximum(0)))
      })
      #expect(lowest >= -1e-13)
      #expect(highest <= 1 + 1e-13 || text == front)
      // What is cut off is taken elsewhere.
      #expect(abs(assembly.state.integral(0) / mass - 1) < (text == front ? 2e-3 : 1e-12))
    }
  }

  /// `u` stays below 1, where its rate is 0 and ends; it was up to 2e-6 above.
  @Test(arguments: schemes) func theEndOfTheDomainOfARateIsABound(scheme: String) throws {
    let text = Self.text(("u*sqrt(1 - u)", "u*(1 - v/0.3)^1.5 - v"), v: "0", end: 2, more: "")
    let assembly = try RunAssembly(configuration(text, set: ["time.scheme=\(scheme)"]), threads: 1)
    #expect(assembly.upperLimits == [1, 0.3])
    var highest = [0.0, 0]
    _ = try simulation(of: assembly).run(didStep: { run in
      highest = [0, 1].map { max(highest[$0], run.state.maximum($0)) }
    })
    #expect(highest[0] <= 1 + 1e-13 && highest[1] <= 0.3 * (1 + 1e-13))
    // Right masses are those of 512 points; differences on the 64 of the run are 7e-4 off.
    #expect(abs(assembly.state.integral(0) / 1.79050 - 1) < 1e-3)
    #expect(abs(assembly.state.integral(1) / 0.379814 - 1) < 1e-3)
  }

  @Test(arguments: [("1 - u", nil), ("u*sqrt(1 - u) + 0.1*v", nil), ("u*sqrt(2 - 5*u)", nil), ("u*log(3 - 2*u)", 1.5)])
  func whereARateIsPositiveOrTheFieldBeginsBeyondThereIsNoBound(rate: String, limit: Double?) throws {
    let text = Self.text((rate, "0"), v: "1", end: 0.1)
    #expect(try RunAssembly(configuration(text), threads: 1).upperLimits[0] == limit)
  }

  @Test func keepingABoundKeepsTheMass() throws {
    let grid = Grid(axes: [Axis(name: "x", length: 4, points: 40), Axis(name: "y", length: 1, points: 10)])
    let (volumes, pool) = (try PointVolumes(grid), WorkerPool(threads: 2))
    let state = try FieldSet(grid: grid, count: 1)
    let values = (0..<400).map { Double(($0 * 7919) % 401) / 400 * 1.04 - 0.02 }
    state.setValues(0, to: values)
    let mass = state.integral(0)
    state.keep(0, within: .least(0), volumes: volumes, pool: pool)
    state.keep(0, within: .most(1), volumes: volumes, pool: pool)
    #expect(state.minimum(0) >= 0 && state.maximum(0) <= 1)
    #expect(abs(state.integral(0) - mass) < 1e-13)
    // Nothing but error: what is below goes, and the rest stays.
    state.setValues(0, to: values.map { $0 < 0.5 ? -1e-16 : 1e-16 })
    state.keep(0, within: .least(0), volumes: volumes, pool: pool)
    #expect(state.minimum(0) == 0 && state.maximum(0) == 1e-16)
  }
}
