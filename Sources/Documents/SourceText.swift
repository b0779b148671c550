/// A text that a person wrote, with the name by which diagnostics call it and an index of its lines.
///
/// A line ends at a line feed, a carriage return, or both together. The bytes need not be UTF-8: whoever parses the
/// text says so with a place.
package final class SourceText: Sendable {
  /// What diagnostics print: the path as the user gave it, or "--set".
  package let name: String
  package let bytes: [UInt8]
  /// Offset of the first byte of each line.
  private let lineStarts: [Int]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    self.lineStarts = SourceText.lineStarts(of: bytes)
  }

  package convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The whole text; bytes that are not UTF-8 become U+FFFD.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package var lineCount: Int { lineStarts.count }

  /// Line and column of a byte, both counted from 1; columns count Unicode scalars.
  ///
  /// Offsets outside the text are moved to its nearest end.
  ///
  /// - Complexity: O(log of the number of lines + length of the line).
  package func position(of offset: Int) -> (line: Int, column: Int) {
    let offset = min(max(offset, 0), bytes.count)
    let line = lineNumber(of: offset)
    let start = lineStarts[line - 1]
    let column = bytes[start..<offset].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    return (line, column)
  }

  /// The bytes of a line (counted from 1) without the line break.
  package func byteRange(ofLine line: Int) -> Range<Int> {
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] : bytes.count
    while end > start, SourceText.isLineBreak(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  /// Number of the line, from 1, that holds a byte.
  private func lineNumber(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  private static func lineStarts(of bytes: [UInt8]) -> [Int] {
    var starts = [0]
    for index in bytes.indices where isLineBreak(bytes[index]) {
      let isFirstOfPair = bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
      if !isFirstOfPair { starts.append(index + 1) }
    }
    return starts
  }

  private static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}
