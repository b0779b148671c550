import Configuration
import Fields
import Foundation
import Testing

@Suite struct NonlocalTests {
  /// Competition over a phenotype, `n_t = β n_yy + (a − b (y − h)² − d ∫n dy) n`: for a Gaussian the mass, the mean and the
  /// inverse variance follow `ρ' = ρ (a − b/v − b (m − h)² − dρ)`, `m' = 2b (h − m)/v`, `v' = 2 (b − βv²)` exactly (Villa,
  /// Chaplain & Lorenzi 2021).
  @Test func aPhenotypeStaysGaussianAndFollowsItsEquations() throws {
    let (a, b, h, d, beta) = (1.0, 0.8, 0.6, 0.5, 0.01)
    let text = """
      { "model": { "name": "phenotypes", "fields": { "n": { "diffusion": { "x": 0, "y": \(beta) } } },
          "reactions": { "n": "(\(a) - \(b)*(y - \(h))^2 - \(d)*integral(n, y))*n" } },
        "domain": { "size": [1, 8], "origin": [0, -4], "points": [3, 256] },
        "initial": { "n": "(1 + x)*sqrt(20/(2*pi))*exp(-10*y^2)" },
        "time": { "end": 4, "step": 0.02, "reactions": { "tolerance": 1e-9 } } }
      """
    let state = try finalState(text)
    for column in 0..<3 {
      // The exact equations, by small steps.
      var (rho, m, v) = (1 + (Double(column) + 0.5) / 3, 0.0, 20.0)
      let count = 400_000
      for _ in 0..<count {
        let step = 4 / Double(count)
        rho += step * rho * (a - b / v - b * (m - h) * (m - h) - d * rho)
        m += step * 2 * b * (h - m) / v
        v += step * 2 * (b - beta * v * v)
      }
      let values = (0..<256).map { state.values(0)[$0 * 3 + column] }
      let y = (0..<256).map { -4 + (Double($0) + 0.5) / 32 }
      let mass = values.reduce(0, +) / 32
      let mean = zip(values, y).reduce(0) { $0 + $1.0 * $1.1 } / 32 / mass
      let variance = zip(values, y).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / 32 / mass
      print("phenotype: mass \(mass) (\(rho)), mean \(mean) (\(m)), variance \(variance) (\(1 / v))")
      #expect(abs(mass - rho) < 2e-4 && abs(mean - m) < 2e-4 && abs(variance - 1 / v) < 2e-4)
    }
  }

  private func rate(_ expression: String, domain: String, initial: String = "exp(-(x - 1)^2)") throws -> FieldSet {
    try finalState(
      """
      { "model": { "name": "m", "parameters": { "s": 0.7 }, "fields": { "u": {}, "v": {} }, "reactions": { "v": "\(expression)" } },
        "domain": \(domain), "initial": { "u": "\(initial)", "v": 0 }, "time": { "end": 1, "step": 1 } }
      """)
  }

