import Configuration
import Fields
import Foundation
import Testing
import TimeStepping

@Suite struct ObservedOrderTests {
  /// A predator and its prey that move, all rates of order one, on transforms so that the error in space is nothing.
  private static let text = """
    { "model": {
        "name": "predator and prey",
        "fields": { "a": { "diffusion": 0.3 }, "b": { "diffusion": 0.1 }, "m": {} },
        "reactions": { "a": "a*(1 - a) - a*b/(0.5 + a)*(1 + 0.2*sin(t))", "b": "a*b/(0.5 + a) - 0.4*b", "m": "0.1*b - 0.2*m" } },
      "domain": { "size": [4, 3], "points": [24, 20], "boundary": { "x": "periodic", "y": "no-flux" } },
      "initial": { "a": "0.6 + 0.3*cos(pi*x/2)*cos(pi*y/3)", "b": "0.4 + 0.2*sin(pi*x/2)", "m": 0.1 },
      "time": { "end": 2, "step": 0.1, "reactions": { "tolerance": 1e-11 } },
      "numerics": { "propagator": "fourier" } }
    """

  @Test(arguments: Scheme.all.map(\.name))
  func everySchemeHasItsOrder(name: String) throws {
    let scheme = try #require(Scheme.named(name))
    // One of them is positive only with the Laplacian of neighboring points.
    let symbol = name == "etd2-positive" ? "second-order" : "spectral"
    let accurate = ["time.reactions.tolerance=1e-13", "numerics.symbol=\(symbol)"]
    let reference = try finalState(Self.text, set: accurate + ["time.scheme=strang4", "time.step=0.005"])
    let errors = try [0.1, 0.05, 0.025].map { step in
      relativeError(try finalState(Self.text, set: accurate + ["time.scheme=\(name)", "time.step=\(step)"]), reference)
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      let order = log2(coarse / fine)
      print("\(name): error \(fine), observed order \(order)")
      #expect(abs(order - Double(scheme.order)) < 0.15)
    }
  }

  /// With values and fluxes given at the sides Strang splitting loses its order, rebalanced splitting does not.
  @Test(arguments: ["", #", "numerics": { "propagator": "kernel" }"#])
  func rebalancedSplittingKeepsItsOrderWithGivenSides(numerics: String) throws {
    let text = """
      { "model": { "name": "growth between sides", "parameters": { "c": 2 },
          "fields": { "u": { "diffusion": 1, "boundary": { "x-": { "value": "1 + t^2" }, "x+": { "value": "c + c*t" } } },
                      "v": { "diffusion": 0.5, "boundary": { "x-": { "flux": "t^2" }, "x+": { "robin": { "coefficient": 1, "outside": "1 + t" } } } } },
          "reactions": { "u": "u^2 - u*v", "v": "u - v^2" } },
        "domain": { "size": [1], "points": [40] },
        "initial": { "u": "1 + x", "v": 1 },
        "time": { "end": 0.5, "step": 0.1, "reactions": { "tolerance": 1e-11 } }\(numerics) }
      """
    func order(_ scheme: String, _ steps: [Double]) throws -> Double {
      let reference = try finalState(text, set: ["time.scheme=\(scheme)", "time.step=0.00025"])
      let errors = try steps.map {
        relativeError(try finalState(text, set: ["time.scheme=\(scheme)", "time.step=\($0)"]), reference)
      }
      return log2(errors[0] / errors[1])
    }
    let (strang, rebalanced) = (
      try order("strang", [0.0125, 0.00625]), try order("rebalanced-strang", [0.0125, 0.00625])
    )
    print("given sides\(numerics): strang \(strang), rebalanced \(rebalanced)")
    #expect(strang < 1.7)
    #expect(rebalanced > 1.85)
    #expect(try configuration(text).scheme.name == "rebalanced-strang")
  }

  /// Rates that depend on the whole domain are taken as linear in time over a flow, which is of second order.
  @Test func strangKeepsItsOrderWithFunctionalsOfTheDomain() throws {
    let text = Self.text.replacingOccurrences(of: "- 0.4*b", with: "- 0.4*b*mean(a)/(1 + mean(b))")
    let reference = try finalState(text, set: ["time.step=0.0005"])
    let errors = try [0.1, 0.05].map { relativeError(try finalState(text, set: ["time.step=\($0)"]), reference) }
    #expect(abs(log2(errors[0] / errors[1]) - 2) < 0.15)
  }

  @Test(arguments: Scheme.all.map(\.name))
  func resultsDoNotDependOnThreads(name: String) throws {
    let text = Self.text.replacingOccurrences(of: "- 0.4*b", with: "- 0.4*b*mean(a)")
    let states = try [1, 2, 3].map { try finalState(text, set: ["time.scheme=\(name)"], threads: $0) }
    for state in states.dropFirst() {
      for field in 0..<3 { #expect(state.values(field) == states[0].values(field)) }
    }
  }

  @Test(arguments: ReactionMethod.all.map(\.name))
  func theReactionsAloneAreAsAccurateAsTheirTolerance(method: String) throws {
    let text = """
      { "model": { "name": "logistic", "fields": { "u": {} }, "reactions": { "u": "u*(1 - u)" } },
        "domain": { "size": [1], "points": [300] },
        "initial": { "u": "0.001 + x" },
        "time": { "end": 3, "step": 3, "scheme": "lie", "reactions": { "method": "\(method)", "tolerance": 1e-8 } } }
      """
    let state = try finalState(text)
    for (point, value) in state.values(0).enumerated() {
      let start = 0.001 + (Double(point) + 0.5) / 300
      let exact = start * exp(3) / (1 + start * (exp(3) - 1))
      #expect(abs(value - exact) < 1e-6 * exact)
    }
  }
}
