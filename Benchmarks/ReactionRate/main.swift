// Times the right-hand side of the immunotherapy model, as the vector program that runs use, over 3 × 512² values.
//
//     reaction-rate [REPEATS]     prints the median of nanoseconds per point and right-hand side, one line per form, and a
//                                 sum of the result
//
//     reaction-rate methods [REPEATS]   compares the methods for reactions on the models of the catalogue: evaluations of the
//                                       rates and nanoseconds per point for one interval, and the largest error relative
//                                       to the size of the field
//
//     cache        one tile, again and again
//     memory       all tiles, the fields and the rates being used where they lie
//     integrator   one substep of the integrator of runs on every tile: tile copied, 7 right-hand sides and all that the
//                  Runge–Kutta pair does with them, tile copied back; divided by 7
//
// Benchmarks/reaction-rate.sh runs it in turn with the same expressions written in C.

import Expressions
import Fields
import Models
import TimeStepping

/// The rates of a model at all points of a grid.
final class ReactionRate {
  let grid = Grid(axes: ["x", "y"].map { Axis(name: $0, length: 100, points: 512) })
  var tiling: Tiling { integrator.tiling }
  let program: Program
  let workspace: Program.Workspace
  let integrator: ReactionIntegrator
  let state: FieldSet
  let result: FieldSet
  private let uniforms = [0.0]

  init(_ model: Model) throws {
    program = try Program(
      outputs: model.rates, pointwise: model.fieldNames.map(Symbol.field), uniforms: [.time],
      constants: Dictionary(uniqueKeysWithValues: model.parameterValues.map { (.parameter($0.key), $0.value) }))
    workspace = program.makeWorkspace()
    integrator = ReactionIntegrator(
      try ReactionSystem(
        rates: model.rates, fields: model.fieldNames, parameters: model.parameterValues, grid: grid),
      method: .dormandPrince, tolerance: 1e-3, scales: model.fields.map { _ in 1 },
      volumes: try PointVolumes(grid), pool: WorkerPool(threads: 1))
    state = try FieldSet(grid: grid, count: model.fields.count)
    result = try FieldSet(grid: grid, count: model.fields.count)
    for field in 0..<state.count {
      state.setValues(field, to: (0..<grid.pointCount).map { 0.1 + 1e-3 * Double($0 % (101 + field)) })
    }
  }

  /// Evaluates as many points as `tile` has, `place` being where its values lie.
  private func evaluate(_ tile: Tile, at place: Tile) {
    program.evaluate(
      state, fieldCount: state.count, places: nil, into: result, from: place.row * grid.rowStride + place.column,
      count: tile.count, uniforms: uniforms,
      workspace: workspace)
  }

  func passInCache() {
    for index in 0..<tiling.count { evaluate(tiling[index], at: tiling[0]) }
  }

  func passInMemory() {
    for index in 0..<tiling.count {
      if index + 1 < tiling.count {
        state.prefetch(tiling[index + 1])
        result.prefetch(tiling[index + 1])
      }
      evaluate(tiling[index], at: tiling[index])
    }
  }

  /// An interval so short that one substep does.
  func integrate() {
    do { try integrator.advance(state, from: 0, by: 1e-6) } catch { fatalError("\(error)") }
  }

  /// The median over passes of nanoseconds per point.
  func median(of repeats: Int, _ pass: () -> Void) -> Double {
    pass()
    var times: [Double] = []
    for _ in 0..<repeats {
      let duration = ContinuousClock().measure { pass() }
      times.append(Double(duration.components.attoseconds) * 1e-9 / Double(grid.pointCount))
    }
    return times.sorted()[repeats / 2]
  }
}

if CommandLine.arguments.count > 1, CommandLine.arguments[1] == "methods" {
  let repeats = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 5 : 5
  print("| model | interval | tolerance | method | evaluations | ns per point | error | tiles |")
  print("| --- | --- | --- | --- | --- | --- | --- | --- |")
  for problem in MethodComparison.problems { try MethodComparison(problem)?.printRows(repeats: max(1, repeats)) }
} else {
  try timeRates()
}

func timeRates() throws {
  let repeats = max(1, CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 50 : 50)
  if let model = try Catalogue.model("kirschner-panetta-diffusion") {
    let rate = try ReactionRate(model)
    print("cache", rate.median(of: repeats) { rate.passInCache() })
    print("memory", rate.median(of: repeats) { rate.passInMemory() })
    print("integrator", rate.median(of: repeats) { rate.integrate() } / Double(rate.integrator.pair.stageCount))
    let statistics = rate.integrator.statistics
    precondition(
      statistics.substeps == (repeats + 1) * rate.tiling.count && statistics.rejections == 0, "not one substep each")
    print("sum", (0..<rate.result.count).reduce(0) { $0 + rate.result.sum($1) })
  }
}