  /// The convolution of two Gaussians is one: variances ½ and s²/2 add up.
  ///
  /// Walls and the period are far away.
  @Test(arguments: ["no-flux", "periodic"])
  func theConvolutionOfGaussiansIsAGaussian(boundary: String) throws {
    let state = try rate(
      "convolve(exp(-x^2/s^2), u)",
      domain: #"{ "size": [20], "origin": [-10], "points": [200], "boundary": "\#(boundary)" }"#)
    let sum = 1 + 0.49
    for (point, value) in state.values(1).enumerated() {
      let x = -10 + (Double(point) + 0.5) / 10
      let exact = 0.7 * (Double.pi / sum).squareRoot() * exp(-(x - 1) * (x - 1) / sum)
      #expect(abs(value - exact) < 1e-12)
    }
  }

  /// Against the sum over all points: an asymmetric kernel, in two axes, with and without a mask and a period.
  @Test(arguments: ["", #", "mask": "x + y > 2 && x < 5""#, #", "boundary": { "x": "periodic" }"#])
  func convolutionsAreSumsOverThePointsOfTheTissue(more: String) throws {
    let state = try rate(
      "convolve(exp(-x^2 - 2*y^2)*(1 + 0.3*x), u)", domain: #"{ "size": [6, 4], "points": [12, 9]\#(more) }"#,
      initial: "1 + sin(x)*y")
    let (dx, dy) = (0.5, 4.0 / 9)
    func inside(_ x: Double, _ y: Double) -> Bool { more.contains("mask") ? x + y > 2 && x < 5 : true }
    for j in 0..<9 {
      for i in 0..<12 {
        let (x, y) = ((Double(i) + 0.5) * dx, (Double(j) + 0.5) * dy)
        guard inside(x, y) else { continue }
        var sum = 0.0
        for l in 0..<9 {
          for k in 0..<12 {
            let (a, b) = ((Double(k) + 0.5) * dx, (Double(l) + 0.5) * dy)
            guard inside(a, b) else { continue }
            var distances = [x - a]
            if more.contains("periodic") {
              let turns = (i - k + 18) % 12 - 6
              // Half a length away there are two images.
              distances = (turns == -6 ? [-6, 6] : [turns]).map { Double($0) * dx }
            }
            for distance in distances {
              sum +=
                exp(-distance * distance - 2 * (y - b) * (y - b)) * (1 + 0.3 * distance) * (1 + sin(a) * b) * dx * dy
                / Double(distances.count)
            }
          }
        }
        #expect(abs(state.values(1)[j * 12 + i] - sum) < 1e-12 * 10)
      }
    }
  }

  @Test func meansAlongAnAxisAreThoseOfTheTissue() throws {
    let state = try rate(
      "mean(u, x) + 2*integral(1, y)", domain: #"{ "size": [4, 3], "points": [8, 6], "mask": "x < 2 || y < 1" }"#,
      initial: "x + y")
    for j in 0..<6 {
      for i in 0..<8 {
        let (x, y) = ((Double(i) + 0.5) / 2, (Double(j) + 0.5) / 2)
        guard x < 2 || y < 1 else { continue }
        let exact = (y < 1 ? 2 : 1) + y + 2 * (x < 2 ? 3 : 1)
        #expect(abs(state.values(1)[j * 8 + i] - exact) < 1e-12)
      }
    }
  }

  @Test(arguments: ["strang", "rebalanced-strang"])
  func splittingKeepsItsOrder(scheme: String) throws {
    let text = """
      { "model": { "name": "m", "fields": { "u": { "diffusion": 0.2 }, "v": { "diffusion": 0.05 } },
          "reactions": { "u": "u*(1 - convolve(exp(-x^2)/sqrt(pi), u*(1 + 0.2*v)))", "v": "0.4*u*mean(v, x)*mean(u) - 0.5*v*integral(convolve(exp(-abs(x)), v), x)/6" } },
        "domain": { "size": [6], "points": [60], "boundary": "periodic" },
        "initial": { "u": "0.8 + 0.5*sin(pi*x/3)", "v": "1 + 0.5*cos(pi*x/3)" },
        "time": { "end": 2, "step": 0.1, "reactions": { "tolerance": 1e-11 } }, "numerics": { "propagator": "fourier" } }
      """
    let reference = try finalState(text, set: ["time.step=0.002"])
    let errors = try [0.2, 0.1, 0.05].map {
      relativeError(try finalState(text, set: ["time.scheme=\(scheme)", "time.step=\($0)"]), reference)
    }
    print("nonlocal, \(scheme): \(errors)")
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.8) }
    let assembly = try RunAssembly(
      configuration(
        text.replacingOccurrences(
          of: #""initial""#,
          with: #""observables": { "a": "integral(u*mean(v, x))", "b": "integral(u)*mean(v)" }, "initial""#)),
      threads: 2)
    let values = assembly.observables.values(of: assembly.state, time: 0)
    #expect(abs(values[0] - values[1]) < 1e-12)
  }
}
