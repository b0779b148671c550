import CKernels

/// Turns expressions into instructions: what depends on single numbers only goes into a prelude that is done once per
/// tile; every shared part is computed once; products and sums are joined into one instruction where they can be.
struct ProgramCompiler {
  private(set) var body: [Instruction] = []
  private(set) var prelude: [Instruction] = []
  /// Values of the scalar slots before the prelude: constants, and 0 for uniforms and results of the prelude.
  private(set) var scalars: [Double]
  private let pointwise: [Symbol: Int]
  private let uniforms: [Symbol: Int]
  private var slots: [Expression: Slot] = [:]
  private var constants: [Double: Slot] = [:]
  private var uses: [Expression: Int] = [:]
  private var temporaries = 0
  private(set) var problems: [ExpressionProblem] = []

  init(pointwise: [Symbol], uniforms: [Symbol]) {
    self.pointwise = Dictionary(uniqueKeysWithValues: pointwise.enumerated().map { ($1, $0) })
    self.uniforms = Dictionary(uniqueKeysWithValues: uniforms.enumerated().map { ($1, $0) })
    scalars = [Double](repeating: 0, count: uniforms.count)
  }

  /// Compiles the outputs, in their order; the last instruction of each writes its output row.
  mutating func compile(_ outputs: [Expression]) {
    outputs.forEach { countUses($0) }
    var written: Set<Slot> = []
    for (index, output) in outputs.enumerated() {
      let slot = value(of: output)
      if case .temporary = slot, written.insert(slot).inserted {
        rename(slot, to: .output(index), of: output)
      } else {
        body.append(Instruction(operation: EXPRESSION_COPY, out: .output(index), operands: [slot]))
      }
    }
  }

  /// Lets a result be computed in its output row, where later instructions read it too.
  private mutating func rename(_ slot: Slot, to output: Slot, of expression: Expression) {
    for index in body.indices {
      if body[index].out == slot { body[index].out = output }
      body[index].operands = body[index].operands.map { $0 == slot ? output : $0 }
    }
    for (known, place) in slots where place == slot { slots[known] = output }
  }

  private mutating func countUses(_ expression: Expression) {
    let rest = expression.splitCoefficient.rest
    uses[rest, default: 0] += 1
    if uses[rest] == 1 { rest.node.form.children.forEach { countUses($0) } }
  }

  private func isShared(_ expression: Expression) -> Bool { slots[expression] != nil || uses[expression, default: 0] > 1 }

  private func isPointwise(_ expression: Expression) -> Bool {
    expression.symbols.contains { pointwise[$0] != nil }
  }

  // MARK: Values

  private mutating func value(of expression: Expression) -> Slot {
    if let known = slots[expression] { return known }
    let slot = compute(expression)
    slots[expression] = slot
    return slot
  }

  private mutating func compute(_ expression: Expression) -> Slot {
    switch expression.node.form {
    case .constant(let value): return constant(value)
    case .symbol(let symbol): return place(of: symbol)
    case .sum(let terms): return sum(terms, of: expression)
    case .product: return product(expression)
    case .quotient(let a, let b): return quotient(a, b, of: expression)
    case .power(let base, let exponent): return power(base, exponent, of: expression)
    case .unary(let function, let a): return emit(.init(function), [value(of: a)], for: expression)
    case .binary(let function, let a, let b):
      return emit(.init(function), [value(of: a), value(of: b)], for: expression)
    case .not(let a): return emit(EXPRESSION_NOT, [value(of: a)], for: expression)
    case .choice(let a, let b, let c):
      return emit(EXPRESSION_SELECT, [value(of: a), value(of: b), value(of: c)], for: expression)
    case .functional(let kind, _): return refuse("\(kind.rawValue)(…) of the domain was not taken out before")
    case .convolution: return refuse("convolve(…) is not available yet")
    }
  }

  private mutating func refuse(_ message: String) -> Slot {
    problems.append(ExpressionProblem(message, at: 0..<0))
    return constant(.nan)
  }

  private mutating func constant(_ value: Double) -> Slot {
    if let known = constants[value] { return known }
    scalars.append(value)
    constants[value] = .scalar(scalars.count - 1)
    return .scalar(scalars.count - 1)
  }

  private mutating func place(of symbol: Symbol) -> Slot {
    if let row = pointwise[symbol] { return .input(row) }
    if let uniform = uniforms[symbol] { return .scalar(uniform) }
    return refuse("\(symbol.text) has no value here")
  }

  /// Appends an instruction for an expression, to the prelude if it does not vary along the tile.
  private mutating func emit(_ operation: ExpressionOperation, _ operands: [Slot], for expression: Expression) -> Slot {
    emit(operation, operands, isPointwise: isPointwise(expression))
  }

  private mutating func emit(_ operation: ExpressionOperation, _ operands: [Slot], isPointwise: Bool) -> Slot {
    if isPointwise {
      body.append(Instruction(operation: operation, out: .temporary(temporaries), operands: operands))
      temporaries += 1
      return body[body.count - 1].out
    }
    scalars.append(0)
    prelude.append(Instruction(operation: operation, out: .scalar(scalars.count - 1), operands: operands))
    return .scalar(scalars.count - 1)
  }

