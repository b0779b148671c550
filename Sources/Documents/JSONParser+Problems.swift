extension JSONParser {
  func place(_ range: Range<Int>) -> Place { Place(source: source, range: range) }

  /// The byte at `position`, or the end.
  var here: Range<Int> { position..<min(position + 1, end) }

  func error(_ message: String, at range: Range<Int>, suggestion: String? = nil, remedy: String? = nil) -> Diagnostic {
    .error(message, at: place(range), suggestion: suggestion, remedy: remedy)
  }

  /// The letters, digits and signs at an offset that a person would see as one word.
  func wordRange(at start: Int) -> Range<Int> {
    let word = bytes[start..<end].prefix { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
        true
      default: false
      }
    }
    return word.startIndex..<word.endIndex
  }

  /// The token at `position`; at the end of the text, the point after the last token.
  var foundRange: Range<Int> {
    guard position < end else { return tokenEnd..<tokenEnd }
    if peek == UInt8(ascii: "\"") { return position..<stringEnd }
    let word = wordRange(at: position)
    if !word.isEmpty { return word }
    return UTF8Scalars.first(in: bytes[position..<end])?.range ?? here
  }

  /// What stands at `position`, as in `the string "ten"`.
  var found: String {
    guard position < end else { return "the end of the text" }
    let text = String(decoding: bytes[foundRange], as: UTF8.self)
    if text.hasPrefix("\"") { return "the string " + (text.utf8.count <= 60 ? text : text.prefix(60) + "…\"") }
    if let scalar = text.unicodeScalars.first, !scalar.isASCII || scalar.value < 0x20 { return described(scalar) }
    return quoted(text)
  }

  /// End of the string at `position`, or of its line if it is not closed.
  private var stringEnd: Int {
    var offset = position + 1
    while offset < end, bytes[offset] >= 0x20 {
      if bytes[offset] == UInt8(ascii: "\"") { return offset + 1 }
      offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(offset, end)
  }

  func unexpectedValue() -> Diagnostic {
    let message = "expected a value, found \(found)"
    let word = String(decoding: bytes[foundRange], as: UTF8.self)
    if !wordRange(at: position).isEmpty {
      if let near = nearestSpelling(of: word, among: ["true", "false", "null"]) {
        return error(message, at: foundRange, suggestion: near)
      }
      let isNotFinite = ["nan", "inf", "infinity"].contains(word.lowercased())
      return error(
        message, at: foundRange, remedy: isNotFinite ? "numbers are finite" : "write text in double quotes")
    }
    return error(message, at: foundRange, remedy: remedyForSign())
  }

  func unexpectedKey() -> Diagnostic {
    let word = wordRange(at: position)
    let remedy: String? =
      word.isEmpty ? remedyForSign() : "write \(quoted(String(decoding: bytes[word], as: UTF8.self)))"
    return error("expected a key in double quotes or \"}\", found \(found)", at: foundRange, remedy: remedy)
  }

  func missingColon(after key: String) -> Diagnostic {
    let remedy = peek == UInt8(ascii: "=") ? "write \":\" instead of \"=\"" : peek == nil ? openRemedy() : nil
    return error("expected \":\" after the key \(quoted(key)), found \(found)", at: foundRange, remedy: remedy)
  }

  func missingSeparator(before closing: UInt8) -> Diagnostic {
    let message = "expected \",\" or \"\(Character(Unicode.Scalar(closing)))\", found \(found)"
    switch peek {
    case nil, UInt8(ascii: "}"), UInt8(ascii: "]"): return error(message, at: foundRange, remedy: openRemedy())
    case UInt8(ascii: ":"), UInt8(ascii: "="):
      return error(message, at: foundRange, remedy: closing == UInt8(ascii: "]") ? "keys stand between { and }" : nil)
    default:
      if let open = quoteLeftOpen { return open }
      let sign = remedyForSign()
      return error(message, at: sign == nil ? tokenEnd..<tokenEnd : foundRange, remedy: sign ?? "put a comma here")
    }
  }

  /// What to say of a string that is followed by a word at once: its quote, or that of the string before, may be missing.
  private var quoteLeftOpen: Diagnostic? {
    guard tokenEnd > 0, tokenEnd == position, bytes[tokenEnd - 1] == UInt8(ascii: "\""),
      !wordRange(at: position).isEmpty
    else { return nil }
    return error(
      "expected \",\" after the string, found \(found)", at: foundRange,
      remedy: "a quote (\") is missing, here or at the end of the string before")
  }

  func surplus() -> Diagnostic {
    let isBracket = peek == UInt8(ascii: "}") || peek == UInt8(ascii: "]")
    return error(
      "expected the end of the text, found \(found)", at: foundRange,
      remedy: isBracket ? "there is one closing bracket too many" : "a text holds one value")
  }

  /// Where the innermost bracket that is still open stands.
  private func openRemedy() -> String? {
    guard let bracket = brackets.last else { return nil }
    let (line, column) = source.position(of: bracket)
    return "the \"\(Character(Unicode.Scalar(bytes[bracket])))\" at line \(line), column \(column) is not closed"
  }

  /// What to do about a sign that people bring from other languages, or nil for an ordinary one.
  private func remedyForSign() -> String? {
    switch UTF8Scalars.first(in: bytes[position..<end])?.scalar {
    case nil: openRemedy()
    case "'", "`", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{201E}", "\u{AB}", "\u{BB}":
      "strings stand in straight double quotes (\")"
    case "#", ";": "a comment begins with //"
    case "+": "leave the plus out"
    case ".": "write a digit before the decimal point"
    case "," where tokenEnd > 0 && bytes[tokenEnd - 1] == UInt8(ascii: ":"): "the value is missing"
    case ",": "there is one comma too many"
    case "*", "^", "(", ")", "/": "write formulas in double quotes"
    case "]", "}": isMatched ? "the value is missing" : openRemedy()
    case "\u{2212}", "\u{2013}": "write a plain minus (-)"
    case let scalar? where scalar.properties.isWhitespace: "write an ordinary space"
    default: nil
    }
  }

  /// Whether the closing bracket at `position` belongs to the innermost open one.
  private var isMatched: Bool {
    guard let bracket = brackets.last else { return false }
    return (bytes[bracket] == UInt8(ascii: "{")) == (peek == UInt8(ascii: "}"))
  }

  private func described(_ scalar: Unicode.Scalar) -> String {
    let name = scalar.properties.name.map { " (\($0.lowercased()))" } ?? ""
    return "U+\(hexadecimal(scalar.value, digits: 4))\(name)"
  }
}
