extension JSONNode {
  /// Reads a JSON text (RFC 8259) that may also have `//` and `/* */` comments and trailing commas.
  ///
  /// Refused: keys that occur twice, numbers beyond the range of a Double, a byte order mark, bad UTF-8, and texts
  /// beyond `JSONLimits`. Nothing else is tolerated.
  package static func parse(_ source: SourceText, limits: JSONLimits = JSONLimits()) throws(Diagnostics) -> JSONNode {
    var parser = JSONParser(source: source, limits: limits)
    do {
      return try parser.document()
    } catch {
      throw Diagnostics([error])
    }
  }
}

/// How large a JSON text may be.
package struct JSONLimits: Sendable {
  package var bytes = 4 << 20
  package var depth = 64
  package var stringBytes = 64 << 10
  package var values = 100_000

  package init() {}
}

/// A recursive-descent parser over the bytes of a text.
struct JSONParser {
  let source: SourceText
  let limits: JSONLimits
  private var offset = 0
  private var depth = 0
  private var valueCount = 0

  init(source: SourceText, limits: JSONLimits) {
    self.source = source
    self.limits = limits
  }

  mutating func document() throws(Diagnostic) -> JSONNode {
    guard source.bytes.count <= limits.bytes else {
      throw Diagnostic(
        "\(source.name) has \(source.bytes.count) bytes, more than the limit of \(limits.bytes)", at: nil)
    }
    if source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw problem("the text begins with a byte order mark", 0..<3, remedy: "save it as UTF-8 without BOM")
    }
    try checkEncoding()
    try skipSpace()
    let node = try self.value()
    try skipSpace()
    if offset < source.bytes.count {
      throw problem("expected the end of the text, found \(found())", foundRange())
    }
    return node
  }

  // MARK: Values

  private mutating func value() throws(Diagnostic) -> JSONNode {
    valueCount += 1
    if valueCount > limits.values {
      throw problem("there are more than \(limits.values) values", foundRange())
    }
    switch peek() {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "-"): return try number()
    case let digit? where (48...57).contains(digit): return try number()
    default: return try word()
    }
  }

  private mutating func object() throws(Diagnostic) -> JSONNode {
    let open = try enter()
    var members: [JSONMember] = []
    var places: [String: Place] = [:]
    while try !closes(UInt8(ascii: "}"), open: open, after: members.isEmpty ? nil : "member") {
      guard peek() == UInt8(ascii: "\"") else {
        throw problem(
          "expected a key in double quotes, found \(found())", foundRange(), remedy: "write the key as \"key\"")
      }
      let key = try string()
      guard let name = key.string else { throw problem("expected a key", foundRange()) }
      if let first = places[name] {
        let line = source.position(of: first.range.lowerBound).line
        throw problem("the key \"\(name)\" stands here a second time; the first is in line \(line)", key.place.range)
      }
      places[name] = key.place
      try skipSpace()
      guard peek() == UInt8(ascii: ":") else {
        throw problem("expected ':' after the key \"\(name)\", found \(found())", foundRange())
      }
      offset += 1
      try skipSpace()
      members.append(JSONMember(key: name, keyPlace: key.place, node: try value()))
    }
    depth -= 1
    return JSONNode(.object(members), Place(source, open..<offset))
  }

  private mutating func array() throws(Diagnostic) -> JSONNode {
    let open = try enter()
    var elements: [JSONNode] = []
    while try !closes(UInt8(ascii: "]"), open: open, after: elements.isEmpty ? nil : "element") {
      elements.append(try value())
    }
    depth -= 1
    return JSONNode(.array(elements), Place(source, open..<offset))
  }

  private mutating func enter() throws(Diagnostic) -> Int {
    depth += 1
    if depth > limits.depth {
      throw problem("objects and arrays are nested more than \(limits.depth) deep", foundRange())
    }
    offset += 1
    return offset - 1
  }

  /// Passes the comma between members and the closing bracket; says whether it closed.
  private mutating func closes(_ close: UInt8, open: Int, after previous: String?) throws(Diagnostic) -> Bool {
    try skipSpace()
    let comma = peek() == UInt8(ascii: ",")
    if comma, previous != nil {
      offset += 1
      try skipSpace()
    }
    if peek() == close {
      offset += 1
      return true
    }
    guard peek() != nil else {
      let line = source.position(of: open).line
      let bracket = Character(Unicode.Scalar(close))
      throw problem(
        "the text ends before the '\(Character(Unicode.Scalar(source.bytes[open])))' of line \(line) is closed",
        open..<open + 1, remedy: "add '\(bracket)'")
    }
    if let previous, !comma {
      let bracket = Character(Unicode.Scalar(close))
      throw problem(
        "expected ',' or '\(bracket)' after this \(previous), found \(found())", foundRange(),
        remedy: "is a comma missing before it?")
    }
    return false
  }

  private mutating func number() throws(Diagnostic) -> JSONNode {
    let start = offset
    while let byte = peek(), isWordByte(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
    let text = source.text(start..<offset)
    guard JSONParser.isNumber(source.bytes[start..<offset]), let double = Double(text) else {
      throw problem("\"\(text)\" is not a number as JSON writes them", start..<offset)
    }
    guard double.isFinite else {
      throw problem("the number \(text) is too large for a 64-bit floating-point number", start..<offset)
    }
    return JSONNode(.number(JSONNumber(text: text, double: double)), Place(source, start..<offset))
  }

  /// -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
  private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { (48...57).contains($0) } ?? false }
    func digits() -> Int {
      let count = rest.prefix { isDigit($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let leadingZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    if whole == 0 || (leadingZero && whole > 1) { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      if digits() == 0 { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
      if digits() == 0 { return false }
    }
    return rest.isEmpty
  }

  private mutating func word() throws(Diagnostic) -> JSONNode {
    let range = foundRange()
    let value: JSONValue
    switch source.text(range) {
    case "true": value = .boolean(true)
    case "false": value = .boolean(false)
    case "null": value = .null
    default:
      let isText = peek().map { $0 == UInt8(ascii: "'") || isWordByte($0) } ?? false
      let remedy = isText ? "strings stand in double quotes" : nil
      throw problem("expected a value, found \(found())", range, remedy: remedy)
    }
    offset = range.upperBound
    return JSONNode(value, Place(source, range))
  }

  // MARK: Looking

  func peek(_ ahead: Int = 0) -> UInt8? {
    offset + ahead < source.bytes.count ? source.bytes[offset + ahead] : nil
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: "."), 0x80...: true
    default: false
    }
  }

  /// The word or sign at hand.
  private func foundRange() -> Range<Int> {
    var end = offset
    while end < source.bytes.count, end - offset < 40, isWordByte(source.bytes[end]) { end += 1 }
    return offset..<min(max(end, offset + 1), max(source.bytes.count, offset))
  }

  private func found() -> String {
    guard offset < source.bytes.count else { return "the end of the text" }
    return "'\(source.text(foundRange()))'"
  }

  func problem(_ message: String, _ range: Range<Int>, remedy: String? = nil) -> Diagnostic {
    Diagnostic(message, at: Place(source, range), remedy: remedy)
  }

  // MARK: Space

  private mutating func skipSpace() throws(Diagnostic) {
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): offset += 1
      case UInt8(ascii: "/"): try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(Diagnostic) {
    let start = offset
    switch peek(1) {
    case UInt8(ascii: "/"):
      while let byte = peek(), byte != UInt8(ascii: "\n") { offset += 1 }
    case UInt8(ascii: "*"):
      offset += 2
      while !(peek() == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
        guard peek() != nil else { throw problem("this comment is never closed", start..<start + 2, remedy: "add */") }
        offset += 1
      }
      offset += 2
    default:
      throw problem("expected a value, found '/'", start..<start + 1, remedy: "comments begin with // or /*")
    }
  }

  private func checkEncoding() throws(Diagnostic) {
    var decoder = UTF8()
    var iterator = source.bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput: return
      case .error:
        throw problem("this is not UTF-8", offset..<offset + 1, remedy: "save the file as UTF-8")
      }
    }
  }

  // MARK: Strings

  private mutating func string() throws(Diagnostic) -> JSONNode {
    let start = offset
    offset += 1
    var decoded: [UInt8] = []
    var offsets: [Int] = []
    var hasEscapes = false
    while true {
      guard let byte = peek(), byte != UInt8(ascii: "\n") else {
        throw problem("this string is never closed", start..<start + 1, remedy: "add a double quote at its end")
      }
      if byte == UInt8(ascii: "\"") { break }
      if byte < 0x20 {
        throw problem("a string holds a control character", offset..<offset + 1, remedy: "write it as \\t or \\u00XX")
      }
      let first = decoded.count
      let at = offset
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        decoded += try escape()
      } else {
        decoded.append(byte)
        offset += 1
      }
      for _ in first..<decoded.count { offsets.append(at) }
      if decoded.count > limits.stringBytes {
        throw problem("this string has more than \(limits.stringBytes) bytes", start..<start + 1)
      }
    }
    offsets.append(offset)
    offset += 1
    return JSONNode(
      .string(String(decoding: decoded, as: UTF8.self)), Place(source, start..<offset),
      stringOffsets: hasEscapes ? offsets : nil)
  }

  private mutating func escape() throws(Diagnostic) -> [UInt8] {
    let start = offset
    offset += 2
    switch peek(-1) {
    case UInt8(ascii: "\""): return [UInt8(ascii: "\"")]
    case UInt8(ascii: "\\"): return [UInt8(ascii: "\\")]
    case UInt8(ascii: "/"): return [UInt8(ascii: "/")]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"): return try unicodeEscape(start)
    default:
      throw problem(
        "there is no such escape", start..<min(start + 2, source.bytes.count), remedy: "write \\\\ for a backslash")
    }
  }

  private mutating func unicodeEscape(_ start: Int) throws(Diagnostic) -> [UInt8] {
    func bad() -> Diagnostic {
      problem("this is not the number of a character", start..<min(offset, source.bytes.count))
    }
    guard var code = hexadecimal() else { throw bad() }
    if (0xD800..<0xDC00).contains(code), peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
      offset += 2
      guard let low = hexadecimal(), (0xDC00..<0xE000).contains(low) else { throw bad() }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw bad() }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexadecimal() -> UInt32? {
    guard offset + 4 <= source.bytes.count else { return nil }
    let digits = source.bytes[offset..<offset + 4]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    offset += 4
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
