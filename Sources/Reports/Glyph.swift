import Glibc

/// The strokes of one character.
///
/// Units: the baseline lies at 0, small letters reach 10, capitals and digits 14, ascenders 14.5, descenders −4.4; an em
/// is 20. Strokes are centerlines; x starts at 0, at the leftmost stroke.
struct Glyph {
  /// Space to the left of the strokes.
  let left: Double
  /// From the leftmost to the rightmost stroke.
  let width: Double
  /// Space to the right of the strokes.
  let right: Double
  let strokes: [[Point]]

  /// Reads `left width right` and the path, separated by spaces; nil if the text breaks the rules.
  ///
  /// `M x y` starts a stroke there, `L x y …` goes straight on, `C x y x y x y` along a cubic Bézier curve,
  /// `A x y rx ry from to` along an ellipse around (x, y) between two angles in degrees, from a new start if no stroke
  /// is open, `O x y rx ry` is a whole ellipse, `D x y` a dot.
  init?(_ text: Substring) {
    let words = text.split(separator: " ")
    guard words.count >= 3, let left = Double(words[0]), let width = Double(words[1]), let right = Double(words[2]),
      let strokes = GlyphPath.strokes(words.dropFirst(3))
    else { return nil }
    self.init(left: left, width: width, right: right, strokes: strokes)
  }

  init(left: Double, width: Double, right: Double, strokes: [[Point]]) {
    self.left = left
    self.width = width
    self.right = right
    self.strokes = strokes
  }

  /// The same character as an exponent: smaller, and above the middle of capitals.
  var raised: Glyph {
    let scale = 0.67
    return Glyph(
      left: left * scale, width: width * scale, right: right * scale,
      strokes: strokes.map { $0.map { Point($0.x * scale, $0.y * scale + 6.4) } })
  }
}

/// Turns the path of a glyph into polylines.
private struct GlyphPath {
  private var strokes: [[Point]] = []
  private var open: [Point] = []

  static func strokes(_ words: some Sequence<Substring>) -> [[Point]]? {
    var path = GlyphPath()
    var command: Substring?
    var numbers: [Double] = []
    for word in words {
      if let number = Double(word) {
        numbers.append(number)
      } else {
        guard path.apply(command, numbers) else { return nil }
        (command, numbers) = (word, [])
      }
    }
    guard path.apply(command, numbers) else { return nil }
    path.lift()
    return path.strokes
  }

  private mutating func lift() {
    if !open.isEmpty { strokes.append(open) }
    open = []
  }

  /// Applies one command; false if it does not fit its numbers.
  private mutating func apply(_ command: Substring?, _ n: [Double]) -> Bool {
    switch (command, n.count) {
    case (nil, 0): break
    case ("M", 2):
      lift()
      open = [Point(n[0], n[1])]
    case ("L", 2...) where n.count % 2 == 0 && !open.isEmpty:
      for i in stride(from: 0, to: n.count, by: 2) { open.append(Point(n[i], n[i + 1])) }
    case ("C", 6) where !open.isEmpty: curve(n)
    case ("A", 6): arc(n)
    case ("O", 4):
      lift()
      arc(n + [90, 450])
      lift()
    case ("D", 2):
      lift()
      arc([n[0], n[1], 0.35, 0.35, 0, 360])
      lift()
    default: return false
    }
    return true
  }

  private mutating func curve(_ n: [Double]) {
    guard let start = open.last else { return }
    for step in 1...10 {
      let t = Double(step) / 10
      let (a, b, c, d) = ((1 - t) * (1 - t) * (1 - t), 3 * t * (1 - t) * (1 - t), 3 * t * t * (1 - t), t * t * t)
      open.append(
        Point(a * start.x + b * n[0] + c * n[2] + d * n[4], a * start.y + b * n[1] + c * n[3] + d * n[5]))
    }
  }

  private mutating func arc(_ n: [Double]) {
    let steps = max(Int((abs(n[5] - n[4]) / 12).rounded(.up)), 1)
    for step in 0...steps {
      let angle = (n[4] + (n[5] - n[4]) * Double(step) / Double(steps)) * .pi / 180
      open.append(Point(n[0] + n[2] * cos(angle), n[1] + n[3] * sin(angle)))
    }
  }
}
