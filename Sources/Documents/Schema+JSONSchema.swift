extension Schema {
  /// The description as a JSON Schema of draft 7, the one that editors support in full.
  ///
  /// Descriptions in Markdown, texts of allowed values and `doNotSuggest` are the extensions of the JSON support of
  /// common editors. References become `definitions`; keys that come later are refused with their reason as
  /// description.
  package func jsonSchema(id: String, title: String) -> JSONText {
    var writer = JSONSchemaWriter()
    var members: [JSONText.Member] = [
      .init("$schema", "http://json-schema.org/draft-07/schema#"), .init("$id", .string(id)),
      .init("title", .string(title)),
    ]
    members += writer.members(of: resolved, isRoot: true)
    if !writer.definitions.isEmpty { members.append(.init("definitions", .object(writer.definitions))) }
    return .object(members)
  }
}

/// Writes descriptions as JSON Schema and collects the definitions that they refer to.
private struct JSONSchemaWriter {
  typealias Member = JSONText.Member

  private(set) var definitions: [Member] = []
  private var names: Set<String> = []

  mutating func members(of schema: Schema, isRoot: Bool = false) -> [Member] {
    switch schema {
    case .number(let bounds, _): [Member("type", "number")] + bounds.schemaMembers
    case .integer(let range):
      [Member("type", "integer")]
        + range.schemaMembers("minimum", "maximum")
    case .choice(let choices): members(of: choices.available)
    case .string(let format): [Member("type", "string")] + (format.map { [Member("format", .string($0))] } ?? [])
    case .boolean: [Member("type", "boolean")]
    case .array(let element, let count):
      [Member("type", "array"), Member("items", .object(members(of: element)))]
        + (count.map { $0.schemaMembers("minItems", "maxItems") } ?? [])
    case .object(let properties): members(of: properties, isRoot: isRoot)
    case .map(_, let values):
      [
        Member("type", "object"), Member("propertyNames", ["minLength": 1]),
        Member("additionalProperties", .object(members(of: values))),
      ]
    case .either: members(ofEither: schema)
    case .reference(let name, let schema): [Member("$ref", .string(define(name, as: schema)))]
    }
  }

  private func members(of choices: [Choice]) -> [Member] {
    [
      Member("type", "string"), Member("enum", .array(choices.map { .string($0.value) })),
      Member("enumDescriptions", .array(choices.map { .string(plainText($0.doc)) })),
    ]
  }

  private mutating func members(of properties: [Property], isRoot: Bool) -> [Member] {
    var members: [Member] = [Member("type", "object")]
    let required = properties.filter { $0.isRequired && $0.availability.isNow }
    if !required.isEmpty { members.append(Member("required", .array(required.map { .string($0.name) }))) }
    var described: [Member] = isRoot ? [Member("$schema", ["type": "string"])] : []
    for property in properties { described.append(Member(property.name, .object(self.members(of: property)))) }
    return members + [Member("properties", .object(described)), Member("additionalProperties", false)]
  }

  private mutating func members(of property: Property) -> [Member] {
    if case .later(let what) = property.availability {
      return [
        Member("description", .string("Not available yet (\(plainText(what))).")), Member("doNotSuggest", true),
        Member("not", [:]),
      ]
    }
    var members = description(of: property)
    if case .reference = property.schema {
      // Draft 7 ignores what stands beside "$ref".
      members.append(Member("allOf", [.object(self.members(of: property.schema))]))
    } else {
      members += self.members(of: property.schema)
    }
    if let value = property.defaultValue { members.append(Member("default", value)) }
    if !property.examples.isEmpty { members.append(Member("examples", .array(property.examples))) }
    return members
  }

  private func description(of property: Property) -> [Member] {
    var doc = property.doc
    if let unit = property.schema.unit { doc += " Unit: \(unit)." }
    if let text = property.defaultText, property.defaultValue == nil { doc += " Default: \(text)." }
    let plain = plainText(doc)
    return [Member("description", .string(plain))] + (plain == doc ? [] : [Member("markdownDescription", .string(doc))])
  }

  /// One schema with several types where the alternatives do not get into each other's way, else `anyOf`.
  private mutating func members(ofEither schema: Schema) -> [Member] {
    let written = schema.unresolvedAlternatives.map { members(of: $0) }
    let keywords = written.flatMap { $0.dropFirst().map(\.key) }
    let types = written.compactMap { $0.first { $0.key == "type" }?.value }
    let areApart = Set(types).count == written.count && Set(keywords).count == keywords.count
    guard areApart, !keywords.contains("enum") else { return [Member("anyOf", .array(written.map { .object($0) }))] }
    return [Member("type", .array(types))] + written.flatMap { $0.dropFirst() }
  }

  private mutating func define(_ name: String, as schema: () -> Schema) -> String {
    if names.insert(name).inserted {
      let index = definitions.count
      definitions.append(Member(name, .null))
      definitions[index] = Member(name, .object(members(of: schema())))
    }
    let escaped = name.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
    return "#/definitions/\(escaped)"
  }
}

extension Bounds {
  fileprivate var schemaMembers: [JSONText.Member] {
    var members: [JSONText.Member] = []
    switch lower {
    case .including(let end): members.append(.init("minimum", .plain(end)))
    case .excluding(let end): members.append(.init("exclusiveMinimum", .plain(end)))
    case nil: break
    }
    switch upper {
    case .including(let end): members.append(.init("maximum", .plain(end)))
    case .excluding(let end): members.append(.init("exclusiveMaximum", .plain(end)))
    case nil: break
    }
    return members
  }
}

extension ClosedRange<Int> {
  fileprivate func schemaMembers(_ low: String, _ high: String) -> [JSONText.Member] {
    (lowerBound == .min ? [] : [.init(low, .integer(lowerBound))])
      + (upperBound == .max ? [] : [.init(high, .integer(upperBound))])
  }
}

extension JSONText {
  /// An integer where the number is one, so that it is written without ".0".
  fileprivate static func plain(_ value: Double) -> JSONText {
    Int(Documents.plain(value)).map { .integer($0) } ?? .number(value)
  }
}
