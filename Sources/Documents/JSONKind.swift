/// The kinds of JSON values.
package enum JSONKind: String, Hashable, Sendable, CaseIterable {
  case null, boolean, number, string, array, object
}

extension JSONNode {
  package var kind: JSONKind {
    switch value {
    case .null: .null
    case .boolean: .boolean
    case .number: .number
    case .string: .string
    case .array: .array
    case .object: .object
    }
  }

  /// The value in a few words, as in `the string "ten"`, for messages that say what was found.
  package var found: String {
    switch value {
    case .null: "null"
    case .boolean(let flag): flag ? "true" : "false"
    case .number(let number): "the number \(number.text.prefix(40))"
    case .string(let text): "the string \(quoted(text))"
    case .array(let elements): elements.isEmpty ? "an empty array" : "an array"
    case .object: "an object"
    }
  }
}
