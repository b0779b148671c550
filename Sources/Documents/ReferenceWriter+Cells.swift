extension ReferenceWriter {
  /// What a value may be, as in `number greater than 0 (day)`, with links to the sections of objects.
  func kind(of schema: Schema, path: String) -> String {
    switch schema {
    case .number(let bounds, let unit):
      "number" + (bounds.phrase.map { " \($0)" } ?? "") + (unit.map { " (\($0))" } ?? "")
    case .integer(let range): "integer" + (range.phrase.map { " \($0)" } ?? "")
    case .choice(let choices): listed(choices.available.map { "`\($0.value)`" })
    case .string(let format): format ?? "string"
    case .boolean: "`true` or `false`"
    case .array(let element, let count):
      "array of \(count?.countPhrase.map { "\($0) " } ?? "")(\(kind(of: element, path: path + "[]")))"
    case .object: "[object](#\(anchor(path)))"
    case .map(let key, let values): "object: \(key) → \(kind(of: values, path: "\(path).<\(key)>"))"
    case .either(let schemas): listed(schemas.map { kind(of: $0, path: path) }.withoutRepetition)
    case .reference(let name, _): "[\(name)](#\(anchor(name)))"
    }
  }

  /// The kinds of a definition that are not objects, one per line, allowed strings with their meaning.
  func list(of schemas: [Schema], path: String) -> String {
    let lines = schemas.flatMap { schema in
      if case .choice(let choices) = schema { choices.map(line) } else { [kind(of: schema, path: path)] }
    }
    return lines.map { "- \($0)" }.joined(separator: "\n")
  }

  private func line(for choice: Choice) -> String {
    switch choice.availability {
    case .now: "`\(choice.value)`: \(choice.doc)"
    case .later(let what): "`\(choice.value)`: *not available yet* (\(what))"
    }
  }

  func standard(of property: Property) -> String {
    if property.isRequired { return "**required**" }
    guard let text = property.defaultText else { return "–" }
    return property.defaultValue == nil ? text : "`\(text)`"
  }

  func meaning(of property: Property) -> String {
    var lines = [property.doc]
    for schema in property.schema.unresolvedAlternatives {
      guard case .choice(let choices) = schema else { continue }
      lines += choices.map(line)
    }
    if !property.examples.isEmpty {
      lines.append("Examples: " + property.examples.map { "`\($0.compact)`" }.joined(separator: ", "))
    }
    return lines.joined(separator: "\n")
  }

  /// A text that can stand in a cell of a table.
  func inCell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
      .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "<br>")
  }

  /// The anchor that code hosts give to a heading: lower case, without punctuation, hyphens for blanks.
  private func anchor(_ heading: String) -> String {
    String(
      heading.lowercased().compactMap { letter in
        letter == " " ? "-" : letter.isLetter || letter.isNumber || letter == "-" || letter == "_" ? letter : nil
      })
  }
}

extension Schema {
  /// The alternatives of an `either`, without following references.
  var unresolvedAlternatives: [Schema] {
    if case .either(let schemas) = self { return schemas.flatMap(\.unresolvedAlternatives) }
    return [self]
  }

  /// The keys of an object.
  var properties: [Property]? {
    if case .object(let properties) = self { properties } else { nil }
  }
}

extension ClosedRange<Int> {
  /// A count in words, as in "1 to 3"; nil if any number will do.
  var countPhrase: String? {
    switch (lowerBound, upperBound) {
    case (...0, .max): nil
    case (_, .max): "at least \(lowerBound)"
    case _ where lowerBound == upperBound: "\(lowerBound)"
    default: "\(lowerBound) to \(upperBound)"
    }
  }
}
