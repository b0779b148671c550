// Times the right-hand side of the immunotherapy model, as the vector program that runs use, over 3 × 512² values.
//
//     reaction-rate [REPEATS]     prints the median of nanoseconds per point and right-hand side, and a sum of the result
//
// Benchmarks/reaction-rate.sh runs it in turn with the same expressions written in C.

import Expressions
import Fields
import Models

/// The rates of a model at all points of a grid, the fields and the rates being used where they lie.
struct ReactionRate {
  let grid = Grid(axes: ["x", "y"].map { Axis(name: $0, length: 100, points: 512) })
  let program: Program
  let workspace: Program.Workspace
  let state: FieldSet
  let result: FieldSet
  private let uniforms = [0.0]
  private var inputs: [UnsafePointer<Double>] = []
  private var outputs: [UnsafeMutablePointer<Double>] = []

  init(_ model: Model) throws {
    program = try Program(
      outputs: model.rates, pointwise: model.fieldNames.map(Symbol.field), uniforms: [.time],
      constants: Dictionary(uniqueKeysWithValues: model.parameterValues.map { (.parameter($0.key), $0.value) }))
    workspace = program.makeWorkspace()
    state = try FieldSet(grid: grid, count: model.fields.count)
    result = try FieldSet(grid: grid, count: model.fields.count)
    for field in 0..<state.count {
      state.setValues(field, to: (0..<grid.pointCount).map { 0.1 + 1e-3 * Double($0 % (101 + field)) })
    }
    inputs = (0..<state.count).map { UnsafePointer(state.pointer($0)) }
    outputs = (0..<state.count).map { result.pointer($0) }
  }

  /// Evaluates all points, tile by tile.
  mutating func pass() {
    for index in 0..<grid.tileCount {
      let tile = grid.tile(index)
      if index + 1 < grid.tileCount {
        state.prefetch(grid.tile(index + 1))
        result.prefetch(grid.tile(index + 1))
      }
      for field in 0..<state.count {
        inputs[field] = UnsafePointer(state.pointer(field, row: tile.row) + tile.column)
        outputs[field] = result.pointer(field, row: tile.row) + tile.column
      }
      program.evaluate(inputs: inputs, outputs: outputs, uniforms: uniforms, count: tile.count, workspace: workspace)
    }
  }

  /// The median over passes of nanoseconds per point.
  mutating func median(of repeats: Int) -> Double {
    pass()
    var times: [Double] = []
    for _ in 0..<repeats {
      let duration = ContinuousClock().measure { pass() }
      times.append(Double(duration.components.attoseconds) * 1e-9 / Double(grid.pointCount))
    }
    return times.sorted()[repeats / 2]
  }
}

let repeats = max(1, CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 50 : 50)
if let model = try Catalogue.model("kirschner-panetta-diffusion") {
  var benchmark = try ReactionRate(model)
  let time = benchmark.median(of: repeats)
  print(time, (0..<benchmark.result.count).reduce(0) { $0 + benchmark.result.sum($1) })
}
