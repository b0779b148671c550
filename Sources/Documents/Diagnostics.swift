/// All that is wrong with one or more texts.
package struct Diagnostics: Error, Sendable {
  package private(set) var items: [Diagnostic] = []

  package init(_ items: [Diagnostic] = []) { self.items = items }

  package var hasErrors: Bool { items.contains { $0.severity == .error } }

  package mutating func add(_ item: Diagnostic) { items.append(item) }
  package mutating func add(_ others: Diagnostics) { items += others.items }

  package mutating func error(
    _ message: String, at place: Place?, suggestion: String? = nil, remedy: String? = nil
  ) {
    add(Diagnostic(message, at: place, suggestion: suggestion, remedy: remedy))
  }

  package mutating func warning(_ message: String, at place: Place?, remedy: String? = nil) {
    add(Diagnostic(message, at: place, severity: .warning, remedy: remedy))
  }

  /// Throws all of them if there is an error among them.
  package func throwIfErrors() throws(Diagnostics) {
    if hasErrors { throw self }
  }
}

extension Diagnostics: CustomStringConvertible {
  /// At most this many are printed.
  private static let limit = 50

  /// All messages in the order of their places, each once.
  package var description: String {
    var seen: Set<Diagnostic> = []
    let sorted = items.filter { seen.insert($0).inserted }.enumerated().sorted { one, other in
      let (a, b) = (one.element.place, other.element.place)
      if let a, let b, a.source === b.source, a.range.lowerBound != b.range.lowerBound {
        return a.range.lowerBound < b.range.lowerBound
      }
      return one.offset < other.offset
    }
    var lines = sorted.prefix(Diagnostics.limit).map(\.element.description)
    if sorted.count > Diagnostics.limit { lines.append("… and \(sorted.count - Diagnostics.limit) more") }
    return lines.joined(separator: "\n")
  }
}
