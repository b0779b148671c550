import Expressions
import Fields
import Models
import TimeStepping

/// Integrates the reactions of a model over one interval with every method, from the same states.
struct MethodComparison {
  /// A model of the catalogue with values as they occur, and the halves of a short and of a long step.
  struct Problem {
    let model: String
    /// Largest value of each field; states lie between a tenth of it and all.
    let sizes: [Double]
    let intervals: [Double]
    /// Values of the integrals over the domain.
    var functionals: [Double] = []
  }

  static let problems = [
    Problem(model: "fisher-kpp-glioma", sizes: [1e5], intervals: [0.5, 10]),
    Problem(model: "kirschner-panetta-diffusion", sizes: [0.4, 1, 0.06], intervals: [0.0625, 0.5]),
    Problem(model: "kuznetsov-taylor-diffusion", sizes: [2e6, 4e8], intervals: [0.05, 1]),
    Problem(model: "gatenby-gawlinski", sizes: [1, 1, 1], intervals: [0.00625, 0.1]),
    Problem(model: "matzavinos-chaplain-kuznetsov", sizes: [1, 1, 1, 1], intervals: [0.01, 0.25]),
    Problem(
      model: "morselli-immunovirotherapy", sizes: [1e4, 3e3, 1e3, 2.5], intervals: [0.125, 2.5], functionals: [5e3]),
  ]

  let problem: Problem
  private let model: Model
  private let grid = Grid(axes: ["x", "y"].map { Axis(name: $0, length: 1, points: 128) })
  private let system: ReactionSystem
  private let start: FieldSet

  init?(_ problem: Problem) throws {
    guard let model = try Catalogue.model(problem.model) else { return nil }
    self.problem = problem
    self.model = model
    system = try ReactionSystem(
      rates: model.rates, fields: model.fieldNames, parameters: model.parameterValues, grid: grid)
    start = try FieldSet(grid: grid, count: model.fields.count)
    for (field, size) in problem.sizes.enumerated() {
      // Each field varies with a period of its own along a tile.
      let period = 40 + 17 * field
      start.setValues(
        field, to: (0..<grid.pointCount).map { size * (0.1 + 0.9 * Double($0 % period) / Double(period - 1)) })
    }
  }

  /// The state after an interval, what it took, and nanoseconds per point (the least of some repeats).
  private func integrate(
    _ method: ReactionMethod, _ tolerance: Double, _ interval: Double, repeats: Int
  ) throws -> (state: FieldSet, tiles: [String: Int], evaluations: Double, time: Double) {
    let course = ReactionIntegrator.FunctionalCourse(start: problem.functionals, end: problem.functionals)
    let state = try FieldSet(grid: grid, count: problem.sizes.count)
    var (tiles, evaluations) = ([String: Int](), 0.0)
    var least = Double.infinity
    for _ in 0..<repeats {
      let integrator = ReactionIntegrator(
        system, method: method, tolerance: tolerance, scales: problem.sizes, volumes: try PointVolumes(grid),
        pool: WorkerPool(threads: 1))
      state.copy(from: start)
      let duration = try ContinuousClock().measure {
        try integrator.advance(state, from: 0, by: interval, functionals: course)
      }
      least = min(least, Double(duration.components.attoseconds) * 1e-9 / Double(grid.pointCount))
      tiles = integrator.statistics.tiles
      evaluations = Double(integrator.statistics.evaluations) / Double(integrator.tiling.count)
    }
    return (state, tiles, evaluations, least)
  }

  /// One row for each interval, tolerance and method.
  func printRows(repeats: Int) throws {
    for interval in problem.intervals {
      let exact = try integrate(.dormandPrince, 1e-12, interval, repeats: 1).state
      for tolerance in [1e-4, 1e-6] {
        for method in ReactionMethod.all where method.order > 3 {
          let found = try integrate(method, tolerance, interval, repeats: repeats)
          let error = (0..<start.count).map { field in
            zip(found.state.values(field), exact.values(field)).map { abs($0 - $1) }.reduce(0, max)
              / problem.sizes[field]
          }.max()
          let tiles = found.tiles.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
          print(
            "| \(model.name) | \(interval) | \(tolerance) | \(method.name) | \(Float(found.evaluations)) | "
              + "\(Int(found.time.rounded())) | \(Float(error ?? 0)) | \(tiles.joined(separator: ", ")) |")
        }
      }
    }
  }
}
