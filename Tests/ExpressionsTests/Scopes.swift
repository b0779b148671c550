import Expressions
import Testing

/// A scope with everything: fields u, v, T; parameters a, b, k, r; coordinates x, y; some functions.
let fullScope: Scope = makeScope(allows: [.fields, .position, .time, .functionals, .random])

func makeScope(functions: [String: (arguments: [String], text: String)] = [:], allows: Scope.Permissions) -> Scope {
  let parsed = functions.compactMapValues { function in
    (try? Syntax.parse(function.text)).map { Scope.Function(arguments: function.arguments, body: $0) }
  }
  return Scope(
    fields: ["u", "v", "T"], parameters: ["a", "b", "k", "r"], coordinates: ["x", "y"], functions: parsed,
    allows: allows)
}

func expression(_ text: String, in scope: Scope = fullScope) throws -> Expressions.Expression {
  try Expressions.Expression(text, in: scope)
}

/// The messages with remedies of all problems of a text, each with the part of the text that it marks.
func problems(_ text: String, in scope: Scope = fullScope) -> [String] {
  do {
    _ = try Expressions.Expression(text, in: scope)
    return []
  } catch {
    let bytes = Array(text.utf8)
    return error.items.map { "[\(String(decoding: bytes[$0.range], as: UTF8.self))] \($0)" }
  }
}
