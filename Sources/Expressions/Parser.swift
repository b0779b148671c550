extension Syntax {
  /// Longest text that is read, in bytes.
  package static let textLimit = 64 << 10
  /// How deep parentheses, calls and powers may be nested.
  package static let depthLimit = 200

  /// Reads the text of an expression.
  ///
  /// From loosest to tightest: `||`, `&&`, `!`, comparisons, `+ -`, `* /`, unary minus, `^` (from the right).
  package static func parse(_ text: String) throws(ExpressionProblems) -> Syntax {
    do throws(ExpressionProblem) {
      guard text.utf8.count <= textLimit else {
        throw ExpressionProblem("the expression has more than \(textLimit) bytes", at: 0..<1)
      }
      var lexer = Lexer(text)
      var parser = Parser(tokens: try lexer.tokens())
      return try parser.whole()
    } catch {
      throw ExpressionProblems([error])
    }
  }
}

/// A recursive-descent parser.
private struct Parser {
  let tokens: [Token]
  private var position = 0
  private var depth = 0

  init(tokens: [Token]) { self.tokens = tokens }

  private var current: Token { tokens[position] }

  mutating func whole() throws(ExpressionProblem) -> Syntax {
    if current.kind == .end { throw ExpressionProblem("the expression is empty", at: 0..<1) }
    let syntax = try disjunction()
    if current.kind != .end { throw unexpected(after: syntax) }
    return syntax
  }

  private func unexpected(after syntax: Syntax) -> ExpressionProblem {
    let remedy: String? =
      switch current.kind {
      case .name, .number: "write * for a product"
      case .sign where current.text == "(": "write * for a product"
      case .sign where current.text == ")": "there is no ( for it"
      default: nil
      }
    return ExpressionProblem("unexpected \"\(current.text)\"", at: current.range, remedy: remedy)
  }

  private mutating func take(_ text: String) -> Bool {
    guard current.kind == .sign, current.text == text else { return false }
    position += 1
    return true
  }

  /// Guards against trees too deep for recursion.
  private mutating func nested(_ body: (inout Parser) throws(ExpressionProblem) -> Syntax) throws(ExpressionProblem)
    -> Syntax
  {
    depth += 1
    if depth > Syntax.depthLimit {
      throw ExpressionProblem("the expression is nested more than \(Syntax.depthLimit) deep", at: current.range)
    }
    defer { depth -= 1 }
    return try body(&self)
  }

  // MARK: Operators, from the loosest

  private mutating func disjunction() throws(ExpressionProblem) -> Syntax {
    try nested { parser throws(ExpressionProblem) in
      var operands = [try parser.conjunction()]
      while parser.take("||") { operands.append(try parser.conjunction()) }
      return parser.joined(operands) { .or($0) }
    }
  }

  private mutating func conjunction() throws(ExpressionProblem) -> Syntax {
    var operands = [try negation()]
    while take("&&") { operands.append(try negation()) }
    return joined(operands) { .and($0) }
  }

  private func joined(_ operands: [Syntax], _ kind: ([Syntax]) -> Syntax.Kind) -> Syntax {
    operands.count == 1
      ? operands[0]
      : Syntax(kind: kind(operands), range: operands[0].range.lowerBound..<operands.last!.range.upperBound)
  }

  private mutating func negation() throws(ExpressionProblem) -> Syntax {
    let start = current.range.lowerBound
    guard take("!") else { return try comparison() }
    let operand = try nested { parser throws(ExpressionProblem) in try parser.negation() }
    return Syntax(kind: .not(operand), range: start..<operand.range.upperBound)
  }

  private mutating func comparison() throws(ExpressionProblem) -> Syntax {
    let left = try sum()
    let sign = current.text
    guard current.kind == .sign, ["<", "<=", ">", ">=", "==", "!="].contains(sign) else { return left }
    position += 1
    let right = try sum()
    let range = left.range.lowerBound..<right.range.upperBound
    if current.kind == .sign, ["<", "<=", ">", ">=", "==", "!="].contains(current.text) {
      throw ExpressionProblem("comparisons cannot be chained", at: current.range, remedy: "write a < b && b < c")
    }
    return Syntax(kind: .comparison(sign, left, right), range: range)
  }

