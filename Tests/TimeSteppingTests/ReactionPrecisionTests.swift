import Fields
import Foundation
import Testing
import TimeStepping

@Suite struct ReactionPrecisionTests {
  private static let methods = ["auto", "dormand-prince", "bogacki-shampine", "etdrk4", "etd2rk"]

  /// A predator, its prey, and something that decays fast, from place to place stiffer.
  private static func problem(points: Int) throws -> ReactionProblem {
    let places = (0..<points).map { (Double($0) + 0.5) / Double(points) }
    return try ReactionProblem(
      ["a*(1 - a) - a*b/(0.5 + a)*(1 + 0.5*sin(2*t))", "a*b/(0.5 + a) - c*b", "b*exp(x) - 3*10^(2*x)*m"],
      fields: ["a", "b", "m"], parameters: ["c": 0.4],
      start: [places.map { 0.2 + 0.7 * $0 }, places.map { 0.6 - 0.3 * $0 }, places.map { 1 - $0 / 2 }])
  }

  @Test(arguments: methods)
  func singlePrecisionIsAccurateToTheTolerance(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    let problem = try Self.problem(points: 300)
    let exact = try problem.reference(interval: 1)
    for tolerance in [1e-3, 1e-4, 1e-6] where method.order > 2 || tolerance > 1e-5 {
      let found = try problem.solution(method, tolerance: tolerance, interval: 1, precision: .single)
      let error = found.errors(against: exact).max() ?? 1
      print("\(name) at \(tolerance): error \(error), \(found.statistics.evaluations) evaluations")
      #expect(error < 20 * tolerance)
    }
  }

  /// Not that it is double precision by another name.
  @Test(arguments: methods)
  func singlePrecisionRounds(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    let problem = try Self.problem(points: 300)
    let (one, other) = (
      try problem.solution(method, tolerance: .infinity, interval: 0.01, precision: .single),
      try problem.solution(method, tolerance: .infinity, interval: 0.01)
    )
    let difference = one.errors(against: other).max() ?? 0
    #expect(difference > 1e-10 && difference < 1e-5)
  }

  /// A thousand changes of 10⁻¹⁰, of which a value of 24 bits would not see any; also of what is far smaller than the rest of
  /// the field.
  @Test(arguments: methods)
  func smallChangesAreNotLost(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    let problem = try ReactionProblem(
      ["1e-10*u*(1 + v)", "v - v"], fields: ["u", "v"], start: [[1, 1e-25, 3e7], [0, 1, 0.5]])
    let found = try problem.solution(method, tolerance: 1e-6, interval: 1, intervals: 1000, precision: .single)
    for (point, growth) in [1e-7, 2e-7, 1.5e-7].enumerated() {
      let start = problem.start[0][point]
      let change = (found.values[0][point] - start) / start
      #expect(abs(change - growth) < 1e-6 * growth, "\(change)")
    }
  }

  @Test(arguments: methods)
  func resultsDoNotDependOnThreads(name: String) throws {
    let method = try #require(ReactionMethod.named(name))
    let problem = try Self.problem(points: 5 * Tile.capacity + 17)
    let solutions = try [1, 2, 3].map {
      try problem.solution(method, tolerance: 1e-4, interval: 0.2, intervals: 2, precision: .single, threads: $0)
    }
    for solution in solutions.dropFirst() { #expect(solution.values == solutions[0].values) }
  }
}
