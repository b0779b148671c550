/// A formula: what its text means once every name has its meaning.
///
/// An expression is a value. Equal parts are stored once, functions are expanded, constants folded, neutral operations
/// removed; what simplification assumes is stated in `ExpressionGraph+Arithmetic.swift`. Two expressions are equal if
/// they are the same operations on the same operands in the same order.
package struct Expression: Hashable, Sendable {
  /// The operations, operands before those that use them; the last is the expression itself.
  package let nodes: [Node]

  init(nodes: [Node]) { self.nodes = nodes }

  /// Reads a text and gives its names the meaning that they have in a scope.
  ///
  /// - Throws: all that is wrong with how it is written and with its names.
  package init(_ text: String, in scope: Scope) throws(ExpressionProblems) {
    let (syntax, problems) = try Syntax.read(text)
    guard let syntax else { throw ExpressionProblems(problems) }
    if problems.isEmpty {
      try self.init(syntax, in: scope)
      return
    }
    do throws(ExpressionProblems) {
      _ = try Expression(syntax, in: scope)
    } catch {
      throw ExpressionProblems(problems + error.items)
    }
    throw ExpressionProblems(problems)
  }

  /// Gives the names of a tree the meaning that they have in a scope.
  package init(_ syntax: Syntax, in scope: Scope) throws(ExpressionProblems) {
    self = try Resolver.expression(of: syntax, in: scope)
  }

  package static func constant(_ value: Double) -> Expression { build { $0.constant(value) } }

  package static func symbol(_ symbol: Symbol) -> Expression { build { $0.symbol(symbol) } }

  package static func functional(_ kind: Functional.Kind, of argument: Expression) -> Expression {
    build { graph in
      let argument = graph.insert(argument)
      return graph.intern(.functional(kind, argument))
    }
  }

  static func build(_ body: (inout ExpressionGraph) -> Int) -> Expression {
    var graph = ExpressionGraph()
    let root = body(&graph)
    return graph.expression(root)
  }

  /// The value if the expression is a plain number.
  package var constantValue: Double? {
    if nodes.count == 1, case .constant(let value) = nodes[0] { value } else { nil }
  }

  /// Whether it holds or does not hold, rather than being a number.
  package var isCondition: Bool { nodes[nodes.count - 1].isCondition }

  /// All that it depends on, also inside functionals.
  package var symbols: Set<Symbol> {
    Set(nodes.compactMap { if case .symbol(let symbol) = $0 { symbol } else { nil } })
  }

  package func dependsOn(_ symbol: Symbol) -> Bool { nodes.contains(.symbol(symbol)) }

  /// The expression with others in place of some symbols, all at once.
  package func substituting(_ replacements: [Symbol: Expression]) -> Expression {
    Expression.build { graph in
      var roots: [Symbol: Int] = [:]
      for case .symbol(let symbol) in nodes {
        if let replacement = replacements[symbol] { roots[symbol] = graph.insert(replacement) }
      }
      return graph.insert(self, replacing: roots)
    }
  }

  /// The expression with a symbol in place of a part of it, wherever that part is.
  package func replacing(_ part: Expression, by symbol: Symbol) -> Expression {
    replacing(part, by: .symbol(symbol))
  }

  /// The expression with another in place of a part of it, wherever that part is.
  func replacing(_ part: Expression, by other: Expression) -> Expression {
    Expression.build { graph in
      let (old, new) = (graph.insert(part), graph.insert(other))
      var numbers: [Int] = []
      for node in nodes {
        // Operands are compared as they were, and used as they have become.
        let number = graph.add(node.mapOperands { numbers[$0] })
        numbers.append(number == old ? new : number)
      }
      return numbers[numbers.count - 1]
    }
  }
}
