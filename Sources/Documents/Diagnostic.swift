/// One sentence about a text that a person wrote: where, what, and what to do about it.
///
/// It is shown with the line in question:
/// ```
/// configs/ctl.json:14:23: error: unknown symbol "chii" in the sensitivity of field E
///    14 |       "sensitivity": "chii/(1 + c)^2"
///       |                       ^~~~  did you mean "chi"?
/// ```
package struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Severity: String, Hashable, Sendable {
    case error, warning
  }

  package let severity: Severity
  package let place: Place?
  /// A sentence without its full stop.
  package let message: String
  /// The valid spelling nearest to what was written.
  package let suggestion: String?
  /// What to do, as in "give a number greater than 0"; shown when there is no suggestion.
  package let remedy: String?
  /// Whether a file that the text names is not there.
  package let isMissingFile: Bool

  package init(
    severity: Severity = .error, place: Place?, message: String, suggestion: String? = nil, remedy: String? = nil,
    isMissingFile: Bool = false
  ) {
    self.severity = severity
    self.place = place
    self.message = message
    self.suggestion = suggestion
    self.remedy = remedy
    self.isMissingFile = isMissingFile
  }

  package static func error(
    _ message: String, at place: Place?, suggestion: String? = nil, remedy: String? = nil
  ) -> Diagnostic {
    Diagnostic(place: place, message: message, suggestion: suggestion, remedy: remedy)
  }

  /// The message with its place, line and caret, without a line break at the end.
  package var description: String {
    guard let place else { return "\(severity.rawValue): \(message)" + (advice.map { "; \($0)" } ?? "") }
    let (line, column) = place.source.position(of: place.range.lowerBound)
    let head = "\(place.source.name):\(line):\(column): \(severity.rawValue): \(message)"
    return head + "\n" + Excerpt(of: place, advice: advice).text
  }

  private var advice: String? {
    suggestion.map { "did you mean \(quoted($0))?" } ?? remedy
  }
}
