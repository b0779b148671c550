/// A JSON value with the place where it stands in its text.
package struct JSONNode: Sendable {
  package let value: JSONValue
  package let place: Place

  package init(_ value: JSONValue, at place: Place) {
    self.value = value
    self.place = place
  }

  package var object: JSONObject? { if case .object(let object) = value { object } else { nil } }
  package var array: [JSONNode]? { if case .array(let elements) = value { elements } else { nil } }
  package var string: String? { if case .string(let text) = value { text } else { nil } }
  package var number: Double? { if case .number(let number) = value { number.double } else { nil } }
  package var boolean: Bool? { if case .boolean(let flag) = value { flag } else { nil } }

  /// The number if it is mathematically an integer, as 12, 12.0 and 1.2e1 are, and fits an `Int`.
  package var integer: Int? { if case .number(let number) = value { number.integer } else { nil } }

  package var isNull: Bool { if case .null = value { true } else { false } }

  /// The value of a key, or nil if there is no such key or this is not an object.
  package subscript(key: String) -> JSONNode? { object?[key] }

  /// Where a key of this object stands, quotes included.
  package func keyPlace(_ key: String) -> Place? { object?.member(key)?.keyPlace }

  /// Where a part of this string stands in the text; `range` counts UTF-8 bytes of the decoded string.
  ///
  /// An escape is one place however many bytes it decodes to. Ranges beyond the string end at its end; the place of a
  /// node that is not a string is the node's.
  package func place(inString range: Range<Int>) -> Place {
    guard case .string = value else { return place }
    return StringLiteral(at: place).place(ofDecoded: range)
  }
}
