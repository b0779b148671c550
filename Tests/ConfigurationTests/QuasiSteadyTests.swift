import Configuration
import Documents
import Fields
import Foundation
import Testing

@Suite struct QuasiSteadyTests {
  /// Oxygen in a sphere with uptake in proportion.
  ///
  /// `c = c₀ R sinh(r/ℓ)/(r sinh(R/ℓ))`; D = 1e5 µm²/min, uptake 10/min,
  /// 38 mmHg outside. In the center of a sphere of 414.30 µm it falls to 5 mmHg, in that of a slab of half that
  /// thickness at 271.69 µm.
  @Test(arguments: [("spherical-radial", "r", 414.30), ("cartesian", "x", 271.69)])
  func oxygenInASphereAndInASlabHasItsExactProfile(geometry: String, axis: String, size: Double) throws {
    let length = 100.0
    func exact(_ r: Double) -> Double {
      geometry == "cartesian"
        ? 38 * cosh(r / length) / cosh(size / length) : 38 * size * sinh(r / length) / (r * sinh(size / length))
    }
    let errors = try [25, 50, 100, 200].map { points in
      let state = try finalState(
        """
        { "model": { "name": "oxygen", "parameters": { "U": 10 },
            "fields": { "c": { "diffusion": 1e5, "quasi_steady": true, "boundary": { "\(axis)+": { "value": 38 } } } },
            "reactions": { "c": "-U*c" } },
          "domain": { "geometry": "\(geometry)", "size": [\(size)], "points": [\(points)] },
          "initial": {}, "time": { "end": 1, "step": 1 } }
        """)
      let spacing = size / Double(points)
      let center = state.values(0)[0]
      #expect(abs(center - 5) < 0.35)
      return state.values(0).enumerated().map { abs($1 - exact((Double($0) + 0.5) * spacing)) }.max()!
    }
    print("oxygen, \(geometry): errors \(errors)")
    #expect(errors[3] < 2e-3)
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(abs(log2(coarse / fine) - 2) < 0.15) }
  }

  /// `0 = 2 u − 3 q` and `0 = u − q/(1 + q)` where nothing moves: production and consumption cancel to rounding.
  @Test(arguments: [
    #"[40], "points": [200]"#, #"[40, 4], "points": [50, 6]"#, #"[40], "points": [50], "boundary": "periodic""#,
  ])
  func whatDoesNotMoveIsInBalanceAtEachPoint(domain: String) throws {
    let text = """
      { "model": { "name": "local", "fields": { "u": { "diffusion": 0.5 }, "q": { "quasi_steady": true }, "s": { "quasi_steady": true } },
          "reactions": { "u": "0.1*q*(0.5 - u)", "q": "2*u - 3*q", "s": "u - s/(1 + s)" } },
        "domain": { "size": \(domain) },
        "initial": { "u": "0.4*exp(-x)", "q": 0, "s": 0 }, "time": { "end": 8 } }
      """
    try advance(RunAssembly(configuration(text), threads: 1)) { _, state in
      let (u, q, s) = (state.values(0), state.values(1), state.values(2))
      for index in u.indices {
        #expect(abs(q[index] - 2 * u[index] / 3) < 1e-12)
        #expect(abs(s[index] - u[index] / (1 - u[index])) < 1e-9)
      }
    }
  }

  /// Saturated uptake down to next to nothing: the center has no oxygen, and none of it is negative.
  @Test func aSpheroidWithAnAnoxicCenterHasNoNegativeOxygen() throws {
    let text = """
      { "model": { "name": "oxygen", "fields": {
            "c": { "diffusion": 2000, "quasi_steady": true, "boundary": { "r+": { "value": 0.15 } } } },
          "reactions": { "c": "-0.02*c/(c + 1e-4)" } },
        "domain": { "geometry": "spherical-radial", "size": [400], "points": [400] },
        "initial": { "c": 0.15 }, "time": { "end": 1, "step": 1 } }
      """
    let values = try finalState(text).values(0)
    #expect(values.min()! >= 0)
    // The radius of the anoxic core for uptake of order zero: R³ scaled, 1 − 3x² + 2x³ = 6 D c₀/(Γ R²) with x = r/R.
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let x = (low + high) / 2
      if 1 - 3 * x * x + 2 * x * x * x > 6 * 2000 * 0.15 / (0.02 * 400 * 400) { low = x } else { high = x }
    }
    let core = Double(values.firstIndex { $0 > 0.001 }!)
    print("anoxic core: radius \(core), order zero \(low * 400)")
    #expect(abs(core - low * 400) < 12)
  }

  /// Variable decay and diffusivity in tissue of any shape: the balance holds at every point.
  @Test func theBalanceHoldsAtEveryPointOfAnyTissue() throws {
    let text = """
      { "model": { "name": "m", "fields": {
            "w": { "diffusion": "1 + 0.5*sin(x)", "face_mean": "arithmetic", "quasi_steady": true }, "u": {} },
          "reactions": { "w": "u - (0.2 + y)*w - 0.3*w^2" } },
        "domain": { "size": [10, 8], "points": [50, 40], "mask": "(x - 5)^2 + (y - 4)^2 < 14" },
        "initial": { "u": "exp(-(x - 6)^2 - (y - 4)^2)" }, "time": { "end": 1, "step": 1 } }
      """
    let state = try finalState(text)
    let (w, u) = (state.values(0), state.values(1))
    func inside(_ i: Int, _ j: Int) -> Bool {
      let (x, y) = (0.2 * Double(i) + 0.1, 0.2 * Double(j) + 0.1)
      return (0..<50).contains(i) && (0..<40).contains(j) && (x - 5) * (x - 5) + (y - 4) * (y - 4) < 14
    }
    func d(_ i: Int) -> Double { 1 + 0.5 * sin(0.2 * Double(i) + 0.1) }
    var worst = 0.0
    for j in 0..<40 {
      for i in 0..<50 where inside(i, j) {
        let here = j * 50 + i
        #expect(w[here] > 0)
        var sum = u[here] - (0.2 + 0.2 * Double(j) + 0.1) * w[here] - 0.3 * w[here] * w[here]
        for (a, b) in [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)] where inside(a, b) {
          sum += 0.5 * (d(i) + d(a)) * (w[b * 50 + a] - w[here]) / 0.04
        }
        worst = max(worst, abs(sum))
      }
    }
    print("largest imbalance: \(worst)")
    #expect(worst < 1e-8)
  }

  private static let coupled = """
    { "model": { "name": "m", "fields": {
          "u": { "diffusion": 0.3, "taxis": [ { "toward": "w", "sensitivity": 0.2 } ] }, "v": { "diffusion": 0.1 },
          "w": { "diffusion": 1, "quasi_steady": true } },
        "reactions": { "u": "u*(1 - u) - u*w*v", "v": "0.5*u*w/(1 + w) - 0.3*v", "w": "u*v - 2*w" } },
      "domain": { "size": [6, 4], "points": [36, 24], "boundary": "periodic" },
      "initial": { "u": "1 + 0.5*sin(pi*x/3)", "v": "1 + 0.4*cos(pi*y/2)" },
      "time": { "end": 1, "step": 0.1, "reactions": { "tolerance": 1e-10 } }, "numerics": { "propagator": "fourier" } }
    """

  @Test(arguments: ["strang", "rebalanced-strang"])
  func splittingKeepsItsOrderWithAFieldInBalance(scheme: String) throws {
    // Without taxis, whose limiter is not smooth.
    let text = Self.coupled.replacingOccurrences(of: #", "taxis": [ { "toward": "w", "sensitivity": 0.2 } ]"#, with: "")
    let reference = try finalState(text, set: ["time.step=0.001"])
    let errors = try [0.2, 0.1, 0.05].map {
      relativeError(try finalState(text, set: ["time.scheme=\(scheme)", "time.step=\($0)"]), reference)
    }
    print("with a quasi-steady field, \(scheme): \(errors)")
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.8) }
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let states = try [1, 2, 3].map { try finalState(Self.coupled, threads: $0) }
    for state in states.dropFirst() {
      for field in 0..<3 { #expect(state.values(field) == states[0].values(field)) }
    }
  }

  /// The same run with a cytokine that is a hundred times faster than the rest tends to that with a quasi-steady one.
  @Test func aFastFieldTendsToItsBalance() throws {
    let balanced = try finalState(Self.coupled, set: ["time.step=0.01"])
    let differences = try [0.02, 0.01].map { slowness in
      let fast = Self.coupled.replacingOccurrences(
        of: #""w": { "diffusion": 1, "quasi_steady": true }"#, with: #""w": { "diffusion": \#(1 / slowness) }"#
      )
      .replacingOccurrences(of: "u*v - 2*w", with: "(u*v - 2*w)/\(slowness)")
      .replacingOccurrences(of: #""v": "1 + 0.4*cos(pi*y/2)""#, with: #""v": "1 + 0.4*cos(pi*y/2)", "w": 0.5"#)
      return relativeError(try finalState(fast, set: ["time.step=0.001"]), balanced)
    }
    print("distance of a fast field from its balance: \(differences)")
    #expect(differences[1] < 0.02 && differences[0] / differences[1] > 1.6)
  }

  @Test(arguments: [
    ("u + w", "no-flux", "has no stable steady state"), ("u", "no-flux", "production and consumption do not cancel"),
    ("u/0", "no-flux", "no finite number"),
  ])
  func whatHasNoBalanceIsRefusedAtTheStart(rate: String, boundary: String, sentence: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "w": { "diffusion": 1, "quasi_steady": true }, "u": {} }, "reactions": { "w": "\(rate)" } },
        "domain": { "size": [10], "points": [20] }, "initial": { "u": 1 }, "time": { "end": 1, "step": 1 } }
      """
    let found = #expect(throws: Diagnostics.self) { try RunAssembly(configuration(text), threads: 1) }
    #expect(found?.items.first?.message.contains(sentence) ?? false, "\(found?.items.first?.message ?? "")")
  }
}

/// Chemotactic collapse in the plane, `n_t = ∇²n − ∇·(n∇c)`, `−∇²c = n − mean(n)`: nothing below a mass of 8π, collapse
/// above.
@Suite struct KellerSegelTests {
  private func run(mass: Double, points: Int, until end: Double) throws -> (height: [Double], state: FieldSet) {
    let text = """
      { "model": { "name": "keller-segel", "parameters": { "M": \(mass) }, "fields": {
            "n": { "diffusion": 1, "taxis": [ { "toward": "c", "sensitivity": 1 } ] },
            "c": { "diffusion": 1, "quasi_steady": true } }, "reactions": { "c": "n - mean(n)" } },
        "domain": { "size": [16, 16], "origin": [-8, -8], "points": [\(points), \(points)] },
        "initial": { "n": "M/pi*exp(-x^2 - y^2)" },
        "time": { "end": \(end), "step": 0.005 }, "numerics": { "symbol": "second-order" } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 2)
    let before = assembly.state.integral(0)
    var heights: [Double] = []
    var step = 0
    try advance(assembly) { _, state in
      step += 1
      guard step % 20 == 1 else { return }
      heights.append(state.maximum(0))
      #expect(state.minimum(0) >= 0)
      #expect(abs(state.integral(0) - before) < 1e-11 * before)
    }
    return (heights, assembly.state)
  }

  @Test func belowEightPiItSpreads() throws {
    for (mass, end) in [(4.0, 0.6), (7.5, 3)] {
      let (coarse, fine) = (
        try run(mass: mass * .pi, points: 64, until: end), try run(mass: mass * .pi, points: 128, until: end)
      )
      print(
        "Keller–Segel, \(mass)π: height \(coarse.height.max()!) falls to \(coarse.height.last!), \(fine.height.last!)")
      #expect(coarse.height.last! < 0.75 * coarse.height.max()!)
      #expect(abs(fine.height.last! / coarse.height.last! - 1) < 0.03)
    }
  }

  /// The second moment falls at the rate 4M(1 − M/8π) until all is in a few points: at 12π before t = 2π I₀/M(M − 8π), here ½.
  @Test func aboveEightPiItCollapsesIntoAsFewPointsAsTheGridHas() throws {
    for (mass, end) in [(12.0, 0.6), (9, 3)] {
      let (coarse, fine) = (
        try run(mass: mass * .pi, points: 64, until: end), try run(mass: mass * .pi, points: 128, until: end)
      )
      print("Keller–Segel, \(mass)π: height \(coarse.height[0]) to \(coarse.height.last!), \(fine.height.last!)")
      #expect(coarse.height.last! > 5 * coarse.height[0])
      // Four times as high on a grid twice as fine: the mass is in a fixed number of points.
      #expect(fine.height.last! / coarse.height.last! > 3)
    }
  }
}

