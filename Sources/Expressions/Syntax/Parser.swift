/// Reads tokens into a tree, by precedence climbing.
///
/// What is surely meant though wrongly written (`**`, `2T`) is noted and read on; the first place without a meaning
/// ends the reading.
struct Parser {
  private let tokens: [Token]
  private var position = 0
  private var nodes: [Syntax.Node] = []
  private var problems: [ExpressionProblem]
  private var depth = 0

  /// - Returns: all nodes, or nil if the reading has ended at a place without a meaning, and what is wrongly written.
  static func read(_ text: String) -> (nodes: [Syntax.Node]?, problems: [ExpressionProblem]) {
    let (tokens, problems) = Lexer.tokens(of: text)
    var parser = Parser(tokens: tokens, problems: problems)
    do throws(ExpressionProblem) {
      try parser.parseAll()
    } catch {
      return (nil, parser.problems + [error])
    }
    return (parser.nodes.isEmpty ? nil : parser.nodes, parser.problems)
  }

  private init(tokens: [Token], problems: [ExpressionProblem]) {
    self.tokens = tokens
    self.problems = problems
  }

  private var current: Token { tokens[position] }

  private mutating func parseAll() throws(ExpressionProblem) {
    if current.kind == .end {
      // Characters that do not belong were already noted: an empty rest is no second problem.
      if !problems.isEmpty { return }
      throw ExpressionProblem(range: current.range, message: "the expression is empty", remedy: "write 0 for nothing")
    }
    _ = try parseInfix(above: 0)
    guard current.kind != .end else { return }
    if current.isSign(")") {
      throw ExpressionProblem(range: current.range, message: "no \"(\" is open for this \")\"")
    }
    if current.isSign(",") {
      throw ExpressionProblem(
        range: current.range, message: "a comma stands only between the arguments of a function",
        remedy: "decimals are written with a point")
    }
    throw unexpected()
  }

  private mutating func add(_ kind: Syntax.Node.Kind, _ range: Range<Int>) -> Int {
    nodes.append(Syntax.Node(kind: kind, range: range))
    return nodes.count - 1
  }

  // MARK: Operators

  private static let strengths = [
    "||": 1, "&&": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3, "+": 4, "-": 4, "*": 5, "/": 5,
  ]
  private static let comparison = 3
  private static let product = 5

  private mutating func parseInfix(above weakest: Int) throws(ExpressionProblem) -> Int {
    var left = try parsePrefix()
    var last = 0
    while let (sign, strength) = nextInfix(), strength > weakest {
      if strength == Parser.comparison, last == Parser.comparison {
        throw ExpressionProblem(
          range: current.range, message: "comparisons cannot be chained",
          remedy: "write a < b && b < c instead of a < b < c")
      }
      let place = current.range
      if case .sign = current.kind {
        position += 1
      } else if foreignOperator(ForeignWords.infix) != nil {
        position += 1
      }
      let right = try parseInfix(above: strength)
      let range = nodes[left].range.lowerBound..<nodes[right].range.upperBound
      left = add(.infix(sign, sign: place, left, right), range)
      last = strength
    }
    return left
  }

  /// The operator that comes next; two values side by side are read as a product, and noted.
  private mutating func nextInfix() -> (sign: String, strength: Int)? {
    switch current.kind {
    case .sign(let sign) where Parser.strengths[sign] != nil:
      return (sign, Parser.strengths[sign] ?? 0)
    case .name where foreignOperator(ForeignWords.infix) != nil:
      let sign = foreignOperator(ForeignWords.infix) ?? ""
      noteWord(insteadOf: sign)
      return (sign, Parser.strengths[sign] ?? 0)
    case .number, .name, .sign("("):
      let before = position > 0 ? tokens[position - 1].range.upperBound : 0
      let place = before..<max(before, current.range.lowerBound)
      if problems.last?.range != place {
        problems.append(
          ExpressionProblem(
            range: place, message: "an operator is missing before \(spelled(current))",
            remedy: "write * for a product"))
      }
      return ("*", Parser.product)
    default: return nil
    }
  }

  /// The sign for the word at hand, where a word stands for an operator in other languages.
  private func foreignOperator(_ words: [String: String]) -> String? {
    if case .name(let name) = current.kind { words[name] } else { nil }
  }

  private mutating func noteWord(insteadOf sign: String) {
    guard problems.last?.range != current.range else { return }
    problems.append(
      ExpressionProblem(
        range: current.range, message: "\(spelled(current)) is not an operator here", suggestion: sign,
        remedy: "write \(sign)"))
  }

