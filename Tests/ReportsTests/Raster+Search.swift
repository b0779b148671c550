import Reports

extension Raster {
  /// The smallest block that holds all pixels that are not white; nil if there are none.
  var inkBounds: Rectangle? { bounds { $0 != .white } }

  /// The smallest block that holds all pixels that are nearer to black than to white; nil if there are none.
  var darkBounds: Rectangle? { bounds { $0.red < 128 } }

  /// The smallest block that holds all pixels of a kind; nil if there are none.
  func bounds(where matches: (Color) -> Bool) -> Rectangle? {
    var (left, right, top, bottom) = (width, -1, height, -1)
    for y in 0..<height {
      for x in 0..<width where matches(self[x, y]) {
        (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
      }
    }
    return right < 0 ? nil : Rectangle(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
  }

  /// The block of one color, found as the columns and rows that hold at least `least` pixels of it; so the lines of that
  /// color in a color bar are left out.
  func block(of color: Color, atLeast least: Int = 30) -> Rectangle? {
    var inColumn = [Int](repeating: 0, count: width)
    var inRow = [Int](repeating: 0, count: height)
    for index in stride(from: 0, to: bytes.count, by: 3)
    where bytes[index] == color.red && bytes[index + 1] == color.green && bytes[index + 2] == color.blue {
      inColumn[index / 3 % width] += 1
      inRow[index / 3 / width] += 1
    }
    let columns = inColumn.indices.filter { inColumn[$0] >= least }
    let rows = inRow.indices.filter { inRow[$0] >= least }
    guard let left = columns.first, let right = columns.last, let top = rows.first, let bottom = rows.last else {
      return nil
    }
    return Rectangle(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
  }
}
