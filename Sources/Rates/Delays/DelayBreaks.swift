/// Times at which a solution with delays is not smooth: a jump at one time is one of the next derivative a delay later.
package struct DelayBreaks: Codable, Hashable, Sendable {
  package struct Break: Codable, Hashable, Sendable {
    package let time: Double
    /// Whether a delayed value jumps there.
    package var isJump: Bool
  }

  /// Those to come, ascending.
  package private(set) var times: [Break] = []

  /// A discontinuity is followed over this many delays: that of the fifth derivative is beyond all schemes.
  static let levels = 4

  package init() {}

  /// Sums of up to `levels` delays, ascending, and whether each is a single one.
  package static func sums(of lags: [Double]) -> [(sum: Double, isSingle: Bool)] {
    var found: [(sum: Double, isSingle: Bool)] = []
    func add(_ sum: Double, _ first: Int, _ level: Int) {
      for index in first..<lags.count {
        found.append((sum + lags[index], level == 1))
        if level < levels { add(sum + lags[index], index, level + 1) }
      }
    }
    add(0, 0, 1)
    return found.sorted { $0.sum < $1.sum }
  }

  /// Times that differ by rounding alone are one.
  package static func coincidence(_ time: Double, _ lag: Double) -> Double { 1e-12 * (abs(time) + lag) }

  /// Adds what follows from a discontinuity.
  mutating func add(after time: Double, lags: [Double], isJump: Bool) {
    for (sum, isSingle) in DelayBreaks.sums(of: lags) {
      let added = Break(time: time + sum, isJump: isJump && isSingle)
      let nearest = DelayBreaks.coincidence(added.time, sum)
      if let known = times.firstIndex(where: { abs($0.time - added.time) <= nearest }) {
        times[known].isJump = times[known].isJump || added.isJump
      } else {
        times.insert(added, at: times.firstIndex { $0.time > added.time } ?? times.count)
      }
    }
  }

  /// Takes out those that have been reached.
  mutating func remove(upTo time: Double) -> [Break] {
    let count = times.prefix { $0.time <= time + DelayBreaks.coincidence(time, 0) }.count
    defer { times.removeFirst(count) }
    return Array(times.prefix(count))
  }
}
