/// What a JSON text can hold.
package indirect enum JSONValue: Sendable {
  case null
  case boolean(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONNode])
  case object(JSONObject)
}

/// An object with its members in the order in which they are written.
package struct JSONObject: Sendable {
  package struct Member: Sendable {
    package let key: String
    /// The key with its quotes.
    package let keyPlace: Place
    package let value: JSONNode

    package init(key: String, keyPlace: Place, value: JSONNode) {
      self.key = key
      self.keyPlace = keyPlace
      self.value = value
    }
  }

  package private(set) var members: [Member] = []
  private var indices: [String: Int] = [:]

  /// - Parameter members: of those with the same key the last is kept, at the place of the first.
  package init(_ members: [Member] = []) {
    for member in members { set(member) }
  }

  package var keys: [String] { members.map(\.key) }

  package func member(_ key: String) -> Member? { indices[key].map { members[$0] } }

  package subscript(key: String) -> JSONNode? { member(key)?.value }

  /// Replaces the member of the same key, or appends a new one.
  package mutating func set(_ member: Member) {
    if let index = indices[member.key] {
      members[index] = member
    } else {
      indices[member.key] = members.count
      members.append(member)
    }
  }
}
