import Configuration
import Fields
import Foundation
import Testing
import TimeStepping

/// Schemes that split nothing.
@Suite struct ExponentialSchemeTests {
  private static let immunotherapy = """
    { "model": "kirschner-panetta-diffusion", "parameters": { "sigma_u": 0, "sigma_w": 0.5 },
      "domain": { "size": [100, 60], "points": [20, 12] },
      "initial": { "u": 0.278210428599596, "v": 0.605851119342800, "w": 0.021497119302072 },
      "time": { "end": 40, "step": 1, "scheme": "etdrk4" } }
    """

  /// A uniform steady state of the published model, to the digits published, at twenty-eight times the decay time of the
  /// chemical per step.
  @Test func aRunStartedOnASteadyStateStaysThere() throws {
    let state = try finalState(Self.immunotherapy, set: ["time.step=0.5"])
    for (field, value) in [0.278210428599596, 0.605851119342800, 0.021497119302072].enumerated() {
      #expect(abs(state.maximum(field) - value) < 1e-11 && abs(state.minimum(field) - value) < 1e-11)
    }
  }

  /// What is given at the sides and changes in time costs some order, as exponential methods are not of stiff order
  /// four, but less than in a splitting: 1.3 of `strang`, 2.1 of `rebalanced-strang`.
  @Test func givenSidesCostLessOrderThanInASplitting() throws {
    let text = """
      { "model": { "name": "growth between sides",
          "fields": { "u": { "diffusion": 1, "boundary": { "x-": { "value": "1 + t^2" }, "x+": { "value": "2 + 2*t" } } },
                      "v": { "diffusion": 0.5, "boundary": { "x-": { "flux": "t^2" }, "x+": { "robin": { "coefficient": 1, "outside": "1 + t" } } } } },
          "reactions": { "u": "u^2 - u*v", "v": "u - v^2" } },
        "domain": { "size": [1], "points": [40] }, "initial": { "u": "1 + x", "v": 1 },
        "time": { "end": 0.5, "step": 0.1, "scheme": "etdrk4" } }
      """
    let reference = try finalState(text, set: ["time.step=0.002"])
    let errors = try [0.05, 0.025].map { relativeError(try finalState(text, set: ["time.step=\($0)"]), reference) }
    print("given sides, etdrk4: errors \(errors), order \(log2(errors[0] / errors[1]))")
    #expect(log2(errors[0] / errors[1]) > 2.5)
  }

  /// A value that changes in time at a side, from which waves of all lengths enter: both methods lose order, the one of stiff order 4 less.
  @Test func aMethodOfStiffOrderFourIsMoreAccurateWithDataThatChange() throws {
    let text = """
      { "model": { "name": "invasion from a side", "fields": {
          "u": { "diffusion": 0.01, "boundary": { "x-": { "value": "sin(2*t)^2" }, "x+": { "value": 0 } } } },
          "reactions": { "u": "u*(1 - u)" } },
        "domain": { "size": [1], "points": [200] }, "initial": { "u": 0 },
        "time": { "end": 4, "step": 0.03125, "scheme": "exprk4s5" } }
      """
    let reference = try finalState(text, set: ["time.step=0.002"])
    let (stiff, krogstad) = (
      relativeError(try finalState(text), reference),
      relativeError(try finalState(text, set: ["time.scheme=etdrk4"]), reference)
    )
    print("data that change: exprk4s5 \(stiff), etdrk4 \(krogstad)")
    #expect(stiff < 0.45 * krogstad)
  }

