/// The program's own lettering: every character is a few strokes, so that text is sharp at any size without a font file.
///
/// ASCII, Greek, exponents and the signs that units need; anything else is drawn as an empty box.
/// Heights are snapped to whole pixels (baseline, small letters, capitals) and so are the widths of characters, so that
/// horizontal and vertical strokes fall on pixels.
package struct StrokeFont: Hashable, Sendable {
  /// Which point of the text lies at the given place.
  package enum Alignment: Sendable { case left, center, right }
  /// In which direction the text runs; `upward` is turned a quarter counterclockwise.
  package enum Direction: Sendable { case across, upward }

  /// The em in pixels: capitals are 0.7 of it high.
  package let size: Double
  /// Width of the strokes against that of ordinary text.
  package let weight: Double

  package init(size: Double, weight: Double = 1) {
    self.size = size
    self.weight = weight
  }

  /// Pixels of one unit of the glyphs.
  private var unit: Double { size / 20 }
  /// Width of the strokes in pixels.
  package var strokeWidth: Double { max(1.6 * unit * weight, 0.8) }
  /// Height of capitals and digits above the baseline, in pixels.
  package var capitalHeight: Double { (14 * unit).rounded() }
  /// From one baseline to the next, in pixels.
  package var lineHeight: Double { (size * 1.35).rounded() }

  /// Width of a text in pixels.
  package func width(of text: String) -> Double {
    text.reduce(0) { $0 + advance(Self.glyph($1)) }
  }

  /// The text itself if it is at most `width` pixels wide, else as much of its start as fits, ended by “…”.
  package func shortened(_ text: String, to width: Double) -> String {
    guard self.width(of: text) > width else { return text }
    var start = text
    while !start.isEmpty, self.width(of: start + "…") > width { start.removeLast() }
    while start.last == " " { start.removeLast() }
    return start + "…"
  }

  /// Draws a text whose start, center or end lies at `place` on the baseline.
  ///
  /// The baseline of text that runs upward is the vertical line through `place`.
  package func draw(
    _ text: String, at place: Point, _ alignment: Alignment = .left, direction: Direction = .across,
    color: Color = .ink, on raster: inout Raster
  ) {
    let shift: Double
    switch alignment {
    case .left: shift = 0
    case .center: shift = -(width(of: text) / 2).rounded()
    case .right: shift = -width(of: text)
    }
    let (x, y) = (place.x.rounded(), place.y.rounded())
    let strokes = strokes(of: text).map { stroke in
      stroke.map { point in
        direction == .across
          ? Point(x + shift + point.x, y - 0.5 - point.y) : Point(x - 0.5 - point.y, y - shift - point.x)
      }
    }
    raster.stroke(strokes, width: strokeWidth, color: color)
  }

  /// The strokes of a text in pixels, to the right and up from its start on the baseline.
  private func strokes(of text: String) -> [[Point]] {
    var strokes: [[Point]] = []
    var pen = 0.0
    for character in text {
      let glyph = Self.glyph(character)
      let stretch = glyph.width > 0 ? inkWidth(glyph) / glyph.width : unit
      let start = pen + (glyph.left * unit).rounded() + 0.5
      strokes += glyph.strokes.map { stroke in
        Self.sharpened(stroke.map { Point(start + $0.x * stretch, snapped($0.y)) })
      }
      pen += advance(glyph)
    }
    return strokes
  }

  /// A stroke whose upright parts stand on the middle of a column of pixels.
  private static func sharpened(_ stroke: [Point]) -> [Point] {
    var stroke = stroke
    for i in stroke.indices.dropFirst() where stroke[i].x == stroke[i - 1].x && abs(stroke[i].y - stroke[i - 1].y) > 2 {
      stroke[i].x = stroke[i].x.rounded(.down) + 0.5
      stroke[i - 1].x = stroke[i].x
    }
    return stroke
  }

  private func inkWidth(_ glyph: Glyph) -> Double { (glyph.width * unit).rounded() }

  private func advance(_ glyph: Glyph) -> Double {
    inkWidth(glyph) + ((glyph.left + glyph.right) * unit).rounded()
  }

  /// Height in pixels of a height in units, such that 10 and 14 become whole.
  private func snapped(_ height: Double) -> Double {
    let (small, capital) = ((10 * unit).rounded(), capitalHeight)
    switch height {
    case ...0: return height * unit
    case ...10: return height / 10 * small
    default: return small + (height - 10) / 4 * (capital - small)
    }
  }

  private static func glyph(_ character: Character) -> Glyph { Glyphs.all[character] ?? Glyphs.missing }

  /// Whether the font can draw a character.
  package static func has(_ character: Character) -> Bool { Glyphs.all[character] != nil }
}

extension String {
  /// This unit or formula as it is set in print: `^2` and `^-1` become exponents, `*` a dot, a minus sign in an
  /// exponent its own sign: `cells/mm^2` → `cells/mm²`.
  package var typeset: String {
    var text = ""
    var rest = Substring(self)
    while let character = rest.popFirst() {
      let digits = rest.prefix { "0123456789-".contains($0) }
      if character == "^", !digits.isEmpty {
        text += String(digits).raised
        rest = rest.dropFirst(digits.count)
      } else {
        text.append(character == "*" ? "·" : character)
      }
    }
    return text
  }

  /// Digits and signs as exponents.
  var raised: String {
    String(map { Self.raisedSigns[$0] ?? $0 })
  }

  private static let raisedSigns = [Character: Character](
    uniqueKeysWithValues: zip("0123456789+-−()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾"))
}
