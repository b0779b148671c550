import Configuration
import Fields
import Foundation
import Testing

/// Integrals along an axis, and convolutions of other fields, in the equation of a quasi-steady field.
@Suite struct QuasiSteadyIntegralTests {
  private static func text(
    _ rate: String, diffusion: String = "0.01", points: String = "[40, 10]", n: String = "1 + 0.3*cos(pi*x)"
  ) -> String {
    """
    { "model": { "name": "m", "fields": { "n": {}, "w": { "diffusion": \(diffusion), "quasi_steady": true } },
        "reactions": { "w": "\(rate)" } },
      "domain": { "size": [1\(points.contains(",") ? ", 1" : "")], "points": \(points) },
      "initial": { "n": "\(n)", "w": 1 }, "time": { "end": 1, "step": 1, "scheme": "strang" } }
    """
  }

  /// Oxygen that phenotypes take up by `∫ c(w) (1 − y²) n dy` is that of one axis with the integral in closed form.
  @Test func uptakeByAllPhenotypesIsThatOfTheirSum() throws {
    let sum = (0..<10).reduce(0.0) { $0 + 0.1 * (1 - pow((Double($1) + 0.5) / 10, 2)) }
    let source = "0.2*exp(-(x - 0.5)^2/0.01)"
    let wide = try finalState(
      Self.text("\(source) - 3*integral(w/(0.1 + w)*(1 - y^2)*n, y)", diffusion: #"{ "x": 0.01, "y": 0 }"#))
    let line = try finalState(Self.text("\(source) - \(3 * sum)*w/(0.1 + w)*n", points: "[40]"))
    let expected = line.values(1)
    for (index, value) in wide.values(1).enumerated() {
      #expect(abs(value - expected[index % 40]) < 1e-9 * (expected.max() ?? 0))
    }
  }

  /// `w = 2 + cos πx cos πy` solves the discrete equation `∇²w − w − ∫ w dy + S = 0` with `S = 4 + (λ + 1) cos πx cos πy`.
  @Test func aFieldThatVariesAlongTheAxisIsFoundToo() throws {
    func eigenvalue(_ points: Double) -> Double { 2 * (1 - cos(.pi / points)) * points * points }
    let factor = eigenvalue(40) + eigenvalue(10) + 1
    let state = try finalState(
      Self.text("4 + \(factor)*cos(pi*x)*cos(pi*y) - w - integral(w, y)", diffusion: "1"))
    for (index, value) in state.values(1).enumerated() {
      let (x, y) = ((Double(index % 40) + 0.5) / 40, (Double(index / 40) + 0.5) / 10)
      #expect(abs(value - 2 - cos(.pi * x) * cos(.pi * y)) < 1e-8)
    }
  }

  /// A mean of other fields and a convolution of them are numbers that the balance takes as they are.
  @Test func meansAndConvolutionsOfOtherFieldsAreAllowed() throws {
    let width = 0.2
    let state = try finalState(
      Self.text(
        "convolve(where(abs(x) < \(width), 1, 0), n) + mean(n*y, y) - w", diffusion: "0", points: "[40, 10]", n: "2"))
    // Away from the sides: 2 · 0.4 over the period of y, which has length 1 here, and 2 · ½.
    #expect(abs(state.values(1)[5 * 40 + 20] - (2 * 2 * width + 1)) < 1e-9)
  }

  @Test(arguments: [
    (
      "convolve(exp(-x^2), w) - w",
      "a convolution of the field itself is not available in the equation of the quasi-steady field w"
    ),
    (
      "1 - integral(w*integral(w, x), y)",
      "an integral along an axis of an integral of the field itself is not available in the equation of the quasi-steady field w"
    ),
  ])
  func whatHasNoSlopeIsRefused(rate: String, sentence: String) {
    #expect(sentences(findings(Self.text(rate))).contains { $0.contains(sentence) })
  }

  /// Villa, Chaplain & Lorenzi's model with oxygen in balance: few steps, and the numbers of tighter ones.
  @Test func spaceAndPhenotypeTakeFewSteps() throws {
    let text = """
      { "model": { "name": "m", "fields": {
            "n": { "diffusion": { "x": 1e-13, "y": 1e-13 } },
            "s": { "quasi_steady": true, "diffusion": { "x": 2e-5, "y": 0 } } },
          "reactions": {
            "n": "(1e-5*(1 - (1 - y)^2) + 1e-4*s/(1.5e-7 + s)*(1 - y^2) - 2e-14*integral(n, y))*n",
            "s": "6.3996e-7*where(abs(x - 0.12) < 0.01 || abs(x - 0.33) < 0.01, 1, 0) - 2.78e-6*s - 2e-11*integral(1e-4*s/(1.5e-7 + s)*(1 - y^2)*n, y)" } },
        "domain": { "size": [0.5, 1], "points": [40, 40] },
        "initial": { "n": "1e8*exp(-(y - 0.5)^2/0.1)", "s": 6.3996e-7 }, "time": { "end": 1e5, "tolerance": 1e-4 } }
      """
    let assembly = try RunAssembly(configuration(text), threads: 2)
    var steps = -1
    try advance(assembly) { _, state in
      steps += 1
      #expect(state.minimum(0) >= 0)
    }
    let reference = try finalState(text, set: ["time.tolerance=1e-6"], threads: 2)
    let error = relativeError(assembly.state, reference)
    print("space and phenotype: \(steps) steps, error \(error)")
    #expect(steps < 100 && error < 2e-4)
  }
}
