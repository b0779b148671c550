/// A stretch of a source text.
package struct Place: Hashable, Sendable {
  package let source: SourceText
  /// Offsets of UTF-8 bytes; an empty range is a point between two characters.
  package let range: Range<Int>

  package init(source: SourceText, range: Range<Int>) {
    self.source = source
    self.range = range
  }

  /// Line of the first byte, counted from 1.
  package var line: Int { source.position(of: range.lowerBound).line }

  /// Column of the first byte, counted from 1 in Unicode scalars.
  package var column: Int { source.position(of: range.lowerBound).column }

  /// The first byte of the place: of an object or array, its opening bracket.
  package var opening: Place {
    Place(source: source, range: range.lowerBound..<min(range.lowerBound + 1, range.upperBound))
  }

  /// Two places are the same if they are the same bytes of the same text, not of an equal one.
  package static func == (a: Place, b: Place) -> Bool {
    a.source === b.source && a.range == b.range
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(source))
    hasher.combine(range)
  }
}
