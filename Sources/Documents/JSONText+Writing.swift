extension JSONText {
  /// The value on one line without blanks.
  package var compact: String {
    switch self {
    case .array(let elements): "[" + elements.map(\.compact).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { "\(JSONText.quoted($0.key)):\($0.value.compact)" }.joined(separator: ",") + "}"
    default: scalar
    }
  }

  /// The value with one member or element per line, indented by two blanks.
  ///
  /// Arrays of numbers, strings and the like stand on one line if it has at most 100 columns. There is no line break at
  /// the end.
  package var pretty: String { pretty(indent: "", column: 0) }

  /// A string as JSON writes it: double quotes, backslashes and control characters escaped, the rest as it is.
  ///
  /// The `ending` follows the text before the closing quote, unescaped.
  static func quoted(_ text: String, ending: String = "") -> String {
    var result = "\""
    for scalar in text.unicodeScalars { write(scalar, to: &result) }
    return result + ending + "\""
  }

  private static func write(_ scalar: Unicode.Scalar, to result: inout String) {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{8}": result += "\\b"
    case "\u{C}": result += "\\f"
    case "\0"..<" ", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}": result += "\\u" + hexadecimal(scalar.value, digits: 4)
    default: result.unicodeScalars.append(scalar)
    }
  }

  private func pretty(indent: String, column: Int) -> String {
    switch self {
    case .array(let elements) where !elements.isEmpty:
      if let line = line(of: elements), column + line.unicodeScalars.count <= 100 { return line }
      return block("[", elements.map { ("", $0) }, "]", indent: indent)
    case .object(let members) where !members.isEmpty:
      return block("{", members.map { (JSONText.quoted($0.key) + ": ", $0.value) }, "}", indent: indent)
    default: return compact
    }
  }

  private func block(_ open: String, _ items: [(head: String, value: JSONText)], _ close: String, indent: String)
    -> String
  {
    let inner = indent + "  "
    let lines = items.map { head, value in
      inner + head + value.pretty(indent: inner, column: inner.utf8.count + head.unicodeScalars.count)
    }
    return open + "\n" + lines.joined(separator: ",\n") + "\n\(indent)\(close)"
  }

  /// The elements on one line, if none of them holds others.
  private func line(of elements: [JSONText]) -> String? {
    let isFlat = elements.allSatisfy { if case .array = $0 { false } else if case .object = $0 { false } else { true } }
    return isFlat ? "[" + elements.map(\.scalar).joined(separator: ", ") + "]" : nil
  }

  /// The text of a value that holds no others.
  private var scalar: String {
    switch self {
    case .boolean(let flag): flag ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .numeral(let number): number.text
    case .string(let text): JSONText.quoted(text)
    default: "null"
    }
  }
}
