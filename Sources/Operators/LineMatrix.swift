import CKernels

/// A matrix that acts on lines of points, a block of them at a time.
///
/// Rows are taken in fours, with a common range of columns that are not 0, so that sums stay in registers.
struct LineMatrix: Sendable {
  let count: Int
  /// Lines of a block.
  private let lanes: Int
  /// Of each four rows: the first column and the number of columns.
  private let first: [Int]
  private let width: [Int]
  /// Of each four rows: where its numbers begin; they lie column by column.
  private let start: [Int]
  private let weights: [Double]

  /// Columns of the widest rows.
  var widest: Int { width.max() ?? 0 }

  private static let height = Int(MATRIX_ROWS)

  /// - Parameters:
  ///   - rows: of each row, the first column that is not 0 and the entries from there on.
  ///   - lanes: lines of a block.
  init(rows: [(first: Int, entries: [Double])], lanes: Int) {
    count = rows.count
    self.lanes = lanes
    var (first, width, start, weights) = ([Int](), [Int](), [Int](), [Double]())
    for group in stride(from: 0, to: rows.count, by: LineMatrix.height) {
      let members = rows[group..<min(group + LineMatrix.height, rows.count)]
      let low = members.map(\.first).min()!
      let high = members.map { $0.first + $0.entries.count }.max()!
      first.append(low)
      width.append(high - low)
      start.append(weights.count)
      var block = [Double](repeating: 0, count: (high - low) * LineMatrix.height)
      for (index, row) in members.enumerated() {
        for (offset, entry) in row.entries.enumerated() {
          block[(row.first - low + offset) * LineMatrix.height + index] = entry
        }
      }
      weights += block
    }
    (self.first, self.width, self.start, self.weights) = (first, width, start, weights)
  }

  /// The product with a block of lines (value `i` of line `j` at `[i · lanes + j]`), in `spare`, which is as large.
  func apply(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    matrix_pass(spare, block, lanes, weights, first, width, start, count)
    return spare
  }
}
