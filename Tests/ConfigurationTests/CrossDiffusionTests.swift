import Configuration
import Fields
import Foundation
import Operators
import Stability
import Testing

/// Fields that follow, or avoid, each other: the fluxes of the model of Shigesada, Kawasaki and Teramoto,
/// `u_t = ∇²(u (d₁ + a₁₁ u + a₁₂ v)) + u (r₁ − b₁₁ u − b₁₂ v)` and `v` alike, as diffusion and taxis.
@Suite struct CrossDiffusionTests {
  private static func text(
    domain: String, u: String, v: String, end: Double, time: String = #""tolerance": 1e-5"#, a12: Double = 1,
    a21: Double = 0.5, hasReactions: Bool = true
  ) -> String {
    """
    { "model": {
        "name": "skt", "parameters": { "d1": 0.01, "d2": 0.01, "a11": 0.02, "a12": \(a12), "a21": \(a21), "a22": 0.02 },
        "fields": {
          "u": { "diffusion": "d1 + 2*a11*u + a12*v", "taxis": [{ "toward": "v", "sensitivity": "-a12" }] },
          "v": { "diffusion": "d2 + 2*a22*v + a21*u", "taxis": [{ "toward": "u", "sensitivity": "-a21" }] } },
        "reactions": \(hasReactions ? #"{ "u": "u*(1.2 - u - 0.5*v)", "v": "v*(1 - 0.38*u - v)" }"# : "{}") },
      "domain": \(domain), "initial": { "u": "\(u)", "v": "\(v)" }, "time": { "end": \(end), \(time) } }
    """
  }

