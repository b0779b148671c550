extension SchemaChecker {
  mutating func check(_ object: JSONObject, against properties: [Property], at place: Place, path: [String]) {
    var meant = Set<String>()
    for member in object.members {
      if let property = properties.first(where: { $0.name == member.key }) {
        check(member, against: property, path: path + [member.key])
      } else if !(path.isEmpty && member.key == "$schema" && member.value.string != nil) {
        let near = refuse(unknown: member, properties: properties, path: path)
        if let near { meant.insert(near) }
      }
    }
    for property in properties where property.isRequired && object[property.name] == nil {
      if meant.contains(property.name) { continue }
      problems.error(
        "the key \(quoted(property.name)) is missing\(location(path))", at: place.opening,
        remedy: "give \(quoted(property.name)), \(property.schema.phrase)")
    }
  }

  private mutating func check(_ member: JSONObject.Member, against property: Property, path: [String]) {
    if case .later(let what) = property.availability {
      problems.error("\(quoted(member.key)) is not available yet (\(what))", at: member.keyPlace)
    } else if member.value.isNull, !property.isRequired {
      problems.error(
        "expected \(property.schema.kindPhrase), found null", at: member.value.place,
        remedy: "leave the key out to have its default")
    } else {
      check(member.value, against: property.schema, path: path)
    }
  }

  /// Refuses a key and returns the one that was probably meant.
  private mutating func refuse(unknown member: JSONObject.Member, properties: [Property], path: [String]) -> String? {
    let names = properties.filter(\.availability.isNow).map(\.name)
    let word = member.key.lowercased()
    let meant = properties.first { $0.availability.isNow && $0.otherNames.contains { $0.lowercased() == word } }?.name
    let near = meant ?? nearest(to: member.key, among: names)
    problems.error(
      "unknown key \(quoted(member.key))\(location(path))", at: member.keyPlace,
      suggestion: near,
      remedy: names.isEmpty ? "no keys are allowed here" : "the keys are \(listed(names.map { quoted($0) }, "and"))")
    return near
  }

  mutating func check(_ object: JSONObject, keys what: String, values: Schema, path: [String]) {
    let article = what.first.map { "aeiou".contains($0) } ?? false ? "an" : "a"
    for member in object.members {
      if member.key.isEmpty { problems.error("\(article) \(what) must not be empty", at: member.keyPlace) }
      check(member.value, against: values, path: path + [member.key])
    }
  }

  private func location(_ path: [String]) -> String {
    path.isEmpty ? "" : " in \(path.joined(separator: "."))"
  }
}
