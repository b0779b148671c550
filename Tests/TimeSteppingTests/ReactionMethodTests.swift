import Fields
import Foundation
import Models
import RandomNumbers
import Testing
import TimeStepping

@Suite struct ReactionMethodTests {
  private static let methods = ReactionMethod.all.map(\.name)
  /// Those whose substeps are all of one kind.
  private static let single = methods.filter { $0 != ReactionMethod.automatic.name }

  /// A predator and its prey in a world that changes with time, and something that decays.
  private static func predator() throws -> ReactionProblem {
    let points = 40
    let places = (0..<points).map { (Double($0) + 0.5) / Double(points) }
    return try ReactionProblem(
      ["a*(1 - a) - a*b/(0.5 + a)*(1 + 0.5*sin(2*t))", "a*b/(0.5 + a) - c*b", "b*x - 3*m"], fields: ["a", "b", "m"],
      parameters: ["c": 0.4],
      start: [places.map { 0.2 + 0.7 * $0 }, places.map { 0.6 - 0.3 * $0 }, places.map { 1 - $0 / 2 }])
  }

  @Test(arguments: single)
  func everyMethodHasItsOrder(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    let problem = try Self.predator()
    let exact = try problem.reference(interval: 1)
    let errors = try [16, 32].map { count in
      let found = try problem.solution(
        method, tolerance: .infinity, interval: 1 / Double(count), intervals: count)
      #expect(found.statistics.substeps == count && found.statistics.rejections == 0)
      return found.errors(against: exact).max() ?? 0
    }
    let order = log2(errors[0] / errors[1])
    print("\(name): error \(errors[1]), observed order \(order)")
    // The leading term of some is so small that the next one counts.
    #expect(order > Double(method.order) - 0.35 && order < Double(method.order) + 0.6)
  }

  /// The error of what a method estimates for each substep is near the tolerance, whatever that is.
  @Test(arguments: methods)
  func errorsFollowTheTolerance(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    let problem = try Self.predator()
    let exact = try problem.reference(interval: 3)
    for tolerance in [1e-3, 1e-5, 1e-7] where method.order > 2 || tolerance > 1e-6 {
      let found = try problem.solution(method, tolerance: tolerance, interval: 3)
      let error = found.errors(against: exact).max() ?? 0
      print("\(name) at \(tolerance): error \(error), \(found.statistics.evaluations) evaluations")
      #expect(error < 20 * tolerance && error > 1e-4 * tolerance)
    }
  }

  /// Integrals that change linearly over an interval, sources of both signs, and the position enter alike.
  @Test(arguments: methods)
  func methodsAgreeOnWhatComesFromOutside(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    let points = 300
    let places = (0..<points).map { (Double($0) + 0.5) / Double(points) }
    let problem = try ReactionProblem(
      ["u*(2 - u)*mean(v)/(1 + mean(u)) - t*u*v", "x*u - 8*v*mean(u)^2"], fields: ["u", "v"],
      start: [places.map { 1 + $0 }, places.map { 2 - $0 }])
    let source = [places.map { 0.2 - 0.3 * $0 }, places.map { 0.1 * $0 }]
    let functionals = (start: [1.5, 0.5], end: [0.7, 1.25])
    let exact = try problem.reference(interval: 0.5, source: source, functionals: functionals)
    let tolerance = (method.order > 2 ? 1e-8 : 1e-6)
    let found = try problem.solution(
      method, tolerance: tolerance, interval: 0.5, source: source, functionals: functionals)
    #expect((found.errors(against: exact).max() ?? 1) < 20 * tolerance)
  }

  @Test(arguments: methods)
  func resultsDoNotDependOnThreads(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    let points = 5 * Tile.capacity + 17
    let places = (0..<points).map { Double($0) / Double(points) }
    // From tile to tile stiffer, so that tiles take different methods.
    let problem = try ReactionProblem(
      ["u*(1 - u) - 10^(6*x)*u*v/(0.01 + u)", "0.1*u - 5*10^(2*x)*v"], fields: ["u", "v"],
      start: [places.map { 0.2 + $0 }, places.map { 0.1 + 0.1 * $0 }])
    let solutions = try [1, 2, 3].map {
      try problem.solution(method, tolerance: 1e-4, interval: 0.02, intervals: 2, threads: $0)
    }
    if name == "auto" { print(solutions[0].statistics.tiles) }
    for solution in solutions.dropFirst() {
      #expect(solution.values == solutions[0].values)
      #expect(solution.statistics.tiles == solutions[0].statistics.tiles)
    }
  }

  /// Immunotherapy with its fast chemical: states of the pattern that the published model forms, scattered by 10 %.
  private static func immunotherapy() throws -> ReactionProblem {
    let model = try #require(try Catalogue.model("kirschner-panetta-diffusion")).with(parameters: ["sigma_u": 0.018])
    var random = Seeded(state: 1)
    func scattered(_ value: Double) -> Double { value * Double.random(in: 0.9...1.1, using: &random) }
    var start: [[Double]] = [[], [], []]
    for point in 0..<1024 {
      let v = 0.05 + 0.8 * Double(point) / 1024
      let u = 0.2 + 0.2 * v
      let w = (2.5 * u * v / (0.001 + v) + 0.5) / 55.56
      for (field, value) in [u, v, w].enumerated() { start[field].append(scattered(value)) }
    }
    return try ReactionProblem(model, start: start)
  }

