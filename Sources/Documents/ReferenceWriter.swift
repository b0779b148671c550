/// Writes descriptions as Markdown: one section with tables for each object.
struct ReferenceWriter {
  private struct Section {
    let heading: String?
    /// What precedes the keys of the section's objects in the headings of deeper sections.
    let path: String
    let schemas: [Schema]
  }

  private var waiting: [Section]
  private var definitions: Set<String> = []

  init(_ schema: Schema) {
    waiting = [Section(heading: nil, path: "", schemas: schema.alternatives)]
  }

  /// All sections: nested objects in the order of their keys, definitions where they are first used.
  mutating func page() -> String {
    var pieces: [String] = []
    while !waiting.isEmpty {
      let section = waiting.removeFirst()
      if let heading = section.heading { pieces.append("## \(heading)") }
      let others = section.schemas.filter { $0.properties == nil }
      if !others.isEmpty { pieces.append(list(of: others, path: section.path)) }
      let objects = section.schemas.compactMap(\.properties)
      pieces += objects.flatMap { tables(of: $0, in: section) }
      let inner = objects.joined().filter(\.availability.isNow).flatMap {
        sections(of: $0.schema, path: joined(section.path, $0.name))
      }
      waiting.insert(contentsOf: inner + others.flatMap { sections(of: $0, path: section.path) }, at: 0)
    }
    return pieces.joined(separator: "\n\n") + "\n"
  }

  /// The sections of the objects that a value holds: its own, those of its elements, those of definitions not yet
  /// written.
  private mutating func sections(of schema: Schema, path: String) -> [Section] {
    switch schema {
    case .object: return [Section(heading: "`\(path)`", path: path, schemas: [schema])]
    case .array(let element, _): return sections(of: element, path: path + "[]")
    case .map(let key, let values): return sections(of: values, path: "\(path).<\(key)>")
    case .either(let schemas):
      let objects = schemas.filter { $0.properties != nil }
      let rest = schemas.filter { $0.properties == nil }.flatMap { sections(of: $0, path: path) }
      return (objects.isEmpty ? [] : [Section(heading: "`\(path)`", path: path, schemas: objects)]) + rest
    case .reference(let name, let target):
      guard definitions.insert(name).inserted else { return [] }
      return [Section(heading: name, path: name, schemas: target().unresolvedAlternatives)]
    default: return []
    }
  }

  /// The table of an object's keys, introduced by the key that tells it from other alternatives.
  private func tables(of properties: [Property], in section: Section) -> [String] {
    let table = table(of: properties, path: section.path)
    guard section.schemas.count > 1, let key = Schema.object(properties).tellingKey else { return [table] }
    return ["An object with `\(key)`:", table]
  }

  private func joined(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : "\(path).\(name)"
  }

  private func table(of properties: [Property], path: String) -> String {
    let head = "| key | kind | default | meaning |\n| --- | --- | --- | --- |\n"
    let rows = properties.map { property in
      let cells =
        switch property.availability {
        case .now:
          [kind(of: property.schema, path: joined(path, property.name)), standard(of: property), meaning(of: property)]
        case .later(let what): ["–", "–", "*Not available yet:* \(what)."]
        }
      return "| `\(property.name)` | " + cells.map(inCell).joined(separator: " | ") + " |"
    }
    return head + rows.joined(separator: "\n")
  }
}
