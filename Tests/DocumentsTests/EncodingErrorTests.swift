import Documents
import Testing

@Suite struct EncodingErrorTests {
  private func verdict(_ bytes: [UInt8], limits: JSONLimits = .default) -> String {
    do throws(Diagnostics) {
      _ = try JSONNode.parse(SourceText(name: "c.json", bytes: bytes), limits: limits)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test func byteOrderMarkIsRefusedByName() {
    #expect(
      verdict([0xEF, 0xBB, 0xBF, 0x7B, 0x7D])
        == "error: c.json begins with a byte order mark (U+FEFF); save it as UTF-8 without it")
  }

  @Test(arguments: [[0xFF, 0xFE, 0x7B, 0x00], [0xFE, 0xFF, 0x00, 0x7B]] as [[UInt8]])
  func sixteenBitTextIsRefusedByName(bytes: [UInt8]) {
    #expect(verdict(bytes) == "error: c.json is UTF-16; save it as UTF-8")
  }

  @Test func latinLettersOutsideUTF8AreShownInTheirLine() {
    #expect(
      verdict(Array("{\"a\": \"caf".utf8) + [0xE9] + Array("\"}".utf8)) == """
        c.json:1:11: error: the byte 0xE9 is not UTF-8
            1 | {"a": "caf\u{FFFD}"}
              |           ^  save the file as UTF-8
        """)
  }

  @Test(
    arguments: [
      [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80],
      [0x80],
    ] as [[UInt8]])
  func overlongTruncatedAndSurrogateFormsAreNotUTF8(bytes: [UInt8]) {
    #expect(verdict([0x22] + bytes + [0x22]).hasPrefix("c.json:1:2: error: the byte 0x"))
  }

  @Test func textsBeyondTheLimitAreRefusedBeforeTheyAreRead() {
    #expect(
      verdict(Array(repeating: 0x20, count: (4 << 20) + 1))
        == "error: c.json has 4194305 bytes; at most 4194304 are read")
  }

  @Test func depthIsLimited() {
    let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(verdict(Array(deepest.utf8)) == "accepted")
    let brackets = String(repeating: "[", count: 65) + String(repeating: "]", count: 45)
    #expect(
      verdict(Array("[\(deepest)]".utf8)) == """
        c.json:1:65: error: arrays and objects are nested deeper than 64 levels
            1 | \(brackets)…
              | \(String(repeating: " ", count: 64))^
        """)
  }

  @Test func lengthOfStringsIsLimited() {
    let longest = "\"" + String(repeating: "a", count: (64 << 10) - 2) + "\""
    #expect(verdict(Array(longest.utf8)) == "accepted")
    #expect(
      verdict(Array("[\"a\(longest.dropFirst())]".utf8)).hasPrefix(
        "c.json:1:2: error: the string has 65537 bytes; at most 65536 are read\n"))
  }

  @Test func numberOfValuesIsLimited() {
    var limits = JSONLimits.default
    limits.values = 4
    #expect(verdict(Array("[1, 2, 3]".utf8), limits: limits) == "accepted")
    #expect(
      verdict(Array("[1, 2, 3, 4]".utf8), limits: limits) == """
        c.json:1:11: error: the text has more than 4 values
            1 | [1, 2, 3, 4]
              |           ^
        """)
  }

  @Test func lengthOfNumbersIsLimited() {
    let digits = String(repeating: "1", count: 1_001)
    #expect(verdict(Array("[0.\(digits)]".utf8)).hasPrefix("c.json:1:2: error: the number has more than 1000 digits\n"))
  }

  @Test func manyDuplicatesEndTheReading() {
    let members = (0..<1_000).map { _ in "\"a\": 1" }.joined(separator: ",\n")
    do throws(Diagnostics) {
      _ = try JSONNode.parse(SourceText(name: "c.json", text: "{\(members)}"))
      Issue.record("duplicate keys were accepted")
    } catch {
      #expect(error.items.count == 50)
    }
  }
}
