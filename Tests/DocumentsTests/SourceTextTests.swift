import Documents
import Testing

@Suite struct SourceTextTests {
  @Test(arguments: ["a\nbc\n\nd", "a\r\nbc\r\n\r\nd", "a\rbc\r\rd"])
  func linesEndAtLineFeedsCarriageReturnsAndBoth(text: String) {
    let source = SourceText(name: "t", text: text)
    #expect(source.lineCount == 4)
    let second = place(of: "c", in: source)
    #expect(second.line == 2 && second.column == 2)
    let last = place(of: "d", in: source)
    #expect(last.line == 4 && last.column == 1)
    #expect((1...4).map { source.bytes[source.byteRange(ofLine: $0)].count } == [1, 2, 0, 1])
  }

  @Test func columnsCountUnicodeScalars() {
    let source = SourceText(name: "t", text: "é😀👩‍🔬x\ty")
    #expect(place(of: "x", in: source).column == 6)
    #expect(place(of: "y", in: source).column == 8)
  }

  @Test func offsetsOutsideTheTextAreMovedToItsEnds() {
    let source = SourceText(name: "t", text: "ab\nc")
    #expect(source.position(of: -5) == (1, 1))
    #expect(source.position(of: 99) == (2, 2))
  }

  @Test func placesOfEqualTextsDiffer() {
    let a = SourceText(name: "t", text: "x")
    let b = SourceText(name: "t", text: "x")
    #expect(Place(source: a, range: 0..<1) == Place(source: a, range: 0..<1))
    #expect(Place(source: a, range: 0..<1) != Place(source: b, range: 0..<1))
  }
}
