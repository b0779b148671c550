extension JSONNode {
  /// The value at the path of an override, however that is spelled; nil if there is none.
  package func value(atPath path: String) -> JSONNode? {
    let source = SourceText(name: settingName, text: path)
    guard let steps = try? SettingPath.steps(of: source, upTo: path.utf8.count) else { return nil }
    return steps.reduce(JSONNode?.some(self)) { node, step in
      switch node?.value {
      case .object(let object): object[step.name]
      case .array(let elements): (try? step.index(in: elements.count)).map { elements[$0] }
      default: nil
      }
    }
  }

  /// Whether all that another value says holds here, too.
  ///
  /// An object may have more members than the other; anything else is compared as a whole, numbers by their values.
  package func holds(_ other: JSONNode) -> Bool {
    switch (value, other.value) {
    case (.object(let own), .object(let other)):
      other.members.allSatisfy { member in own[member.key].map { $0.holds(member.value) } ?? false }
    case (.array(let own), .array(let other)):
      own.count == other.count && zip(own, other).allSatisfy { $0.holds($1) }
    case (.null, .null): true
    case (.boolean(let own), .boolean(let other)): own == other
    case (.number(let own), .number(let other)): own.double == other.double
    case (.string(let own), .string(let other)): own == other
    default: false
    }
  }
}
