/// A JSON value to be written: keys stay in the order in which they are given.
package indirect enum JSONOutput: Hashable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  /// A number in the digits that a person wrote.
  case numeral(String)
  case string(String)
  case array([JSONOutput])
  case object([Member])

  package struct Member: Hashable, Sendable {
    package let key: String
    package let value: JSONOutput

    package init(key: String, value: JSONOutput) {
      self.key = key
      self.value = value
    }
  }

  /// An object without the members whose value is nil.
  package static func object(_ members: KeyValuePairs<String, JSONOutput?>) -> JSONOutput {
    .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
  }

  package static func strings(_ values: some Sequence<String>) -> JSONOutput { .array(values.map { .string($0) }) }
  package static func numbers(_ values: some Sequence<Double>) -> JSONOutput { .array(values.map { .number($0) }) }
  package static func integers(_ values: some Sequence<Int>) -> JSONOutput { .array(values.map { .integer($0) }) }

  /// The values of a text that was read, comments left out.
  package init(_ node: JSONNode) {
    self =
      switch node.value {
      case .null: .null
      case .boolean(let value): .boolean(value)
      case .number(let number): .numeral(number.text)
      case .string(let text): .string(text)
      case .array(let elements): .array(elements.map(JSONOutput.init))
      case .object(let members): .object(members.map { Member(key: $0.key, value: JSONOutput($0.node)) })
      }
  }
}

extension JSONOutput {
  /// The shortest text that reads back as the same Double; NaN and infinities, which JSON has not, become null.
  package static func text(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    if value == value.rounded(), abs(value) < 1e15 { return value == 0 ? "0" : String(Int(value)) }
    return "\(value)"
  }

  /// On several lines, with two blanks of indent; arrays of simple values stay on one line.
  package var pretty: String {
    var text = ""
    write(to: &text, indent: 0)
    return text + "\n"
  }

  /// On one line.
  package var compact: String {
    var text = ""
    write(to: &text, indent: nil)
    return text
  }

  private func write(to text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += JSONOutput.text(value)
    case .numeral(let value): text += value
    case .string(let value): JSONOutput.write(value, to: &text)
    case .array(let elements):
      let isLine = indent == nil || elements.allSatisfy(\.isSimple)
      JSONOutput.writeList(elements, "[", "]", to: &text, indent: isLine ? nil : indent) {
        $0.write(to: &$1, indent: $2)
      }
    case .object(let members):
      JSONOutput.writeList(members, "{", "}", to: &text, indent: indent) { member, text, indent in
        JSONOutput.write(member.key, to: &text)
        text += ": "
        member.value.write(to: &text, indent: indent)
      }
    }
  }

  private var isSimple: Bool {
    switch self {
    case .array(let elements): elements.count <= 3 && elements.allSatisfy(\.isSimple)
    case .object: false
    case .string(let text): text.count <= 40
    default: true
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], _ open: String, _ close: String, to text: inout String, indent: Int?,
    _ write: (Element, inout String, Int?) -> Void
  ) {
    text += open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += indent == nil ? ", " : "," }
      if let indent { text += "\n" + String(repeating: "  ", count: indent + 1) }
      write(element, &text, indent.map { $0 + 1 })
    }
    if let indent, !elements.isEmpty { text += "\n" + String(repeating: "  ", count: indent) }
    text += close
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.value < 0x20:
        let code = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - code.count) + code
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
