extension JSONParser {
  /// The next byte, or nil at the end.
  var peek: UInt8? { position < end ? bytes[position] : nil }

  /// Steps over white space and comments.
  mutating func skipBlanks() throws(Diagnostic) {
    while let byte = peek {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case UInt8(ascii: "/") where allowsComments: try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(Diagnostic) {
    let start = position
    switch position + 1 < end ? bytes[position + 1] : 0 {
    case UInt8(ascii: "/"):
      while let byte = peek, byte != 0x0A, byte != 0x0D { position += 1 }
    case UInt8(ascii: "*"):
      position += 2
      while position + 1 < end {
        if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
          position += 2
          return
        }
        position += 1
      }
      throw error("the comment that begins here is never closed", at: start..<start + 2, remedy: "close it with */")
    default:
      throw error(
        "expected a comment, found \"/\"", at: start..<start + 1,
        remedy: "comments begin with // or /*, and formulas stand in double quotes")
    }
  }

  /// Refuses a text that is too long or not UTF-8.
  func checkEncoding() throws(Diagnostic) {
    if end - position > limits.bytes {
      throw .error("\(source.name) has \(end - position) bytes; at most \(limits.bytes) are read", at: nil)
    }
    let head = bytes[position..<min(position + 3, end)]
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      throw .error("\(source.name) is UTF-16", at: nil, remedy: "save it as UTF-8")
    }
    if head.elementsEqual([0xEF, 0xBB, 0xBF]) {
      throw .error(
        "\(source.name) begins with a byte order mark (U+FEFF)", at: nil, remedy: "save it as UTF-8 without it")
    }
    guard let (_, range) = UTF8Scalars(bytes[position..<end]).first(where: { $0.scalar == nil }) else { return }
    throw error(
      "the byte 0x\(hexadecimal(UInt32(bytes[range.lowerBound]), digits: 2)) is not UTF-8", at: range,
      remedy: "save the file as UTF-8")
  }
}

/// A number in upper-case hexadecimal with leading zeros.
func hexadecimal(_ value: UInt32, digits: Int) -> String {
  let text = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(digits - text.count, 0)) + text
}
