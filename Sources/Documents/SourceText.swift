/// A text that a person wrote, with a name under which messages speak of it, and its division into lines.
package final class SourceText: Sendable {
  /// What messages print: the path as given, or "--set".
  package let name: String
  package let bytes: [UInt8]
  /// Offset of the first byte of each line.
  private let lineStarts: [Int]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
    lineStarts = starts
  }

  package convenience init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

  /// Line and column of a byte, both from 1; columns count Unicode scalars.
  package func position(of offset: Int) -> (line: Int, column: Int) {
    let line = lineIndex(of: offset)
    let prefix = bytes[lineStarts[line]..<min(offset, bytes.count)]
    return (line + 1, prefix.count { $0 & 0xC0 != 0x80 } + 1)
  }

  /// Range of the bytes of the line that holds `offset`, without its end.
  package func lineRange(around offset: Int) -> Range<Int> {
    let line = lineIndex(of: offset)
    var end = line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : bytes.count
    if end > lineStarts[line], bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return lineStarts[line]..<end
  }

  package func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func lineIndex(of offset: Int) -> Int {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }
}
