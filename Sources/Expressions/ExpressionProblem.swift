/// Something wrong in the text of an expression.
package struct ExpressionProblem: Error, Hashable, Sendable {
  /// Place in the text, in bytes of UTF-8 from its start.
  package let range: Range<Int>
  /// What is wrong, as part of a sentence: `unknown symbol "chii"`.
  package let message: String
  /// The valid name that was probably meant.
  package let suggestion: String?
  /// What to write instead, as part of a sentence: `write 2*T for a product`.
  package let remedy: String?
  /// The function in whose body it is, where that is not the text itself.
  package let function: String?

  package init(
    range: Range<Int>, message: String, suggestion: String? = nil, remedy: String? = nil, function: String? = nil
  ) {
    self.range = range
    self.message = message
    self.suggestion = suggestion
    self.remedy = remedy
    self.function = function
  }

  func within(function: String?) -> ExpressionProblem {
    ExpressionProblem(range: range, message: message, suggestion: suggestion, remedy: remedy, function: function)
  }
}

extension ExpressionProblem: CustomStringConvertible {
  /// The message with its remedy or suggestion, without the place.
  package var description: String {
    let hint = remedy ?? suggestion.map { "did you mean \"\($0)\"?" }
    return hint.map { "\(message); \($0)" } ?? message
  }
}

/// All that is wrong in one text, in the order of the places; the first 100.
package struct ExpressionProblems: Error, Hashable, Sendable {
  package let items: [ExpressionProblem]

  /// Most problems that are listed.
  static let mostItems = 100

  package init(_ items: [ExpressionProblem]) {
    let sorted = items.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    self.items = Array(sorted.prefix(ExpressionProblems.mostItems))
  }
}

extension ExpressionProblems: CustomStringConvertible {
  package var description: String { items.map(\.description).joined(separator: "\n") }
}
