import Documents
import Expressions

/// What an expression must be at the place where it stands.
package enum ExpressionKind: Sendable {
  case number
  /// It holds or does not hold.
  case condition
  case numberOrCondition
}

extension JSONNode {
  /// The number or expression that stands here; problems are reported where they stand in the text.
  ///
  /// - Parameters:
  ///   - context: what the expression is for, as in "in the rate of process killing".
  ///   - kind: what it must be.
  /// - Returns: nil if it is missing, or if something is wrong with it.
  package func expression(
    in scope: Scope, context: String, as kind: ExpressionKind = .number, _ found: inout Diagnostics
  ) -> Expression? {
    guard let expression = anyExpression(in: scope, context: context, &found) else { return nil }
    switch kind {
    case .number where expression.isCondition:
      found.error(
        "a number is missing \(context): this is a condition", at: place,
        remedy: "write where(condition, 1, 0) to make a number of it")
      return nil
    case .condition where !expression.isCondition:
      found.error(
        "a condition is missing \(context): this is a number", at: place, remedy: "compare it, as in … < 10")
      return nil
    default: return expression
    }
  }

  private func anyExpression(in scope: Scope, context: String, _ found: inout Diagnostics) -> Expression? {
    if let number { return .constant(number) }
    guard let string else { return nil }
    do throws(ExpressionProblems) {
      return try Expression(string, in: scope)
    } catch {
      found.add(error, in: self, context: context)
      return nil
    }
  }
}

extension Diagnostics {
  /// Adds the problems of an expression that stands in a string.
  package mutating func add(_ problems: ExpressionProblems, in node: JSONNode, context: String) {
    func hasError(inFunction name: String) -> Bool {
      items.contains { $0.severity == .error && $0.message.hasSuffix(" in the function \(name)") }
    }

    for item in problems.items {
      // What is wrong with a function is said once, where it is written.
      if let function = item.function, hasError(inFunction: function) { continue }
      error(
        "\(item.message) \(context)", at: node.place(inString: item.range), suggestion: item.suggestion,
        remedy: item.remedy)
    }
  }
}
