import Documents
import Testing

@Suite struct SpellingTests {
  @Test(arguments: [
    ("chii", "chi"), ("Chi", "chi"), ("hci", "chi"), ("boundray", "boundary"), ("tolerence", "tolerance"),
  ])
  func nearWordsAreFound(word: String, meant: String) {
    #expect(nearestSpelling(of: word, among: ["alpha", "chi", "boundary", "tolerance"]) == meant)
  }

  @Test func theNearestOfSeveralIsTaken() {
    #expect(nearestSpelling(of: "points", among: ["print", "point", "joints"]) == "point")
  }

  @Test(arguments: ["xyz", "", "boundary", String(repeating: "a", count: 101)])
  func farEqualAndVeryLongWordsHaveNone(word: String) {
    #expect(nearestSpelling(of: word, among: ["boundary", String(repeating: "a", count: 100)]) == nil)
  }
}

@Suite struct PrintedTextTests {
  @Test func quotedTextIsEscapedAndCut() {
    #expect(quoted("a\"b\n\u{202E}é") == #""a\"b\n\#u{FFFD}é""#)
    #expect(quoted("abcdef", limit: 3) == "\"abc…\"")
    #expect(quoted("abc", limit: 3) == "\"abc\"")
  }

  @Test(
    arguments: [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")] as [([String], String)])
  func listsReadAsAPersonWritesThem(items: [String], text: String) {
    #expect(listed(items) == text)
  }
}
