import Documents
import Testing

/// The place of the first occurrence of some text in a source; the start of the source if there is none.
func place(of part: String, in source: SourceText) -> Place {
  let wanted = Array(part.utf8)
  let start = source.bytes.indices.first { source.bytes[$0...].starts(with: wanted) }
  return Place(source: source, range: start.map { $0..<$0 + wanted.count } ?? 0..<0)
}

@Suite struct DiagnosticTests {
  @Test func showsTheLineWithACaretAndTheNearestSpelling() {
    let source = SourceText(
      name: "configs/ctl.json", text: String(repeating: "\n", count: 13) + "      \"sensitivity\": \"chii/(1 + c)^2\"\n"
    )
    let diagnostic = Diagnostic.error(
      "unknown symbol \"chii\" in the sensitivity of field E", at: place(of: "chii", in: source), suggestion: "chi",
      remedy: "not shown beside a suggestion")
    #expect(
      diagnostic.description == """
        configs/ctl.json:14:23: error: unknown symbol "chii" in the sensitivity of field E
           14 |       "sensitivity": "chii/(1 + c)^2"
              |                       ^~~~  did you mean "chi"?
        """)
  }

  @Test func showsTheRemedyWhereThereIsNoSuggestion() {
    let source = SourceText(name: "c.json", text: "{ \"end\": -1 }")
    #expect(
      Diagnostic.error(
        "-1 is not greater than 0", at: place(of: "-1", in: source), remedy: "give a number greater than 0"
      )
      .description == """
        c.json:1:10: error: -1 is not greater than 0
            1 | { "end": -1 }
              |          ^~  give a number greater than 0
        """)
  }

  @Test func withoutPlaceTheAdviceFollowsTheMessage() {
    let diagnostic = Diagnostic(
      severity: .warning, place: nil, message: "the disk is nearly full", remedy: "free some space")
    #expect(diagnostic.description == "warning: the disk is nearly full; free some space")
  }

  @Test func tabsStayAligned() {
    let source = SourceText(name: "c.json", text: "\t{\t\"end\": x\t}")
    #expect(
      Diagnostic.error("no", at: place(of: "x\t}", in: source)).description
        == "c.json:1:11: error: no\n    1 | \t{\t\"end\": x\t}\n      | \t \t       ^~~")
  }

  @Test func wideAndCombiningLettersStayAligned() {
    let source = SourceText(name: "c.json", text: "\"😀腫瘍e\u{301}\": x")
    #expect(
      Diagnostic.error("no", at: place(of: "x", in: source)).description == """
        c.json:1:10: error: no
            1 | "😀腫瘍e\u{301}": x
              |            ^
        """)
  }

  @Test func rangesOfSeveralLinesAreUnderlinedToTheEndOfTheFirst() {
    let source = SourceText(name: "c.json", text: "a: {\r\n  b\r\n}")
    #expect(
      Diagnostic.error("no", at: place(of: "{\r\n  b\r\n}", in: source)).description
        == "c.json:1:4: error: no\n    1 | a: {\n      |    ^")
  }

  @Test func endOfTheTextCanBeShown() {
    let source = SourceText(name: "c.json", text: "{\n")
    #expect(
      Diagnostic.error("no", at: Place(source: source, range: 2..<2)).description
        == "c.json:2:1: error: no\n    2 |\n      | ^")
  }

  @Test func controlCharactersAreShownAsPictures() {
    let source = SourceText(name: "c.json", text: "\u{1B}[31m\u{7F}\u{202E}x")
    #expect(
      Diagnostic.error("no", at: place(of: "x", in: source)).description
        == "c.json:1:8: error: no\n    1 | ␛[31m␡\u{FFFD}x\n      |        ^")
  }

  @Test(arguments: [0, 5, 99, 100, 101, 500, 4_990, 4_999, 5_000])
  func longLinesAreCutAroundTheCaret(offset: Int) {
    let line = String((0..<5_000).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
    let source = SourceText(name: "c.json", text: line)
    let end = min(offset + 3, 5_000)
    let rows = Diagnostic.error("no", at: Place(source: source, range: offset..<end), remedy: "do something else")
      .description.split(separator: "\n").map(Array.init)
    #expect(rows[1].count <= 120 && rows[1].count >= 60)
    #expect(rows[2].count <= 120)
    #expect((rows[1].contains("…") && offset < 4_950) || rows[1][8] == "…")
    let caret = rows[2].firstIndex(of: "^") ?? 0
    if offset < 5_000 { #expect(rows[1][caret] == Array(line)[offset]) } else { #expect(caret == rows[1].count) }
  }

  @Test func lineNumbersOfSixDigitsWidenTheMargin() {
    let source = SourceText(name: "c.json", text: String(repeating: "\n", count: 99_999) + "x")
    #expect(
      Diagnostic.error("no", at: place(of: "x", in: source)).description
        == "c.json:100000:1: error: no\n100000 | x\n       | ^")
  }
}

@Suite struct DiagnosticsTests {
  private let first = SourceText(name: "a", text: "x\ny\nz")
  private let second = SourceText(name: "b", text: "x")

  @Test func areShownOnceByTextAndPlace() {
    var diagnostics = Diagnostics()
    diagnostics.error("third", at: place(of: "z", in: first))
    diagnostics.error("other text", at: place(of: "x", in: second))
    diagnostics.warning("first", at: place(of: "x", in: first))
    diagnostics.error("third", at: place(of: "z", in: first))
    diagnostics.error("nowhere", at: nil)
    #expect(
      diagnostics.description == """
        error: nowhere
        a:1:1: warning: first
            1 | x
              | ^
        a:3:1: error: third
            3 | z
              | ^
        b:1:1: error: other text
            1 | x
              | ^
        """)
  }

  @Test func beyondTheLimitOnlyTheirNumberIsShown() {
    let diagnostics = Diagnostics((1...53).map { .error("problem \($0)", at: nil) })
    let lines = diagnostics.description.split(separator: "\n")
    #expect(lines.count == 51)
    #expect(lines.last == "… and 3 more")
    #expect(diagnostics.rendered(limit: 1) == "error: problem 1\n… and 52 more")
  }

  @Test func onlyErrorsAreThrown() throws {
    var diagnostics = Diagnostics()
    diagnostics.warning("careful", at: nil)
    #expect(!diagnostics.hasErrors && !diagnostics.isEmpty)
    try diagnostics.throwIfErrors()
    diagnostics.merge(Diagnostics([.error("wrong", at: nil)]))
    #expect(throws: Diagnostics.self) { try diagnostics.throwIfErrors() }
    #expect(diagnostics.items.map(\.message) == ["careful", "wrong"])
  }
}
