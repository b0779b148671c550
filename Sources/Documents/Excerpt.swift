/// A line of a source text with a caret under a place, cut to a window around the caret if the line is long.
struct Excerpt {
  /// A scalar of the line as it is shown.
  fileprivate struct Cell {
    let shown: Unicode.Scalar
    let range: Range<Int>

    /// Columns it takes; a tab is counted in full, because its place in the terminal is not known.
    var width: Int { shown == "\t" ? 8 : shown.displayWidth }
    /// What stands under it in the line of the caret; tabs are kept, so that they stay aligned.
    var blank: String { shown == "\t" ? "\t" : String(repeating: " ", count: width) }
  }

  private static let totalWidth = 120

  private let lineNumber: String
  private let line: Range<Int>
  private let marked: Range<Int>
  private let cells: ArraySlice<Cell>
  private let advice: String

  /// The `advice` follows the caret.
  init(of place: Place, advice: String?) {
    self.advice = advice.map { "  \($0)" } ?? ""
    let source = place.source
    let number = source.position(of: place.range.lowerBound).line
    let digits = String(number)
    lineNumber = String(repeating: " ", count: max(5 - digits.count, 0)) + digits
    line = source.byteRange(ofLine: number)
    let start = min(max(place.range.lowerBound, 0), line.upperBound)
    marked = start..<max(start, min(place.range.upperBound, line.upperBound))
    let nearby = Excerpt.cells(of: source.bytes, in: line, around: start)
    let width = Excerpt.totalWidth - lineNumber.count - 3
    let reserve = min(max(self.advice.count + marked.count + 2, 20), width / 2)
    cells = Excerpt.window(of: nearby, in: line, from: start, width: width, reserve: reserve)
  }

  /// The line, and below it the caret followed by the advice.
  var text: String {
    let isCutBefore = cells.first.map { $0.range.lowerBound > line.lowerBound } ?? false
    let isCutAfter = cells.last.map { $0.range.upperBound < line.upperBound } ?? false
    let text = String(String.UnicodeScalarView(cells.map(\.shown)))
    let shown = (isCutBefore ? "…" : "") + text + (isCutAfter ? "…" : "")
    let before = cells.prefix { $0.range.lowerBound < marked.lowerBound }.map(\.blank).joined()
    let underlined = cells.filter { marked.contains($0.range.lowerBound) }
    let tildes = underlined.reduce(-1) { $0 + $1.shown.displayWidth }
    let caret = (isCutBefore ? " " : "") + before + "^" + String(repeating: "~", count: max(tildes, 0))
    let margin = String(repeating: " ", count: lineNumber.count)
    return "\(lineNumber) |" + (shown.isEmpty ? "" : " \(shown)") + "\n\(margin) | \(caret)\(advice)"
  }

  /// The cells of a line near an offset: more than a window on either side, and never all of a line of megabytes.
  private static func cells(of bytes: [UInt8], in line: Range<Int>, around offset: Int) -> [Cell] {
    let reach = 4 * totalWidth
    var first = max(line.lowerBound, offset - reach)
    while first > line.lowerBound, bytes[first] & 0xC0 == 0x80 { first -= 1 }
    let slice = bytes[first..<min(line.upperBound, offset + reach)]
    return UTF8Scalars(slice).map { Cell(shown: $0.scalar?.printable ?? "\u{FFFD}", range: $0.range) }
  }

  /// The cells that fit into `width` columns with an ellipsis on either side, such that the caret has `reserve`
  /// columns to its right; otherwise as much of the line as there is.
  private static func window(of cells: [Cell], in line: Range<Int>, from mark: Int, width: Int, reserve: Int)
    -> ArraySlice<Cell>
  {
    guard let head = cells.first, let tail = cells.last else { return [] }
    let reachesStart = head.range.lowerBound == line.lowerBound
    if reachesStart, tail.range.upperBound == line.upperBound, columns(of: cells[...]) <= width { return cells[...] }
    let caret = cells.firstIndex { $0.range.lowerBound >= mark } ?? cells.count
    if reachesStart, columns(of: cells[..<caret]) <= width - reserve { return cells[...].fitting(in: width - 2) }
    func start(before end: Int, columns: Int) -> Int { end - cells[..<end].reversed().countFitting(in: columns) }
    let comfortable = min(start(before: caret, columns: width / 3), start(before: cells.count, columns: width - 2))
    let first = max(start(before: caret, columns: width - reserve), comfortable)
    return cells[first...].fitting(in: width - 2)
  }

  private static func columns(of cells: ArraySlice<Cell>) -> Int { cells.reduce(0) { $0 + $1.width } }
}

extension ArraySlice<Excerpt.Cell> {
  fileprivate func fitting(in columns: Int) -> Self { prefix(countFitting(in: columns)) }
}

extension Sequence<Excerpt.Cell> {
  /// How many of the first cells fit into some columns.
  fileprivate func countFitting(in columns: Int) -> Int {
    var room = columns
    var count = 0
    for cell in self {
      room -= cell.width
      if room < 0 { break }
      count += 1
    }
    return count
  }
}
