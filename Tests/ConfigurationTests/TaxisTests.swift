import Configuration
import Fields
import Foundation
import Testing

@Suite struct TaxisTests {
  private func run(
    _ fields: String, reactions: String = "{}", domain: String, initial: String, end: Double, step: Double,
    numerics: String = "{}"
  ) throws -> FieldSet {
    try finalState(
      """
      { "model": { "name": "m", "fields": \(fields), "reactions": \(reactions) }, "domain": \(domain),
        "initial": \(initial), "time": { "end": \(end), "step": \(step) }, "numerics": \(numerics) }
      """)
  }

  @Test func aSmoothBumpIsCarriedAroundWithOrderTwo() throws {
    let errors = try [40, 80, 160].map { points in
      let state = try run(
        #"{ "u": { "advection": { "x": 0.8 } } }"#,
        domain: #"{ "size": [4], "points": [\#(points)], "boundary": "periodic" }"#,
        initial: #"{ "u": "exp(2*sin(pi*x/2))" }"#, end: 5, step: 0.1)
      let exact = (0..<points).map { exp(2 * sin(.pi * (Double($0) + 0.5) * 2 / Double(points))) }
      return zip(state.values(0), exact).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(points)
    }
    print("a bump carried around once: mean errors \(errors)")
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.9) }
  }

  /// A square carried along a diagonal and in a circle: nothing below 0, nothing above 1, all of the mass.
  @Test(arguments: [#"{ "x": 1, "y": -0.7 }"#, #"{ "x": "-(y - 5)", "y": "x - 5" }"#])
  func noNewExtremaAppear(velocity: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "advection": \(velocity) } } },
        "domain": { "size": [10, 10], "points": [50, 40], "boundary": "\(velocity.contains("y - 5") ? "no-flux" : "periodic")" },
        "initial": { "u": "where(abs(x - 6) < 1 && abs(y - 4) < 1, 1, 0)" },
        "time": { "end": 6, "step": 0.1 } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 2)
    let before = assembly.state.sum(0)
    try advance(assembly) { _, state in
      #expect(state.minimum(0) >= 0 && state.maximum(0) <= 1 + 1e-13)
      #expect(abs(state.sum(0) - before) < 1e-12 * before)
    }
  }

  /// `D u' = χ u c'` in a steady state: `u ∝ e^{χc/D}`.
  @Test(arguments: ["", "{ \"x\": \"chi*2*pi/3*cos(2*pi*x/3)\" }"])
  func haptotaxisBalancesDiffusionInTheExactProfile(flow: String) throws {
    let errors = try [20, 40, 80].map { points in
      let text = """
        { "model": { "name": "m", "parameters": { "chi": 0.3 },
            "fields": { "u": { "diffusion": 0.4, \(flow.isEmpty ? #""taxis": [ { "toward": "c", "sensitivity": "chi" } ]"# : #""advection": \#(flow)"#) }, "c": {} } },
          "domain": { "size": [3], "points": [\(points)], "boundary": "periodic" },
          "initial": { "u": 1, "c": "sin(2*pi*x/3)" },
          "time": { "end": 12, "step": 0.004 }, "numerics": { "symbol": "second-order" } }
        """
      let values = try finalState(text).values(0)
      let shape = (0..<points).map { exp(0.75 * sin(2 * .pi * (Double($0) + 0.5) / Double(points))) }
      let scale = Double(points) / shape.reduce(0, +)
      return zip(values, shape).reduce(0) { $0 + abs($1.0 - $1.1 * scale) } / Double(points)
    }
    print("haptotaxis profile\(flow): mean errors \(errors)")
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.7) }
  }

  /// Cells that attract each other strongly and leave room for no more than K: they fill up and never exceed it.
  @Test func volumeFillingKeepsDensitiesBelowTheirLimit() throws {
    let text = """
      { "model": { "name": "m", "fields": {
            "u": { "diffusion": 0.01, "taxis": [ { "toward": "c", "sensitivity": "2*(1 - u/3)" } ] },
            "c": { "diffusion": 0.2 } }, "reactions": { "c": "u - c" } },
        "domain": { "size": [6, 6], "points": [36, 36] },
        "initial": { "u": "0.8 + 0.2*random()", "c": 1 },
        "time": { "end": 10, "step": 0.05 } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 2)
    let before = assembly.state.sum(0)
    var highest = 0.0
    try advance(assembly) { _, state in
      highest = max(highest, state.maximum(0))
      #expect(state.minimum(0) >= 0)
    }
    print("volume filling: highest density \(highest) of 3")
    #expect(highest > 2.8 && highest <= 3 + 1e-12)
    #expect(abs(assembly.state.sum(0) - before) < 1e-11 * before)
  }

  /// Repulsion is taxis with a negative sensitivity, and the mirror image of attraction by the mirrored field.
  @Test func repulsionIsAttractionByTheOpposite() throws {
    func result(_ sensitivity: String, _ field: String) throws -> [Double] {
      try run(
        #"{ "u": { "taxis": [ { "toward": "c", "sensitivity": "\#(sensitivity)" } ] }, "c": {} }"#,
        domain: #"{ "size": [5], "points": [50] }"#, initial: #"{ "u": "1 + 0.3*cos(x)", "c": "\#(field)" }"#, end: 1,
        step: 0.1
      ).values(0)
    }
    #expect(try result("-0.7", "sin(x)") == result("0.7", "-sin(x)"))
  }

  @Test func aFlowBringsWhatIsGivenAtASide() throws {
    let state = try run(
      #"{ "u": { "advection": { "x": 1 }, "boundary": { "x-": { "value": "1 + t" }, "x+": { "value": 0 } } } }"#,
      domain: #"{ "size": [5], "points": [200] }"#, initial: #"{ "u": 0 }"#, end: 3, step: 0.01)
    // What is at x entered at the time 3 − x.
    for point in 0..<100 {
      let x = (Double(point) + 0.5) / 40
      #expect(abs(state.values(0)[point] - (4 - x)) < 0.02)
    }
    #expect(abs(state.integral(0) - 7.5) < 0.02)
    #expect(state.minimum(0) >= 0)
  }

  @Test func theEdgeOfTheTissueIsNoGradient() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.1, "taxis": [ { "toward": "c", "sensitivity": 1 } ] }, "c": { "diffusion": 0.5 } } },
        "domain": { "size": [20, 20], "points": [40, 40], "mask": "(x - 10)^2 + (y - 10)^2 < 64" },
        "initial": { "u": "1 + 0.5*sin(x)", "c": 5 },
        "time": { "end": 4, "step": 0.2 } }
      """
    let state = try finalState(text)
    // An attractant that is the same everywhere in the tissue moves nobody.
    let still = try finalState(
      text.replacingOccurrences(
        of: #""taxis": [ { "toward": "c", "sensitivity": 1 } ] }, "c""#, with: #""title": "u" }, "c""#))
    #expect(zip(state.values(0), still.values(0)).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test(arguments: [1, 2, 3])
  func randomDataStayNonNegativeAndKeepTheirMass(axes: Int) throws {
    let sizes = ["[40]", "[12, 10]", "[6, 7, 5]"][axes - 1]
    for seed in 0..<300 {
      let text = """
        { "model": { "name": "m", "fields": {
            "u": { "taxis": [ { "toward": "c", "sensitivity": "3/(1 + c)^2" }, { "toward": "v", "sensitivity": "-1 + u" } ], "advection": { "x": "sin(y + z)" } },
            "v": { "taxis": [ { "toward": "u", "sensitivity": 0.5 } ] }, "c": {} } },
          "domain": { "size": \(sizes), "points": \(sizes), "boundary": { "x": "\(seed % 2 == 0 ? "periodic" : "no-flux")" } },
          "initial": { "u": "where(random() < 0.5, 0, random())", "v": "where(random() < 0.3, 0, 2*random())", "c": "4*random()" },
          "time": { "end": 1, "step": 0.5 }, "seed": \(seed) }
        """.replacingOccurrences(of: "sin(y + z)", with: ["sin(x)", "sin(y)", "sin(y + z)"][axes - 1])
      let assembly = try RunAssembly(configuration(text), threads: 1)
      let before = [assembly.state.sum(0), assembly.state.sum(1)]
      try advance(assembly) { _, _ in }
      for field in 0..<2 {
        #expect(assembly.state.minimum(field) >= 0)
        #expect(abs(assembly.state.sum(field) - before[field]) <= 1e-12 * before[field])
      }
    }
  }

  /// Chemotaxis with diffusion and reactions: of second order in time, the same for any number of threads.
  @Test func theWholeSplittingIsOfSecondOrderInTime() throws {
    let text = """
      { "model": { "name": "m", "fields": {
            "u": { "diffusion": 0.05, "taxis": [ { "toward": "c", "sensitivity": "0.4/(1 + c)" } ] }, "c": { "diffusion": 0.3 } },
          "reactions": { "u": "0.5*u*(1 - u)", "c": "u - c" } },
        "domain": { "size": [6, 4], "points": [48, 32], "boundary": "periodic" },
        "initial": { "u": "1 + 0.5*sin(pi*x/3)*cos(pi*y/2)", "c": "1 + 0.2*cos(pi*x/3)" },
        "time": { "end": 2, "step": 0.1, "reactions": { "tolerance": 1e-10 } }, "numerics": { "propagator": "fourier" } }
      """
    for scheme in ["strang", "rebalanced-strang"] {
      let reference = try finalState(text, set: ["time.scheme=strang", "time.step=0.0025"])
      let errors = try [0.2, 0.1, 0.05].map {
        relativeError(try finalState(text, set: ["time.scheme=\(scheme)", "time.step=\($0)"]), reference)
      }
      print("taxis, \(scheme): errors \(errors)")
      for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.7) }
    }
    let states = try [1, 2, 3].map { try finalState(text, threads: $0).values(0) }
    #expect(states[1] == states[0] && states[2] == states[0])
  }
}
