extension JSONParser {
  /// Reads the string at `position`, which begins with a double quote.
  mutating func string() throws(Diagnostic) -> String {
    let start = position
    position += 1
    var text = ""
    var run = position
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        text += String(decoding: bytes[run..<position], as: UTF8.self)
        position += 1
        try checkLength(of: start..<position)
        return text
      case UInt8(ascii: "\\"):
        text += String(decoding: bytes[run..<position], as: UTF8.self)
        if position + 1 == end { throw unclosed(from: start) }
        text.unicodeScalars.append(try escape())
        run = position
      case 0..<0x20: throw controlCharacter(byte, inStringFrom: start)
      default: position += 1
      }
    }
    throw unclosed(from: start)
  }

  private func unclosed(from start: Int) -> Diagnostic {
    error("the string that begins here is never closed", at: start..<start + 1, remedy: "close it with \"")
  }

  private func checkLength(of range: Range<Int>) throws(Diagnostic) {
    if range.count > limits.stringBytes {
      throw error(
        "the string has \(range.count) bytes; at most \(limits.stringBytes) are read",
        at: range.lowerBound..<range.lowerBound + 1)
    }
  }

  private func controlCharacter(_ byte: UInt8, inStringFrom start: Int) -> Diagnostic {
    if byte == 0x0A || byte == 0x0D {
      return error("the string does not end on its line", at: start..<position, remedy: "close it with \" or write \\n")
    }
    let code = hexadecimal(UInt32(byte), digits: 4)
    return error(
      "the control character U+\(code) stands in a string", at: here,
      remedy: byte == 0x09 ? "write \\t" : "write \\u\(code)")
  }

  /// Reads the escape at `position`, which begins with a backslash.
  private mutating func escape() throws(Diagnostic) -> Unicode.Scalar {
    let start = position
    position += 2
    switch bytes[start + 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try scalar(from: start)
    default: throw unknownEscape(at: start)
    }
  }

  private func unknownEscape(at start: Int) -> Diagnostic {
    let escaped = UTF8Scalars.first(in: bytes[min(start + 1, end)..<end])
    let shown = escaped?.scalar.map { $0.value < 0x20 ? "" : String($0.printable) } ?? ""
    return error(
      "unknown escape \\\(shown)", at: start..<(escaped?.range.upperBound ?? end),
      remedy: "write \\\\ for a backslash; the escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
  }

  /// Reads the digits of a `\u` escape, and the second half of a surrogate pair.
  private mutating func scalar(from start: Int) throws(Diagnostic) -> Unicode.Scalar {
    let first = try codeUnit(from: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    let isPairFollowing = first < 0xDC00 && bytes[position..<min(position + 2, end)].elementsEqual("\\u".utf8)
    if isPairFollowing {
      let secondStart = position
      position += 2
      let second = try codeUnit(from: secondStart)
      let joined = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF)
      if 0xDC00..<0xE000 ~= second, let joined { return joined }
      position = secondStart
    }
    throw error(
      "\\u\(hexadecimal(first, digits: 4)) is one half of a surrogate pair", at: start..<start + 6,
      remedy: "write both halves, or the character itself")
  }

  private mutating func codeUnit(from start: Int) throws(Diagnostic) -> UInt32 {
    let digits = bytes[position..<min(position + 4, end)].prefix { isHexadecimal($0) }
    guard digits.count == 4, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
      throw error("expected four hexadecimal digits after \\u", at: start..<position + digits.count)
    }
    position += 4
    return value
  }

  private func isHexadecimal(_ byte: UInt8) -> Bool { Character(Unicode.Scalar(byte)).isHexDigit }
}
