/// The description of a JSON document, from which follow its checks, its JSON Schema and its reference page.
package indirect enum Schema: Sendable {
  /// A number within bounds.
  case number(Bounds = Bounds())
  /// A whole number within bounds.
  case integer(Bounds = Bounds())
  case boolean
  /// Any text, with a word on what it holds ("expression", "path").
  case text(String)
  /// One of several words.
  case choice([Choice])
  case array(of: Schema, count: ClosedRange<Int>)
  case object(ObjectSchema)
  /// An object with keys of the user's own, such as field names; `key` says what they are.
  case map(key: String, of: Schema)
  /// One of several kinds of values, told apart by their JSON kind, and several objects by the first key of each.
  case either([Schema])
  /// Anything; checked elsewhere.
  case any(String)

  /// Bounds of a number.
  package struct Bounds: Hashable, Sendable {
    package var minimum: Double?
    package var maximum: Double?
    /// Whether the minimum itself is excluded.
    package var isAbove = false

    package init() {}
    package init(atLeast minimum: Double, atMost maximum: Double? = nil) {
      self.minimum = minimum
      self.maximum = maximum
    }
    package init(above minimum: Double) {
      self.minimum = minimum
      isAbove = true
    }
  }

  /// One of the words of a choice.
  package struct Choice: Sendable {
    package let word: String
    package let doc: String
    package let availability: Availability

    package init(_ word: String, _ doc: String, _ availability: Availability = .now) {
      self.word = word
      self.doc = doc
      self.availability = availability
    }
  }

  /// Whether this version of the program can do it.
  package enum Availability: Sendable {
    case now
    /// Known, and refused by name.
    case later
  }

  /// An object and its keys.
  package struct ObjectSchema: Sendable {
    /// What the object is, as in "domain"; used in messages and as the heading in the reference.
    package let name: String
    package let properties: [Property]

    package init(_ name: String, _ properties: [Property]) {
      self.name = name
      self.properties = properties
    }
  }

  /// A key of an object.
  package struct Property: Sendable {
    package let name: String
    package let schema: Schema
    /// In Markdown.
    package let doc: String
    package let isRequired: Bool
    /// The default in words or JSON, for readers.
    package let standard: String?
    package let availability: Availability

    package init(
      _ name: String, _ schema: Schema, _ doc: String, required: Bool = false, standard: String? = nil,
      availability: Availability = .now
    ) {
      self.name = name
      self.schema = schema
      self.doc = doc
      isRequired = required
      self.standard = standard
      self.availability = availability
    }
  }
}

extension Schema {
  /// With its article: "a number", "an object".
  var kind: String {
    switch self {
    case .number: "a number"
    case .integer: "a whole number"
    case .boolean: "true or false"
    case .text(let what): "a string (\(what))"
    case .choice: "a string"
    case .array: "an array"
    case .object, .map: "an object"
    case .either(let options): Schema.list(options.map(\.kind))
    case .any(let what): what
    }
  }

  /// "a", "a or b", "a, b or c"; words that occur twice stand once.
  static func list(_ words: [String]) -> String {
    var seen: Set<String> = []
    let words = words.filter { seen.insert($0).inserted }
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}
