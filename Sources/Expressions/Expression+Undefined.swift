extension Expression {
  /// Whether it contains an operation on numbers alone that is no finite number, such as a division by 0, and that counts.
  ///
  /// Operations that give a number are carried out when an expression is made; what they leave is undefined wherever it is
  /// evaluated. What a condition that never holds leaves out does not count.
  package var hasUndefinedNumber: Bool {
    func isConstant(_ number: Int) -> Bool { if case .constant = nodes[number] { true } else { false } }
    return nodes.contains { node in
      switch node {
      case .unary(_, let a): isConstant(a)
      case .binary(.divide, _, let b): nodes[b] == .constant(0)
      case .binary(.power, let a, let b):
        // Powers that underflow are left as they are, too, and are 0.
        if case .constant(let x) = nodes[a], case .constant(let y) = nodes[b] {
          !BinaryOperation.power.machineValue(x, y).isFinite
        } else {
          false
        }
      case .binary(_, let a, let b): isConstant(a) && isConstant(b)
      default: false
      }
    }
  }
}
