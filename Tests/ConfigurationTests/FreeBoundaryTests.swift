import Configuration
import Documents
import Fields
import Foundation
import Rates
import Testing

/// Domains whose upper side moves: by a Stefan condition, or with tissue that grows.
@Suite struct FreeBoundaryTests {
  // MARK: A Stefan condition

  /// Neumann's solution of the Stefan problem: `u = 1 − erf(x/2√t)/erf(η)`, `s = 2η√t`, `√π η e^{η²} erf η = κ`.
  @Test(arguments: [0.2, 1, 5])
  func aMeltingFrontFollowsNeumannsSolution(kappa: Double) throws {
    let eta = root(0.01...3, of: { Double.pi.squareRoot() * $0 * exp($0 * $0) * erf($0) - kappa })
    let errors = try [20, 40, 80].map { points in
      let state = try finalState(
        """
        { "model": { "name": "stefan",
            "fields": { "u": { "diffusion": 1, "boundary": { "x-": { "value": 1 }, "x+": { "value": 0 } } } },
            "free_boundary": { "stefan": { "field": "u", "coefficient": \(kappa) } } },
          "domain": { "size": [\(2 * eta)], "points": [\(points)] },
          "initial": { "u": "1 - erf(x/2)/erf(\(eta))" },
          "time": { "start": 1, "end": 4, "step": \(4.0 / Double(points)) } }
        """)
      #expect(state.values(0).min()! >= 0)
      let u = state.values(0).enumerated().map { index, value in
        abs(value - (1 - erf(state.gridInSpace.axes[0].coordinate(index) / 4) / erf(eta)))
      }
      return (front: abs(state.scale / 2 - 1), field: u.max()!)
    }
    print("Neumann, kappa \(kappa): \(errors)")
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(log2(coarse.front / fine.front) > 1.8)
      #expect(log2(coarse.field / fine.field) > 1.8)
    }
  }

  private func fisherStefan(kappa: Double, start: Double, end: Double, points: Int, step: Double) -> String {
    """
    { "model": { "name": "fisher-stefan", "parameters": { "kappa": \(kappa) },
        "fields": { "u": { "diffusion": 1, "boundary": { "x+": { "value": 0 } } } },
        "reactions": { "u": "u*(1 - u)" },
        "free_boundary": { "stefan": { "field": "u", "coefficient": "kappa" } } },
      "domain": { "size": [\(start)], "points": [\(points)] },
      "initial": { "u": 0.5 }, "time": { "end": \(end), "step": \(step) } }
    """
  }

  /// The speed of the travelling wave: `V dV/dU = −cV − U(1 − U)` from `(1, 0)`, and `c = −κ V(0)`.
  private func waveSpeed(kappa: Double) -> Double {
    func slopeAtFront(_ c: Double) -> Double {
      let steps = 20000
      let eigenvalue = (c - (c * c + 4).squareRoot()) / 2
      // Close to (1, 0) along the unstable direction: V = −(1 − U) λ₊ with λ₊ = (√(c² + 4) − c)/2.
      var (u, v) = (1 - 1e-6, 1e-6 * eigenvalue)
      let h = -u / Double(steps)
      func rate(_ u: Double, _ v: Double) -> Double { -c - u * (1 - u) / v }
      for _ in 0..<steps {
        let k1 = rate(u, v)
        let k2 = rate(u + h / 2, v + h / 2 * k1)
        let k3 = rate(u + h / 2, v + h / 2 * k2)
        let k4 = rate(u + h, v + h * k3)
        v += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        u += h
      }
      return v
    }
    return root(1e-3...1.999) { c in c + kappa * slopeAtFront(c) }
  }

  /// M07: the speed of the front.
  @Test(arguments: [0.45, 2, 20]) func fisherStefanFrontsHaveTheSpeedOfTheTravellingWave(kappa: Double) throws {
    let exact = waveSpeed(kappa: kappa)
    let speeds = try [200, 400, 800].map { points in
      let assembly = try RunAssembly(
        configuration(fisherStefan(kappa: kappa, start: 2, end: 40, points: points, step: 8 / Double(points))),
        threads: 1)
      var edges: [(time: Double, edge: Double)] = []
      try advance(assembly) { time, state in edges.append((time, 2 * state.scale)) }
      let (a, b) = (edges[edges.count * 4 / 5], edges[edges.count - 1])
      return (b.edge - a.edge) / (b.time - a.time)
    }
    print("Fisher-Stefan, kappa \(kappa): speeds \(speeds), exact \(exact)")
    #expect(abs(speeds[2] / exact - 1) < 2e-3)
  }

  /// M07: what begins on less than `π/2` spreads if its boundary gets there, and else dies out.
  @Test func aFisherStefanPopulationSpreadsOrDiesOut() throws {
    for (kappa, survives) in [(0.1, false), (0.3, false), (1.5, true), (3, true)] {
      let state = try finalState(fisherStefan(kappa: kappa, start: 1, end: 60, points: 100, step: 0.02))
      print("kappa \(kappa): boundary \(state.scale), largest \(state.maximum(0))")
      #expect((state.scale > .pi / 2) == survives)
      #expect(survives ? state.maximum(0) > 0.99 : state.maximum(0) < 1e-3)
    }
  }

  // MARK: Tissue that grows

  /// Greenspan's spheroid in the form of Friedman and Reitich.
  ///
  /// Source: A. Friedman, F. Reitich, J. Math. Biol. 38 (1999) 262–284. The equations are `∇²σ = σ`,
  /// `σ(R) = 1`, `∇·v = μ(σ − σ̃)`. The exact radius follows
  /// `R' = μ R ((R coth R − 1)/R² − σ̃/3)`, and rests where the bracket is 0.
  @Test(arguments: [0.5, 6]) func aSpheroidGrowsOrShrinksToItsStationaryRadius(start: Double) throws {
    let (mu, threshold) = (1.0, 0.6)
    func rate(_ r: Double) -> Double { mu * r * ((r / tanh(r) - 1) / (r * r) - threshold / 3) }
    let errors = try [20, 40, 80].map { points in
      let assembly = try RunAssembly(
        configuration(
          """
          { "model": { "name": "spheroid", "parameters": { "mu": \(mu), "threshold": \(threshold) },
              "fields": {
                "sigma": { "diffusion": 1, "quasi_steady": true, "boundary": { "r+": { "value": 1 } } },
                "n": {}, "m": { "diffusion": 0.01 }, "w": { "diffusion": 0.1 } },
              "reactions": { "sigma": "-sigma" },
              "free_boundary": { "growth": { "rate": "mu*(sigma - threshold)", "carries": ["n", "m"] } } },
            "domain": { "geometry": "spherical-radial", "size": [\(start)], "points": [\(points)] },
            "initial": { "n": "1 + cos(r)", "m": "1 + cos(r)", "w": 3 }, "time": { "end": 10, "step": \(4 / Double(points)) } }
          """), threads: 1)
      var (exact, time, worst) = (start, 0.0, 0.0)
      var masses: [[Double]] = []
      try advance(assembly) { now, state in
        let h = (now - time) / 10
        for _ in 0..<10 where h > 0 {
          let k1 = rate(exact)
          let k2 = rate(exact + h / 2 * k1)
          let k3 = rate(exact + h / 2 * k2)
          exact += h / 6 * (k1 + 2 * k2 + 2 * k3 + rate(exact + h * k3))
        }
        time = now
        worst = max(worst, abs(start * state.scale / exact - 1))
        masses.append(assembly.observables.values(of: state, time: now))
      }
      // Names: mass, minimum and maximum of sigma, n, m, w.
      let columns = assembly.observables.columns
      func course(_ name: String) -> [Double] { masses.map { $0[columns.firstIndex(of: name)!] } }
      for name in ["mass(n)", "mass(m)"] {
        let all = course(name)
        #expect(all.allSatisfy { abs($0 / all[0] - 1) < 1e-11 }, "\(name): \(all[0]) to \(all[all.count - 1])")
      }
      // What is the same everywhere stays so, though the domain takes it in or leaves it behind.
      #expect((course("min(w)") + course("max(w)")).allSatisfy { abs($0 - 3) < 1e-10 })
      #expect((course("min(n)") + course("min(m)")).allSatisfy { $0 >= 0 })
      return worst
    }
    print("spheroid from \(start): \(errors)")
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.8) }
  }

  // MARK: What cannot be

  private func message(_ field: String, _ law: String, domain: String = #""size": [1], "points": [8]"#) -> String {
    do {
      _ = try configuration(
        """
        { "model": { "name": "m", "parameters": { "k": 1 }, "fields": { "u": { \(field) }, "q": { "diffusion": 1, "quasi_steady": true } },
            "reactions": { "q": "1 - q" },
            "free_boundary": \(law) },
          "domain": { \(domain) }, "initial": { "u": 1 }, "time": { "end": 1, "step": 0.1 } }
        """)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    (
      #""diffusion": 1, "boundary": { "x+": { "value": 0 } }"#, #"{ "stefan": { "field": "u", "coefficient": "k" } }"#,
      #""size": [1], "points": [8]"#, "no error"
    ),
    (
      #""diffusion": 1"#, #"{ "stefan": { "field": "u", "coefficient": "k" } }"#, #""size": [1], "points": [8]"#,
      "moved by field u, whose value there is not given"
    ),
    (
      #""diffusion": 0"#, #"{ "stefan": { "field": "u", "coefficient": "k" } }"#, #""size": [1], "points": [8]"#,
      "moved by field u, which must diffuse"
    ),
    (
      #""diffusion": 1"#, #"{ "stefan": { "field": "v", "coefficient": "k" } }"#, #""size": [1], "points": [8]"#,
      "there is no field \"v\""
    ),
    (
      #""diffusion": 1, "boundary": { "x+": { "value": 0 } }"#,
      #"{ "stefan": { "field": "u", "coefficient": "k*u" } }"#, #""size": [1], "points": [8]"#,
      "finite number that depends on parameters only"
    ),
    (
      #""diffusion": 1"#, #"{ "growth": { "rate": "1", "carries": ["u", "q"] } }"#, #""size": [1], "points": [8]"#,
      "q is quasi-steady, and cannot be carried"
    ),
    (
      #""diffusion": 1"#, #"{ "growth": { "rate": "y", "carries": ["u"] } }"#, #""size": [1], "points": [8]"#,
      "is not a parameter of the model m, and there is no axis y in this domain"
    ),
    (
      #""diffusion": 1"#, #"{ "growth": { "rate": "integral(u, x)", "carries": ["u"] } }"#,
      #""size": [1], "points": [8]"#, "not available in the growth of the tissue"
    ),
    (
      #""diffusion": 1, "advection": { "x": 1 }"#, #"{ "growth": { "rate": "1", "carries": [] } }"#,
      #""size": [1], "points": [8]"#, "field u has a given flow"
    ),
    (
      #""diffusion": 1, "cross_diffusion": { "q": 0.1 }"#, #"{ "growth": { "rate": "1", "carries": [] } }"#,
      #""size": [1], "points": [8]"#, "cross-diffusion and a free boundary"
    ),
    (
      #""diffusion": 1, "boundary": "periodic""#, #"{ "growth": { "rate": "1", "carries": [] } }"#,
      #""size": [1], "points": [8]"#, "field u is periodic"
    ),
    (
      #""diffusion": 1, "boundary": { "x+": { "value": "x" } }"#, #"{ "growth": { "rate": "1", "carries": [] } }"#,
      #""size": [1], "points": [8]"#, "at the free boundary depends on x"
    ),
    (
      #""diffusion": 1"#, #"{ "growth": { "rate": "1", "carries": [] } }"#, #""size": [1, 1], "points": [8, 8]"#,
      "the domain has 2 axes"
    ),
    (
      #""diffusion": 1"#, #"{ "growth": { "rate": "1", "carries": [] } }"#,
      #""size": [1], "points": [8], "origin": [1]"#, "begins at 0"
    ),
    (
      #""diffusion": 1"#, #"{ "growth": { "rate": "1", "carries": [] } }"#,
      #""size": [1], "points": [8], "mask": "x < 0.5""#, "a mask and a free boundary"
    ),
    (#""diffusion": 1"#, #"{ "growth": { "carries": [] } }"#, #""size": [1], "points": [8]"#, "\"rate\" is missing"),
  ])
  func whatDoesNotGoWithAFreeBoundaryIsRefused(field: String, law: String, domain: String, expected: String) {
    let found = message(field, law, domain: domain)
    #expect(found.contains(expected), "\(found)")
  }

  @Test func aBoundaryThatMovesTooFarInOneStepEndsTheRun() {
    #expect(throws: NumericalFailure.self) {
      _ = try finalState(
        """
        { "model": { "name": "m", "fields": { "u": {} }, "free_boundary": { "growth": { "rate": 100, "carries": ["u"] } } },
          "domain": { "size": [1], "points": [8] }, "initial": { "u": 1 }, "time": { "end": 1, "step": 0.1 } }
        """)
    }
  }

  /// Random growth, shrinking, diffusivities, sides and shapes: nothing becomes negative, and what is carried is kept.
  @Test func whatIsCarriedIsNeverNegativeAndNeverLost() throws {
    var random = SeededNumbers(seed: 7)
    for trial in 0..<400 {
      let geometry = ["cartesian", "cylindrical-radial", "spherical-radial"][trial % 3]
      let diffusivity = [0, 1e-6, 1e-3, 1, 1e4][trial % 5]
      let rate = "\(random.next(-3, 3)) + \(random.next(-9, 9))*cos(\(random.next(0, 20))*t)*u/(1 + u)"
      let axis = geometry == "cartesian" ? "x" : "r"
      let assembly = try RunAssembly(
        configuration(
          """
          { "model": { "name": "m", "fields": { "u": { "diffusion": \(diffusivity) }, "s": { "diffusion": \(diffusivity) } },
              "free_boundary": { "growth": { "rate": "\(rate)", "carries": ["u"] } } },
            "domain": { "geometry": "\(geometry)", "size": [1], "points": [\(8 + trial % 40)] }, "seed": \(trial),
            "initial": { "u": "where(\(axis) < \(random.next(0, 1)), random(), 0)", "s": "where(random() < 0.3, 1, 0)" },
            "time": { "end": 0.5, "step": \(random.next(0.01, 0.1)) } }
          """), threads: 1)
      var first: Double?
      let mass = assembly.observables.columns.firstIndex(of: "mass(u)")!
      try advance(assembly) { time, state in
        #expect(state.minimum(0) >= 0 && state.minimum(1) >= 0, "trial \(trial) at \(time)")
        let now = assembly.observables.values(of: state, time: time)[mass]
        let before = first ?? now
        first = before
        #expect(abs(now - before) <= 1e-12 * before, "trial \(trial) at \(time): \(before) to \(now)")
      }
    }
  }
}

/// The zero of a function that rises through it.
private func root(_ range: ClosedRange<Double>, of function: (Double) -> Double) -> Double {
  var (low, high) = (range.lowerBound, range.upperBound)
  for _ in 0..<100 {
    let middle = (low + high) / 2
    if function(middle) < 0 { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// Numbers that are the same in every run of the tests.
private struct SeededNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(_ low: Double, _ high: Double) -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return low + (high - low) * Double(state >> 11) / Double(1 << 53)
  }
}