  /// Random data, half of them 0, steps from far below to far above all times of the model; with transforms, and with
  /// fields that stay local.
  @Test(arguments: ["fourier", "kernel"], [0.01, 0.3, 10])
  func nonNegativeDataStayNonNegative(propagator: String, step: Double) throws {
    let text = """
      { "model": { "name": "stiff kill", "fields": {
            "u": { "diffusion": 0.5, "taxis": [{ "toward": "w", "sensitivity": "3/(1 + w)^2" }] },
            "v": { "diffusion": 0.01 }, "w": { "diffusion": 5 }, "m": {} },
          "reactions": { "u": "0.1*v - u + u*w/(1 + w)", "v": "v*(1 - v) - 200*u*v/(0.01 + v)",
            "w": "30*u*v/(0.001 + v) - 55*w", "m": "-3*u*m" } },
        "domain": { "size": [10, 7], "points": [24, 16] },
        "initial": { "u": "max(random() - 0.5, 0)", "v": "2*max(random() - 0.5, 0)", "w": "max(normal(), 0)", "m": "random()" },
        "time": { "end": \(12 * step), "step": \(step), "scheme": "etd2-positive" }, "numerics": { "propagator": "\(propagator)" } }
      """
    for seed in 1...5 {
      let assembly = try RunAssembly(configuration(text, set: ["seed=\(seed)"]), threads: 1)
      try advance(assembly) { _, state in
        for field in 0..<4 { #expect(state.minimum(field) >= 0) }
      }
      #expect((0..<4).allSatisfy { assembly.state.maximum($0).isFinite })
    }
  }

  /// Fields on kernels have the same solution, of second order in the step.
  @Test(arguments: ["fourier", "kernel"])
  func thePositiveSchemeIsOfSecondOrderWithFieldsThatStayLocalToo(propagator: String) throws {
    func state(_ scheme: String, _ step: Double) throws -> FieldSet {
      try finalState(
        """
        { "model": { "name": "m", "fields": { "u": { "diffusion": 0.2 }, "v": { "diffusion": 1 } },
            "reactions": { "u": "u*(1 - u) - u*v", "v": "0.5*u - v" } },
          "domain": { "size": [20], "points": [80] }, "initial": { "u": "0.4 + 0.2*cos(pi*x/10)", "v": 0.2 },
          "numerics": { "propagator": "\(propagator)", "symbol": "second-order" },
          "time": { "end": 1, "step": \(step), "scheme": "\(scheme)" } }
        """)
    }
    let reference = try state("strang4", 0.01)
    let errors = try [0.02, 0.01].map { relativeError(try state("etd2-positive", $0), reference) }
    print("etd2-positive, \(propagator): errors \(errors)")
    #expect(errors[0] < 1e-2)
    #expect(log2(errors[0] / errors[1]) > 1.7)
  }

  /// What is shown between two steps comes from the rates that the step knows already; with fields that move, that stay,
  /// that are quasi-steady, and rates of time.
  @Test func theSolutionWithinAStepIsOfTheOrderOfTheStep() throws {
    let text = """
      { "model": { "name": "within", "fields": {
            "u": { "diffusion": 0.5 }, "m": {}, "c": { "diffusion": 2, "quasi_steady": true } },
          "reactions": { "u": "u*(1 - u) - 3*u*m/(1 + c) + 0.1*sin(t)", "m": "u - 2*m*m", "c": "u - 4*c" } },
        "domain": { "size": [10, 7], "points": [20, 12] },
        "initial": { "u": "0.4 + 0.2*cos(pi*x/10)*cos(pi*y/7)", "m": "0.3 + 0.1*cos(pi*x/5)" },
        "time": { "end": 1, "step": 1, "scheme": "etdrk4" } }
      """
    /// Of the solution within a step, and at its end.
    func errors(_ step: Double, at share: Double) throws -> (within: Double, whole: Double) {
      let assembly = try RunAssembly(configuration(text, set: ["time.step=\(step)"]), threads: 1)
      let copy = try FieldSet(grid: assembly.state.grid, count: assembly.state.count)
      let whole = try assembly.stepper.step(assembly.state, from: 0, by: step, memory: StepperMemory(), goesOn: true)
      try #require(whole.interpolant).evaluate(into: copy, after: share * step)
      let reference = try finalState(text, set: ["time.end=\(share * step)", "time.step=\(share * step / 16)"])
      let end = try finalState(text, set: ["time.end=\(step)", "time.step=\(step)"])
      let exact = try finalState(text, set: ["time.end=\(step)", "time.step=\(step / 16)"])
      return (relativeError(copy, reference), relativeError(end, exact))
    }
    for share in [0.2, 0.5, 0.9] {
      let found = try [0.2, 0.1].map { try errors($0, at: share) }
      let order = log2(found[0].within / found[1].within)
      print("within a step, after \(share) of it: errors \(found), order \(order)")
      #expect(order > 3.5)
      for errors in found { #expect(errors.within < 5 * errors.whole) }
    }
  }

  /// Looking on twice within a step is the same in any order, and after it the step goes on as if nobody had looked.
  @Test func lookingWithinAStepChangesNothing() throws {
    let text = Self.immunotherapy
    func looked(_ shares: [Double]) throws -> (end: [Double], seen: [Double: [Double]]) {
      let assembly = try RunAssembly(configuration(text), threads: 1)
      for field in 0..<3 {
        assembly.state.setValues(
          field, to: assembly.state.values(field).enumerated().map { $1 * (1 + 1e-3 * Double($0)) })
      }
      let copy = try FieldSet(grid: assembly.state.grid, count: 3)
      var seen: [Double: [Double]] = [:]
      var memory = StepperMemory()
      for step in 0..<2 {
        let taken = try assembly.stepper.step(
          assembly.state, from: Double(step), by: 1, memory: memory, goesOn: true)
        let interpolant = try #require(taken.interpolant)
        for share in shares {
          try interpolant.evaluate(into: copy, after: share)
          if step == 0 { seen[share] = copy.values(1) }
        }
        memory = taken.memory
      }
      return (assembly.state.values(0) + assembly.state.values(2), seen)
    }
    let (none, some, others) = (try looked([]), try looked([0.25, 0.75]), try looked([0.75, 0.5, 0.25]))
    #expect(none.end == some.end && none.end == others.end)
    #expect(some.seen[0.25] == others.seen[0.25] && some.seen[0.75] == others.seen[0.75])
    #expect(some.seen[0.25] != some.seen[0.75])
  }

  /// What the rounding of transforms brings to points where nothing is goes with the step: the same for many short ones as
  /// for few long ones, where values that are transformed back and forth bring it each time.
  @Test func roundingOfThePositiveSchemeGoesWithTheStep() throws {
    func largestAhead(_ step: Double) throws -> Double {
      let state = try finalState(
        """
        { "model": { "name": "front", "fields": { "u": { "diffusion": 1e-3 } }, "reactions": { "u": "u*(1 - u)" } },
          "domain": { "size": [40], "points": [400] }, "initial": { "u": "where(x < 2, 1, 0)" },
          "numerics": { "propagator": "fourier" },
          "time": { "end": 0.01, "step": \(step), "scheme": "etd2-positive" } }
        """)
      return state.values(0).dropFirst(60).map(abs).max()!
    }
    let (few, many) = (try largestAhead(1e-3), try largestAhead(1e-5))
    print("ahead of a front: \(few) after 10 steps, \(many) after 1,000")
    #expect(few < 1e-17 && many < 1e-17)
  }

  /// Mass of fields that only move is kept.
  @Test(arguments: ["etdrk4", "etd2-positive"], ["fourier", "kernel"])
  func movementKeepsMass(scheme: String, propagator: String) throws {
    let text = """
      { "model": { "name": "movement", "fields": {
            "u": { "diffusion": 0.5, "taxis": [{ "toward": "c", "sensitivity": 0.4 }] }, "c": { "diffusion": 0.1 } },
          "reactions": { "c": "u - 2*c" } },
        "domain": { "size": [10, 7], "points": [24, 16] },
        "initial": { "u": "exp(-(x - 4)^2 - (y - 3)^2)", "c": 0 },
        "numerics": { "propagator": "\(propagator)" },
        "time": { "end": 2, "step": 0.05, "scheme": "\(scheme)" } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    let before = assembly.state.sum(0)
    try advance(assembly) { _, _ in }
    #expect(abs(assembly.state.sum(0) - before) < 1e-12 * before)
  }
}
