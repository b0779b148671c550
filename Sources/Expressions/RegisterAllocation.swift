/// Gives each intermediate result a register, and the register to another when the result has been used for the last
/// time, so that all registers together stay in the nearest cache.
///
/// - Returns: the instructions with `.register` in place of `.temporary`, and the number of registers.
func allocateRegisters(_ instructions: [Instruction]) -> (instructions: [Instruction], registerCount: Int) {
  var lastUse: [Slot: Int] = [:]
  for (index, instruction) in instructions.enumerated() {
    for operand in instruction.operands { lastUse[operand] = index }
  }
  var registers: [Slot: Int] = [:]
  var free: [Int] = []
  var count = 0
  var allocated = instructions
  for index in instructions.indices {
    let instruction = instructions[index]
    allocated[index].operands = instruction.operands.map { registers[$0].map(Slot.register) ?? $0 }
    // A row may be written over while it is read for the last time.
    for operand in Set(instruction.operands) where lastUse[operand] == index {
      if let register = registers.removeValue(forKey: operand) { free.append(register) }
    }
    guard case .temporary = instruction.out else { continue }
    free.sort(by: >)
    let register = free.popLast() ?? count
    count = max(count, register + 1)
    registers[instruction.out] = register
    allocated[index].out = .register(register)
  }
  return (allocated, count)
}
