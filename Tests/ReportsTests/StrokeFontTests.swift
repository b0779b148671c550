import Reports
import Testing

struct StrokeFontTests {
  @Test func everyPrintableCharacterOfASCIICanBeDrawn() {
    for code in UInt8(32)...126 {
      let character = Character(UnicodeScalar(code))
      #expect(StrokeFont.has(character), "\(character)")
    }
  }

  @Test func greekExponentsAndSignsCanBeDrawn() {
    for character in "αβγδεζηθικλμνξοπρςστυφχψωΓΔΘΛΠΣΦΨΩµ·−×°±…–—≤≥≈→∂∇⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻" {
      #expect(StrokeFont.has(character), "\(character)")
    }
    #expect(!StrokeFont.has("漢"))
  }

  private func drawn(
    _ text: String, size: Double = 14, _ alignment: StrokeFont.Alignment = .left,
    direction: StrokeFont.Direction = .across
  ) -> Raster {
    var raster = Raster(width: 200, height: 200)
    StrokeFont(size: size).draw(
      text, at: Point(100, 100), alignment, direction: direction, color: Color(0), on: &raster)
    return raster
  }

  @Test func everyCharacterLooksDifferent() {
    let characters =
      (UInt8(33)...126).map { String(UnicodeScalar($0)) } + "αβγδεζηθλμξπρστφχψωΓΔΘΛΠΣΦΨΩ".map(String.init)
    let pictures = Set(characters.map { drawn($0, size: 20) })
    #expect(pictures.count == characters.count)
    #expect(!pictures.contains(drawn("漢", size: 20)))
  }

  @Test(arguments: [9.0, 14, 15.5, 40])
  func widthsAddUp(size: Double) {
    let font = StrokeFont(size: size)
    #expect(font.width(of: "") == 0)
    #expect(font.width(of: "tumor cells") == font.width(of: "tumor") + font.width(of: " ") + font.width(of: "cells"))
    #expect(font.width(of: "W") > font.width(of: "i"))
    #expect(Set("0123456789".map { font.width(of: String($0)) }).count == 1)
  }

  @Test(arguments: ["0.25", "Tumor", "10⁻³ cells/mm²", "gjpqy"])
  func inkStaysWithinTheMeasuredWidth(text: String) throws {
    let width = Int(StrokeFont(size: 14).width(of: text))
    let left = try #require(drawn(text).darkBounds)
    #expect(left.left >= 99 && left.right <= 101 + width)
    let right = try #require(drawn(text, .right).darkBounds)
    #expect(right.left >= 99 - width && right.right <= 101)
    let center = try #require(drawn(text, .center).darkBounds)
    #expect(abs(Double(center.left + center.right) / 2 - 100) <= 2.5)
  }

  @Test func capitalsStandOnTheBaselineWithTheirFullHeight() throws {
    let font = StrokeFont(size: 20)
    let box = try #require(drawn("H", size: 20).darkBounds)
    #expect(font.capitalHeight == 14)
    #expect(box.height == 15 && box.bottom == 100)
  }

  @Test func descendersGoBelowTheBaseline() throws {
    let box = try #require(drawn("gy").inkBounds)
    #expect(box.bottom > 102)
  }

  @Test func textThatRunsUpwardIsTheTurnedText() throws {
    let across = drawn("Fy 3")
    let upward = drawn("Fy 3", direction: .upward)
    // A quarter turn counterclockwise around (100, 100) takes pixel (x, y) to (y, 199 - x).
    for y in 0..<200 {
      for x in 0..<200 { #expect(upward[y, 199 - x] == across[x, y]) }
    }
  }

  @Test func stemsAreSharpAtReadingSize() throws {
    for text in ["l", "T", "m", "1", "H"] {
      let raster = drawn(text)
      let dark = (0..<200).contains { x in (92..<99).allSatisfy { raster[x, $0].red < 40 } }
      #expect(dark, "no full stem in \(text)")
    }
  }

  @Test func longTextIsShortenedToFit() {
    let font = StrokeFont(size: 14)
    let text = "A very long title of a figure"
    let short = font.shortened(text, to: 100)
    #expect(short.hasSuffix("…") && font.width(of: short) <= 100 && text.hasPrefix(short.dropLast()))
    #expect(font.shortened(text, to: 1000) == text)
    #expect(font.shortened(text, to: 0) == "…")
  }

  @Test(arguments: [
    ("cells/mm^2", "cells/mm²"), ("mol*L^-1", "mol·L⁻¹"), ("1/day", "1/day"), ("m^2/s^12", "m²/s¹²"), ("a^b", "a^b"),
    ("^", "^"), ("", ""),
  ])
  func unitsAreSetAsInPrint(pair: (String, String)) {
    #expect(pair.0.typeset == pair.1)
  }
}
