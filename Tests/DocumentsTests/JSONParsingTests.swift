import Documents
import Testing

func parse(_ text: String) throws -> JSONNode {
  try JSONNode.parse(SourceText(name: "c.json", text: text))
}

@Suite struct JSONParsingTests {
  @Test func everyKindOfValueIsRead() throws {
    let root = try parse(#"{"n": null, "b": [true, false], "x": -1.5e-3, "s": "a", "o": {}, "a": []}"#)
    #expect(root.object?.keys == ["n", "b", "x", "s", "o", "a"])
    #expect(root["n"]?.isNull == true)
    #expect(root["b"]?.array?.map(\.boolean) == [true, false])
    #expect(root["x"]?.number == -1.5e-3)
    #expect(root["s"]?.string == "a")
    #expect(root["o"]?.object?.members.isEmpty == true)
    #expect(root["a"]?.array?.isEmpty == true)
    #expect(root["missing"] == nil && root["s"]?["key"] == nil)
    #expect(JSONKind.allCases.map(\.rawValue) == ["null", "boolean", "number", "string", "array", "object"])
    #expect(root.object?.members.map(\.value.kind) == [.null, .array, .number, .string, .object, .array])
  }

  @Test func accessorsOfOtherKindsAreNil() throws {
    let text = try parse("\"1\"")
    #expect(text.number == nil && text.integer == nil && text.boolean == nil && text.array == nil && text.object == nil)
    #expect(try parse("1").string == nil)
    #expect(try parse("1").isNull == false)
  }

  @Test func commentsAndTrailingCommasAreAccepted() throws {
    let root = try parse("/* a */ { // b\n \"k\" /**/ : /* \" */ [1, 2, /* ** */ ], // c\n \"l\": {\"m\": 3,},\r} // d")
    #expect(JSONText(root).compact == #"{"k":[1,2],"l":{"m":3}}"#)
  }

  @Test func slashesInStringsAreNotComments() throws {
    #expect(try parse(#"["http://x", "/* no */"]"#).array?.map(\.string) == ["http://x", "/* no */"])
  }

  @Test func placesOfValuesAndKeysAreTheirBytes() throws {
    let source = SourceText(name: "c.json", text: "{\r\n\t\"é\": [ 10, \"😀\" ]\r\n}")
    let root = try JSONNode.parse(source)
    #expect(root.place == Place(source: source, range: 0..<source.bytes.count))
    #expect(root.place.opening.range == 0..<1)
    #expect(root.keyPlace("é") == place(of: "\"é\"", in: source))
    #expect(root.keyPlace("e") == nil)
    let elements = root["é"]?.array ?? []
    #expect(elements.map(\.place) == [place(of: "10", in: source), place(of: "\"😀\"", in: source)])
    #expect(elements.map(\.place.line) == [2, 2])
    #expect(elements.map(\.place.column) == [9, 13])
  }

  @Test func escapesAreDecoded() throws {
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\uDE00\u0000""#).string == "\"\\/\u{8}\u{C}\n\r\tAé€😀\0")
  }

  @Test(arguments: [
    ("12", 12), ("-0", 0), ("1.0", 1), ("1e3", 1_000), ("1.5e1", 15), ("1200e-2", 12), ("-100E-2", -1), ("0.000", 0),
    ("0e99999999999999999999", 0), ("9007199254740993", 9_007_199_254_740_993),
    ("9007199254740993.0", 9_007_199_254_740_993), ("9223372036854775807", .max), ("-9223372036854775808", .min),
  ])
  func integersAreExact(text: String, value: Int) throws {
    #expect(try parse(text).integer == value)
  }

  @Test(arguments: [
    "0.5", "1e-1", "12e-2", "-0.1", "1e300", "9223372036854775808", "1e19", "0.99999999999999999999", "1e-400",
    "1e-99999999999999999999",
  ])
  func otherNumbersAreNotIntegers(text: String) throws {
    #expect(try parse(text).integer == nil)
    #expect(try parse(text).number == Double(text))
  }

  @Test func equalKeysInDifferentSpellingsAreDuplicates() {
    #expect(throws: Diagnostics.self) { try parse(#"{"a": 1, "\u0061": 2}"#) }
  }
}

@Suite struct PlaceInStringTests {
  /// The source text at the place of a part of the decoded string.
  private func written(_ part: String, in literal: String) throws -> String {
    let node = try parse("[ \(literal) ]").array?.first
    let string = SourceText(name: "decoded", text: node?.string ?? "")
    let range = place(of: part, in: string).range
    guard let found = node?.place(inString: range) else { return "no place" }
    return String(decoding: found.source.bytes[found.range], as: UTF8.self)
  }

  @Test(arguments: [
    ("b", #""abc""#, "b"), ("bc", #""a\tbc""#, "bc"), ("\t", #""a\tbc""#, #"\t"#), ("é", #""aéb""#, "é"),
    ("é", #""a\u00e9b""#, #"\u00e9"#), ("€b", #""a\u20acb""#, #"\u20acb"#), ("A", #""\u0041b""#, #"\u0041"#),
    ("😀", #""x\ud83d\ude00y""#, #"\ud83d\ude00"#), ("y", #""x\ud83d\ude00y""#, "y"), ("y", #""\"\\/😀y""#, "y"),
  ])
  func partsOfStringsAreFoundThroughEscapes(part: String, literal: String, text: String) throws {
    #expect(try written(part, in: literal) == text)
  }

  @Test func partOfAnEscapeIsTheWholeEscape() throws {
    let node = try parse(#""\ud83d\ude00""#)
    #expect(node.place(inString: 1..<3).range == 1..<13)
  }

  @Test func emptyRangesArePoints() throws {
    let node = try parse(#""a\nb""#)
    #expect(node.place(inString: 0..<0).range == 1..<1)
    #expect(node.place(inString: 2..<2).range == 4..<4)
    #expect(node.place(inString: 3..<3).range == 5..<5)
  }

  @Test func rangesBeyondTheEndStopThere() throws {
    #expect(try parse(#""a\nb""#).place(inString: 1..<99).range == 2..<5)
    #expect(try parse(#""abc""#).place(inString: 50..<99).range == 4..<4)
  }

  @Test func otherValuesHaveOnlyTheirOwnPlace() throws {
    let node = try parse("[1, 2]")
    #expect(node.place(inString: 1..<2) == node.place)
  }

  @Test func textWithoutQuotesStandsForItself() throws {
    let node = try parse("{}").setting("rate", to: #"a\n*bb"#)["rate"]
    #expect(node?.place(inString: 4..<6).range == 9..<11)
  }
}
