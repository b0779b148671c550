extension SchemaChecker {
  /// Checks against the alternative that the kind of the value, or a telling key, chooses.
  mutating func checkEither(_ node: JSONNode, against schema: Schema, path: [String]) {
    let fitting = schema.alternatives.filter { $0.kind == node.kind }
    switch (node.value, fitting.count) {
    case (_, 0): refuseKind(of: node, expected: schema)
    case (.object(let object), 2...): checkObject(object, at: node, against: fitting, path: path)
    case (.string(let text), 2...): check(node, against: Schema.string(for: text, among: fitting), path: path)
    case (.string(let text), 1):
      guard case .choice(let choices) = fitting[0].resolved else { return check(node, against: fitting[0], path: path) }
      check(text, among: choices, or: schema.objectPhrase, at: node.place)
    default: check(node, against: fitting[0], path: path)
    }
  }

  private mutating func checkObject(
    _ object: JSONObject, at node: JSONNode, against alternatives: [Schema], path: [String]
  ) {
    let told = alternatives.filter { $0.tellingKey.map { object[$0] != nil } ?? false }
    guard let chosen = told.first else {
      if let plain = alternatives.first(where: { $0.tellingKey == nil }) {
        return check(node, against: plain, path: path)
      }
      return refuseUntold(object, at: node, telling: alternatives.compactMap(\.tellingKey))
    }
    let excluded = told.dropFirst().compactMap(\.tellingKey).filter { !chosen.hasProperty($0) }
    if excluded.isEmpty { return check(node, against: chosen, path: path) }
    for key in excluded {
      problems.error(
        "the keys \(quoted(chosen.tellingKey ?? "")) and \(quoted(key)) exclude each other", at: node.keyPlace(key),
        remedy: "keep one of them")
    }
  }

  /// Says which key would tell the alternatives apart, at the key that may be a misspelling of one.
  private mutating func refuseUntold(_ object: JSONObject, at node: JSONNode, telling keys: [String]) {
    for member in object.members {
      guard let near = nearest(to: member.key, among: keys) else { continue }
      return problems.error("unknown key \(quoted(member.key))", at: member.keyPlace, suggestion: near)
    }
    problems.error("expected the key \(listed(keys.map { quoted($0) }))", at: node.place.opening)
  }
}

extension Schema {
  /// The objects among the alternatives, as in `an object, as in { "x-": { "value": … } }`; nil without.
  fileprivate var objectPhrase: String? {
    for alternative in alternatives {
      guard case .map(_, let values) = alternative, let key = values.alternatives.compactMap(\.tellingKey).first else {
        continue
      }
      return "an object, as in { \"x-\": { \(quoted(key)): … } }"
    }
    return nil
  }

  /// Among several kinds of strings, the list that holds the text, or the free string, or all lists together.
  fileprivate static func string(for text: String, among schemas: [Schema]) -> Schema {
    var all: [Choice] = []
    for case .choice(let choices) in schemas {
      if choices.contains(where: { $0.value == text }) { return .choice(choices) }
      all += choices
    }
    return schemas.first(where: \.isFreeString) ?? .choice(all)
  }

  func hasProperty(_ name: String) -> Bool {
    guard case .object(let properties) = resolved else { return false }
    return properties.contains { $0.name == name }
  }
}
