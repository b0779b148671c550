import Configuration
import Expressions
import Fields
import Foundation
import Testing

/// Points without diffusion are as many realisations of an ordinary stochastic differential equation; with a spacing of 1 an
/// amplitude of white noise is that of the equation.
func ensemble(
  _ fields: String, _ processes: String = "", noise: String, initial: String, time: String, points: Int = 65536,
  parameters: String = "", more: String = ""
) -> String {
  """
  { "model": { "name": "m", "parameters": { \(parameters) }, "fields": { \(fields) }, "processes": [ \(processes) ],
      "noise": [ \(noise) ] },
    "domain": { "size": [\(points)], "points": [\(points)] },
    "initial": { \(initial) }, "time": { \(time) }\(more) }
  """
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

func variance(_ values: [Double]) -> Double {
  let mean = mean(values)
  return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
}

/// Statistical bounds are five standard errors, and the seeds are fixed.
@Suite struct NoiseMomentTests {
  @Test func geometricBrownianMotionHasItsMomentsInTheSenseOfIto() throws {
    let (r, s, count) = (0.2, 0.5, 65536.0)
    let text = ensemble(
      #""u": {}"#, #"{ "name": "growth", "rate": "0.2*u", "change": { "u": 1 } }"#,
      noise: #"{ "name": "n", "correlation": "white", "change": { "u": "0.5*u" } }"#, initial: #""u": 1"#,
      time: #""end": 1, "step": 0.25"#)
    let u = try finalState(text).values(0)
    let logarithms = u.map { log($0) }
    // With Stratonovich's integral the mean would be exp(r + s²/2), 50 standard errors away.
    #expect(abs(mean(u) - exp(r)) < 5 * exp(r) * ((exp(s * s) - 1) / count).squareRoot())
    #expect(abs(mean(logarithms) - (r - s * s / 2)) < 5 * s / count.squareRoot())
    #expect(abs(variance(logarithms) - s * s) < 5 * s * s * (2 / count).squareRoot())
  }

  /// Feller's diffusion, `du = √u dW`: a share `e^{−2u₀/t}` of the paths has died out, and `E e^{−u} = e^{−u₀/(1 + t/2)}`.
  @Test func demographicNoiseKeepsItsMeanAndLetsTheRightShareDieOut() throws {
    let count = 65536.0
    func values(_ step: Double) throws -> [Double] {
      try finalState(
        ensemble(
          #""u": {}"#, noise: #"{ "name": "births and deaths", "correlation": "white", "change": { "u": "sqrt(u)" } }"#,
          initial: #""u": 1"#, time: #""end": 1, "step": \#(step)"#), threads: 2
      ).values(0)
    }
    for step in [0.1, 0.02, 0.004] {
      let u = try values(step)
      let dead = mean(u.map { $0 < 1e-6 ? 1 : 0 })
      let transform = mean(u.map { exp(-$0) })
      print(
        "demographic noise, step \(step): mean \(mean(u)), variance \(variance(u)), dead \(dead), transform \(transform)"
      )
      #expect(u.allSatisfy { $0 >= 0 })
      #expect(abs(mean(u) - 1) < 5 / count.squareRoot())
      // Of first order in the step.
      #expect(abs(transform - exp(-1 / 1.5)) < 0.02 * step + 5 * 0.28 / count.squareRoot())
      #expect(abs(dead - exp(-2)) < step + 5 * 0.34 / count.squareRoot())
    }
  }

  /// The path at the end is written down by another field that the same source drives.
  @Test(arguments: [1.0, 0.25, 0.07])
  func linearNoiseFollowsTheExactPathWhateverTheStep(step: Double) throws {
    let text = ensemble(
      #""u": {}, "W": {}"#, #"{ "name": "growth", "rate": "0.2*u", "change": { "u": 1 } }"#,
      noise: #"{ "name": "n", "correlation": "white", "change": { "u": "1.5*u", "W": 1 } }"#,
      initial: #""u": 2, "W": 0"#, time: #""end": 3, "step": \#(step), "noise_interval": 0.25"#, points: 1000)
    let state = try finalState(text)
    for (u, path) in zip(state.values(0), state.values(1)) {
      #expect(abs(u / (2 * exp((0.2 - 1.5 * 1.5 / 2) * 3 + 1.5 * path)) - 1) < 1e-10)
    }
  }

  @Test func runsWithTheSameIntervalHaveTheSamePathWhateverTheirSteps() throws {
    func path(_ step: Double) throws -> [Double] {
      try finalState(
        ensemble(
          #""W": {}"#, noise: #"{ "name": "n", "correlation": "white", "change": { "W": 1 } }"#, initial: #""W": 0"#,
          time: #""end": 2, "step": \#(step), "noise_interval": 0.2"#, points: 1000)
      ).values(0)
    }
    let known = try path(0.2)
    for step in [0.1, 0.4, 0.05, 2, 0.03] {
      #expect(zip(known, try path(step)).allSatisfy { abs($0 - $1) < 1e-13 }, "step \(step)")
    }
  }

  /// `∫ σ dW` over a point of volume V has the variance `σ² t/V`, and different points are independent.
  @Test(arguments: [
    (#""size": [64, 32], "points": [256, 64]"#, "x"), (#""size": [8, 8, 8], "points": [24, 25, 26]"#, "x"),
    (#""size": [64, 32], "points": [256, 64], "boundary": "periodic""#, "x"),
    (#""size": [64, 32], "points": [256, 64], "mask": "(x - 30)^2 + (y - 16)^2 < 200""#, "x"),
    (#""geometry": "spherical-radial", "size": [5], "points": [16384]"#, "r"),
    (#""geometry": "cylindrical-radial", "size": [5], "points": [16384], "origin": [2]"#, "r"),
  ])
  func whiteNoiseHasTheVarianceOfTheVolumeOfAPoint(domain: String, axis: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {} },
          "noise": [ { "name": "n", "correlation": "white", "change": { "u": "0.3*(1 + \(axis))" } } ] },
        "domain": { \(domain) }, "initial": { "u": 0 }, "time": { "end": 2, "step": 0.5 } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 2)
    try advance(assembly) { _, _ in }
    let (grid, volumes) = (assembly.configuration.grid, assembly.volumes)
    var scaled: [Double] = []
    for row in 0..<grid.rowCount {
      for column in 0..<grid.rowLength {
        let value = assembly.state.pointer(0, row: row)[column]
        let volume = volumes.uniform ?? volumes.values(ofRow: row)?[column] ?? 0
        if volume == 0 {
          #expect(value == 0)
        } else {
          let amplitude = 0.3 * (1 + grid.axes[0].coordinate(column))
          scaled.append(value / (amplitude * (2 / volume).squareRoot()))
        }
      }
    }
    let count = Double(scaled.count)
    #expect(scaled.count == volumes.pointCount)
    #expect(abs(mean(scaled)) < 5 / count.squareRoot())
    #expect(abs(variance(scaled) - 1) < 5 * (2 / count).squareRoot())
    let fourth = mean(scaled.map { $0 * $0 * $0 * $0 })
    #expect(abs(fourth - 3) < 5 * (96 / count).squareRoot())
    let neighbors = mean(zip(scaled, scaled.dropFirst()).map { $0 * $1 })
    #expect(abs(neighbors) < 5 / count.squareRoot())
  }

  /// Carried along by a tissue that grows as e^{ρt}, `dv = −ρ v dt + σ dW/√(V e^{ρt})`.
  @Test func whiteNoiseInAGrowingDomainGoesWithTheGrowingVolumes() throws {
    let (rho, sigma, time, count) = (0.4, 0.3, 2.0, 4096.0)
    let text = """
      { "model": { "name": "m", "fields": { "u": {} },
          "noise": [ { "name": "n", "correlation": "white", "change": { "u": \(sigma) } } ],
          "free_boundary": { "growth": { "rate": \(rho), "carries": ["u"] } } },
        "domain": { "size": [4], "points": [\(Int(count))] }, "initial": { "u": 0 },
        "time": { "end": \(time), "step": 0.02 } }
      """
    let values = try finalState(text).values(0)
    let volume = 4 / count
    let known = sigma * sigma / volume * (exp(-rho * time) - exp(-2 * rho * time)) / rho
    #expect(abs(mean(values.map { $0 * $0 }) / known - 1) < 5 * (2 / count).squareRoot())
  }

  @Test func uniformNoiseIsOneBrownianMotion() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": {}, "v": {}, "w": {} }, "compartments": { "A": {} }, "noise": [
          { "name": "common", "correlation": "uniform", "change": { "u": 0.3, "v": "-0.6", "A": "0.3" } },
          { "name": "other", "correlation": "uniform", "change": { "w": 0.3 } } ] },
        "domain": { "size": [3, 2], "points": [300, 7] }, "initial": { "u": 0, "v": 0, "w": 0, "A": 0 },
        "time": { "end": 10, "step": 0.005 } }
      """
    var paths: [[Double]] = [[], []]
    let assembly = try RunAssembly(configuration(text), threads: 2)
    try advance(assembly) { _, state in
      let u = state.values(0)
      #expect(u.allSatisfy { $0 == u[0] })
      #expect(abs(state.values(1)[5] + 2 * u[0]) < 1e-12)
      #expect(state.values(3)[17] == u[0])
      paths[0].append(u[0])
      paths[1].append(state.values(2)[0])
    }
    let increments = paths.map { path in zip(path.dropFirst(), path).map { ($0 - $1) / (0.3 * 0.005.squareRoot()) } }
    let count = Double(increments[0].count)
    for values in increments {
      #expect(abs(mean(values)) < 5 / count.squareRoot())
      #expect(abs(mean(values.map { $0 * $0 }) - 1) < 5 * (2 / count).squareRoot())
      #expect(abs(mean(zip(values, values.dropFirst()).map { $0 * $1 })) < 5 / count.squareRoot())
    }
    #expect(abs(mean(zip(increments[0], increments[1]).map { $0 * $1 })) < 5 / count.squareRoot())
  }

  @Test func aSourceKeepsItsNumbersWhenOthersAreAdded() throws {
    func values(_ noise: String, seed: Int = 0) throws -> [Double] {
      try finalState(
        ensemble(
          #""u": {}, "v": {}"#, noise: noise, initial: #""u": 1, "v": 1"#, time: #""end": 1, "step": 0.1"#, points: 500,
          more: #", "seed": \#(seed)"#)
      ).values(0)
    }
    let one = #"{ "name": "a", "correlation": "white", "change": { "u": "u" } }"#
    let other = #"{ "name": "b", "correlation": "white", "change": { "v": "u*v" } }"#
    let known = try values(one)
    #expect(try values(other + ", " + one) == known)
    #expect(try values(one.replacingOccurrences(of: "\"a\"", with: "\"c\"")) != known)
    #expect(try values(one, seed: 1) != known)
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.1 }, "v": {} },
          "processes": [ { "name": "growth", "rate": "u*(1 - u)", "change": { "u": 1, "v": "mean(u)" } } ],
          "noise": [ { "name": "a", "correlation": "white", "change": { "u": "0.1*u*(1 - u)", "v": "0.2*mean(u)" } },
            { "name": "b", "correlation": "uniform", "change": { "v": "0.3*v" } } ] },
        "domain": { "size": [10, 10], "points": [300, 40] }, "initial": { "u": "0.3 + 0.1*random()", "v": 1 },
        "time": { "end": 1, "step": 0.05 } }
      """
    let one = try finalState(text)
    for threads in [2, 3] {
      let other = try finalState(text, threads: threads)
      for field in 0..<2 { #expect(one.values(field) == other.values(field)) }
    }
  }
}
