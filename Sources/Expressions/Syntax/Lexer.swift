/// Cuts a text into tokens; a character that does not belong is noted and skipped, so that one pass finds them all.
struct Lexer {
  private let bytes: [UInt8]
  private var position = 0
  private var tokens: [Token] = []
  private(set) var problems: [ExpressionProblem] = []

  private init(_ text: String) { bytes = Array(text.utf8) }

  static func tokens(of text: String) -> (tokens: [Token], problems: [ExpressionProblem]) {
    var lexer = Lexer(text)
    while lexer.position < lexer.bytes.count { lexer.readToken() }
    let end = lexer.bytes.count
    lexer.tokens.append(Token(kind: .end, range: end..<end))
    return (lexer.tokens, lexer.problems)
  }

  private func byte(_ offset: Int = 0) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private mutating func readToken() {
    let byte = bytes[position]
    if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
      position += 1
    } else if byte.isDigit || (byte == UInt8(ascii: ".") && (self.byte(1)?.isDigit ?? false)) {
      readNumber()
    } else if letterLength(at: position) > 0 {
      readName()
    } else {
      readSign()
    }
  }

  private mutating func readNumber() {
    let start = position
    skipDigits()
    if byte() == UInt8(ascii: ".") {
      position += 1
      skipDigits()
    }
    skipExponent()
    let range = start..<position
    let text = String(decoding: bytes[range], as: UTF8.self)
    let value = Double(text) ?? .nan
    if !value.isFinite {
      note(range, "the number \(shortened(text)) is too large", remedy: "the largest is about 1.8e308")
    } else if value == 0, text.prefix(while: { $0 != "e" && $0 != "E" }).contains(where: { $0 != "0" && $0 != "." }) {
      note(range, "the number \(shortened(text)) is too small", remedy: "the smallest is about 5e-324; write 0")
    }
    tokens.append(Token(kind: .number(value.isFinite ? value : 1), range: range))
  }

  private mutating func skipDigits() {
    while byte()?.isDigit ?? false { position += 1 }
  }

  /// An `e` belongs to the number only if digits follow.
  private mutating func skipExponent() {
    guard byte() == UInt8(ascii: "e") || byte() == UInt8(ascii: "E") else { return }
    let signed = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
    guard byte(signed ? 2 : 1)?.isDigit ?? false else { return }
    position += signed ? 2 : 1
    skipDigits()
  }

  private mutating func readName() {
    let start = position
    while position < bytes.count {
      let length = bytes[position].isDigit ? 1 : letterLength(at: position)
      if length == 0 { break }
      position += length
    }
    tokens.append(Token(kind: .name(String(decoding: bytes[start..<position], as: UTF8.self)), range: start..<position))
  }

  /// Bytes of the letter (of any alphabet) or underscore at an index, or 0.
  private func letterLength(at index: Int) -> Int {
    let byte = bytes[index]
    if byte < 0x80 { return byte.isLetter ? 1 : 0 }
    guard let scalar = scalar(at: index) else { return 0 }
    return scalar.properties.isAlphabetic ? scalar.utf8.count : 0
  }

  private func scalar(at index: Int) -> Unicode.Scalar? {
    String(decoding: bytes[index..<min(index + 4, bytes.count)], as: UTF8.self).unicodeScalars.first
  }

  private mutating func readSign() {
    for length in [2, 1] where position + length <= bytes.count {
      let range = position..<position + length
      let text = String(decoding: bytes[range], as: UTF8.self)
      guard let meant = Lexer.signs[text] else { continue }
      position += length
      if meant != text {
        note(range, "\"\(text)\" is not an operator here", suggestion: meant, remedy: "write \(meant)")
      }
      tokens.append(Token(kind: .sign(meant), range: range))
      return
    }
    readForeignCharacter()
  }

  /// Signs by spelling; those of other languages are taken for what was meant.
  private static let signs: [String: String] = {
    let own = ["+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "!", "(", ")", ","]
    let foreign = [
      "=": "==", "**": "^", "&": "&&", "|": "||", "<>": "!=", "=<": "<=", "=>": ">=", "~=": "!=", "~": "!", ".*": "*",
      "./": "/", ".^": "^",
    ]
    return Dictionary(uniqueKeysWithValues: own.map { ($0, $0) }).merging(foreign) { first, _ in first }
  }()

  /// Characters of printed formulas, and how to write them.
  private static let typography: [Unicode.Scalar: String] = [
    "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "²": "^2", "³": "^3",
    "[": "(", "]": ")", "{": "(", "}": ")",
  ]

  private mutating func readForeignCharacter() {
    let scalar = scalar(at: position) ?? "\u{FFFD}"
    let range = position..<min(position + scalar.utf8.count, bytes.count)
    position = range.upperBound
    let remedy = Lexer.typography[scalar].map { "write \($0)" }
    note(range, "the character \(name(of: scalar)) does not belong in an expression", remedy: remedy)
    // It is read as what was meant, so that nothing else is missed there.
    switch Lexer.typography[scalar] {
    case "^2": tokens += [Token(kind: .sign("^"), range: range), Token(kind: .number(2), range: range)]
    case "^3": tokens += [Token(kind: .sign("^"), range: range), Token(kind: .number(3), range: range)]
    case let sign?: tokens.append(Token(kind: .sign(sign), range: range))
    case nil: break
    }
  }

  private func name(of scalar: Unicode.Scalar) -> String {
    scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
      ? "U+\(String(scalar.value, radix: 16, uppercase: true))" : "\"\(scalar)\""
  }

  private mutating func note(
    _ range: Range<Int>, _ message: String, suggestion: String? = nil, remedy: String? = nil
  ) {
    problems.append(ExpressionProblem(range: range, message: message, suggestion: suggestion, remedy: remedy))
  }
}

/// A text in a message, cut where it is too long to read.
func shortened(_ text: String) -> String {
  text.count <= 40 ? text : text.prefix(37) + "…"
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  fileprivate var isLetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
  }
}
