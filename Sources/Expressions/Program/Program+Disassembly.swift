import CKernels

extension Program {
  /// The instructions as text, one a line; those before the line "---" are run once per tile.
  ///
  /// `out` are outputs, `in` inputs, `r` registers, `u` uniforms, `s` other scalars; numbers stand as they are.
  package var disassembly: String {
    func line(_ instruction: expression_instruction, row: (UInt32) -> String) -> String {
      let operands = [instruction.x, instruction.y, instruction.z, instruction.w]
      let name = String(cString: expression_operation_name(instruction.operation)).lowercased()
      let texts = operands.prefix(Int(expression_operation_arity(instruction.operation))).enumerated().map {
        index, operand in
        instruction.scalars & 1 << UInt16(index) != 0 ? scalar(operand) : row(operand)
      }
      return "\(row(instruction.result)) = \(name) \(texts.joined(separator: ", "))"
    }
    let prologue = code.prologue.map { line($0, row: scalar) }
    let body = code.body.map { line($0, row: row) }
    return (prologue + ["---"] + body).joined(separator: "\n")
  }

  private func row(_ number: UInt32) -> String {
    let number = Int(number)
    if number < outputCount { return "out\(number)" }
    return number < outputCount + inputCount ? "in\(number - outputCount)" : "r\(number - outputCount - inputCount)"
  }

  private func scalar(_ number: UInt32) -> String {
    let number = Int(number)
    if number < uniformCount { return "u\(number)" }
    let isResult = code.prologue.contains { $0.result == UInt32(number) }
    return isResult ? "s\(number)" : "\(code.scalars[number])"
  }
}
