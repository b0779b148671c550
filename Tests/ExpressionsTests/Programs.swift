import Expressions
import Fields

/// Evaluates a program whose inputs are given as rows of numbers, tile by tile.
///
/// - Returns: one row of numbers for each output.
func run(_ program: Program, inputs: [[Double]], uniforms: [Double] = [], tileLength: Int = Tile.capacity) -> [[Double]]
{
  let count = inputs.first?.count ?? 1
  let workspace = program.makeWorkspace()
  let block = TileBlock(rowCount: program.inputCount + program.outputCount)
  var outputs = [[Double]](repeating: [], count: program.outputCount)
  for start in stride(from: 0, to: count, by: tileLength) {
    let length = min(tileLength, count - start)
    for (row, input) in inputs.enumerated() {
      for point in 0..<length { block[row: row, point: point] = input[start + point] }
    }
    program.evaluate(
      block, inputRow: 0, outputRow: program.inputCount, uniforms: uniforms, count: length, workspace: workspace)
    for output in outputs.indices {
      for point in 0..<length { outputs[output].append(block[row: program.inputCount + output, point: point]) }
    }
  }
  return outputs
}
