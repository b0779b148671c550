extension Property {
  /// The default as JSON, if the text of the default is a value that the key may have.
  var defaultValue: JSONText? {
    guard let defaultText else { return nil }
    let source = SourceText(name: "default", text: defaultText)
    let whole = Place(source: source, range: 0..<source.bytes.count)
    let node = (try? JSONNode.parse(source)) ?? JSONNode(.string(defaultText), at: whole)
    return schema.check(node).isEmpty ? JSONText(node) : nil
  }
}

extension Schema {
  /// The unit of a number, or that of the numbers of an array or of an alternative.
  var unit: String? {
    switch self {
    case .number(_, let unit): unit
    case .array(let element, _): element.unit
    case .either(let schemas): schemas.lazy.compactMap(\.unit).first
    default: nil
    }
  }
}

/// Markdown without its emphasis and code marks.
func plainText(_ markdown: String) -> String {
  markdown.split(separator: "`", omittingEmptySubsequences: false).enumerated()
    .map { index, part in index.isMultiple(of: 2) ? String(part.filter { $0 != "*" }) : String(part) }
    .joined()
}
