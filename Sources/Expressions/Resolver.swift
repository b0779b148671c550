import Documents

extension Expression {
  /// How many nodes an expression may have after functions are expanded.
  static let nodeLimit = 100_000
  /// How deep it may be nested then.
  static let depthLimit = 1000

  /// Reads an expression and gives meaning to its names.
  package init(_ text: String, in scope: Scope) throws(ExpressionProblems) {
    self = try Expression(Syntax.parse(text), in: scope)
  }

  /// Gives meaning to the names of an expression.
  package init(_ syntax: Syntax, in scope: Scope) throws(ExpressionProblems) {
    var resolver = Resolver(scope: scope)
    let expression = resolver.number(syntax)
    if !resolver.problems.isEmpty { throw ExpressionProblems(resolver.problems) }
    self = expression
  }
}

/// Turns syntax into expressions; problems are collected, and a number stands in for what is wrong.
private struct Resolver {
  let scope: Scope
  var problems: [ExpressionProblem] = []
  /// Arguments of the function being expanded.
  private var arguments: [String: Expression] = [:]
  /// Functions being expanded, the outermost first; problems within are reported at the outermost call.
  private var expanding: [String] = []
  private var outermostCall: Range<Int>?
  private var expanded: [Expansion: Expression] = [:]
  private var randomCalls = 0
  private var work = 0

  private struct Expansion: Hashable {
    let name: String
    let arguments: [Expression]
  }

  private static let nothing = Expression.constant(.nan)

  init(scope: Scope) { self.scope = scope }

  // MARK: Types

  mutating func number(_ syntax: Syntax) -> Expression {
    let expression = resolve(syntax)
    if expression.isCondition {
      report("a number is expected here, found a condition", syntax.range, remedy: "write where(condition, 1, 0)")
      return Resolver.nothing
    }
    return expression
  }

  private mutating func condition(_ syntax: Syntax) -> Expression {
    let expression = resolve(syntax)
    if !expression.isCondition, expression != Resolver.nothing {
      report("a condition is expected here, found a number", syntax.range, remedy: "compare it, as in a > 0")
    }
    return expression
  }

  private mutating func report(_ message: String, _ range: Range<Int>, suggestion: String? = nil, remedy: String? = nil) {
    let inside = expanding.last.map { " (in the function \($0))" } ?? ""
    problems.append(
      ExpressionProblem(message + inside, at: outermostCall ?? range, suggestion: suggestion, remedy: remedy))
  }

  // MARK: Parts

  private mutating func resolve(_ syntax: Syntax) -> Expression {
    work += 1
    if work == Expression.nodeLimit {
      report("the expression has more than \(Expression.nodeLimit) parts when its functions are expanded", syntax.range)
    }
    guard work < Expression.nodeLimit else { return Resolver.nothing }
    let expression = resolveKind(syntax)
    if expression.node.depth > Expression.depthLimit {
      report("the expression is nested more than \(Expression.depthLimit) deep when its functions are expanded", syntax.range)
      return Resolver.nothing
    }
    return expression
  }

  private mutating func resolveKind(_ syntax: Syntax) -> Expression {
    switch syntax.kind {
    case .number(let value): return .constant(value)
    case .name(let name): return symbol(name, syntax.range)
    case .call(let name, let nameRange, let arguments): return call(name, nameRange, arguments, syntax.range)
    case .sum(let operands):
      return .sum(operands.map { $0.isInverted ? -number($0.syntax) : number($0.syntax) })
    case .product(let operands): return product(operands)
    case .negative(let operand): return -number(operand)
    case .power(let base, let exponent): return .power(number(base), number(exponent))
    case .comparison(let sign, let left, let right): return comparison(sign, number(left), number(right))
    case .and(let operands): return joined(.and, operands)
    case .or(let operands): return joined(.or, operands)
    case .not(let operand): return .not(condition(operand))
    }
  }

