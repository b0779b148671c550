/// Something wrong in the text of an expression.
package struct ExpressionProblem: Error, Hashable, Sendable {
  /// UTF-8 offsets in the text.
  package let range: Range<Int>
  package let message: String
  /// What was probably meant.
  package let suggestion: String?
  /// What to do about it.
  package let remedy: String?

  package init(_ message: String, at range: Range<Int>, suggestion: String? = nil, remedy: String? = nil) {
    self.range = range
    self.message = message
    self.suggestion = suggestion
    self.remedy = remedy
  }
}

/// All that is wrong in the text of an expression.
package struct ExpressionProblems: Error, Hashable, Sendable {
  package let items: [ExpressionProblem]

  package init(_ items: [ExpressionProblem]) { self.items = items }
}