/// Anderson, Chaplain, Newman, Steele & Thompson (2000): tissue invasion by haptotaxis.
@Suite struct InvasionTests {
  @Test func aClusterBreaksAwayFromTheMainBody() throws {
    let text = """
      { "model": { "name": "invasion", "fields": {
            "n": { "diffusion": 0.001, "taxis": [ { "toward": "f", "sensitivity": 0.005 } ] }, "f": {}, "m": { "diffusion": 0.001 } },
          "reactions": { "f": "-10*m*f", "m": "0.1*n" } },
        "domain": { "size": [1], "points": [400] },
        "initial": { "n": "exp(-x^2/0.01)", "f": "1 - 0.5*exp(-x^2/0.01)", "m": "0.5*exp(-x^2/0.01)" },
        "time": { "end": 20, "step": 0.02 }, "numerics": { "propagator": "kernel" } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 1)
    var rows: [(time: Double, state: [[Double]])] = []
    try advance(assembly) { time, state in
      #expect(state.minimum(0) >= 0)
      #expect(abs(state.integral(0) - 0.0886226925) < 1e-9)
      #expect(abs(state.integral(2) - 0.0886226925 * (0.5 + 0.1 * time)) < 1e-6)
      if [1, 5, 10, 20].contains(where: { abs($0 - time) < 1e-9 }) {
        rows.append((time, (0..<3).map { state.values($0) }))
      }
    }
    let published = [(0.840910, 0.71025), (0.683334, 0.46636), (0.509622, 0.35683), (0.218396, 0.26917)]
    for (row, (matrix, origin)) in zip(rows, published) {
      let total = row.state[1].reduce(0, +) / 400
      let (n0, n1) = (row.state[0][0], row.state[0][1])
      // At x = 0 the slope is 0.
      let edge = n0 + (n0 - n1) / 8
      print("invasion, t = \(row.time): matrix \(total) (\(matrix)), cells at 0 \(edge) (\(origin))")
      #expect(abs(total - matrix) < 3e-4)
      #expect(abs(edge - origin) < 2e-3)
    }
    /// Maxima besides the one at x = 0.
    func clusters(_ values: [Double]) -> Int {
      (1..<399).count { values[$0] > values[$0 - 1] && values[$0] > values[$0 + 1] && values[$0] > 0.01 }
    }
    #expect(clusters(rows[0].state[0]) == 0 && clusters(rows[1].state[0]) == 1)
  }
}
