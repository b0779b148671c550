extension Resolver {
  /// How a text writes an expression that is a part of it: the part of the text that means the same, or else the smallest that contains
  /// it, as `hill(s, 1, 0.5)` contains `sqrt(s)`; nil if none does.
  static func spelling(of part: Expression, in syntax: Syntax, scope: Scope) -> String? {
    var resolver = Resolver(scope: scope)
    guard let results = try? resolver.resolveAll(syntax, arguments: [:]) else { return nil }
    let wanted = resolver.graph.insert(part)
    let reaches = resolver.graph.nodes.reduce(into: [Bool]()) { found, node in
      found.append(found.count == wanted || node.operands.contains { found[$0] })
    }
    func contains(_ number: Int) -> Bool { results[number].map { reaches[$0] } ?? false }
    let found =
      syntax.nodes.indices.first { results[$0] == wanted }
      ?? syntax.nodes.indices.first { contains($0) && !syntax.nodes[$0].operands.contains(where: contains) }
    guard let found else { return nil }
    let range = syntax.nodes[found].range
    return String(decoding: Array(syntax.text.utf8)[range], as: UTF8.self).withoutOuterParentheses
  }
}

extension String {
  /// `2 - u` of `(2 - u)`; a text such as `(a)*(b)` stays.
  fileprivate var withoutOuterParentheses: String {
    guard first == "(", last == ")" else { return self }
    let inner = dropFirst().dropLast()
    var depth = 0
    for character in inner {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if depth < 0 { return self }
    }
    return String(inner).withoutOuterParentheses
  }
}

extension Syntax.Node {
  /// Numbers of the nodes that it is made of.
  fileprivate var operands: [Int] {
    switch kind {
    case .number, .name: []
    case .call(_, _, let arguments): arguments
    case .prefix(_, let a): [a]
    case .infix(_, _, let a, let b): [a, b]
    }
  }
}

extension Expression {
  /// How a text writes this expression, or what contains it (`Resolver.spelling`); nil if it does not, or is no expression.
  package func spelling(in text: String, scope: Scope) -> String? {
    guard let syntax = try? Syntax.parse(text) else { return nil }
    return Resolver.spelling(of: self, in: syntax, scope: scope)
  }
}
