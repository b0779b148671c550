extension JSONParser {
  /// Reads the number at `position`, which begins with a digit or a minus.
  mutating func number() throws(Diagnostic) -> JSONNumber {
    let start = position
    if peek == UInt8(ascii: "-") { position += 1 }
    try readInteger(from: start)
    if peek == UInt8(ascii: ".") {
      position += 1
      try readDigits(after: "the decimal point")
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      try readDigits(after: "the exponent's e")
    }
    if !wordRange(at: position).isEmpty || peek == UInt8(ascii: ".") {
      throw error(
        "expected the end of the number, found \(found)", at: foundRange, remedy: "write text in double quotes")
    }
    return try number(in: start..<position)
  }

  private mutating func readInteger(from start: Int) throws(Diagnostic) {
    guard peek == UInt8(ascii: "0") else { return try readDigits(after: "the minus") }
    let zero = position
    while peek == UInt8(ascii: "0") { position += 1 }
    let hasDigits = isDigit(peek)
    if position - zero > 1 || hasDigits {
      let first = hasDigits ? position : position - 1
      while isDigit(peek) { position += 1 }
      throw error(
        "a number must not begin with zeros", at: start..<position,
        remedy: "write \(String(decoding: bytes[start..<zero] + bytes[first..<position].prefix(40), as: UTF8.self))")
    }
  }

  private mutating func readDigits(after what: String) throws(Diagnostic) {
    guard isDigit(peek) else {
      let remedy = wordRange(at: position).isEmpty ? nil : "write text in double quotes"
      throw error("expected a digit after \(what), found \(found)", at: foundRange, remedy: remedy)
    }
    while isDigit(peek) { position += 1 }
  }

  private func isDigit(_ byte: UInt8?) -> Bool {
    byte.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? false
  }

  private mutating func number(in range: Range<Int>) throws(Diagnostic) -> JSONNumber {
    if range.count > limits.numberBytes {
      throw error("the number has more than \(limits.numberBytes) digits", at: range)
    }
    let text = String(decoding: bytes[range], as: UTF8.self)
    if let number = JSONNumber(text) { return number }
    try note(error("the number \(text) is too large", at: range, remedy: "numbers end at about 1.8e308"))
    return JSONNumber.zero
  }
}
