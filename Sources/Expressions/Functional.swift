/// A number that depends on the whole domain.
package struct Functional: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case integral, mean, max, min
  }

  package let kind: Kind
  /// What is integrated, averaged or compared; may depend on functionals taken out before.
  package let argument: Expression
}

extension Expression {
  /// Takes the functionals of the domain out of expressions, the innermost first, equal ones once.
  ///
  /// - Returns: the functionals, whose arguments may depend on `.functional(i)` of earlier ones, and the expressions with
  ///   `.functional(i)` in their places.
  package static func extractingFunctionals(
    _ expressions: [Expression]
  ) -> (functionals: [Functional], expressions: [Expression]) {
    var found: [Functional] = []
    var rewriter = Rewriter { expression in
      guard case .functional(let kind, let argument) = expression.node.form else { return nil }
      let functional = Functional(kind: kind, argument: argument)
      let index = found.firstIndex(of: functional) ?? found.count
      if index == found.count { found.append(functional) }
      return .symbol(.functional(index))
    }
    let rewritten = expressions.map { rewriter.rewrite($0) }
    return (found, rewritten)
  }
}