  // MARK: Sums

  /// The terms that vary along the tile are added one by one to the sum of those that do not.
  private mutating func sum(_ terms: [Expression], of expression: Expression) -> Slot {
    let varies = isPointwise(expression)
    let uniformTerms = varies ? terms.filter { !isPointwise($0) } : []
    var rest = varies ? terms.filter { isPointwise($0) } : terms
    var total: Slot
    if !uniformTerms.isEmpty {
      total = value(of: .sum(uniformTerms))
    } else {
      // Begin with a term that is added, not subtracted, if there is one.
      let start = rest.firstIndex { $0.splitCoefficient.coefficient > 0 } ?? 0
      total = value(of: rest.remove(at: start))
    }
    for term in rest { total = add(term, to: total, isPointwise: varies) }
    return total
  }

  private mutating func add(_ term: Expression, to total: Slot, isPointwise: Bool) -> Slot {
    let (coefficient, rest) = term.splitCoefficient
    if rest.constantValue != nil { return emit(EXPRESSION_ADD, [total, value(of: term)], isPointwise: isPointwise) }
    if abs(coefficient) != 1 {
      return emit(EXPRESSION_MULTIPLY_ADD, [constant(coefficient), value(of: rest), total], isPointwise: isPointwise)
    }
    if case .product(let factors) = rest.node.form, !isShared(rest) {
      let (a, b) = halves(factors)
      let operation = coefficient > 0 ? EXPRESSION_MULTIPLY_ADD : EXPRESSION_SUBTRACT_PRODUCT
      return emit(operation, [a, b, total], isPointwise: isPointwise)
    }
    return emit(
      coefficient > 0 ? EXPRESSION_ADD : EXPRESSION_SUBTRACT, [total, value(of: rest)], isPointwise: isPointwise)
  }

  // MARK: Products

  /// A product as two factors.
  private mutating func halves(_ factors: [Expression]) -> (Slot, Slot) {
    let last = value(of: factors[factors.count - 1])
    return (value(of: .product(Array(factors.dropLast()))), last)
  }

  private mutating func product(_ expression: Expression) -> Slot {
    let (coefficient, rest) = expression.splitCoefficient
    let varies = isPointwise(expression)
    if coefficient != 1 {
      // −(a − b) and the like: the coefficient goes along with the last multiplication.
      if case .product(let factors) = rest.node.form, !isShared(rest) {
        let (a, b) = halves(factors)
        return emit(EXPRESSION_MULTIPLY_TWICE, [constant(coefficient), a, b], isPointwise: varies)
      }
      return emit(EXPRESSION_MULTIPLY, [constant(coefficient), value(of: rest)], isPointwise: varies)
    }
    guard case .product(let factors) = rest.node.form else { return value(of: rest) }
    let uniformFactors = varies ? factors.filter { !isPointwise($0) } : []
    let others = varies ? factors.filter { isPointwise($0) } : factors
    var values = others.map { value(of: $0) }
    if !uniformFactors.isEmpty { values.insert(value(of: .product(uniformFactors)), at: 0) }
    var result = values.removeFirst()
    while !values.isEmpty {
      if values.count >= 2 {
        result = emit(EXPRESSION_MULTIPLY_TWICE, [result, values.removeFirst(), values.removeFirst()], isPointwise: varies)
      } else {
        result = emit(EXPRESSION_MULTIPLY, [result, values.removeFirst()], isPointwise: varies)
      }
    }
    return result
  }

  private mutating func quotient(_ a: Expression, _ b: Expression, of expression: Expression) -> Slot {
    let above = value(of: a)
    if case .sum(let terms) = b.node.form, terms.count == 2, !isShared(b), isPointwise(b) {
      let parts = [value(of: terms[0]), value(of: terms[1])]
      return emit(EXPRESSION_DIVIDE_BY_SUM, [above] + parts, for: expression)
    }
    return emit(EXPRESSION_DIVIDE, [above, value(of: b)], for: expression)
  }

  /// Small whole powers by repeated squaring, as `exactPower` does it.
  private mutating func power(_ base: Expression, _ exponent: Expression, of expression: Expression) -> Slot {
    guard let e = exponent.constantValue, e == 0.5 || (e == e.rounded() && abs(e) <= largestWholePower) else {
      return emit(EXPRESSION_POWER, [value(of: base), value(of: exponent)], for: expression)
    }
    if e == 0.5 { return value(of: .unary(.sqrt, base)) }
    if e < 0 {
      return emit(EXPRESSION_DIVIDE, [constant(1), value(of: .power(base, .constant(-e)))], for: expression)
    }
    var (result, square, rest): (Slot?, Slot, Int) = (nil, value(of: base), Int(e))
    while rest > 0 {
      if rest & 1 == 1 { result = result.map { emit(EXPRESSION_MULTIPLY, [$0, square], for: expression) } ?? square }
      rest >>= 1
      if rest > 0 { square = emit(EXPRESSION_MULTIPLY, [square, square], for: expression) }
    }
    return result ?? square
  }
}
