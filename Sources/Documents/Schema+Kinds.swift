extension Schema {
  /// What stands behind a reference.
  var resolved: Schema {
    if case .reference(_, let schema) = self { return schema().resolved }
    return self
  }

  /// The alternatives of an `either` with those of alternatives, or only itself.
  ///
  /// References are followed.
  var alternatives: [Schema] {
    if case .either(let schemas) = resolved { return schemas.flatMap(\.alternatives) }
    return [resolved]
  }

  /// The kind of JSON value that it describes, or nil for an `either`.
  var kind: JSONKind? {
    switch resolved {
    case .number, .integer: .number
    case .choice, .string: .string
    case .boolean: .boolean
    case .array: .array
    case .object, .map: .object
    case .either, .reference: nil
    }
  }

  /// What is expected, in a few words, as in "a number greater than 0".
  var phrase: String {
    switch self {
    case .number(let bounds, _): "a number" + (bounds.phrase.map { " \($0)" } ?? "")
    case .integer(let range): "an integer" + (range.phrase.map { " \($0)" } ?? "")
    case .choice(let choices): listed(choices.available.map { quoted($0.value) })
    case .string(let format): format.map(withArticle) ?? "a string"
    case .boolean: "true or false"
    case .array: "an array"
    case .object, .map: "an object"
    case .either: listed(alternatives.map(\.phrase).withoutRepetition)
    case .reference: resolved.phrase
    }
  }

  /// The expected kind without bounds and allowed values, as in "a number".
  var kindPhrase: String {
    switch self {
    case .number: "a number"
    case .integer: "an integer"
    case .choice: "a string"
    case .either: listed(alternatives.map(\.kindPhrase).withoutRepetition)
    case .reference: resolved.kindPhrase
    default: phrase
    }
  }

  var isFreeString: Bool { if case .string = self { true } else { false } }

  var isChoice: Bool { if case .choice = self { true } else { false } }

  /// The key that tells an object from others: the first that is required.
  var tellingKey: String? {
    guard case .object(let properties) = resolved else { return nil }
    return properties.first(where: \.isRequired)?.name
  }
}

extension ClosedRange<Int> {
  /// The bounds in words, as in "from 1 to 3"; nil if there are none.
  var phrase: String? {
    switch (lowerBound, upperBound) {
    case (.min, .max): nil
    case (_, .max): "of at least \(lowerBound)"
    case (.min, _): "of at most \(upperBound)"
    default: "from \(lowerBound) to \(upperBound)"
    }
  }
}

extension [Choice] {
  /// Those that this version can do.
  var available: [Choice] { filter(\.availability.isNow) }
}

extension [String] {
  var withoutRepetition: [String] {
    var seen = Set<String>()
    return filter { seen.insert($0).inserted }
  }
}

private func withArticle(_ noun: String) -> String {
  ("aeiou".contains(noun.first ?? "x") ? "an " : "a ") + noun
}
