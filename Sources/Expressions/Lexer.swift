/// A word, number or sign of an expression.
struct Token: Hashable {
  enum Kind: Hashable {
    case number(Double)
    case name
    case sign
    case end
  }

  let kind: Kind
  let text: String
  let range: Range<Int>
}

/// Divides the text of an expression into tokens.
struct Lexer {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// All tokens, the last being the end.
  mutating func tokens() throws(ExpressionProblem) -> [Token] {
    var tokens: [Token] = []
    while true {
      let token = try next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private mutating func next() throws(ExpressionProblem) -> Token {
    while offset < bytes.count, [32, 9, 10, 13].contains(bytes[offset]) { offset += 1 }
    guard offset < bytes.count else { return Token(kind: .end, text: "", range: offset..<offset) }
    let byte = bytes[offset]
    if Lexer.isLetter(byte) { return name() }
    if Lexer.isDigit(byte) || (byte == UInt8(ascii: ".") && peek(1).map(Lexer.isDigit) ?? false) { return try number() }
    return try sign()
  }

  private mutating func name() -> Token {
    let start = offset
    while let byte = peek(), Lexer.isLetter(byte) || Lexer.isDigit(byte) { offset += 1 }
    return token(.name, start)
  }

  private mutating func number() throws(ExpressionProblem) -> Token {
    let start = offset
    func digits(_ offset: inout Int) { while offset < bytes.count, Lexer.isDigit(bytes[offset]) { offset += 1 } }
    digits(&offset)
    if peek() == UInt8(ascii: ".") {
      offset += 1
      digits(&offset)
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      let signed = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
      if peek(signed ? 2 : 1).map(Lexer.isDigit) ?? false {
        offset += signed ? 2 : 1
        digits(&offset)
      }
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw ExpressionProblem("the number \(text) is too large", at: start..<offset)
    }
    return Token(kind: .number(value), text: text, range: start..<offset)
  }

  private mutating func sign() throws(ExpressionProblem) -> Token {
    let start = offset
    let two = offset + 1 < bytes.count ? String(decoding: bytes[offset..<offset + 2], as: UTF8.self) : ""
    if ["<=", ">=", "==", "!=", "&&", "||"].contains(two) {
      offset += 2
      return token(.sign, start)
    }
    if two == "**" { throw ExpressionProblem("there is no operator **", at: start..<start + 2, remedy: "write ^ for powers") }
    let one = Character(Unicode.Scalar(bytes[offset]))
    if "+-*/^(),<>!".contains(one) {
      offset += 1
      return token(.sign, start)
    }
    if one == "=" { throw ExpressionProblem("a single = means nothing here", at: start..<start + 1, remedy: "write == to compare") }
    if one == "&" || one == "|" {
      throw ExpressionProblem("a single \(one) means nothing here", at: start..<start + 1, remedy: "write \(one)\(one)")
    }
    var end = offset + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    throw ExpressionProblem("unexpected character \"\(text)\"", at: start..<end)
  }

  private func token(_ kind: Token.Kind, _ start: Int) -> Token {
    Token(kind: kind, text: String(decoding: bytes[start..<offset], as: UTF8.self), range: start..<offset)
  }

  private func peek(_ ahead: Int = 0) -> UInt8? { offset + ahead < bytes.count ? bytes[offset + ahead] : nil }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
  /// ASCII letters, the underscore, and everything beyond ASCII, so that Greek letters can be names.
  private static func isLetter(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
  }
}