  /// From left to right; divisions in a row are gathered, `a/b/c = a/(b c)`.
  private mutating func product(_ operands: [Syntax.Operand]) -> Expression {
    var (above, below): ([Expression], [Expression]) = ([], [])
    for operand in operands {
      let value = number(operand.syntax)
      if operand.isInverted {
        if value.constantValue == 0 { report("division by 0", operand.syntax.range) }
        below.append(value)
      } else {
        above.append(value)
      }
    }
    return below.isEmpty ? .product(above) : .product(above) / .product(below)
  }

  private func comparison(_ sign: String, _ left: Expression, _ right: Expression) -> Expression {
    switch sign {
    case "<": .binary(.less, left, right)
    case "<=": .binary(.lessOrEqual, left, right)
    case ">": .binary(.less, right, left)
    case ">=": .binary(.lessOrEqual, right, left)
    case "==": .binary(.equal, left, right)
    default: .binary(.notEqual, left, right)
    }
  }

  private mutating func joined(_ function: BinaryFunction, _ operands: [Syntax]) -> Expression {
    let conditions = operands.map { condition($0) }
    return conditions.dropFirst().reduce(conditions[0]) { Expression(.binary(function, $0, $1)) }
  }

  // MARK: Names

  private mutating func symbol(_ name: String, _ range: Range<Int>) -> Expression {
    if let argument = arguments[name] { return argument }
    if scope.fields.contains(name) {
      guard scope.permissions.contains(.fields) else {
        report("the field \(name) cannot be used here", range)
        return Resolver.nothing
      }
      return .symbol(.field(name))
    }
    if scope.parameters.contains(name) { return .symbol(.parameter(name)) }
    if let function = scope.functions[name] {
      guard function.arguments.isEmpty else {
        report("the function \(name) needs its arguments", range, remedy: "write \(name)(\(function.arguments.joined(separator: ", ")))")
        return Resolver.nothing
      }
      return expand(name, function, [], range)
    }
    return constantOrCoordinate(name, range)
  }

  private mutating func constantOrCoordinate(_ name: String, _ range: Range<Int>) -> Expression {
    switch name {
    case "pi": return .constant(.pi)
    case "t":
      if scope.permissions.contains(.time) { return .symbol(.time) }
      report("the time t cannot be used here", range)
    case "x", "y", "z", "r":
      guard scope.coordinates.contains(name) else {
        report("there is no axis \(name) in this domain", range)
        return Resolver.nothing
      }
      if scope.permissions.contains(.position) { return .symbol(.coordinate(name)) }
      report("the position \(name) cannot be used here", range)
    default:
      if scope.callables.contains(name) {
        report("\(name) is a function and needs its arguments", range, remedy: Builtin(rawValue: name).map { "write \($0.signature)" })
      } else {
        let known = scope.names + Array(arguments.keys)
        report("unknown symbol \"\(name)\"", range, suggestion: nearestSpelling(of: name, among: known.sorted()))
      }
    }
    return Resolver.nothing
  }

  // MARK: Calls

  private mutating func call(
    _ name: String, _ nameRange: Range<Int>, _ syntax: [Syntax], _ range: Range<Int>
  ) -> Expression {
    if let function = scope.functions[name] {
      guard checkCount(name, syntax.count, function.arguments.count...function.arguments.count, range,
        signature: "\(name)(\(function.arguments.joined(separator: ", ")))") else { return Resolver.nothing }
      let values = syntax.map { number($0) }
      return expand(name, function, values, range)
    }
    if let kind = Functional.Kind(rawValue: name), syntax.count == 1 || Builtin(rawValue: name) == nil {
      return functional(kind, syntax, range)
    }
    switch name {
    case "random", "normal": return random(name, syntax.count, range)
    case "convolve": return convolution(syntax, range)
    default: break
    }
    guard let builtin = Builtin(rawValue: name) else {
      let isSymbol = scope.names.contains(name) || arguments[name] != nil
      report(
        isSymbol ? "\(name) is not a function" : "unknown function \"\(name)\"", nameRange,
        suggestion: isSymbol ? nil : nearestSpelling(of: name, among: scope.callables.sorted()),
        remedy: isSymbol ? "write * for a product" : nil)
      return Resolver.nothing
    }
    guard checkCount(name, syntax.count, builtin.arity, range, signature: builtin.signature) else { return Resolver.nothing }
    return apply(builtin, syntax)
  }

