/// All that is to be said about a text, collected so that a person sees every problem at once.
package struct Diagnostics: Error, Sendable, CustomStringConvertible {
  package var items: [Diagnostic] = []

  package init(_ items: [Diagnostic] = []) {
    self.items = items
  }

  package var isEmpty: Bool { items.isEmpty }

  package var hasErrors: Bool { items.contains { $0.severity == .error } }

  /// Whether nothing is wrong but that files are not there.
  package var areMissingFiles: Bool {
    hasErrors && items.allSatisfy { $0.severity != .error || $0.isMissingFile }
  }

  package mutating func error(
    _ message: String, at place: Place?, suggestion: String? = nil, remedy: String? = nil, isMissingFile: Bool = false
  ) {
    items.append(
      Diagnostic(
        place: place, message: message, suggestion: suggestion, remedy: remedy, isMissingFile: isMissingFile))
  }

  package mutating func warning(
    _ message: String, at place: Place?, suggestion: String? = nil, remedy: String? = nil
  ) {
    items.append(
      Diagnostic(severity: .warning, place: place, message: message, suggestion: suggestion, remedy: remedy))
  }

  package mutating func merge(_ other: Diagnostics) {
    items += other.items
  }

  package func throwIfErrors() throws(Diagnostics) {
    if hasErrors { throw self }
  }

  /// The first 50 diagnostics as text.
  package var description: String { rendered(limit: 50) }

  /// The diagnostics as text, each once, by text and place, those without place first; beyond `limit` only their
  /// number.
  package func rendered(limit: Int) -> String {
    let ordered = inOrder()
    var lines = ordered.prefix(limit).map(\.description)
    if ordered.count > limit { lines.append("… and \(ordered.count - limit) more") }
    return lines.joined(separator: "\n")
  }

  /// Each diagnostic once; texts in the order in which they were first spoken of.
  private func inOrder() -> [Diagnostic] {
    var seen = Set<Diagnostic>()
    var sources: [ObjectIdentifier: Int] = [:]
    let keyed = items.filter { seen.insert($0).inserted }.enumerated().map { index, item in
      let source = item.place.map { ObjectIdentifier($0.source) }
      let rank = source.map { sources[$0, default: sources.count] } ?? -1
      if let source { sources[source] = rank }
      return (key: (rank, item.place?.range.lowerBound ?? 0, index), item: item)
    }
    return keyed.sorted { $0.key < $1.key }.map(\.item)
  }
}
