import CKernels
import Fields
import Glibc

extension Program {
  /// Memory of one thread for the intermediate values of one program.
  package final class Workspace: @unchecked Sendable {
    fileprivate let rows: UnsafeMutablePointer<UnsafeMutablePointer<Double>?>
    fileprivate let scalars: UnsafeMutablePointer<Double>
    fileprivate let scalarRows: UnsafeMutablePointer<UnsafeMutablePointer<Double>?>
    fileprivate let scalarCount: Int
    private let registers: TileBlock

    fileprivate init(_ code: ProgramCode) {
      registers = TileBlock(rowCount: code.registerCount)
      let firstRegister = code.outputCount + code.inputCount
      rows = .allocate(capacity: firstRegister + code.registerCount)
      rows.initialize(repeating: nil, count: firstRegister + code.registerCount)
      for register in 0..<code.registerCount { rows[firstRegister + register] = registers.row(register) }
      scalarCount = code.scalars.count
      scalars = .allocate(capacity: code.scalars.count)
      scalars.initialize(from: code.scalars, count: code.scalars.count)
      scalarRows = .allocate(capacity: code.scalars.count)
      for scalar in code.scalars.indices { (scalarRows + scalar).initialize(to: scalars + scalar) }
    }

    deinit {
      rows.deallocate()
      scalars.deallocate()
      scalarRows.deallocate()
    }
  }

  package func makeWorkspace() -> Workspace { Workspace(code) }

  /// Evaluates all outputs at `count` ≤ `Tile.capacity` points, inputs and outputs being neighboring rows of one block.
  ///
  /// The inputs and outputs must not overlap; `uniforms` are at least `uniformCount` numbers.
  package func evaluate(
    _ block: TileBlock, inputRow: Int, outputRow: Int, uniforms: UnsafePointer<Double>, count: Int,
    workspace: Workspace
  ) {
    for output in 0..<outputCount { workspace.rows[output] = block.row(outputRow + output) }
    for input in 0..<inputCount { workspace.rows[outputCount + input] = block.row(inputRow + input) }
    run(uniforms: uniforms, count: count, workspace: workspace)
  }

  /// Evaluates all outputs at `count` ≤ `Tile.capacity` neighboring values of the fields, where they lie, rows being of no
  /// account: input and output `i` are the field `i` of `state` and of `target`.
  ///
  /// - Parameters:
  ///   - fieldCount: inputs that are fields of `state`; the next one is not used.
  ///   - places: the inputs after that.
  /// - Precondition: `target` is another set.
  package func evaluate(
    _ state: FieldSet, fieldCount: Int, places: FieldSet?, into target: FieldSet, from start: Int, count: Int,
    uniforms: UnsafePointer<Double>, workspace: Workspace
  ) {
    for output in 0..<outputCount { workspace.rows[output] = target.pointer(output) + start }
    // Inputs are only read.
    for input in 0..<fieldCount { workspace.rows[outputCount + input] = state.pointer(input) + start }
    for input in fieldCount..<inputCount {
      let place = places.map { $0.pointer(max(0, input - fieldCount - 1)) }
      workspace.rows[outputCount + input] = (place ?? state.pointer(0)) + start
    }
    run(uniforms: uniforms, count: count, workspace: workspace)
    for output in 0..<outputCount { target.clearBetweenRows(output, from: start, to: start + count) }
  }

  /// Evaluates all outputs at `count` ≤ `Tile.capacity` values of a block of points from `start` on, into the first rows of a
  /// tile block.
  ///
  /// - Parameter fieldCount: rows of the block that are fields, and inputs; the next input is not used, those after it follow
  ///   the fields in the block.
  package func evaluate(
    _ points: PointBlock, fieldCount: Int, into block: TileBlock, from start: Int, count: Int,
    uniforms: UnsafePointer<Double>, workspace: Workspace
  ) {
    for output in 0..<outputCount { workspace.rows[output] = block.row(output) }
    for input in 0..<inputCount {
      workspace.rows[outputCount + input] = points.row(input < fieldCount ? input : input - 1) + start
    }
    run(uniforms: uniforms, count: count, workspace: workspace)
  }

  private func run(uniforms: UnsafePointer<Double>, count: Int, workspace: Workspace) {
    assert(count <= Tile.capacity)
    findScalars(uniforms: uniforms, workspace)
    code.body.withUnsafeBufferPointer {
      expression_run($0.baseAddress, $0.count, workspace.rows, workspace.scalars, count)
    }
  }

  private func findScalars(uniforms: UnsafePointer<Double>, _ workspace: Workspace) {
    assert(workspace.scalarCount == code.scalars.count, "the workspace belongs to another program")
    workspace.scalars.update(from: uniforms, count: uniformCount)
    code.prologue.withUnsafeBufferPointer {
      expression_run($0.baseAddress, $0.count, workspace.scalarRows, workspace.scalars, 1)
    }
  }
}
