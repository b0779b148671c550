/// A piece of a source text: UTF-8 offsets.
package struct Place: Hashable, Sendable {
  package let source: SourceText
  package let range: Range<Int>

  package init(_ source: SourceText, _ range: Range<Int>) {
    self.source = source
    self.range = range
  }

  package static func == (one: Place, other: Place) -> Bool {
    one.source === other.source && one.range == other.range
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(source))
    hasher.combine(range)
  }
}
