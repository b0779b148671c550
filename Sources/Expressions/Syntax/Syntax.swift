/// The tree of a text, before its names have a meaning.
///
/// The nodes lie in one array, children before parents, the root last, so that nothing that works on a tree has to
/// recurse and a deep tree costs no stack.
package struct Syntax: Hashable, Sendable {
  /// Longest text that is read, in bytes.
  package static let longestText = 65_536
  /// Deepest nesting of parentheses, calls, signs and exponents.
  package static let deepestNesting = 200

  package struct Node: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      case number(Double)
      case name(String)
      /// A function with its arguments; `name` is where its name stands.
      case call(String, name: Range<Int>, arguments: [Int])
      /// `-` or `!`.
      case prefix(String, Int)
      /// Any of `+ - * / ^ < <= > >= == != && ||`; `sign` is where it stands.
      case infix(String, sign: Range<Int>, Int, Int)
    }

    package let kind: Kind
    /// Bytes of the text.
    package let range: Range<Int>
  }

  package let text: String
  package let nodes: [Node]

  /// Reads a text.
  ///
  /// Binding from weak to strong: `||`, `&&`, comparisons, `+ -`, `* /`, signs, `^` (right associative), so that
  /// `-x^2` is `-(x^2)` and `2^-x` is allowed.
  package static func parse(_ text: String) throws(ExpressionProblems) -> Syntax {
    let (syntax, problems) = try read(text)
    guard let syntax, problems.isEmpty else { throw ExpressionProblems(problems) }
    return syntax
  }

  /// Reads a text that may be wrongly written.
  ///
  /// - Returns: what is surely meant, or nil, and what is wrongly written.
  /// - Throws: if the text is too long to be read.
  static func read(_ text: String) throws(ExpressionProblems) -> (Syntax?, [ExpressionProblem]) {
    guard text.utf8.count <= longestText else {
      let message = "the expression has \(text.utf8.count) bytes, more than \(longestText)"
      throw ExpressionProblems([
        ExpressionProblem(range: 0..<0, message: message, remedy: "divide it into functions")
      ])
    }
    let (nodes, problems) = Parser.read(text)
    return (nodes.map { Syntax(text: text, nodes: $0) }, problems)
  }
}
