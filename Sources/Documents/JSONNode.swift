/// A value of a JSON text with its place.
package struct JSONNode: Sendable {
  package let value: JSONValue
  package let place: Place
  /// For a string with escapes: offset in the text of each byte of the decoded string, and of its end.
  let stringOffsets: [Int]?

  init(_ value: JSONValue, _ place: Place, stringOffsets: [Int]? = nil) {
    self.value = value
    self.place = place
    self.stringOffsets = stringOffsets
  }

  /// The place of a piece of a string, given by UTF-8 offsets in the decoded string.
  package func place(inString range: Range<Int>) -> Place {
    guard case .string(let text) = value, range.upperBound <= text.utf8.count else { return place }
    if let stringOffsets {
      return Place(place.source, stringOffsets[range.lowerBound]..<stringOffsets[range.upperBound])
    }
    let start = place.range.lowerBound + 1
    return Place(place.source, start + range.lowerBound..<start + range.upperBound)
  }
}

/// A JSON value.
package indirect enum JSONValue: Sendable {
  case null
  case boolean(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONNode])
  case object([JSONMember])

  /// With its article, for messages.
  package var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// A number as it was written.
package struct JSONNumber: Hashable, Sendable {
  package let text: String
  package let double: Double

  /// The value if it is a whole number that a Double holds exactly.
  package var integer: Int? { abs(double) < 0x1p53 ? Int(exactly: double) : nil }
}

/// A key of an object with its value.
package struct JSONMember: Sendable {
  package let key: String
  package let keyPlace: Place
  package let node: JSONNode
}

extension JSONNode {
  package var object: [JSONMember]? { if case .object(let members) = value { members } else { nil } }
  package var array: [JSONNode]? { if case .array(let elements) = value { elements } else { nil } }
  package var string: String? { if case .string(let text) = value { text } else { nil } }
  package var number: Double? { if case .number(let number) = value { number.double } else { nil } }
  package var integer: Int? { if case .number(let number) = value { number.integer } else { nil } }
  package var boolean: Bool? { if case .boolean(let value) = value { value } else { nil } }

  /// The value of a key of an object.
  package subscript(key: String) -> JSONNode? { object?.first { $0.key == key }?.node }

  /// Members of an object, none for anything else.
  package var members: [JSONMember] { object ?? [] }
}
