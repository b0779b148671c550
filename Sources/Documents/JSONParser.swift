extension JSONNode {
  /// Reads a JSON text: RFC 8259, and in addition `//` and `/* */` comments and a comma after the last member or
  /// element.
  ///
  /// The first error of syntax ends the reading; keys given twice and numbers out of range are collected.
  ///
  /// - Complexity: O(length of the text); depth of recursion at most `limits.depth`.
  package static func parse(_ source: SourceText, limits: JSONLimits = .default) throws(Diagnostics) -> JSONNode {
    var parser = JSONParser(source, range: 0..<source.bytes.count, limits: limits, allowsComments: true)
    return try parser.document()
  }
}

/// A recursive-descent reader of one JSON value.
struct JSONParser {
  let source: SourceText
  let bytes: [UInt8]
  let end: Int
  let limits: JSONLimits
  let allowsComments: Bool
  var position: Int
  /// End of the last token before `position`.
  var tokenEnd: Int
  /// Offsets of the brackets that are open.
  var brackets: [Int] = []
  private var valueCount = 0
  var problems = Diagnostics()

  init(_ source: SourceText, range: Range<Int>, limits: JSONLimits, allowsComments: Bool) {
    self.source = source
    self.bytes = source.bytes
    self.end = range.upperBound
    self.limits = limits
    self.allowsComments = allowsComments
    self.position = range.lowerBound
    self.tokenEnd = range.lowerBound
  }

  mutating func document() throws(Diagnostics) -> JSONNode {
    do throws(Diagnostic) {
      try checkEncoding()
      try skipBlanks()
      let root = try value()
      try skipBlanks()
      if position < end { throw surplus() }
      if problems.isEmpty { return root }
    } catch {
      problems.items.append(error)
    }
    throw problems
  }

  /// Reads the value at `position`.
  mutating func value() throws(Diagnostic) -> JSONNode {
    valueCount += 1
    if valueCount > limits.values { throw error("the text has more than \(limits.values) values", at: here) }
    let start = position
    let value: JSONValue
    switch peek ?? 0 {
    case UInt8(ascii: "{"): value = .object(try object())
    case UInt8(ascii: "["): value = .array(try array())
    case UInt8(ascii: "\""): value = .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): value = .number(try number())
    default: value = try constant()
    }
    tokenEnd = position
    return JSONNode(value, at: place(start..<position))
  }

  private mutating func constant() throws(Diagnostic) -> JSONValue {
    let word = wordRange(at: position)
    let value: JSONValue
    switch String(decoding: bytes[word], as: UTF8.self) {
    case "true": value = .boolean(true)
    case "false": value = .boolean(false)
    case "null": value = .null
    default: throw unexpectedValue()
    }
    position = word.upperBound
    return value
  }

  private mutating func array() throws(Diagnostic) -> [JSONNode] {
    var elements: [JSONNode] = []
    try open()
    while peek != UInt8(ascii: "]") {
      elements.append(try value())
      try separate(until: UInt8(ascii: "]"))
    }
    close()
    return elements
  }

  private mutating func object() throws(Diagnostic) -> JSONObject {
    var object = JSONObject()
    try open()
    while peek != UInt8(ascii: "}") {
      let member = try member()
      if let first = object.member(member.key) {
        try note(duplicate: member, of: first)
      } else {
        object.set(member)
      }
      try separate(until: UInt8(ascii: "}"))
    }
    close()
    return object
  }

  private mutating func member() throws(Diagnostic) -> JSONObject.Member {
    guard peek == UInt8(ascii: "\"") else { throw unexpectedKey() }
    let start = position
    let key = try string()
    let keyPlace = place(start..<position)
    tokenEnd = position
    try skipBlanks()
    guard peek == UInt8(ascii: ":") else { throw missingColon(after: key) }
    position += 1
    tokenEnd = position
    try skipBlanks()
    return JSONObject.Member(key: key, keyPlace: keyPlace, value: try value())
  }

  /// Steps over an opening bracket and the blanks after it.
  private mutating func open() throws(Diagnostic) {
    if brackets.count == limits.depth {
      throw error("arrays and objects are nested deeper than \(limits.depth) levels", at: here)
    }
    brackets.append(position)
    position += 1
    tokenEnd = position
    try skipBlanks()
  }

  /// Steps over the comma after an element; it may be missing before the closing bracket.
  private mutating func separate(until closing: UInt8) throws(Diagnostic) {
    try skipBlanks()
    if peek == UInt8(ascii: ",") {
      position += 1
      tokenEnd = position
      try skipBlanks()
    } else if peek != closing {
      throw missingSeparator(before: closing)
    }
  }

  private mutating func close() {
    brackets.removeLast()
    position += 1
  }

  private mutating func note(duplicate: JSONObject.Member, of first: JSONObject.Member) throws(Diagnostic) {
    let (line, column) = source.position(of: first.keyPlace.range.lowerBound)
    try note(
      error(
        "the key \(quoted(duplicate.key)) is given twice, first at line \(line), column \(column)",
        at: duplicate.keyPlace.range, remedy: "keep one of them"))
  }

  /// Collects a problem that does not stop the reading, unless there are too many.
  mutating func note(_ problem: Diagnostic) throws(Diagnostic) {
    if problems.items.count + 1 >= limits.problems { throw problem }
    problems.items.append(problem)
  }
}
