/// Something that is wrong, or doubtful, at a place of a text: a sentence, and what to do about it.
package struct Diagnostic: Error, Hashable, Sendable {
  package enum Severity: String, Sendable {
    case error
    case warning
  }

  package let severity: Severity
  package let place: Place?
  package let message: String
  /// What was probably meant, in the words of the file.
  package let suggestion: String?
  /// What to do about it.
  package let remedy: String?

  package init(
    _ message: String, at place: Place?, severity: Severity = .error, suggestion: String? = nil, remedy: String? = nil
  ) {
    self.severity = severity
    self.place = place
    self.message = message
    self.suggestion = suggestion
    self.remedy = remedy
  }
}

extension Diagnostic: CustomStringConvertible {
  /// The message with its place, the line, a caret, and the advice behind it.
  package var description: String {
    let advice = suggestion.map { "did you mean \"\($0)\"?" } ?? remedy
    guard let place else { return "\(severity.rawValue): \(message)" + (advice.map { "\n  \($0)" } ?? "") }
    let (line, column) = place.source.position(of: place.range.lowerBound)
    let excerpt = Excerpt(place)
    let number = String(line)
    let margin = String(repeating: " ", count: max(0, 5 - number.count)) + number
    let blank = String(repeating: " ", count: margin.count)
    return """
      \(place.source.name):\(line):\(column): \(severity.rawValue): \(message)
      \(margin) | \(excerpt.line)
      \(blank) | \(excerpt.caret)\(advice.map { "  " + $0 } ?? "")
      """
  }
}

/// The line of a place, cut to a readable width, and the mark under it.
private struct Excerpt {
  let line: String
  let caret: String

  init(_ place: Place) {
    let lineRange = place.source.lineRange(around: place.range.lowerBound)
    let scalars = Array(place.source.text(lineRange).unicodeScalars)
    func index(_ offset: Int) -> Int {
      place.source.text(lineRange.lowerBound..<max(lineRange.lowerBound, min(offset, lineRange.upperBound)))
        .unicodeScalars.count
    }
    let start = index(place.range.lowerBound)
    let end = max(start + 1, index(place.range.upperBound))
    // Long lines are shown around the place only.
    let width = 100
    let first = scalars.count <= width ? 0 : max(0, min(start - 30, scalars.count - width))
    let last = min(scalars.count, first + width)
    let before = first > 0 ? "…" : ""
    let after = last < scalars.count ? "…" : ""
    line = before + Excerpt.text(scalars[first..<last]) + after
    let indent = String(
      String.UnicodeScalarView(scalars[first..<min(start, scalars.count)].map { $0 == "\t" ? "\t" : " " }))
    caret =
      (before.isEmpty ? "" : " ") + indent + "^" + String(repeating: "~", count: max(0, min(end, first + width) - start - 1))
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars.map { $0.value < 32 && $0 != "\t" ? "\u{FFFD}" : $0 }))
  }
}