  /// What depends on the position alone is found once for each tile: the same as if it were a field that stays.
  @Test(arguments: ["dormand-prince", "etdrk4", "etd2rk", "rodas4", "alpha-qss"])
  func whatDependsOnThePositionIsLikeAFieldThatStays(name: String) throws {
    let points = 600
    let places = (0..<points).map { (Double($0) + 0.5) / Double(points) }
    let (u, v) = (places.map { 0.5 + 0.2 * $0 }, places.map { 0.8 - 0.3 * $0 })
    let parameters = ["k": 3.0]
    let found = try ReactionProblem(
      ["exp(-k*x) + u*v - 2*u", "v*(1 - v)*(1 + x^2) - u*v"], fields: ["u", "v"], parameters: parameters, start: [u, v])
    let stays = try ReactionProblem(
      ["p + u*v - 2*u", "v*(1 - v)*q - u*v", "0", "0"], fields: ["u", "v", "p", "q"], parameters: parameters,
      start: [u, v, places.map { exp(-3 * $0) }, places.map { 1 + $0 * $0 }])
    let method = try #require(ReactionMethod.named(name))
    let one = try found.solution(method, tolerance: 1e-6, interval: 0.7)
    let other = try stays.solution(method, tolerance: 1e-6, interval: 0.7)
    for field in 0..<2 {
      #expect(zip(one.values[field], other.values[field]).allSatisfy { abs($0 - $1) < 1e-12 * abs($1) })
    }
  }

  /// One and two substeps against the solution, for intervals of 3, 14 and 56 decay times of the fast chemical.
  @Test func fastDecayCostsNoSubsteps() throws {
    let problem = try Self.immunotherapy()
    let limits: [(interval: Double, exponential: [Double])] = [
      (0.05, [1e-5, 1e-5, 1e-5]), (0.25, [5e-4, 5e-4, 1e-3]), (1, [5e-3, 6e-2, 8e-2]),
    ]
    for (interval, limit) in limits {
      let exact = try problem.reference(interval: interval)
      for method in [ReactionMethod.exponential, .twoStageExponential, .rodas4, .quasiSteady] {
        for count in [1, 2] {
          let found = try problem.solution(
            method, tolerance: .infinity, interval: interval / Double(count), intervals: count)
          let errors = found.errors(against: exact)
          let text = errors.map { String(format: "%.0e", $0) }.joined(separator: ", ")
          print("h = \(interval), \(method.name) ×\(count): \(text), lowest \(found.lowest)")
          #expect(found.lowest >= 0)
          if method.name == "etd2rk" { #expect(found.statistics.evaluations == 2 * count * 4) }
          if method.name == "etdrk4" { for (error, most) in zip(errors, limit) { #expect(error < most) } }
        }
      }
    }
  }

  @Test(arguments: ["auto", "etdrk4", "rodas4"])
  func fastDecayIsIntegratedToTheTolerance(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    let problem = try Self.immunotherapy()
    for interval in [0.05, 0.25, 1] {
      let exact = try problem.reference(interval: interval)
      let explicit = try problem.solution(.dormandPrince, tolerance: 1e-5, interval: interval)
      let found = try problem.solution(method, tolerance: 1e-5, interval: interval)
      let error = found.errors(against: exact).max() ?? 0
      print(
        "h = \(interval), \(name): error \(error), \(found.statistics.evaluations) evaluations; explicit \(explicit.errors(against: exact).max() ?? 0), \(explicit.statistics.evaluations); \(found.statistics.tiles)"
      )
      #expect(error < 2e-4)
    }
  }

  /// Models in which each field reacts by itself are not integrated but known.
  @Test func exactFlowsAreTheSolution() throws {
    let places = (0..<300).map { (Double($0) + 0.5) / 300 }
    let problem = try ReactionProblem(
      ["r*u*(1 - u/(1 + x)) - 0.5*u", "s*x - d*v", "3*m", "0", "-(w^2)"], fields: ["u", "v", "m", "n", "w"],
      parameters: ["r": 1.5, "s": 2, "d": 700], start: [places, places.map { 1 - $0 }, places, places, places])
    let exact = try problem.reference(interval: 2)
    let found = try problem.solution(.automatic, tolerance: 1e-3, interval: 2)
    #expect(found.statistics.tiles == ["exact": 2] && found.statistics.evaluations == 0)
    let errors = found.errors(against: exact, floor: 1e-12)
    #expect((errors.max() ?? 1) < 1e-9, "\(errors)")
    // Decay with a source alone takes any other source along; logistic growth does not.
    let source = problem.start.map { $0.map { 0.1 * $0 } }
    #expect(
      try problem.solution(.automatic, tolerance: 1e-3, interval: 2, source: source).statistics.tiles["exact"] == nil)
    let linear = try ReactionProblem(["2 - 5*u", "0.1*v"], fields: ["u", "v"], start: [places, places])
    let driven = try linear.solution(.automatic, tolerance: 1e-3, interval: 1, source: [places, places])
    #expect(driven.statistics.tiles == ["exact": 2])
    let known = try linear.reference(interval: 1, source: [places, places])
    #expect((driven.errors(against: known).max() ?? 1) < 1e-10)
  }

  /// What depends on others, on time or on more than the square is integrated.
  @Test(arguments: ["u*(1 - u)*v", "u*(1 - u) + 1", "u^3", "u/(1 + u)", "t*u", "mean(u)*u", "u*v"])
  func otherRatesHaveNoExactFlow(rate: String) throws {
    let problem = try ReactionProblem([rate, "1 - v"], fields: ["u", "v"], start: [[0.5], [0.5]])
    let values = rate.contains("mean") ? [0.5] : []
    let found = try problem.solution(
      .automatic, tolerance: 1e-6, interval: 0.1, functionals: (start: values, end: values))
    #expect(found.statistics.tiles["exact"] == nil)
  }
}
