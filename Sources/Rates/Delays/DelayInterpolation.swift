/// Which kept values an interpolated one is made of.
package struct DelayInterpolation: Hashable, Sendable {
  /// Of the first value.
  package let first: Int
  package let weights: [Double]
  /// The two values between which the time lies; nil if it is the time of the first value.
  package let neighbors: (lower: Int, upper: Int)?

  /// The polynomial through up to four values around a time, none of them beyond a break: of third order inside of four
  /// values, so that its error is `O(h⁴)`.
  ///
  /// - Parameters:
  ///   - times: ascending; where something jumps a time stands twice.
  ///   - isBreak: whether the values are not smooth there.
  ///   - isLater: whether at a jump the value after it is asked for, instead of the one before.
  ///   - coincidence: a break that is nearer than this is at the time.
  /// - Returns: nil if the time lies before all values, or is that of the first and `isLater` is false.
  package init?(at time: Double, times: [Double], isBreak: [Bool], isLater: Bool, coincidence: Double) {
    guard let last = times.indices.last else { return nil }
    var time = time
    // The value after the time, the later one of two at the same time or else the earlier.
    func next() -> Int { times.partition { isLater ? $0 > time : $0 >= time } }
    let around = next()
    for index in [around - 1, around, around + 1]
    where times.indices.contains(index) && isBreak[index] && abs(times[index] - time) <= coincidence {
      time = times[index]
    }
    let upper = next()
    guard upper > 0 else { return nil }
    if upper > last || (isLater && times[upper - 1] == time) || (!isLater && times[upper] == time) {
      // Beyond the last value a time lies by rounding only.
      self.init(first: isLater ? upper - 1 : min(upper, last), weights: [1], neighbors: nil)
      return
    }
    let lower = upper - 1
    var (start, end) = (lower, upper)
    while start > 0, lower - start < 3, !isBreak[start] { start -= 1 }
    while end < last, end - upper < 3, !isBreak[end] { end += 1 }
    let first = max(start, min(lower - 1, end - 3))
    let nodes = times[first...min(first + 3, end)]
    self.init(
      first: first,
      weights: nodes.indices.map { node in
        nodes.indices.reduce(1) {
          $1 == node ? $0 : $0 * (time - nodes[$1]) / (nodes[node] - nodes[$1])
        }
      }, neighbors: (lower, upper))
  }

  private init(first: Int, weights: [Double], neighbors: (lower: Int, upper: Int)?) {
    self.first = first
    self.weights = weights
    self.neighbors = neighbors
  }

  package static func == (a: DelayInterpolation, b: DelayInterpolation) -> Bool {
    a.first == b.first && a.weights == b.weights
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(first)
    hasher.combine(weights)
  }
}

extension [Double] {
  /// The number of the first value for which something holds, if it holds for all after it; the count if for none.
  fileprivate func partition(_ holds: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
