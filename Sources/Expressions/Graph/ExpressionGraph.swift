/// Expressions under construction: equal operations are stored once, and simplified as they are added.
///
/// Operands come before the operations that use them, so that whatever is done to a graph is a loop and no recursion.
struct ExpressionGraph {
  private(set) var nodes: [Node] = []
  private var numbers: [Node: Int] = [:]

  subscript(_ number: Int) -> Node { nodes[number] }

  /// The number of an operation as it is, added if it is new.
  ///
  /// `a·b` and `b·a` are the same operation, kept in the order in which it was met first.
  mutating func intern(_ node: Node) -> Int {
    var key = node
    if case .binary(let operation, let a, let b) = node, operation.isCommutative, a > b {
      key = .binary(operation, b, a)
    }
    if let known = numbers[key] { return known }
    nodes.append(node)
    numbers[key] = nodes.count - 1
    return nodes.count - 1
  }

  /// A number; one that is not finite becomes the division that gives it, so that every constant is finite.
  mutating func constant(_ value: Double) -> Int {
    if value.isFinite { return intern(.constant(value + 0.0)) }
    let numerator = value.isNaN ? 0.0 : value > 0 ? 1 : -1
    return quotient(intern(.constant(numerator)), intern(.constant(0)))
  }

  mutating func truth(_ value: Bool) -> Int { intern(.truth(value)) }

  mutating func symbol(_ symbol: Symbol) -> Int { intern(.symbol(symbol)) }

  func constantValue(_ number: Int) -> Double? {
    if case .constant(let value) = nodes[number] { value } else { nil }
  }

  /// Adds any operation, simplified.
  mutating func add(_ node: Node) -> Int {
    switch node {
    case .constant(let value): constant(value)
    case .truth, .symbol, .convolution, .delay, .functional, .lineFunctional: intern(node)
    case .unary(let operation, let a): unary(operation, a)
    case .binary(let operation, let a, let b): binary(operation, a, b)
    case .choice(let a, let b, let c): choice(a, b, c)
    }
  }

  mutating func binary(_ operation: BinaryOperation, _ a: Int, _ b: Int) -> Int {
    switch operation {
    case .add: sum(a, b)
    case .subtract: difference(a, b)
    case .multiply: product(a, b)
    case .divide: quotient(a, b)
    case .power: power(a, b)
    case .min, .max: extremum(operation, a, b)
    case .and, .or: logical(operation, a, b)
    default: comparison(operation, a, b)
    }
  }

  /// Adds a finished expression, other expressions of this graph in place of some of its symbols; returns its root.
  mutating func insert(_ expression: Expression, replacing replacements: [Symbol: Int] = [:]) -> Int {
    insert(expression.nodes, replacing: replacements)[expression.nodes.count - 1]
  }

  /// Adds a list of nodes; returns the number of each in this graph.
  mutating func insert(_ added: [Node], replacing replacements: [Symbol: Int] = [:]) -> [Int] {
    var map: [Int] = []
    map.reserveCapacity(added.count)
    for node in added {
      if case .symbol(let symbol) = node, let replacement = replacements[symbol] {
        map.append(replacement)
      } else {
        map.append(add(node.mapOperands { map[$0] }))
      }
    }
    return map
  }

  /// What some roots are made of, in the order of a depth-first walk, and the new numbers of the roots.
  func extract(_ roots: [Int]) -> (nodes: [Node], roots: [Int]) {
    var extracted: [Node] = []
    var map = [Int?](repeating: nil, count: nodes.count)
    var open: [(number: Int, operandsDone: Bool)] = roots.reversed().map { ($0, false) }
    while let (number, operandsDone) = open.popLast() {
      if map[number] != nil { continue }
      if operandsDone {
        extracted.append(nodes[number].mapOperands { map[$0] ?? 0 })
        map[number] = extracted.count - 1
      } else {
        open.append((number, true))
        for operand in nodes[number].operands.reversed() where map[operand] == nil { open.append((operand, false)) }
      }
    }
    return (extracted, roots.map { map[$0] ?? 0 })
  }

  func expression(_ root: Int) -> Expression { Expression(nodes: extract([root]).nodes) }
}