  /// Whether a value begins behind the word at hand.
  private var isBeforeValue: Bool {
    switch tokens[min(position + 1, tokens.count - 1)].kind {
    case .number, .name: true
    default: false
    }
  }

  private mutating func parsePrefix() throws(ExpressionProblem) -> Int {
    if let sign = foreignOperator(ForeignWords.prefix), isBeforeValue {
      noteWord(insteadOf: sign)
      position += 1
      return try nested { parser throws(ExpressionProblem) in try parser.parsePrefix() }
    }
    guard case .sign(let sign) = current.kind, ["-", "+", "!"].contains(sign) else { return try parsePower() }
    let start = current.range.lowerBound
    position += 1
    let operand = try nested { parser throws(ExpressionProblem) in try parser.parsePrefix() }
    let range = start..<nodes[operand].range.upperBound
    return sign == "+" ? operand : add(.prefix(sign, operand), range)
  }

  private mutating func parsePower() throws(ExpressionProblem) -> Int {
    let base = try parsePrimary()
    guard current.isSign("^") else { return base }
    let place = current.range
    position += 1
    let exponent = try nested { parser throws(ExpressionProblem) in try parser.parsePrefix() }
    let range = nodes[base].range.lowerBound..<nodes[exponent].range.upperBound
    return add(.infix("^", sign: place, base, exponent), range)
  }

  private mutating func nested(
    _ parse: (inout Parser) throws(ExpressionProblem) -> Int
  ) throws(ExpressionProblem) -> Int {
    guard depth < Syntax.deepestNesting else {
      throw ExpressionProblem(
        range: current.range, message: "the expression is nested deeper than \(Syntax.deepestNesting) levels",
        remedy: "divide it into functions")
    }
    depth += 1
    defer { depth -= 1 }
    return try parse(&self)
  }

  // MARK: Values

  private mutating func parsePrimary() throws(ExpressionProblem) -> Int {
    let token = current
    switch token.kind {
    case .number(let value):
      position += 1
      return add(.number(value), token.range)
    case .name(let name):
      position += 1
      return current.isSign("(") ? try parseCall(name, at: token.range) : add(.name(name), token.range)
    case .sign("("):
      position += 1
      return try parseParenthesis(at: token.range)
    default: throw unexpected()
    }
  }

  private mutating func parseParenthesis(at open: Range<Int>) throws(ExpressionProblem) -> Int {
    let inner = try nested { parser throws(ExpressionProblem) in try parser.parseInfix(above: 0) }
    if current.isSign(",") {
      throw ExpressionProblem(
        range: current.range, message: "a comma stands only between the arguments of a function",
        remedy: "decimals are written with a point")
    }
    let end = try close(open)
    // The range of a node in parentheses includes them.
    nodes[inner] = Syntax.Node(kind: nodes[inner].kind, range: open.lowerBound..<end)
    return inner
  }

  private mutating func parseCall(_ name: String, at place: Range<Int>) throws(ExpressionProblem) -> Int {
    let open = current.range
    position += 1
    var arguments: [Int] = []
    if !current.isSign(")") {
      repeat {
        if !arguments.isEmpty { position += 1 }
        arguments.append(try nested { parser throws(ExpressionProblem) in try parser.parseInfix(above: 0) })
      } while current.isSign(",")
    }
    let end = try close(open)
    return add(.call(name, name: place, arguments: arguments), place.lowerBound..<end)
  }

  /// Expects the `)` that belongs to the `(` at `open`; returns where it ends.
  private mutating func close(_ open: Range<Int>) throws(ExpressionProblem) -> Int {
    guard current.isSign(")") else {
      if current.kind == .end {
        throw ExpressionProblem(range: open, message: "this \"(\" is never closed", remedy: "write the missing )")
      }
      throw unexpected()
    }
    defer { position += 1 }
    return current.range.upperBound
  }

  private func unexpected() -> ExpressionProblem {
    let before = position > 0 ? " after \(spelled(tokens[position - 1]))" : ""
    return ExpressionProblem(range: current.range, message: "expected a value\(before), found \(spelled(current))")
  }

  private func spelled(_ token: Token) -> String {
    switch token.kind {
    case .number(let value): "the number \(value)"
    case .name(let name): "\"\(shortened(name))\""
    case .sign(let sign): "\"\(sign)\""
    case .end: "the end"
    }
  }
}