  private mutating func sum() throws(ExpressionProblem) -> Syntax {
    try chain("+", "-", of: { parser throws(ExpressionProblem) in try parser.product() }) { .sum($0) }
  }

  private mutating func product() throws(ExpressionProblem) -> Syntax {
    try chain("*", "/", of: { parser throws(ExpressionProblem) in try parser.unary() }) { .product($0) }
  }

  private mutating func chain(
    _ plain: String, _ inverse: String, of operand: (inout Parser) throws(ExpressionProblem) -> Syntax,
    _ kind: ([Syntax.Operand]) -> Syntax.Kind
  ) throws(ExpressionProblem) -> Syntax {
    var operands = [Syntax.Operand(isInverted: false, syntax: try operand(&self))]
    while true {
      let isInverted = take(inverse)
      guard isInverted || take(plain) else { break }
      operands.append(Syntax.Operand(isInverted: isInverted, syntax: try operand(&self)))
    }
    guard operands.count > 1 else { return operands[0].syntax }
    let range = operands[0].syntax.range.lowerBound..<operands.last!.syntax.range.upperBound
    return Syntax(kind: kind(operands), range: range)
  }

  private mutating func unary() throws(ExpressionProblem) -> Syntax {
    let start = current.range.lowerBound
    if take("-") {
      let operand = try nested { parser throws(ExpressionProblem) in try parser.unary() }
      return Syntax(kind: .negative(operand), range: start..<operand.range.upperBound)
    }
    if take("+") { return try nested { parser throws(ExpressionProblem) in try parser.unary() } }
    return try power()
  }

  private mutating func power() throws(ExpressionProblem) -> Syntax {
    let base = try primary()
    guard take("^") else { return base }
    let exponent = try nested { parser throws(ExpressionProblem) in try parser.unary() }
    return Syntax(kind: .power(base, exponent), range: base.range.lowerBound..<exponent.range.upperBound)
  }

  private mutating func primary() throws(ExpressionProblem) -> Syntax {
    let token = current
    switch token.kind {
    case .number(let value):
      position += 1
      return Syntax(kind: .number(value), range: token.range)
    case .name:
      position += 1
      return current.kind == .sign && current.text == "(" ? try call(token) : Syntax(kind: .name(token.text), range: token.range)
    case .sign where token.text == "(":
      position += 1
      let inner = try disjunction()
      try close(open: token)
      return Syntax(kind: inner.kind, range: token.range.lowerBound..<tokens[position - 1].range.upperBound)
    case .end:
      throw ExpressionProblem(
        "the expression ends where a value is expected", at: max(0, token.range.lowerBound - 1)..<max(1, token.range.lowerBound))
    case .sign:
      throw ExpressionProblem("expected a value, found \"\(token.text)\"", at: token.range)
    }
  }

  private mutating func call(_ name: Token) throws(ExpressionProblem) -> Syntax {
    let open = current
    position += 1
    var arguments: [Syntax] = []
    if !take(")") {
      repeat { arguments.append(try disjunction()) } while take(",")
      try close(open: open)
    }
    let range = name.range.lowerBound..<tokens[position - 1].range.upperBound
    return Syntax(kind: .call(name.text, nameRange: name.range, arguments), range: range)
  }

  private mutating func close(open: Token) throws(ExpressionProblem) {
    if take(")") { return }
    if current.kind == .end { throw ExpressionProblem("this ( is never closed", at: open.range, remedy: "add )") }
    throw ExpressionProblem(
      "expected ) or an operator, found \"\(current.text)\"", at: current.range,
      remedy: current.kind == .name || current.text == "(" ? "write * for a product" : nil)
  }
}
