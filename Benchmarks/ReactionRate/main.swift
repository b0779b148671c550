// Times the right-hand side of the immunotherapy model, as the vector program that runs use, over 3 × 512² values.
//
//     reaction-rate [REPEATS]     prints the median of nanoseconds per point and right-hand side, and a sum of the result
//
// Benchmarks/reaction-rate.sh runs it in turn with the same expressions written in C.

import Expressions
import Fields
import Models
import TimeStepping

let points = 512
let repeats = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 50 : 50
guard let model = try Catalogue.model("kirschner-panetta-diffusion") else {
  fatalError("the model is in the catalogue")
}
let grid = Grid(axes: ["x", "y"].map { Axis(name: $0, length: 100, points: points) })
let functions = try PointwiseFunctions(
  model.rates, fields: model.fieldNames, parameters: model.parameterValues, grid: grid)
let (state, result) = (try FieldSet(grid: grid, count: 3), try FieldSet(grid: grid, count: 3))
for field in 0..<3 {
  state.setValues(field, to: (0..<points * points).map { 0.1 + 1e-3 * Double($0 % (101 + field)) })
}
let block = TileBlock(rowCount: functions.inputRowCount + 3)
let workspace = functions.makeWorkspace()
let output = functions.inputRowCount

func pass() {
  for index in 0..<grid.tileCount {
    let tile = grid.tile(index)
    block.load(state, tile: tile, into: 0)
    functions.enter(tile, functionals: [], block: block, inputRow: 0, workspace: workspace)
    functions.evaluate(block, inputRow: 0, outputRow: output, time: 0, count: tile.count, workspace: workspace)
    block.store(output, to: result, tile: tile)
  }
}

pass()
var times: [Double] = []
for _ in 0..<repeats {
  let duration = ContinuousClock().measure(pass)
  times.append(Double(duration.components.attoseconds) * 1e-9 / Double(points * points))
}
print(times.sorted()[repeats / 2], result.sum(0) + result.sum(1) + result.sum(2))
