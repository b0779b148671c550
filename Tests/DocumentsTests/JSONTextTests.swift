import Documents
import RandomNumbers
import Testing

@Suite struct JSONTextTests {
  private let value: JSONText = [
    "points": [512, 512], "seconds": 0.25, "nested": ["a": [], "b": [:], "c": [["x": true], [1, 2]]], "text": "é\n",
  ]

  @Test func compactTextHasNoBlanks() {
    #expect(
      value.compact
        == #"{"points":[512,512],"seconds":0.25,"nested":{"a":[],"b":{},"c":[{"x":true},[1,2]]},"text":"é\n"}"#)
  }

  @Test func prettyTextHasOneMemberPerLineAndShortArraysOnOne() {
    #expect(
      value.pretty == #"""
        {
          "points": [512, 512],
          "seconds": 0.25,
          "nested": {
            "a": [],
            "b": {},
            "c": [
              {
                "x": true
              },
              [1, 2]
            ]
          },
          "text": "é\n"
        }
        """#)
  }

  @Test func longArraysHaveOneElementPerLine() {
    let long = JSONText.array((0..<40).map { .integer($0) })
    #expect(long.pretty.hasPrefix("[\n  0,\n  1,\n"))
    #expect(JSONText.array((0..<20).map { .integer($0) }).pretty.hasPrefix("[0, 1, 2,"))
  }

  @Test(arguments: [
    (JSONText.integer(-3), "-3"), (.number(0.1), "0.1"), (.number(1e-5), "1e-05"), (.number(3), "3.0"),
    (.number(.leastNonzeroMagnitude), "5e-324"), (.number(-0.0), "-0.0"), (.number(1e22), "1e+22"),
    (.number(.nan), "null"),
    (.number(.infinity), "null"), (.null, "null"), (.boolean(false), "false"),
    (.string("\"\\\u{1}\u{7F}\u{2028}😀\t"), #""\"\\\u0001\u007F\u2028😀\t""#),
  ])
  func scalarsAreWritten(value: JSONText, text: String) {
    #expect(value.compact == text)
    #expect(value.pretty == text)
  }

  @Test func numbersReadBackAsTheSameBits() throws {
    var random = Seeded(state: 7)
    for _ in 0..<2_000 {
      let number = Double(bitPattern: random.next())
      if !number.isFinite { continue }
      let read = try parse(JSONText.number(number).compact).number
      #expect(read?.bitPattern == number.bitPattern)
    }
  }

  @Test func whatWasReadIsWrittenWithTheSpellingOfItsNumbers() throws {
    let text = #"{"b":1e-4,"a":[1.0,-0,12345678901234567890,"\u00e9",null,true],"c":{}}"#
    let written = JSONText(try parse(text))
    #expect(written.compact == #"{"b":1e-4,"a":[1.0,-0,12345678901234567890,"é",null,true],"c":{}}"#)
    #expect(JSONText(try parse(written.pretty)) == written)
  }

  @Test func membersAreFoundByKey() {
    #expect(value["seconds"] == 0.25)
    #expect(value["missing"] == nil)
    #expect(JSONText.integer(1)["a"] == nil)
  }
}
