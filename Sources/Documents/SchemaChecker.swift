extension Schema {
  /// All problems of a document at once: unknown and missing keys, wrong kinds, values out of bounds.
  ///
  /// The root may hold the key "$schema", by which editors find the JSON Schema.
  ///
  /// - Parameter path: the keys that lead to the value, where it is part of a larger document.
  package func check(_ node: JSONNode, path: [String] = []) -> Diagnostics {
    var checker = SchemaChecker()
    checker.check(node, against: self, path: path)
    return checker.problems
  }
}

/// Walks a document and its description side by side.
struct SchemaChecker {
  var problems = Diagnostics()
  /// Searches for a nearest spelling that may still be made, so that a long list of nonsense is refused quickly.
  private var searchesLeft = 200

  /// Checks a value to which the keys and indices of `path` lead; at the root there are none.
  mutating func check(_ node: JSONNode, against schema: Schema, path: [String]) {
    switch (schema.resolved, node.value) {
    case (.either, _): checkEither(node, against: schema, path: path)
    case (.number(let bounds, _), .number(let number)): check(number, within: bounds, at: node.place)
    case (.integer(let range), .number(let number)): check(number, within: range, at: node.place)
    case (.choice(let choices), .string(let text)): check(text, among: choices, or: nil, at: node.place)
    case (.string, .string), (.boolean, .boolean): break
    case (.array(let element, let count), .array(let elements)):
      checkCount(elements.count, within: count, at: node.place)
      for (index, item) in elements.enumerated() { check(item, against: element, path: path + [String(index)]) }
    case (.object(let properties), .object(let object)):
      check(object, against: properties, at: node.place, path: path)
    case (.map(let key, let values), .object(let object)):
      check(object, keys: key, values: values, path: path)
    default: refuseKind(of: node, expected: schema)
    }
  }

  mutating func refuseKind(of node: JSONNode, expected schema: Schema) {
    problems.error(
      "expected \(schema.kindPhrase), found \(node.found)", at: node.kind == .object ? node.place.opening : node.place,
      remedy: remedy(for: node, expected: schema))
  }

  private func remedy(for node: JSONNode, expected schema: Schema) -> String? {
    let kinds = schema.alternatives.compactMap(\.kind)
    switch node.value {
    case .string(let text) where kinds.contains(.number) && Double(text) != nil: return "write it without quotes"
    case .string("true") where kinds.contains(.boolean): return "write it without quotes"
    case .string("false") where kinds.contains(.boolean): return "write it without quotes"
    case .number where schema.alternatives.contains(where: \.isFreeString): return "write it in double quotes"
    case .null: return "give \(schema.phrase)"
    case .array where kinds == [.object]: return "write an object, { \"…\": … }"
    case _ where kinds == [.array]: return "put it into square brackets, [ … ]"
    case .string where kinds.contains(.number) && !kinds.contains(.string):
      return "write a plain number: no expression can stand here"
    default: return schema.alternatives.contains(where: \.isChoice) ? "give \(schema.phrase)" : nil
    }
  }

  // MARK: Numbers, strings, arrays

  private mutating func check(_ number: JSONNumber, within bounds: Bounds, at place: Place) {
    guard let violated = bounds.violation(by: number.double), let phrase = bounds.phrase else { return }
    problems.error("\(number.text.prefix(40)) is not \(violated)", at: place, remedy: "give a number \(phrase)")
  }

  private mutating func check(_ number: JSONNumber, within range: ClosedRange<Int>, at place: Place) {
    let remedy = range.phrase.map { "give an integer \($0)" }
    guard let value = number.integer else {
      let isTooLarge = number.double.magnitude >= 9e18
      let message = isTooLarge ? "the integer \(number.text.prefix(40)) is too large" : nil
      return problems.error(
        message ?? "expected an integer, found the number \(number.text.prefix(40))", at: place, remedy: remedy)
    }
    if value < range.lowerBound {
      problems.error("\(value) is not at least \(range.lowerBound)", at: place, remedy: remedy)
    } else if value > range.upperBound {
      problems.error("\(value) is not at most \(range.upperBound)", at: place, remedy: remedy)
    }
  }

  /// - Parameter other: what can stand in place of one of the texts.
  mutating func check(_ text: String, among choices: [Choice], or other: String?, at place: Place) {
    guard let choice = choices.first(where: { $0.value == text }) else {
      let values = choices.available.map(\.value)
      let meant = choices.available.first { $0.otherNames.contains(text.lowercased()) }?.value
      return problems.error(
        "unknown value \(quoted(text))", at: place, suggestion: meant ?? nearest(to: text, among: values),
        remedy: "write \(listed(values.map { quoted($0) }))\(other.map { ", or " + $0 } ?? "")")
    }
    if case .later(let what) = choice.availability {
      problems.error("\(quoted(text)) is not available yet (\(what))", at: place)
    }
  }

  private mutating func checkCount(_ found: Int, within range: ClosedRange<Int>?, at place: Place) {
    guard let range, !range.contains(found), let wanted = range.countPhrase else { return }
    let noun = wanted == "1" || wanted == "at least 1" ? "element" : "elements"
    problems.error("expected \(wanted) \(noun), found \(found == 0 ? "an empty array" : String(found))", at: place)
  }

  /// The candidate that was probably meant.
  mutating func nearest(to word: String, among candidates: [String]) -> String? {
    searchesLeft -= 1
    return searchesLeft < 0 ? nil : nearestSpelling(of: word, among: candidates)
  }
}
