/// Keys that exclude each other: what is set from outside takes the place of what it excludes in the file.
extension Schema {
  /// A document without the values of the file that exclude what was set at a path: the keys that the property replaces, and, where an
  /// object is one of several alternatives and the key tells which, those that the alternative does not have.
  ///
  /// What was set from outside itself stays, so that two settings that exclude each other are refused.
  package func withoutExcluded(_ document: JSONNode, bySetting path: String) throws(Diagnostics) -> JSONNode {
    let source = SourceText(name: settingName, text: path)
    do throws(Diagnostic) {
      return withoutExcluded(document, by: try SettingPath.steps(of: source, upTo: path.utf8.count)[...])
    } catch {
      throw Diagnostics([error])
    }
  }

  private func withoutExcluded(_ node: JSONNode, by path: ArraySlice<SettingPath.Step>) -> JSONNode {
    guard let step = path.first else { return node }
    switch node.value {
    case .object(let object):
      let kept = object.members.filter {
        $0.key == step.name || !excludes($0, bySetting: step.name, to: object[step.name])
          || $0.value.isSetFromOutside
      }
      let members = kept.map { member in
        guard member.key == step.name, let schema = schema(of: member.key, in: object) else { return member }
        let value = schema.withoutExcluded(member.value, by: path.dropFirst())
        return JSONObject.Member(key: member.key, keyPlace: member.keyPlace, value: value)
      }
      return JSONNode(.object(JSONObject(members)), at: node.place)
    case .array(var elements):
      guard let index = Int(step.name), elements.indices.contains(index) else { return node }
      for case .array(let schema, _) in alternatives {
        elements[index] = schema.withoutExcluded(elements[index], by: path.dropFirst())
      }
      return JSONNode(.array(elements), at: node.place)
    default: return node
    }
  }

  private var objects: [Schema] { alternatives.filter { if case .object = $0 { true } else { false } } }

  /// Whether a member of an object excludes another key that is set.
  private func excludes(_ member: JSONObject.Member, bySetting key: String, to new: JSONNode?) -> Bool {
    if let chosen = objects.first(where: { $0.tellingKey == key }) {
      if !chosen.hasProperty(member.key), objects.contains(where: { $0.hasProperty(member.key) }) { return true }
    }
    return objects.contains { schema in
      (schema.property(key)?.replaced ?? []).contains { replaced in
        replaced.key == member.key && (replaced.value == nil || replaced.value == member.value.string)
          && (!replaced.onlyByTrue || new?.boolean ?? false)
      }
    }
  }

  /// The description of the value of a key in an object.
  private func schema(of key: String, in object: JSONObject) -> Schema? {
    let told = objects.first { $0.tellingKey.map { object[$0] != nil } ?? false } ?? objects.first
    if let property = told?.property(key) { return property.schema }
    for case .map(_, let values) in alternatives { return values }
    return nil
  }

  private func property(_ name: String) -> Property? {
    guard case .object(let properties) = resolved else { return nil }
    return properties.first { $0.name == name }
  }
}

extension JSONNode {
  /// Whether it, or a part of it, comes from outside of the file.
  fileprivate var isSetFromOutside: Bool {
    if place.source.name == settingName { return true }
    switch value {
    case .object(let object): return object.members.contains { $0.value.isSetFromOutside }
    case .array(let elements): return elements.contains(where: \.isSetFromOutside)
    default: return false
    }
  }
}
