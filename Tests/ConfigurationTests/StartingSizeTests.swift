import Configuration
import Simulations
import Testing

/// Fields that start from nothing are followed from a millionth of the size that they can reach.
@Suite struct StartingSizeTests {
  /// T cells that enter a tumor and bind tumor cells: where the two meet first there are next to no complexes, and their share grows
  /// faster than any power of the time.
  private static let binding = """
    { "model": { "name": "binding",
        "fields": { "E": { "diffusion": 1e-6 }, "T": { "diffusion": 1e-6 }, "C": {}, "a": { "diffusion": 1e-2 } },
        "reactions": { "E": "-30*E*T + 30*C", "T": "-30*E*T + 30*C", "C": "30*E*T - 31*C", "a": "C - 2*a" } },
      "domain": { "size": [1], "points": [200] },
      "initial": { "E": "where(x < 0.2, 0, 1 - exp(-1000*(x - 0.2)^2))",
                   "T": "where(x < 0.2, 1 - exp(-1000*(x - 0.2)^2), 0)", "C": 0, "a": 0 },
      "time": { "end": 400, "tolerance": 1e-3 }, "numerics": { "symbol": "second-order" } }
    """

  private func steps(_ text: String, until time: Double, _ settings: [String] = []) throws -> Int {
    var count = 0
    let assembly = try RunAssembly(configuration(text, set: settings), threads: 1)
    try advance(assembly) { now, _ in if now > 0 && now <= time { count += 1 } }
    return count
  }

  /// 20 steps in a thousandth of the run, also of one that is much shorter; before, a shorter run took more steps.
  @Test(arguments: [400, 4, 0.04], ["auto", "strang4", "rebalanced-strang"])
  func startsTakeFewSteps(end: Double, scheme: String) throws {
    let share = end < 1 ? end : end / 1000
    let stop = #"stop=[{ "when": "t >= \#(share)", "because": "enough" }]"#
    let found = try steps(Self.binding, until: share, ["time.end=\(end)", "time.scheme=\(scheme)", stop])
    print("\(scheme): \(found) steps to \(share) of \(end)")
    #expect(found <= (end < 1 ? 60 : 20))
  }

  @Test func whatHasStartedIsAsAccurateAsAskedFor() throws {
    let settings = ["time.end=2"]
    let reference = try finalState(Self.binding, set: settings + ["time.tolerance=1e-8", "time.scheme=etdrk4"])
    let error = relativeError(try finalState(Self.binding, set: settings), reference)
    print("error \(error)")
    #expect(error < 2e-3)
  }

  /// `P/κ` of a chain: production by what is there, loss by itself; unknown where nothing bounds it or nothing is made.
  @Test func sizesFollowFromRatesAndLosses() throws {
    func sizes(_ reactions: String, end: Double = 100) throws -> [Double] {
      let text = """
        { "model": { "name": "m", "fields": { "u": {}, "v": {}, "w": {} }, "reactions": \(reactions) },
          "domain": { "size": [1], "points": [2] }, "initial": { "u": 2, "v": 0, "w": 0 },
          "time": { "end": \(end), "tolerance": 1e-3 } }
        """
      return try configuration(text).startingSizes(maxima: [2, 0, 0])
    }
    #expect(try sizes(#"{ "u": "-u", "v": "3*u - 4*v", "w": "10*v - 5*w" }"#) == [0, 1.5, 3])
    // Nothing is lost: what the run makes.
    #expect(try sizes(#"{ "u": 0, "v": "3*u", "w": 0 }"#) == [0, 600, 0])
    #expect(try sizes(#"{ "u": 0, "v": "3*u", "w": 0 }"#, end: 1) == [0, 6, 0])
    // What only grows by itself has no size of its own.
    #expect(try sizes(#"{ "u": 0, "v": "v*(1 - v)", "w": "1/u" }"#) == [0, 0, 0])
  }
}
