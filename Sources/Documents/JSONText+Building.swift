extension JSONText {
  /// An object without the members whose value is nil.
  package static func object(_ members: KeyValuePairs<String, JSONText?>) -> JSONText {
    .object(members.compactMap { key, value in value.map { Member(key, $0) } })
  }

  /// An object with one more member; the same without a value.
  package func adding(_ key: String, _ value: JSONText?) -> JSONText {
    guard case .object(let members) = self, let value else { return self }
    return .object(members + [Member(key, value)])
  }

  package static func strings(_ values: some Sequence<String>) -> JSONText { .array(values.map { .string($0) }) }
  package static func numbers(_ values: some Sequence<Double>) -> JSONText { .array(values.map { .number($0) }) }
  package static func integers(_ values: some Sequence<Int>) -> JSONText { .array(values.map { .integer($0) }) }

  /// The shortest text that reads back as the same number, for people and tables: whole numbers without a fraction.
  package static func text(_ value: Double) -> String {
    let text = JSONText.number(value).compact
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension JSONNode {
  /// Members of an object, none for anything else.
  package var members: [JSONObject.Member] { object?.members ?? [] }
}
