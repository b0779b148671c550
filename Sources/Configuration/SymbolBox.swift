import Expressions

/// A box: an interval of values of each of some symbols.
extension [Symbol: Interval] {
  /// The point in the middle.
  var middle: [Symbol: Interval] { mapValues { Interval($0.middle, $0.middle) } }

  /// The corners, as far as they are finite and few.
  var corners: [[Symbol: Interval]] {
    let open = filter { $0.value.low < $0.value.high }
    guard open.count <= 6 else { return [middle] }
    var corners = [self]
    for (symbol, interval) in open {
      let ends = [interval.low, interval.high].filter(\.isFinite)
      let values = ends.isEmpty ? [0] : ends
      corners = corners.flatMap { corner in
        values.map { value in corner.merging([symbol: Interval(value, value)]) { $1 } }
      }
    }
    return corners
  }

  /// The box divided along its relatively longest side; nil if there is none to divide.
  ///
  /// - Parameter whole: the box that it is a part of.
  func halves(of whole: [Symbol: Interval]) -> [[Symbol: Interval]]? {
    func share(_ symbol: Symbol, _ interval: Interval) -> Double {
      guard interval.low < interval.high, let all = whole[symbol] else { return 0 }
      guard all.low.isFinite, all.high.isFinite else {
        return interval.high.isFinite && interval.low.isFinite ? 0.5 : 1
      }
      return (interval.high - interval.low) / (all.high - all.low)
    }
    // The order of a dictionary is no order.
    let sides = map { (symbol: $0.key, name: "\($0.key)", share: share($0.key, $0.value)) }
    guard
      let longest = sides.max(by: { ($0.share, $1.name) < ($1.share, $0.name) }), longest.share > 1e-6,
      let interval = self[longest.symbol]
    else { return nil }
    let divider = interval.middle
    return [Interval(interval.low, divider), Interval(divider, interval.high)].map { half in
      merging([longest.symbol: half]) { $1 }
    }
  }
}

extension Interval {
  /// A number in it that is not an end, or one of some size where it has none.
  fileprivate var middle: Double {
    switch (low.isFinite, high.isFinite) {
    case (true, true): 0.5 * low + 0.5 * high
    case (true, false): max(1, 10 * low, low + 1)
    case (false, true): min(-1, 10 * high, high - 1)
    case (false, false): 0
    }
  }
}
