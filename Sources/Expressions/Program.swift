import CKernels
import Fields

/// Expressions compiled for a machine that works on whole tiles: each instruction is a loop over the points of a tile,
/// in the widest vectors that the processor has, with the same bits on every processor and for every tile length.
package final class Program: Sendable {
  package let inputCount: Int
  package let outputCount: Int
  package let uniformCount: Int
  /// Rows of working memory.
  package let registerCount: Int
  let instructions: [Instruction]
  let prelude: [Instruction]
  private let encoded: [ExpressionInstruction]
  private let encodedPrelude: [ExpressionInstruction]
  private let scalars: [Double]

  /// Instructions per tile.
  package var instructionCount: Int { instructions.count }

  /// How many slots instructions can name.
  private static let slotLimit = 1 << 15

  /// Compiles expressions.
  ///
  /// - Parameters:
  ///   - outputs: one row of results each.
  ///   - pointwise: symbols that vary along a tile, one input row each.
  ///   - uniforms: symbols with one value per tile.
  ///   - constants: symbols with one value for good.
  package init(
    outputs: [Expression], pointwise: [Symbol], uniforms: [Symbol], constants: [Symbol: Double]
  ) throws(ExpressionProblems) {
    var compiler = ProgramCompiler(pointwise: pointwise, uniforms: uniforms)
    compiler.compile(outputs.map { $0.substituting(constants) })
    (instructions, registerCount) = allocateRegisters(compiler.body)
    prelude = compiler.prelude
    scalars = compiler.scalars
    inputCount = pointwise.count
    outputCount = outputs.count
    uniformCount = uniforms.count
    var problems = compiler.problems
    if inputCount + outputCount + registerCount + scalars.count > Program.slotLimit {
      problems.append(ExpressionProblem("the expressions are too large to be compiled", at: 0..<0))
    }
    if !problems.isEmpty { throw ExpressionProblems(problems) }
    let layout = Layout(inputs: inputCount, outputs: outputCount, registers: registerCount)
    encoded = instructions.map { layout.encode($0, countsScalars: true) }
    encodedPrelude = compiler.prelude.map { layout.encode($0, countsScalars: false) }
  }

  /// The order of the slots: inputs, outputs, registers, scalars.
  private struct Layout {
    let inputs: Int
    let outputs: Int
    let registers: Int

    func index(_ slot: Slot) -> UInt16 {
      switch slot {
      case .input(let number): UInt16(number)
      case .output(let number): UInt16(inputs + number)
      case .register(let number), .temporary(let number): UInt16(inputs + outputs + number)
      case .scalar(let number): UInt16(inputs + outputs + registers + number)
      }
    }

    func encode(_ instruction: Instruction, countsScalars: Bool) -> ExpressionInstruction {
      let operands = instruction.operands
      var scalars: UInt16 = 0
      if countsScalars {
        for (bit, operand) in operands.enumerated() where operand.isScalar { scalars |= 1 << UInt16(bit) }
      }
      let a = index(operands[0])
      return ExpressionInstruction(
        operation: UInt16(instruction.operation.rawValue), scalars: scalars, out: index(instruction.out), a: a,
        b: operands.count > 1 ? index(operands[1]) : a, c: operands.count > 2 ? index(operands[2]) : a)
    }
  }

  /// Working memory of one thread.
  package final class Workspace: @unchecked Sendable {
    fileprivate let registers: TileBlock
    fileprivate let scalars: UnsafeMutableBufferPointer<Double>
    fileprivate let slots: UnsafeMutableBufferPointer<UnsafeMutablePointer<Double>?>

    fileprivate init(_ program: Program) {
      registers = TileBlock(rowCount: program.registerCount)
      scalars = .allocate(capacity: max(program.scalars.count, 1))
      _ = scalars.initialize(from: program.scalars)
      let rows = program.inputCount + program.outputCount
      slots = .allocate(capacity: rows + program.registerCount + program.scalars.count + 1)
      slots.initialize(repeating: nil)
      for register in 0..<program.registerCount { slots[rows + register] = registers.row(register) }
      for scalar in 0..<program.scalars.count {
        slots[rows + program.registerCount + scalar] = scalars.baseAddress! + scalar
      }
    }

    deinit {
      scalars.deallocate()
      slots.deallocate()
    }
  }

  package func makeWorkspace() -> Workspace { Workspace(self) }

  /// Evaluates all outputs at the first `count` points of a tile.
  ///
  /// - Parameters:
  ///   - block: holds one input row per point-wise symbol from `inputRow` on, and receives one row per output from
  ///     `outputRow` on; the two must not overlap.
  ///   - uniforms: values of the uniform symbols, in their order.
  package func evaluate(
    _ block: TileBlock, inputRow: Int, outputRow: Int, uniforms: [Double], count: Int, workspace: Workspace
  ) {
    let slots = workspace.slots
    for input in 0..<inputCount { slots[input] = block.row(inputRow + input) }
    for output in 0..<outputCount { slots[inputCount + output] = block.row(outputRow + output) }
    for index in 0..<uniformCount { workspace.scalars[index] = uniforms[index] }
    slots.withMemoryRebound(to: UnsafeMutablePointer<Double>?.self) { slots in
      encodedPrelude.withUnsafeBufferPointer { expression_run($0.baseAddress, $0.count, slots.baseAddress, 1) }
      encoded.withUnsafeBufferPointer { expression_run($0.baseAddress, $0.count, slots.baseAddress, count) }
    }
  }

  /// The instructions as text: what is computed, in which order, from what.
  package var disassembly: String {
    (prelude.map { "once:  \($0.text)" } + instructions.map { "       \($0.text)" }).joined(separator: "\n")
  }
}

extension Instruction {
  var text: String {
    let name = ["copy", "add", "subtract", "multiply", "divide", "multiply-add", "multiply-subtract", "subtract-product",
      "multiply-twice", "divide-by-sum", "minimum", "maximum", "less", "less-or-equal", "equal", "not-equal", "and", "or",
      "not", "select", "square-root", "absolute", "floor", "exp", "log", "log10", "sin", "cos", "tan", "tanh", "erf", "power",
    ][Int(operation.rawValue)]
    return "\(out.text) = \(name) \(operands.map(\.text).joined(separator: ", "))"
  }
}

extension Slot {
  var text: String {
    switch self {
    case .input(let number): "input\(number)"
    case .output(let number): "output\(number)"
    case .temporary(let number), .register(let number): "row\(number)"
    case .scalar(let number): "scalar\(number)"
    }
  }
}
