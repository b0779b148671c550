/// The description of a document, from which three things follow: its check, its JSON Schema and its reference page.
package indirect enum Schema: Sendable {
  /// - unit: as in "day", for the reader.
  case number(Bounds = .any, unit: String? = nil)
  /// A number without fraction; `Int.min` and `Int.max` mean no bound.
  case integer(ClosedRange<Int> = Int.min...Int.max)
  /// One of a few strings.
  case choice([Choice])
  /// Any string; `format` names what it holds, as in "expression".
  case string(format: String? = nil)
  case boolean
  /// Elements of one kind; an upper count of `Int.max` means no limit.
  case array(of: Schema, count: ClosedRange<Int>? = nil)
  /// An object with these keys and no others.
  case object([Property])
  /// An object with keys of the user's choice; `key` says what they are, as in "field name".
  case map(key: String, values: Schema)
  /// One of several, told apart by the JSON kind of the value. Several objects are told apart by their first required
  /// key; at most one alternative may be an array, and at most one string may be free.
  case either([Schema])
  /// A description with a name of its own, which can be used in many places and within itself.
  case reference(String, @Sendable () -> Schema)
}

/// A key of an object.
package struct Property: Sendable {
  package let name: String
  package let schema: Schema
  /// What it means, in Markdown.
  package let doc: String
  package let isRequired: Bool
  /// The value that holds if the key is left out, as JSON (a bare word is a string), or a few words.
  package let defaultText: String?
  package let examples: [JSONText]
  package let availability: Availability
  /// What others call it: whoever writes one of these is told the name.
  package let otherNames: [String]
  /// The keys of the same object that exclude this one, and are gone when it is set from outside.
  package let replaced: [Replaced]

  /// A key that another one excludes.
  package struct Replaced: Sendable, ExpressibleByStringLiteral {
    package let key: String
    /// The value of it that is excluded; nil for any.
    package let value: String?
    /// Whether only `true` excludes it.
    package let onlyByTrue: Bool

    package init(_ key: String, value: String? = nil, onlyByTrue: Bool = false) {
      (self.key, self.value, self.onlyByTrue) = (key, value, onlyByTrue)
    }

    package init(stringLiteral key: String) { self.init(key) }
  }

  package init(
    _ name: String, _ schema: Schema, _ doc: String, isRequired: Bool = false, default defaultText: String? = nil,
    examples: [JSONText] = [], availability: Availability = .now, elsewhere otherNames: [String] = [],
    replaces replaced: [Replaced] = []
  ) {
    self.replaced = replaced
    self.name = name
    self.schema = schema
    self.doc = doc
    self.isRequired = isRequired
    self.defaultText = defaultText
    self.examples = examples
    self.availability = availability
    self.otherNames = otherNames
  }
}

/// An allowed string.
package struct Choice: Sendable {
  package let value: String
  /// What it means, in one line of Markdown.
  package let doc: String
  package let availability: Availability
  /// What it is called in other programs, in small letters.
  package let otherNames: [String]

  package init(
    _ value: String, _ doc: String, availability: Availability = .now, elsewhere otherNames: [String] = []
  ) {
    self.value = value
    self.doc = doc
    self.availability = availability
    self.otherNames = otherNames
  }
}

/// Whether this version can do what a key or a value asks for; what it cannot do it refuses by name.
package enum Availability: Hashable, Sendable {
  case now
  /// - what: what the key will bring, as in "movement along gradients".
  case later(what: String)

  package var isNow: Bool { self == .now }
}
