import Configuration
import Documents
import Fields
import Simulations
import Testing

@Suite struct ExtinctionTests {
  private static func text(_ extinction: String) -> String {
    """
    { "model": { "name": "regrowth", "parameters": { "r": 1 },
        "fields": { "u": { "diffusion": 0.05\(extinction) }, "v": { "diffusion": 0.05 } },
        "processes": [
          { "name": "growth", "rate": "r*u*(1 - u)", "change": { "u": 1 } },
          { "name": "killing", "rate": "where(t < 20, 3*u, 0)", "change": { "u": -1 } },
          { "name": "exchange", "rate": "u*v", "change": { "v": 1 } } ] },
      "domain": { "size": [4, 3], "points": [20, 15], "mask": "(x - 2)^2 + (y - 1.5)^2 < 2" },
      "initial": { "u": "1 + 0.5*cos(pi*x/4)", "v": 1 },
      "time": { "end": 80, "step": 0.5, "scheme": "strang" } }
    """
  }

  /// A tumor that has been killed to 1e-17 regrows, unless less than a cell is none.
  @Test func whatIsBelowTheThresholdIsGone() throws {
    #expect(try finalState(Self.text("")).maximum(0) > 0.9)
    let assembly = try RunAssembly(
      configuration(Self.text(#", "extinction": { "below": 1e-9, "every": 0.5 }"#)), threads: 1)
    let run = try simulation(of: assembly)
    var before = assembly.state.sum(0)
    var largest = 0.0
    _ = try run.run(didStep: { run in
      for value in run.state.values(0) where value > 0 { #expect(value >= 1e-9) }
      if run.state.sum(0) == 0, before > 0 { largest = before }
      before = run.state.sum(0)
    })
    #expect(assembly.state.maximum(0) == 0 && assembly.state.minimum(1) >= 0)
    let removed = try #require(run.memory.extinguished)
    let volume = 4.0 / 20 * 3 / 15
    print("removed \(removed[0]); before the last of it \(largest * volume)")
    #expect(removed[0] > 0 && removed[0] < 1e-9 * 12 && removed[1] == 0)
  }

  /// A front of cells that are removed where they are too few advances at a speed that does not depend on the steps.
  ///
  /// Taken away after each step, they would not advance at all with short steps: less than the threshold arrives in each.
  @Test(arguments: ["strang", "etd2-positive"]) func aFrontDoesNotDependOnTheSteps(_ scheme: String) throws {
    func front(_ steps: String) throws -> Double {
      let text = """
        { "model": { "name": "front", "fields": { "u": { "diffusion": 1, "extinction": { "below": 1e-3, "every": 0.25 } } },
            "processes": [{ "name": "growth", "rate": "u*(1 - u)", "change": { "u": 1 } }] },
          "domain": { "size": [60], "points": [240] }, "initial": { "u": "where(x < 5, 1, 0)" },
          "time": { "end": 20, "scheme": "\(scheme)", \(steps) } }
        """
      return try finalState(text).sum(0) * 0.25
    }
    let positions = try [0.125, 0.025, 0.005].map { try front(#""step": \#($0)"#) }
    let controlled = try front(#""tolerance": 1e-5"#)
    print("\(scheme): fronts at \(positions) with fixed steps, \(controlled) with chosen ones")
    // Without a threshold it is at 42.
    #expect(positions[2] > 35 && positions[2] < 40)
    #expect(
      abs(positions[1] - positions[2]) < 0.02 && abs(controlled - positions[2]) < (scheme == "strang" ? 0.02 : 0.15))
  }

  @Test func badThresholdsAreRefused() {
    func errors(_ fields: String) -> [String] {
      sentences(
        findings(
          """
          { "model": { "name": "m", "fields": { \(fields) } }, "domain": { "size": [1], "points": [4] },
            "initial": { "u": 1 }, "time": { "end": 2 } }
          """))
    }
    #expect(
      errors(#""u": { "diffusion": 1, "quasi_steady": true, "extinction": { "below": 1, "every": 1 } }"#).contains(
        "error: the quasi-steady field u follows from the other fields, so that it cannot become extinct"))
    #expect(
      errors(#""u": { "extinction": { "below": 1, "every": 1e-12 } }"#)
        == ["error: values of field u would be looked at 2000000000000 times"])
    #expect(errors(#""u": { "extinction": 1e-9 }"#).count == 1)
    #expect(errors(#""u": { "extinction": { "below": 1e-9 } }"#).count == 1)
  }

  /// The sum of what is removed does not depend on the number of threads; nothing else is touched.
  @Test func theMassThatIsRemovedIsCounted() throws {
    let grid = Grid(axes: [Axis(name: "x", length: 3, points: 30), Axis(name: "y", length: 2, points: 40)])
    let mask = try FieldSet(grid: grid, count: 1)
    mask.setValues(0, to: (0..<grid.pointCount).map { $0 % 7 == 0 ? 0 : 1 })
    for volumes in [try PointVolumes(grid), try PointVolumes(grid, mask: mask)] {
      let start = (0..<grid.pointCount).map { $0 % 7 == 0 ? 0 : Double($0 % 11) - 1 }
      for threads in 1...3 {
        let state = try FieldSet(grid: grid, count: 1)
        state.setValues(0, to: start)
        let removed = state.extinguish(0, below: 4, volumes: volumes, pool: WorkerPool(threads: threads))
        let volume = try #require(grid.pointVolume)
        let gone = start.filter { abs($0) < 4 }
        let exact = volume * gone.reduce(0, +)
        #expect(abs(removed.mass - exact) < 1e-12 * exact)
        #expect(removed.points == gone.count { $0 != 0 })
        #expect(state.values(0) == start.map { abs($0) < 4 ? 0 : $0 })
      }
    }
  }

  /// What has been removed so far is in checkpoints, and goes on from there.
  @Test func whatWasRemovedIsRemembered() throws {
    let text = Self.text(#", "extinction": { "below": 1e-9, "every": 0.5 }"#)
    let whole = try simulation(of: RunAssembly(configuration(text), threads: 1))
    _ = try whole.run()
    let first = try simulation(of: RunAssembly(configuration(text), threads: 2))
    var steps = 0
    _ = try first.run(
      stopRequested: {
        steps += 1
        return steps == 30
      })
    let second = try simulation(of: RunAssembly(configuration(text), threads: 1))
    second.state.copy(from: first.state)
    try second.restore(first.memory, continuesFiles: false)
    _ = try second.run()
    #expect(second.memory.extinguished == whole.memory.extinguished)
    for field in 0..<2 { #expect(second.state.values(field) == whole.state.values(field)) }
  }
}
