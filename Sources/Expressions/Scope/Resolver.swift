/// Gives the names of a tree their meaning, checks types, expands functions.
///
/// Functions are expanded once for each set of arguments, so that functions which use each other many times cost no
/// more than their distinct parts. Work and size are limited, whatever the text.
struct Resolver {
  /// Most operations of one expression, functions expanded.
  static let mostNodes = 100_000
  /// Most steps of expansion.
  static let mostSteps = 300_000
  /// Deepest use of functions by functions.
  static let deepestUse = 200

  let scope: Scope
  var graph = ExpressionGraph()
  var problems: [ExpressionProblem] = []
  /// The functions being expanded, outermost first.
  var path: [String] = []
  /// Where the outermost of them is called.
  var outermostCall: Range<Int>?

  private var expansions: [Expansion: Int?] = [:]
  private var draws: [Draw: Int] = [:]
  private var steps = 0

  private struct Expansion: Hashable {
    let function: String
    let arguments: [Int]
  }

  /// A place where a random number is drawn.
  struct Draw: Hashable {
    let function: String?
    let place: Range<Int>
  }

  /// The expression of a tree, which may be the body of a function.
  static func expression(
    of syntax: Syntax, in scope: Scope, named function: String? = nil
  ) throws(ExpressionProblems) -> Expression {
    var resolver = Resolver(scope: scope)
    if let function { resolver.path = [function] }
    do throws(ExpressionProblem) {
      let root = try resolver.resolve(syntax, arguments: [:])
      if resolver.problems.isEmpty, let root { return resolver.graph.expression(root) }
    } catch {
      resolver.problems.append(error)
    }
    throw ExpressionProblems(resolver.problems)
  }

  init(scope: Scope) { self.scope = scope }

  /// Adds a tree; nil where a problem was noted.
  private mutating func resolve(
    _ syntax: Syntax, arguments: [String: Int]
  ) throws(ExpressionProblem) -> Int? {
    try resolveAll(syntax, arguments: arguments)[syntax.nodes.count - 1]
  }

  /// Adds a tree; of each of its nodes the number in the graph, nil where a problem was noted.
  mutating func resolveAll(_ syntax: Syntax, arguments: [String: Int]) throws(ExpressionProblem) -> [Int?] {
    var results: [Int?] = []
    results.reserveCapacity(syntax.nodes.count)
    for node in syntax.nodes {
      steps += 1
      if steps > Resolver.mostSteps || graph.nodes.count > Resolver.mostNodes {
        throw ExpressionProblem(
          range: place(node.range),
          message: "the expression has more than \(Resolver.mostNodes) operations when its functions are expanded",
          remedy: "use fewer nested functions")
      }
      results.append(try resolve(node, operands: results, arguments: arguments))
    }
    return results
  }

  private mutating func resolve(
    _ node: Syntax.Node, operands: [Int?], arguments: [String: Int]
  ) throws(ExpressionProblem) -> Int? {
    switch node.kind {
    case .number(let value): return graph.constant(value)
    case .name(let name): return try resolve(name: name, at: node.range, arguments: arguments)
    case .call(let name, let place, let numbers):
      let values = numbers.map { operands[$0] }
      return try resolve(
        Call(name: name, place: place, range: node.range, arguments: values), arguments: arguments)
    case .prefix(let sign, let a):
      guard let a = operands[a] else { return nil }
      return prefix(sign, a, at: node.range)
    case .infix(let sign, let place, let a, let b):
      guard let a = operands[a], let b = operands[b], let operation = BinaryOperation(rawValue: sign) else {
        return nil
      }
      return infix(operation, a, b, at: place)
    }
  }

  private mutating func resolve(
    name: String, at range: Range<Int>, arguments: [String: Int]
  ) throws(ExpressionProblem) -> Int? {
    if let argument = arguments[name] { return argument }
    if scope.functions[name] != nil, !scope.fields.contains(name), !scope.parameters.contains(name) {
      return try resolve(Call(name: name, place: range, range: range, arguments: nil), arguments: arguments)
    }
    return symbol(name, at: range, arguments: arguments)
  }

  /// A function as it is used; `arguments` is nil where it stands without parentheses.
  struct Call {
    let name: String
    let place: Range<Int>
    let range: Range<Int>
    let arguments: [Int?]?
  }

  private mutating func resolve(_ call: Call, arguments: [String: Int]) throws(ExpressionProblem) -> Int? {
    if arguments[call.name] == nil, let function = scope.functions[call.name] {
      return try expand(function, call)
    }
    guard arguments[call.name] == nil, let builtin = Builtin.named[call.name] else {
      note(notAFunction(call, arguments: arguments))
      return nil
    }
    return apply(builtin, call)
  }

  private mutating func expand(_ function: Scope.Function, _ call: Call) throws(ExpressionProblem) -> Int? {
    guard hasRightCount(function, call), let values = numbers(call) else { return nil }
    let expansion = Expansion(function: call.name, arguments: values)
    if let known = expansions[expansion] { return known }
    if let start = path.firstIndex(of: call.name) {
      let cycle = path[start...] + [call.name]
      throw ExpressionProblem(
        range: place(call.place), message: "functions must not use themselves: \(cycle.joined(separator: " uses "))")
    }
    guard path.count < Resolver.deepestUse else {
      throw ExpressionProblem(
        range: place(call.place), message: "functions use each other more than \(Resolver.deepestUse) deep")
    }
    let isOutermost = outermostCall == nil
    if isOutermost { outermostCall = call.range }
    path.append(call.name)
    defer {
      path.removeLast()
      if isOutermost { outermostCall = nil }
    }
    let names = Dictionary(zip(function.arguments, values), uniquingKeysWith: { first, _ in first })
    let result = try resolve(function.body, arguments: names)
    expansions[expansion] = .some(result)
    return result
  }

  private mutating func hasRightCount(_ function: Scope.Function, _ call: Call) -> Bool {
    if (call.arguments ?? []).count == function.arguments.count,
      (call.arguments == nil) == function.arguments.isEmpty
    {
      return true
    }
    let signature =
      function.arguments.isEmpty ? call.name : "\(call.name)(\(function.arguments.joined(separator: ", ")))"
    let count = function.arguments.count
    let found = call.arguments.map { ", found \($0.count)" } ?? ""
    note(
      ExpressionProblem(
        range: place(call.range),
        message: count == 0
          ? "\"\(call.name)\" takes no arguments" : "\"\(call.name)\" takes \(counted(count, "argument"))\(found)",
        remedy: "write \(signature)"))
    return false
  }

  /// The number of the random draw written at a place; the same draw wherever its function is used.
  mutating func drawNumber(at range: Range<Int>) -> Int {
    let draw = Draw(function: path.last, place: range)
    if draws[draw] == nil { draws[draw] = draws.count }
    return draws[draw] ?? 0
  }

  mutating func note(_ problem: ExpressionProblem) {
    let problem = problem.within(function: outermostCall == nil ? nil : path.last)
    if problems.count < ExpressionProblems.mostItems, !problems.contains(problem) { problems.append(problem) }
  }

  /// The place to show for a place in the text being resolved: inside a function, where it is called.
  func place(_ range: Range<Int>) -> Range<Int> { outermostCall ?? range }

  /// Adds to a message in which function the place is.
  func message(_ text: String) -> String {
    outermostCall == nil ? text : "in the function \"\(path.last ?? "")\", \(text)"
  }
}

/// "1 argument", "2 arguments".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