  private mutating func checkCount(
    _ name: String, _ count: Int, _ expected: ClosedRange<Int>, _ range: Range<Int>, signature: String
  ) -> Bool {
    if expected.contains(count) { return true }
    report("\(name) is given \(count) argument\(count == 1 ? "" : "s")", range, remedy: "write \(signature)")
    return false
  }

  private mutating func apply(_ builtin: Builtin, _ syntax: [Syntax]) -> Expression {
    if builtin == .where {
      return .choice(if: condition(syntax[0]), then: number(syntax[1]), else: number(syntax[2]))
    }
    let values = syntax.map { number($0) }
    switch builtin {
    case .min: return values.dropFirst().reduce(values[0]) { .binary(.min, $0, $1) }
    case .max: return values.dropFirst().reduce(values[0]) { .binary(.max, $0, $1) }
    case .hill:
      let power = Expression.power(values[0], values[2])
      return power / (.power(values[1], values[2]) + power)
    case .heaviside:
      return .choice(if: .binary(.lessOrEqual, .constant(0), values[0]), then: .constant(1), else: .constant(0))
    default: return UnaryFunction(rawValue: builtin.rawValue).map { .unary($0, values[0]) } ?? Resolver.nothing
    }
  }

  private mutating func functional(_ kind: Functional.Kind, _ syntax: [Syntax], _ range: Range<Int>) -> Expression {
    guard checkCount(kind.rawValue, syntax.count, 1...1, range, signature: "\(kind.rawValue)(expression)") else {
      return Resolver.nothing
    }
    let argument = number(syntax[0])
    guard scope.permissions.contains(.functionals) else {
      report("\(kind.rawValue)(…) of the whole domain cannot be used here", range)
      return Resolver.nothing
    }
    return .functional(kind, of: argument)
  }

  private mutating func convolution(_ syntax: [Syntax], _ range: Range<Int>) -> Expression {
    guard checkCount("convolve", syntax.count, 2...2, range, signature: "convolve(kernel, expression)") else {
      return Resolver.nothing
    }
    let (kernel, argument) = (number(syntax[0]), number(syntax[1]))
    report("convolve(…) is not available yet", range)
    return Expression(.convolution(kernel: kernel, of: argument))
  }

  private mutating func random(_ name: String, _ count: Int, _ range: Range<Int>) -> Expression {
    guard checkCount(name, count, 0...0, range, signature: "\(name)()") else { return Resolver.nothing }
    guard scope.permissions.contains(.random) else {
      report("\(name)() can be used in initial values only", range)
      return Resolver.nothing
    }
    randomCalls += 1
    return .symbol(name == "random" ? .random(randomCalls - 1) : .normal(randomCalls - 1))
  }

  /// The body of a function with its arguments in place; the same call is expanded once.
  private mutating func expand(
    _ name: String, _ function: Scope.Function, _ values: [Expression], _ range: Range<Int>
  ) -> Expression {
    if expanding.contains(name) {
      let circle = (expanding.drop { $0 != name } + [name]).joined(separator: " uses ")
      report("the function \(name) depends on itself: \(circle)", range)
      return Resolver.nothing
    }
    let key = Expansion(name: name, arguments: values)
    if let known = expanded[key] { return known }
    guard expanding.count < Syntax.depthLimit else {
      report("functions use each other more than \(Syntax.depthLimit) deep", range)
      return Resolver.nothing
    }
    let (outerArguments, outerCall) = (arguments, outermostCall)
    arguments = Dictionary(zip(function.arguments, values)) { first, _ in first }
    outermostCall = outermostCall ?? range
    expanding.append(name)
    let result = number(function.body)
    expanding.removeLast()
    (arguments, outermostCall) = (outerArguments, outerCall)
    // Random numbers are drawn anew at each call.
    if !result.symbols.contains(where: { if case .random = $0 { true } else if case .normal = $0 { true } else { false } }) {
      expanded[key] = result
    }
    return result
  }
}
