/// A JSON string as it is written, which knows where each byte of the decoded string comes from.
struct StringLiteral {
  private let source: SourceText
  /// The bytes between the quotes, or all of a text without quotes.
  private let content: Range<Int>
  private let hasEscapes: Bool

  /// - Parameter place: a well-formed string with its quotes, or a text that stands for itself.
  init(at place: Place) {
    source = place.source
    let bytes = place.source.bytes[place.range]
    let isQuoted = bytes.count >= 2 && bytes.first == UInt8(ascii: "\"")
    content = isQuoted ? place.range.lowerBound + 1..<place.range.upperBound - 1 : place.range
    hasEscapes = isQuoted && bytes.contains(UInt8(ascii: "\\"))
  }

  /// Where a range of UTF-8 bytes of the decoded string stands.
  func place(ofDecoded range: Range<Int>) -> Place {
    let start = offset(ofDecoded: range.lowerBound, isEnd: false)
    let end = range.isEmpty ? start : offset(ofDecoded: range.upperBound, isEnd: true)
    return Place(source: source, range: start..<max(start, end))
  }

  /// Offset in the source of a byte of the decoded string: where its escape begins or, for the end of a range, ends.
  private func offset(ofDecoded target: Int, isEnd: Bool) -> Int {
    if !hasEscapes { return min(content.lowerBound + max(target, 0), content.upperBound) }
    var decoded = 0
    var offset = content.lowerBound
    while offset < content.upperBound, decoded < target {
      let (written, meant) = unit(at: offset)
      if !isEnd, decoded + meant > target { break }
      decoded += meant
      offset += written
    }
    return min(offset, content.upperBound)
  }

  /// How many bytes a character is written with and how many it means.
  private func unit(at offset: Int) -> (written: Int, meant: Int) {
    let bytes = source.bytes
    guard bytes[offset] == UInt8(ascii: "\\") else { return (1, 1) }
    guard offset + 5 < content.upperBound, bytes[offset + 1] == UInt8(ascii: "u") else { return (2, 1) }
    let digits = String(decoding: bytes[offset + 2..<offset + 6], as: UTF8.self)
    switch UInt16(digits, radix: 16) ?? 0 {
    case 0..<0x80: return (6, 1)
    case 0x80..<0x800: return (6, 2)
    case 0xD800..<0xDC00: return (12, 4)
    default: return (6, 3)
    }
  }
}
