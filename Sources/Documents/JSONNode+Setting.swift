/// What overrides of the command line are called in diagnostics.
let settingName = "--set"

extension JSONNode {
  /// Splits `time.end=10` at the first equals sign outside of double quotes.
  package static func override(_ argument: String) throws(Diagnostics) -> (path: String, text: String) {
    var isQuoted = false
    let scalars = argument.unicodeScalars
    for index in scalars.indices {
      if scalars[index] == "\"" { isQuoted.toggle() }
      if scalars[index] == "=", !isQuoted {
        return (String(scalars[..<index]), String(scalars[scalars.index(after: index)...]))
      }
    }
    let source = SourceText(name: settingName, text: argument)
    let place = Place(source: source, range: 0..<source.bytes.count)
    let remedy = isQuoted ? "close the key with \"" : "write for example time.end=10"
    throw Diagnostics([.error("expected path=value, found no \"=\"", at: place, remedy: remedy)])
  }

  /// This document with another value at a path.
  ///
  /// - Parameters:
  ///   - path: keys and indices of array elements, separated by dots, as in `treatment.0.at`; a key that holds a dot or
  ///     an equals sign stands in double quotes. Objects that are missing on the way are made.
  ///   - text: JSON without comments, or any other text, which is then a string. Text that begins with `{`, `[` or `"`
  ///     has to be JSON.
  /// - Returns: the new document; the places of what is new are in a text called "--set", which reads `path=text`.
  /// - Throws: what is wrong with the path or the text, at its place in `path=text`.
  package func setting(_ path: String, to text: String) throws(Diagnostics) -> JSONNode {
    let source = SourceText(name: settingName, text: "\(path)=\(text)")
    let pathEnd = path.utf8.count
    do throws(Diagnostic) {
      let steps = try SettingPath.steps(of: source, upTo: pathEnd)
      let value = try JSONNode.settingValue(in: source, from: pathEnd + 1)
      return try setting(steps[...], to: value)
    } catch {
      throw Diagnostics([error])
    }
  }

  private static func settingValue(in source: SourceText, from start: Int) throws(Diagnostic) -> JSONNode {
    let range = start..<source.bytes.count
    var parser = JSONParser(source, range: range, limits: .default, allowsComments: false)
    do throws(Diagnostics) {
      return try parser.document()
    } catch {
      let first = source.bytes[range].first { $0 != 0x20 }
      if let first, "{[\"".utf8.contains(first), let problem = error.items.first { throw problem }
      let text = String(decoding: source.bytes[range], as: UTF8.self)
      return JSONNode(.string(text), at: Place(source: source, range: range))
    }
  }

  private func setting(_ path: ArraySlice<SettingPath.Step>, to new: JSONNode) throws(Diagnostic) -> JSONNode {
    guard let step = path.first else { return new }
    switch value {
    case .object(var object):
      let old = object.member(step.name)
      let value = try old?.value.setting(path.dropFirst(), to: new) ?? JSONNode.made(path.dropFirst(), holding: new)
      object.set(.init(key: step.name, keyPlace: old?.keyPlace ?? step.place, value: value))
      return JSONNode(.object(object), at: place)
    case .array(var elements):
      let index = try step.index(in: elements.count)
      elements[index] = try elements[index].setting(path.dropFirst(), to: new)
      return JSONNode(.array(elements), at: place)
    default:
      throw .error(
        "\(quoted(step.name)) cannot be set in \(found), which is not an object", at: step.place,
        remedy: "set the whole object")
    }
  }

  /// Objects within each other that hold a value at a path.
  private static func made(_ path: ArraySlice<SettingPath.Step>, holding new: JSONNode) -> JSONNode {
    path.reversed().reduce(new) { inner, step in
      JSONNode(.object(JSONObject([.init(key: step.name, keyPlace: step.place, value: inner)])), at: step.place)
    }
  }
}
