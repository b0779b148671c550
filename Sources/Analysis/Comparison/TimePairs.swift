/// Equal times of two increasing series.
struct TimePairs {
  /// Numbers of the times that both have.
  let pairs: [(first: Int, second: Int)]
  let onlyFirst: [Double]
  let onlySecond: [Double]

  /// Times that differ by less than this share of their size are one: they are multiples of other intervals, rounded.
  private static let rounding = 1e-12

  init(_ first: [Double], _ second: [Double]) {
    var pairs: [(Int, Int)] = []
    var (onlyFirst, onlySecond): ([Double], [Double]) = ([], [])
    var (i, j) = (0, 0)
    while i < first.count, j < second.count {
      let (a, b) = (first[i], second[j])
      if abs(a - b) <= TimePairs.rounding * max(abs(a), abs(b)) {
        pairs.append((i, j))
        (i, j) = (i + 1, j + 1)
      } else if a < b {
        onlyFirst.append(a)
        i += 1
      } else {
        onlySecond.append(b)
        j += 1
      }
    }
    self.pairs = pairs
    self.onlyFirst = onlyFirst + first[i...]
    self.onlySecond = onlySecond + second[j...]
  }
}
