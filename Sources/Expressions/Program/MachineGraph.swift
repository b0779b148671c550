import CKernels

/// The operations of the machine that compute some expressions, each once, operands first.
struct MachineGraph {
  enum Value: Hashable {
    /// The row of a pointwise symbol.
    case input(Int)
    /// A number given with each tile.
    case uniform(Int)
    case constant(Double)
    case operation(expression_operation, [Int])
  }

  private(set) var values: [Value] = []
  /// Whether a value is the same at all points of a tile.
  private(set) var isUniform: [Bool] = []
  private var numbers: [Value: Int] = [:]

  mutating func add(_ value: Value) -> Int {
    if let known = numbers[value] { return known }
    values.append(value)
    isUniform.append(isUniform(value))
    numbers[value] = values.count - 1
    return values.count - 1
  }

  private func isUniform(_ value: Value) -> Bool {
    switch value {
    case .input: false
    case .uniform, .constant: true
    case .operation(_, let operands): operands.allSatisfy { isUniform[$0] }
    }
  }

  mutating func add(_ operation: expression_operation, _ operands: [Int]) -> Int {
    add(.operation(operation, operands))
  }

  /// Adds a list of nodes; returns the number of each.
  ///
  /// Its symbols are all among `inputs` and `uniforms`, and functionals do not occur.
  mutating func add(_ nodes: [Node], inputs: [Symbol: Int], uniforms: [Symbol: Int]) -> [Int] {
    var map: [Int] = []
    map.reserveCapacity(nodes.count)
    for node in nodes {
      switch node {
      case .constant(let value): map.append(add(.constant(value)))
      case .truth(let holds): map.append(add(.constant(holds ? 1 : 0)))
      case .symbol(let symbol):
        map.append(add(inputs[symbol].map(Value.input) ?? .uniform(uniforms[symbol] ?? 0)))
      case .unary(let operation, let a): map.append(add(operation.machine, [map[a]]))
      case .binary(.power, let a, let b): map.append(addPower(map[a], map[b]))
      case .binary(let operation, let a, let b):
        let (machine, swapped) = operation.machine
        map.append(add(machine, swapped ? [map[b], map[a]] : [map[a], map[b]]))
      case .choice(let a, let b, let c): map.append(add(EXPRESSION_SELECT, [map[a], map[b], map[c]]))
      case .functional, .lineFunctional, .convolution, .delay: map.append(add(.constant(.nan)))
      }
    }
    return map
  }

  // MARK: Powers

  /// Largest exponent that is computed by multiplications: a relative error of at most 16 · 2⁻⁵³.
  private static let largestExponent = 16.0

  /// A power whose exponent is a small multiple of ½ becomes products and a square root.
  private mutating func addPower(_ base: Int, _ exponent: Int) -> Int {
    guard case .constant(let value) = values[exponent], value.magnitude <= MachineGraph.largestExponent,
      (2 * value).rounded() == 2 * value
    else { return add(EXPRESSION_POWER, [base, exponent]) }
    let whole = Int(value.magnitude)
    var result = whole == 0 ? nil : addWholePower(base, whole)
    if value.magnitude != Double(whole) {
      let root = add(EXPRESSION_SQUARE_ROOT, [base])
      result = result.map { add(EXPRESSION_MULTIPLY, [$0, root]) } ?? root
    }
    let one = add(.constant(1))
    guard let result else { return one }
    return value < 0 ? add(EXPRESSION_DIVIDE, [one, result]) : result
  }

  private mutating func addWholePower(_ base: Int, _ exponent: Int) -> Int {
    if exponent == 1 { return base }
    let half = addWholePower(base, exponent / 2)
    let square = add(EXPRESSION_SQUARE, [half])
    return exponent % 2 == 0 ? square : add(EXPRESSION_MULTIPLY, [square, base])
  }

  // MARK: Pieces for other passes

  func operation(_ number: Int) -> (expression_operation, [Int])? {
    if case .operation(let operation, let operands) = values[number] { (operation, operands) } else { nil }
  }

  /// Puts another operation of the same value in place of one.
  mutating func replace(_ number: Int, by operation: expression_operation, _ operands: [Int]) {
    values[number] = .operation(operation, operands)
  }

  /// Bits for those operands that are uniform.
  func scalars(_ operands: [Int]) -> UInt16 {
    operands.enumerated().reduce(0) { isUniform[$1.element] ? $0 | 1 << UInt16($1.offset) : $0 }
  }

  /// The operations needed for some values, operands first, in the order of a depth-first walk.
  func order(for roots: [Int]) -> [Int] {
    var done = [Bool](repeating: false, count: values.count)
    var order: [Int] = []
    var open = roots.reversed().map { (number: $0, operandsDone: false) }
    while let (number, operandsDone) = open.popLast() {
      guard !done[number], let (_, operands) = operation(number) else { continue }
      if operandsDone {
        done[number] = true
        order.append(number)
      } else {
        open.append((number, true))
        for operand in operands.reversed() where !done[operand] { open.append((operand, false)) }
      }
    }
    return order
  }
}
