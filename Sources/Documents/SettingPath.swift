/// The path of an override, `treatment.0."a.b"`.
enum SettingPath {
  /// A key, or the index of an array element.
  struct Step {
    let name: String
    let place: Place

    func index(in count: Int) throws(Diagnostic) -> Int {
      if let index = Int(name), 0..<count ~= index { return index }
      let size = count == 1 ? "1 element" : "\(count) elements"
      let remedy = count == 0 ? "set the whole array" : "give an index from 0 to \(count - 1)"
      throw .error("\(quoted(name)) is not an index of an array of \(size)", at: place, remedy: remedy)
    }
  }

  /// Reads the first `end` bytes of a text as a path.
  static func steps(of source: SourceText, upTo end: Int) throws(Diagnostic) -> [Step] {
    var steps: [Step] = []
    var position = 0
    repeat {
      let step = try self.step(of: source, from: position, to: end)
      steps.append(step)
      position = step.place.range.upperBound + 1
      if steps.count > JSONLimits.default.depth {
        throw .error("the path has more than \(JSONLimits.default.depth) keys", at: step.place)
      }
    } while position <= end
    return steps
  }

  private static func step(of source: SourceText, from start: Int, to end: Int) throws(Diagnostic) -> Step {
    let rest = source.bytes[start..<end]
    let quote = UInt8(ascii: "\"")
    func place(_ range: Range<Int>) -> Place { Place(source: source, range: range) }
    guard rest.first == quote else {
      let stop = rest.firstIndex(of: UInt8(ascii: ".")) ?? end
      if stop == start {
        throw .error("a key is missing in the path", at: place(start..<start), remedy: "write for example time.end=10")
      }
      return Step(name: String(decoding: rest[..<stop], as: UTF8.self), place: place(start..<stop))
    }
    guard let close = rest.dropFirst().firstIndex(of: quote) else {
      throw .error("the key is not closed", at: place(start..<end), remedy: "close it with \"")
    }
    if close + 1 < end, source.bytes[close + 1] != UInt8(ascii: ".") {
      throw .error("expected \".\" or \"=\" after the key", at: place(close + 1..<end))
    }
    return Step(name: String(decoding: rest[start + 1..<close], as: UTF8.self), place: place(start..<close + 1))
  }
}
