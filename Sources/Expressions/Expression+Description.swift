extension Expression: CustomStringConvertible {
  /// The expression as text, which reads back as the same expression in a scope that has its symbols.
  ///
  /// Parts that are used several times are written out each time; a text beyond the longest that can be read ends in
  /// "…". Random numbers are numbered anew when they are read back.
  package var description: String {
    var printer = ExpressionPrinter(nodes: nodes)
    return printer.text(of: nodes.count - 1)
  }
}

/// Writes an expression with as few parentheses as reading it back needs.
private struct ExpressionPrinter {
  let nodes: [Node]
  private var text = ""

  init(nodes: [Node]) { self.nodes = nodes }

  private enum Piece {
    case text(String)
    /// A node, in parentheses if it binds less strongly than this.
    case node(Int, Int)
  }

  mutating func text(of root: Int) -> String {
    var rest: [Piece] = [.node(root, 0)]
    while let piece = rest.popLast() {
      switch piece {
      case .text(let piece): text += piece
      case .node(let number, let strength): rest.append(contentsOf: pieces(of: number, within: strength).reversed())
      }
      if text.utf8.count > Syntax.longestText { return text + "…" }
    }
    return text
  }

  private func pieces(of number: Int, within strength: Int) -> [Piece] {
    let (pieces, own) = pieces(of: nodes[number])
    return own < strength ? [.text("(")] + pieces + [.text(")")] : pieces
  }

  private static let sign = 6
  private static let value = 8

  /// The text of a node, and how strongly it binds.
  private func pieces(of node: Node) -> ([Piece], Int) {
    switch node {
    case .constant(let value):
      return ([.text(spelled(value))], value < 0 ? ExpressionPrinter.sign : ExpressionPrinter.value)
    case .truth(let holds): return ([.text(holds ? "0 == 0" : "0 != 0")], 3)
    case .symbol(let symbol): return ([.text(symbol.description)], ExpressionPrinter.value)
    case .unary(let operation, let a) where operation == .negate || operation == .not:
      return ([.text(operation.rawValue), .node(a, ExpressionPrinter.sign)], ExpressionPrinter.sign)
    case .unary(let operation, let a): return call(operation.rawValue, [a])
    case .binary(let operation, let a, let b):
      guard let (own, left, right) = ExpressionPrinter.strengths[operation] else {
        return call(operation.rawValue, [a, b])
      }
      let spaced = own < 5 ? " \(operation.rawValue) " : operation.rawValue
      return ([.node(a, left), .text(spaced), .node(b, right)], own)
    case .choice(let a, let b, let c): return call("where", [a, b, c])
    case .functional(let kind, let a): return call(kind.rawValue, [a])
    case .lineFunctional(let kind, let axis, let a):
      return ([.text(kind.rawValue + "("), .node(a, 0), .text(", \(axis))")], ExpressionPrinter.value)
    case .convolution(let a, let b): return call("convolve", [a, b])
    case .delay(let a, let lag, let stages):
      guard let stages else { return call("delayed", [a, lag]) }
      return (
        [.text("delayed("), .node(a, 0), .text(", "), .node(lag, 0), .text(", \(stages))")], ExpressionPrinter.value
      )
    }
  }

  private func call(_ name: String, _ arguments: [Int]) -> ([Piece], Int) {
    var pieces: [Piece] = [.text(name + "(")]
    for (index, argument) in arguments.enumerated() {
      if index > 0 { pieces.append(.text(", ")) }
      pieces.append(.node(argument, 0))
    }
    return (pieces + [.text(")")], ExpressionPrinter.value)
  }

  /// How strongly an operator binds, and how strongly its operands have to.
  private static let strengths: [BinaryOperation: (own: Int, left: Int, right: Int)] = [
    .or: (1, 1, 2), .and: (2, 2, 3),
    .less: (3, 4, 4), .lessOrEqual: (3, 4, 4), .greater: (3, 4, 4), .greaterOrEqual: (3, 4, 4),
    .equal: (3, 4, 4), .notEqual: (3, 4, 4),
    .add: (4, 4, 5), .subtract: (4, 4, 5), .multiply: (5, 5, 6), .divide: (5, 5, 6), .power: (7, 8, 6),
  ]

  private func spelled(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
