/// A value that is set from outside the file: `time.end=10`.
package struct JSONOverride: Sendable {
  /// Keys and array positions from the root to the value.
  package let path: [String]
  package let node: JSONNode
  /// The argument as it was given.
  package let text: String
  private let source: SourceText

  /// Reads `path=value`; the value is JSON, or else a string.
  ///
  /// Keys are separated by dots; a key that holds a dot is written in double quotes.
  package init(_ argument: String) throws(Diagnostics) {
    text = argument
    source = SourceText(name: "--set", text: argument)
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else {
      throw Diagnostics([
        Diagnostic(
          "expected key=value", at: Place(source, 0..<max(1, argument.utf8.count)), remedy: "as in --set time.end=10")
      ])
    }
    path = JSONOverride.keys(of: argument[..<sign])
    let valueStart = argument[...sign].utf8.count
    // Blanks before the value keep its places those of the whole argument.
    let padded = String(repeating: " ", count: valueStart) + argument[argument.index(after: sign)...]
    let wholeRange = valueStart..<max(valueStart, argument.utf8.count)
    if let parsed = try? JSONNode.parse(SourceText(name: "--set", text: padded)) {
      node = parsed.moved(to: source)
    } else {
      let text = String(argument[argument.index(after: sign)...])
      let offsets = Array(wholeRange) + [wholeRange.upperBound]
      node = JSONNode(.string(text), Place(source, wholeRange), stringOffsets: offsets)
    }
  }

  private static func keys(of path: Substring) -> [String] {
    var keys = [""]
    var quoted = false
    for character in path {
      switch character {
      case "\"": quoted.toggle()
      case "." where !quoted: keys.append("")
      default: keys[keys.count - 1].append(character)
      }
    }
    return keys
  }

  /// The document with this value in its place; objects on the way are made where they are missing.
  package func applied(to root: JSONNode) throws(Diagnostics) -> JSONNode {
    try replace(in: root, path[...])
  }

  private func replace(in node: JSONNode, _ rest: ArraySlice<String>) throws(Diagnostics) -> JSONNode {
    guard let key = rest.first else { return self.node }
    switch node.value {
    case .object(var members):
      if let index = members.firstIndex(where: { $0.key == key }) {
        let child = try replace(in: members[index].node, rest.dropFirst())
        members[index] = JSONMember(key: key, keyPlace: members[index].keyPlace, node: child)
      } else {
        let child = try replace(in: JSONNode(.object([]), keyPlace), rest.dropFirst())
        members.append(JSONMember(key: key, keyPlace: keyPlace, node: child))
      }
      return JSONNode(.object(members), node.place)
    case .array(var elements):
      guard let index = Int(key), elements.indices.contains(index) else {
        throw failure("there is no element \"\(key)\" among \(elements.count)", remedy: "elements are numbered from 0")
      }
      elements[index] = try replace(in: elements[index], rest.dropFirst())
      return JSONNode(.array(elements), node.place)
    default:
      throw failure("\"\(key)\" is looked for in \(node.value.kind), which has no keys", remedy: nil)
    }
  }

  private var keyPlace: Place {
    Place(source, 0..<(text.firstIndex(of: "=").map { text[..<$0].utf8.count } ?? text.utf8.count))
  }

  private func failure(_ message: String, remedy: String?) -> Diagnostics {
    Diagnostics([Diagnostic(message, at: keyPlace, remedy: remedy)])
  }
}

extension JSONNode {
  /// The same values with places in another text, at the same offsets.
  fileprivate func moved(to source: SourceText) -> JSONNode {
    func move(_ place: Place) -> Place { Place(source, place.range) }
    let moved: JSONValue =
      switch value {
      case .array(let elements): .array(elements.map { $0.moved(to: source) })
      case .object(let members):
        .object(
          members.map {
            JSONMember(key: $0.key, keyPlace: move($0.keyPlace), node: $0.node.moved(to: source))
          })
      default: value
      }
    return JSONNode(moved, move(place), stringOffsets: stringOffsets)
  }
}
