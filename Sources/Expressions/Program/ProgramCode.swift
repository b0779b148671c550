import CKernels

/// The instructions of a program, with rows and scalars numbered.
///
/// Rows: outputs, then inputs, then registers. Scalars: uniforms, then constants, then results of the prologue.
struct ProgramCode: Sendable {
  /// Instructions on scalars, run once per tile.
  private(set) var prologue: [expression_instruction] = []
  /// Instructions on rows.
  private(set) var body: [expression_instruction] = []
  private(set) var registerCount = 0
  /// Values of the scalars before the first run; those of uniforms are 0.
  private(set) var scalars: [Double]

  let inputCount: Int
  let outputCount: Int
  private var scalarNumbers: [Int: UInt32] = [:]
  private var rowNumbers: [Int: UInt32] = [:]
  private var freeRegisters: [UInt32] = []

  /// Numbers the rows and scalars of a fused graph, whose `outputs` are given by their numbers in it.
  init(_ graph: MachineGraph, outputs: [Int], inputCount: Int, uniformCount: Int) {
    self.inputCount = inputCount
    outputCount = outputs.count
    scalars = [Double](repeating: 0, count: uniformCount)
    numberLeaves(of: graph)
    let order = graph.order(for: outputs)
    for value in order where graph.isUniform[value] { addScalar(value, of: graph) }
    let ordered = order.filter { !graph.isUniform[$0] }
    numberOutputs(outputs, computed: Set(ordered))
    addBody(ordered, of: graph)
    addCopies(outputs, of: graph)
    scalarNumbers = [:]
    rowNumbers = [:]
  }

  private mutating func numberLeaves(of graph: MachineGraph) {
    for (number, value) in graph.values.enumerated() {
      switch value {
      case .input(let input): rowNumbers[number] = UInt32(outputCount + input)
      case .uniform(let uniform): scalarNumbers[number] = UInt32(uniform)
      case .constant(let constant):
        scalarNumbers[number] = UInt32(scalars.count)
        scalars.append(constant)
      case .operation: break
      }
    }
  }

  private mutating func addScalar(_ value: Int, of graph: MachineGraph) {
    guard let (operation, operands) = graph.operation(value) else { return }
    prologue.append(
      instruction(
        operation, scalars: 0, result: UInt32(scalars.count), operands.map { scalarNumbers[$0] ?? 0 }))
    scalarNumbers[value] = UInt32(scalars.count)
    scalars.append(0)
  }

  /// A computed value that is an output is written to the row of that output at once, and stays there.
  private mutating func numberOutputs(_ outputs: [Int], computed: Set<Int>) {
    for (index, value) in outputs.enumerated() where rowNumbers[value] == nil && computed.contains(value) {
      rowNumbers[value] = UInt32(index)
    }
  }

  private mutating func addBody(_ order: [Int], of graph: MachineGraph) {
    var lastUses: [Int: Int] = [:]
    for (position, value) in order.enumerated() {
      for operand in graph.operation(value)?.1 ?? [] { lastUses[operand] = position }
    }
    for (position, value) in order.enumerated() {
      guard let (operation, operands) = graph.operation(value) else { continue }
      let ordered = graph.scalarsFirst(operation, operands)
      let numbers = ordered.map { (graph.isUniform[$0] ? scalarNumbers[$0] : rowNumbers[$0]) ?? 0 }
      for operand in operands where lastUses[operand] == position {
        release(rowNumbers[operand])
        lastUses[operand] = nil
      }
      let result = rowNumbers[value] ?? takeRegister()
      rowNumbers[value] = result
      body.append(instruction(operation, scalars: graph.scalars(ordered), result: result, numbers))
    }
  }

  /// Outputs that are inputs, numbers, or equal to earlier outputs.
  private mutating func addCopies(_ outputs: [Int], of graph: MachineGraph) {
    for (index, value) in outputs.enumerated() where rowNumbers[value] != UInt32(index) {
      let source = (graph.isUniform[value] ? scalarNumbers[value] : rowNumbers[value]) ?? 0
      body.append(
        instruction(EXPRESSION_COPY, scalars: graph.scalars([value]), result: UInt32(index), [source]))
    }
  }

  private mutating func takeRegister() -> UInt32 {
    if let free = freeRegisters.popLast() { return free }
    registerCount += 1
    return UInt32(outputCount + inputCount + registerCount - 1)
  }

  private mutating func release(_ row: UInt32?) {
    if let row, row >= UInt32(outputCount + inputCount) { freeRegisters.append(row) }
  }

  private func instruction(
    _ operation: expression_operation, scalars: UInt16, result: UInt32, _ operands: [UInt32]
  ) -> expression_instruction {
    func operand(_ index: Int) -> UInt32 { index < operands.count ? operands[index] : 0 }
    return expression_instruction(
      operation: operation.code, scalars: scalars, result: result, x: operand(0), y: operand(1), z: operand(2),
      w: operand(3))
  }
}
