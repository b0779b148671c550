extension Schema {
  /// All that is wrong with a document, as far as its description can tell.
  package func check(_ node: JSONNode) -> Diagnostics {
    var found = Diagnostics()
    check(node, as: nil, &found)
    return found
  }

  /// - Parameter name: the key under which the value stands, for messages.
  private func check(_ node: JSONNode, as name: String?, _ found: inout Diagnostics) {
    switch (self, node.value) {
    case (.number(let bounds), .number(let number)): bounds.check(number, at: node.place, as: name, &found)
    case (.integer(let bounds), .number(let number)):
      if number.integer == nil {
        mismatch(node, as: name, &found)
      } else {
        bounds.check(number, at: node.place, as: name, &found)
      }
    case (.boolean, .boolean), (.text, .string), (.any, _): break
    case (.choice(let choices), .string(let word)): Schema.check(word, among: choices, node, as: name, &found)
    case (.array(let schema, let count), .array(let elements)):
      if !count.contains(elements.count) {
        let allowed = count.lowerBound == count.upperBound ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
        let limit = count.upperBound == Int.max ? "at least \(count.lowerBound)" : allowed
        found.error("\(subject(name)) has \(elements.count) elements, expected \(limit)", at: node.place)
      }
      for element in elements { schema.check(element, as: name, &found) }
    case (.object(let object), .object(let members)): object.check(members, node, &found)
    case (.map(let key, let schema), .object(let members)):
      for member in members { schema.check(member.node, as: "\(key) \(member.key)", &found) }
    case (.either(let options), _):
      if let option = Schema.choose(among: options, for: node) {
        option.check(node, as: name, &found)
      } else {
        mismatch(node, as: name, &found)
      }
    default: mismatch(node, as: name, &found)
    }
  }

  private func subject(_ name: String?) -> String { name.map { "\"\($0)\"" } ?? "the document" }

  private func mismatch(_ node: JSONNode, as name: String?, _ found: inout Diagnostics) {
    let value =
      switch node.value {
      case .string(let text) where text.count <= 30: "the string \"\(text)\""
      case .number(let number): "the number \(number.text)"
      default: node.value.kind
      }
    found.error("\(subject(name)) must be \(kind), found \(value)", at: node.place)
  }

  private static func check(
    _ word: String, among choices: [Choice], _ node: JSONNode, as name: String?, _ found: inout Diagnostics
  ) {
    guard let choice = choices.first(where: { $0.word == word }) else {
      let words = choices.filter { $0.availability == .now }.map(\.word)
      let near = nearestSpelling(of: word, among: words)
      found.error(
        "\"\(word)\" is not a value of \"\(name ?? "this key")\"", at: node.place, suggestion: near,
        remedy: "one of: " + words.joined(separator: ", "))
      return
    }
    if choice.availability == .later {
      found.error("\"\(word)\" is not available yet (\(choice.doc))", at: node.place)
    }
  }

  /// The option that a value is meant to be.
  private static func choose(among options: [Schema], for node: JSONNode) -> Schema? {
    let fitting = options.filter { $0.accepts(node.value) }
    guard fitting.count > 1 else { return fitting.first }
    return fitting.first { option in
      if case .object(let object) = option, let telling = object.properties.first { node[telling.name] != nil } else { true }
    } ?? fitting.first
  }

  private func accepts(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.number, .number), (.integer, .number), (.boolean, .boolean), (.text, .string), (.choice, .string),
      (.array, .array), (.object, .object), (.map, .object), (.any, _):
      true
    case (.either(let options), _): options.contains { $0.accepts(value) }
    default: false
    }
  }
}

extension Schema.Bounds {
  fileprivate func check(_ number: JSONNumber, at place: Place, as name: String?, _ found: inout Diagnostics) {
    let subject = name.map { "\"\($0)\"" } ?? "the number"
    if let minimum, isAbove ? number.double <= minimum : number.double < minimum {
      found.error("\(subject) is \(number.text), but must be \(text)", at: place)
    } else if let maximum, number.double > maximum {
      found.error("\(subject) is \(number.text), but must be \(text)", at: place)
    }
  }

  /// "greater than 0", "at least 1", "between 0 and 1".
  var text: String {
    switch (minimum, maximum) {
    case (let minimum?, let maximum?): "between \(JSONOutput.text(minimum)) and \(JSONOutput.text(maximum))"
    case (let minimum?, nil): (isAbove ? "greater than " : "at least ") + JSONOutput.text(minimum)
    case (nil, let maximum?): "at most \(JSONOutput.text(maximum))"
    case (nil, nil): "any number"
    }
  }
}

extension Schema.ObjectSchema {
  fileprivate func check(_ members: [JSONMember], _ node: JSONNode, _ found: inout Diagnostics) {
    for member in members {
      guard let property = properties.first(where: { $0.name == member.key }) else {
        let known = properties.filter { $0.availability == .now }.map(\.name)
        found.error(
          "\(name) has no key \"\(member.key)\"", at: member.keyPlace,
          suggestion: nearestSpelling(of: member.key, among: known), remedy: "its keys: " + known.joined(separator: ", "))
        continue
      }
      if property.availability == .later {
        found.error("\"\(property.name)\" is not available yet", at: member.keyPlace, remedy: "remove it for now")
      } else {
        property.schema.check(member.node, as: property.name, &found)
      }
    }
    for property in properties where property.isRequired && !members.contains(where: { $0.key == property.name }) {
      let start = node.place.range.lowerBound
      found.error(
        "\(name) lacks the key \"\(property.name)\"", at: Place(node.place.source, start..<start + 1))
    }
  }
}
