extension Schema {
  /// The description as a JSON Schema (draft-07), which editors understand in full.
  package func jsonSchema(title: String) -> JSONOutput {
    guard case .object(let members) = jsonSchema else { return jsonSchema }
    let head: [JSONOutput.Member] = [
      .init(key: "$schema", value: .string("http://json-schema.org/draft-07/schema#")),
      .init(key: "title", value: .string(title)),
    ]
    return .object(head + members)
  }

  private var jsonSchema: JSONOutput {
    switch self {
    case .number(let bounds): bounds.jsonSchema(type: "number")
    case .integer(let bounds): bounds.jsonSchema(type: "integer")
    case .boolean: .object(["type": .string("boolean")])
    case .text: .object(["type": .string("string")])
    case .choice(let choices):
      .object([
        "type": .string("string"),
        "enum": .strings(choices.filter { $0.availability == .now }.map(\.word)),
      ])
    case .array(let element, let count):
      .object([
        "type": .string("array"),
        "items": element.jsonSchema,
        "minItems": .integer(count.lowerBound),
        "maxItems": count.upperBound == Int.max ? nil : .integer(count.upperBound),
      ])
    case .object(let object): object.jsonSchema
    case .map(_, let element):
      .object(["type": .string("object"), "additionalProperties": element.jsonSchema])
    case .either(let options): .object(["anyOf": .array(options.map(\.jsonSchema))])
    case .any: .object([])
    }
  }
}

extension Schema.Bounds {
  fileprivate func jsonSchema(type: String) -> JSONOutput {
    .object([
      "type": .string(type),
      (isAbove ? "exclusiveMinimum" : "minimum"): minimum.map(JSONOutput.number),
      "maximum": maximum.map(JSONOutput.number),
    ])
  }
}

extension Schema.ObjectSchema {
  fileprivate var jsonSchema: JSONOutput {
    let available = properties.filter { $0.availability == .now }
    let required = available.filter(\.isRequired).map(\.name)
    return .object([
      "type": .string("object"),
      "properties": .object(available.map { .init(key: $0.name, value: $0.jsonSchema) }),
      "required": required.isEmpty ? nil : .strings(required),
      "additionalProperties": .boolean(false),
    ])
  }
}

extension Schema.Property {
  fileprivate var jsonSchema: JSONOutput {
    guard case .object(let members) = schema.jsonSchema(title: "") else { return .null }
    // Editors show the description; `$schema` and `title` belong to the root only.
    let head = JSONOutput.Member(key: "description", value: .string(doc + (standard.map { " Default: \($0)." } ?? "")))
    return .object([head] + members.dropFirst(2))
  }
}

extension Schema {
  /// The description as a page of Markdown: one table per object.
  package func reference() -> String {
    var sections: [String] = []
    describe(path: "", &sections)
    return sections.joined(separator: "\n")
  }

  private func describe(path: String, _ sections: inout [String]) {
    switch self {
    case .object(let object):
      var text = "## \(path.isEmpty ? "The file" : "`\(path)`")\n\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n"
      for property in object.properties { text += property.row }
      sections.append(text)
      for property in object.properties where property.availability == .now {
        property.schema.describe(path: path.isEmpty ? property.name : "\(path).\(property.name)", &sections)
      }
    case .map(let key, let element): element.describe(path: "\(path).<\(key)>", &sections)
    case .array(let element, _): element.describe(path: "\(path)[]", &sections)
    case .either(let options): for option in options { option.describe(path: path, &sections) }
    default: break
    }
  }

  /// The values that are allowed, in words.
  fileprivate var words: String {
    switch self {
    case .number(let bounds), .integer(let bounds):
      bounds == Bounds() ? kind : "\(kind), \(bounds.text)"
    case .choice(let choices):
      choices.map { "`\"\($0.word)\"` (\($0.doc)\($0.availability == .later ? "; not available yet" : ""))" }
        .joined(separator: ", ")
    case .array(let element, _): "array of \(element.words)"
    case .map(let key, let element): "object: \(key) → \(element.words)"
    case .either(let options): Schema.list(options.map(\.words))
    default: kind
    }
  }
}

extension Schema.Property {
  fileprivate var row: String {
    let availability = availability == .later ? "Not available yet. " : ""
    let standard = isRequired ? "required" : standard.map { "`\($0)`" } ?? ""
    let cells = ["`\(name)`", schema.words, standard, availability + doc]
    return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
  }
}