  private static func line(_ points: Int) -> String { #"{ "size": [10], "points": [\#(points)] }"# }
  private static let waves = (u: "1 + 0.3*cos(pi*x/5)", v: "0.6 + 0.2*cos(pi*x/10)")

  /// The steps of a run at its default settings, and the masses and extrema at some times.
  private func run(
    _ text: String, until times: [Double]
  ) throws -> (steps: Int, values: [[[Double]]]) {
    let assembly = try RunAssembly(configuration(text), threads: 2)
    #expect(assembly.configuration.scheme.name == "strang4")
    let (volumes, axes) = (assembly.volumes, assembly.state.grid.axes)
    var (steps, values) = (-1, [[[Double]]]())
    try advance(assembly) { time, state in
      steps += 1
      guard times.contains(time) else { return }
      values.append(
        (0..<2).map { field in
          var (mass, inside) = (0.0, [Double]())
          for row in 0..<state.grid.rowCount {
            for column in 0..<state.grid.rowLength where volumes.values(ofRow: row)?[column] ?? 1 > 0 {
              let value = state.pointer(field, row: row)[column]
              inside.append(value)
              mass += value * axes.dropFirst().reduce(axes[0].volume(column)) { $0 * $1.spacing }
            }
          }
          return [mass, inside.min() ?? .nan, inside.max() ?? .nan]
        })
    }
    return (steps, values)
  }

  /// Values of Benchmarks/reference/cross_diffusion.py, within the tolerance: 153,216 steps before, of 400 points.
  @Test func crossDiffusionOnALineTakesFewSteps() throws {
    let (steps, values) = try run(
      Self.text(domain: Self.line(100), u: Self.waves.u, v: Self.waves.v, end: 20), until: [20])
    #expect(steps < 40)
    expectNear(values, [[8.64220569, 0.864194034, 0.864274902], [6.71581364, 0.671529167, 0.67160668]])
    let (_, early) = try run(Self.text(domain: Self.line(100), u: Self.waves.u, v: Self.waves.v, end: 2), until: [2])
    expectNear(early, [[9.0440473, 0.84540459, 1.00301332], [6.26993918, 0.517493713, 0.682663297]])
  }

  private func expectNear(_ found: [[[Double]]], _ expected: [[Double]]) {
    for (found, expected) in zip(found.last ?? [], expected) {
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-5 * abs(b), "\(a) \(b)") }
    }
    #expect(!found.isEmpty)
  }

  /// Likewise with two axes, a periodic and a closed one; in tissue of any shape; along the radius of a sphere.
  @Test func soItDoesInThePlaneInTissueAndInASphere() throws {
    let plane = #""size": [10, 5], "points": [40, 20]"#
    let (u, v) = ("1 + 0.3*cos(pi*x/5)*cos(2*pi*y/5)", "0.6 + 0.2*cos(pi*x/5)")
    let (steps, values) = try run(
      Self.text(domain: #"{ \#(plane), "boundary": { "x": "periodic" } }"#, u: u, v: v, end: 2), until: [2])
    expectNear(values, [[45.356774, 0.819393757, 1.00953368], [31.347465, 0.532161443, 0.717943247]])
    let (stepsInTissue, inTissue) = try run(
      Self.text(domain: #"{ \#(plane), "mask": "(x - 5)^2/16 + (y - 2.5)^2/4 < 1" }"#, u: u, v: v, end: 2), until: [2])
    expectNear(inTissue, [[23.4187229, 0.827723798, 1.00738655], [15.046558, 0.531265348, 0.689101954]])
    let (stepsInSphere, inSphere) = try run(
      Self.text(
        domain: #"{ "size": [5], "points": [50], "geometry": "spherical-radial" }"#, u: "1 + 0.3*cos(pi*r/5)",
        v: "0.6 + 0.2*cos(pi*r/5)", end: 2), until: [2])
    expectNear(inSphere, [[470.360593, 0.873892045, 0.90660393], [314.532135, 0.589675966, 0.640549515]])
    print("steps in the plane, in tissue and in a sphere: \(steps), \(stepsInTissue), \(stepsInSphere)")
    #expect(max(steps, stepsInTissue, stepsInSphere) < 80)
  }

  @Test(arguments: [("strang", 2.0), ("strang4", 3.0)])
  func itsErrorFollowsTheStep(scheme: String, order: Double) throws {
    func state(_ step: Double) throws -> FieldSet {
      try finalState(
        Self.text(
          domain: Self.line(20), u: Self.waves.u, v: Self.waves.v, end: 1,
          time: #""step": \#(step), "scheme": "\#(scheme)""#)
      )
    }
    let reference = try state(1.0 / 512)
    let errors = try [0.25, 0.125, 0.0625].map { relativeError(try state($0), reference) }
    print("cross-diffusion, \(scheme): \(errors)")
    #expect(errors[2] < 1e-5)
    // Over two halvings: limiters make single ones uneven.
    #expect(log2(errors[0] / errors[2]) > 2 * (order - 0.25))
  }

  /// Two populations that press each other away, from data that jump and do not overlap.
  private static let segregation = """
    { "model": { "name": "segregation", "fields": {
          "u": { "diffusion": "u", "taxis": [{ "toward": "v", "sensitivity": -1 }] },
          "v": { "diffusion": "v", "taxis": [{ "toward": "u", "sensitivity": -1 }] } } },
      "domain": { "size": [20], "points": [200] },
      "initial": { "u": "where(x < 8, 0.8, 0)", "v": "where(x > 10 && x < 15, 0.5, 0)" },
      "time": { "end": 4, "tolerance": 1e-3 } }
    """

  /// `w = u + v` obeys `w_t = (w w_x)_x` by itself.
  @Test func populationsThatPressEachOtherAwayKeepSignAndMassAndTheirSum() throws {
    let assembly = try RunAssembly(configuration(Self.segregation), threads: 1)
    let before = (0..<2).map { assembly.state.sum($0) }
    var steps = -1
    try advance(assembly) { _, state in
      steps += 1
      for field in 0..<2 {
        #expect(state.minimum(field) >= 0)
        #expect(abs(state.sum(field) - before[field]) < 1e-12 * before[field])
      }
    }
    let sum = try finalState(
      """
      { "model": { "name": "sum", "fields": { "w": { "diffusion": "w" } } }, "domain": { "size": [20], "points": [200] },
        "initial": { "w": "where(x < 8, 0.8, 0) + where(x > 10 && x < 15, 0.5, 0)" }, "time": { "end": 4, "tolerance": 1e-4 } }
      """)
    let error = zip(zip(assembly.state.values(0), assembly.state.values(1)), sum.values(0)).reduce(0) {
      $0 + abs($1.0.0 + $1.0.1 - $1.1) * 0.1
    }
    print("segregation: \(steps) steps, the sum is off by \(error) of \(sum.sum(0) * 0.1)")
    #expect(steps < 300)
    #expect(error < 0.03 * sum.sum(0) * 0.1)
  }

  @Test func threadsDoNotMatter() throws {
    let text = Self.text(
      domain: #"{ "size": [10, 5], "points": [70, 33] }"#, u: "1 + 0.3*random()", v: "0.6 + 0.3*random()", end: 0.05)
    let states = try [1, 2, 3].map { try finalState(text, threads: $0) }
    for state in states.dropFirst() {
      for field in 0..<2 { #expect(state.values(field) == states[0].values(field)) }
    }
  }

  /// Taxis that is not answered, or answered by the opposite, is a flow of its own as before.
  @Test(arguments: [
    (#"[{ "toward": "v", "sensitivity": "s" }]"#, "[]", false),
    (#"[{ "toward": "v", "sensitivity": "s" }]"#, #"[{ "toward": "u", "sensitivity": "-s/(1 + u)" }]"#, false),
    (#"[{ "toward": "v", "sensitivity": "s" }]"#, #"[{ "toward": "u", "sensitivity": "0*s" }]"#, false),
    (#"[{ "toward": "v", "sensitivity": "s" }]"#, #"[{ "toward": "u", "sensitivity": "s/(1 + u)" }]"#, true),
    (#"[{ "toward": "v", "sensitivity": "-s" }]"#, #"[{ "toward": "u", "sensitivity": "-s" }]"#, true),
    (#"[{ "toward": "u", "sensitivity": "-s" }]"#, "[]", true),
    ("[]", #"[{ "toward": "w", "sensitivity": "s" }]"#, true),
  ])
  func onlyTaxisThatIsAnsweredIsTakenWithDiffusion(u: String, v: String, isCoupled: Bool) throws {
    let text = """
      { "model": { "name": "m", "parameters": { "s": 0.1 }, "fields": {
            "u": { "diffusion": 0.1, "taxis": \(u) }, "v": { "diffusion": 0.1, "taxis": \(v) },
            "w": { "diffusion": 0.1, "taxis": [{ "toward": "v", "sensitivity": "s" }] } },
          "reactions": { "u": "u*(1 - u)" } },
        "domain": { "size": [4], "points": [20] }, "initial": { "u": "1 + 0.1*cos(pi*x/4)", "v": 1, "w": 1 },
        "time": { "end": 1, "step": 0.1, "scheme": "strang" } }
      """
    let plan = try RunPlan(RunAssembly(configuration(text), threads: 1)).text
    #expect(plan.contains("it and other fields follow each other's gradients") == isCoupled)
    if isCoupled {
      let unsplit = try RunAssembly(configuration(text, set: ["time.scheme=etdrk4"]), threads: 1)
      #expect(!(try RunPlan(unsplit).text.contains("each other's")))
    }
  }

  /// A small wave about a uniform state of two fields that attract each other grows as the matrix of a step says.
  @Test(arguments: [0.05, 0.2])
  func stepsGrowWavesAsTheFormulaSays(step: Double) throws {
    // Steady at (2/3, 2/3); symmetric waves have one eigenvalue, −Dμ' + χ u μ' − 1.
    let (diffusivity, sensitivity, uniform) = (0.5, 0.7, 2.0 / 3)
    let text = """
      { "model": { "name": "m", "fields": {
            "u": { "diffusion": \(diffusivity), "taxis": [{ "toward": "v", "sensitivity": \(sensitivity) }] },
            "v": { "diffusion": \(diffusivity), "taxis": [{ "toward": "u", "sensitivity": \(sensitivity) }] } },
          "reactions": { "u": "u*(1 - u - 0.5*v)", "v": "v*(1 - v - 0.5*u)" } },
        "domain": { "size": [4], "points": [80] },
        "initial": { "u": "\(uniform) + 1e-5*cos(pi*x)", "v": "\(uniform) + 1e-5*cos(pi*x)" },
        "time": { "end": \(10 * step), "step": \(step), "scheme": "strang" } }
      """
    let state = try finalState(text)
    let found = log(0.5 * (state.maximum(0) - state.minimum(0)) / (1e-5 * cos(.pi * 0.025))) / (10 * step)
    let wave = LaplacianWave(
      spectral: -Double.pi * Double.pi,
      secondOrder: DiffusionSymbol.secondOrder.eigenvalue(angle: .pi * 0.05, spacing: 0.05))
    let linearization = UniformLinearization(
      jacobian: SmallMatrix([-uniform, -0.5 * uniform, -0.5 * uniform, -uniform], count: 2),
      coupling: SmallMatrix([0, sensitivity * uniform, sensitivity * uniform, 0], count: 2),
      diffusivities: [diffusivity, diffusivity], symbols: [.secondOrder, .secondOrder])
    let formula = Amplification(
      .strang, linearization, isHalved: false, decays: [0, 0], losses: [0, 0],
      coupled: ([0, 1], 4 / (0.05 * 0.05)))
    let expected = try #require(formula.rate(of: wave, step: step))
    let exact = (diffusivity - sensitivity * uniform) * wave.secondOrder - 1.5 * uniform
    print("coupled fluxes, step \(step): growth \(found), by the formula \(expected), exact \(exact)")
    #expect(abs(found - expected) < 1e-7)
    #expect(abs(expected - exact) > 1e-6 && abs(expected - exact) < 1e-4)
  }
}
