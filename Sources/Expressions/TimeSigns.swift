import Glibc

/// The sign of an expression of the time alone in the course of a run: between its roots and jumps, and at them.
///
/// A condition such as `cos(2*pi*t) == 1` holds at single times, which lie between two neighboring numbers, while the rounded
/// cosine is 1 for a while around each. So the sign is not computed where it is asked for. The run is divided where something
/// in the expression jumps or bends (`floor`, `abs`, `where`), and where its slope changes its sign, so that the expression is monotone
/// in between: there it has one root if its signs at both ends differ, and none else. At an end it may touch 0. Whether
/// it is 0 there is decided up to rounding (`TimeFunction`).
package struct TimeSigns: Sendable {
  /// Times at which the sign is another than before or after, in rising order.
  package private(set) var times: [Double] = []
  /// At these times: 1, 0, −1, or NaN for what is no number.
  private var atTimes: [Double] = []
  /// Before the first, between two, and after the last of them.
  private var between: [Double] = []

  static let samples = 8192
  static let mostSamples = 1 << 18
  /// Most times.
  package static let most = 10_000

  /// - Returns: nil if the sign changes too often to be found.
  package init?(_ expression: Expression, from start: Double, to end: Double) {
    guard let inner = expression.switchTimesIfFew(from: start, to: end) else { return nil }
    let slope = expression.derivative(by: .time)
    var search = Search(
      function: TimeFunction(expression), slope: TimeFunction(slope), isLinear: slope.constantValue != nil,
      length: end - start)
    let borders = [start] + inner.filter { $0 > start && $0 < end } + [end]
    var marks: [Mark] = []
    for (low, high) in zip(borders, borders.dropFirst()) {
      marks.append(search.marked(low, .border))
      guard let found = search.marks(from: low, to: high) else { return nil }
      marks += found
    }
    marks.append(search.marked(end, .border))
    for (left, right) in zip(marks, marks.dropFirst()) {
      add(left)
      let (signs, crossing) = search.changes(from: left, to: right)
      between.append(signs.before)
      guard let crossing else { continue }
      add(crossing)
      between.append(signs.after)
    }
    add(marks[marks.count - 1])
    between.append(between.last ?? 0)
    between.insert(between[0], at: 0)
    dropWhatDoesNotChange()
    guard times.count <= TimeSigns.most else { return nil }
  }

  private mutating func add(_ mark: Mark) {
    times.append(mark.time)
    atTimes.append(mark.sign)
  }

  private mutating func dropWhatDoesNotChange() {
    func isSame(_ a: Double, _ b: Double) -> Bool { a == b || a.isNaN && b.isNaN }
    let kept = times.indices.filter { !isSame(atTimes[$0], between[$0]) || !isSame(atTimes[$0], between[$0 + 1]) }
    // What is dropped has the same sign on both sides.
    between = [between[0]] + kept.map { between[$0 + 1] }
    (times, atTimes) = (kept.map { times[$0] }, kept.map { atTimes[$0] })
  }

  /// The sign before the time of a number, or after the last one.
  package func sign(before index: Int) -> Double { between[index] }
  package func sign(at index: Int) -> Double { atTimes[index] }
  package func sign(after index: Int) -> Double { between[index + 1] }

  /// A time at which the sign is known.
  fileprivate struct Mark {
    enum Kind {
      /// The expression may jump or bend there.
      case border
      /// It has its least absolute value there, which is 0.
      case touch
      case inside
    }
    let time: Double
    let sign: Double
    let kind: Kind
  }

  private struct Search {
    var function: TimeFunction
    var slope: TimeFunction
    let isLinear: Bool
    /// Of the run.
    let length: Double

    mutating func marked(_ time: Double, _ kind: Mark.Kind) -> Mark {
      Mark(time: time, sign: function.sign(at: time), kind: kind)
    }

    /// Where it touches 0 between two borders, and places in between where it is not 0; nil if there would be too many.
    mutating func marks(from low: Double, to high: Double) -> [Mark]? {
      let margin = 16 * max(abs(low), abs(high)).ulp
      guard high - low > 4 * margin else { return [] }
      var parts = isLinear ? 3 : max(16, Int(Double(TimeSigns.samples) * ((high - low) / length)))
      while parts <= TimeSigns.mostSamples {
        // No simple share of the length, at which something periodic would always be the same.
        let inside = (0..<parts).map { low + (high - low) * ((Double($0) + 0.3819660112501051) / Double(parts)) }
        let times = [low + margin] + inside + [high - margin]
        let touches = isLinear ? [] : rootsOfSlope(between: times)
        // With few samples for each root there may be others between them.
        if touches.count <= parts / 8 || parts <= 16 && touches.count <= 4 {
          var found: [Mark] = []
          var next = touches[...]
          for time in times {
            while let touch = next.first, touch <= time {
              let mark = marked(touch, .touch)
              found.append(mark.sign == 0 ? mark : Mark(time: touch, sign: mark.sign, kind: .inside))
              next = next.dropFirst()
            }
            let mark = marked(time, .inside)
            // What is 0 but for rounding says nothing of its neighborhood.
            if mark.sign != 0 { found.append(mark) }
          }
          return found
        }
        parts *= 4
      }
      return nil
    }

    private mutating func rootsOfSlope(between times: [Double]) -> [Double] {
      var found: [Double] = []
      var last: (time: Double, slope: Double)?
      for time in times {
        let value = slope.value(at: time)
        guard value > 0 || value < 0 else { continue }
        if let last, (last.slope > 0) != (value > 0) {
          found.append(TimeSigns.plain(rootOfSlope(last.time, time, isRising: value > 0)))
        }
        last = (time, value)
      }
      return found
    }

    private mutating func rootOfSlope(_ low: Double, _ high: Double, isRising: Bool) -> Double {
      var (low, high) = (low, high)
      while true {
        let middle = low + 0.5 * (high - low)
        if middle <= low || middle >= high { return high }
        let value = slope.value(at: middle)
        if value == 0 { return middle }
        if (value > 0) == isRising { high = middle } else { low = middle }
      }
    }

    /// The sign between two marks, or before and after the root between them.
    mutating func changes(
      from left: Mark, to right: Mark
    ) -> (signs: (before: Double, after: Double), crossing: Mark?) {
      func all(_ sign: Double) -> ((before: Double, after: Double), Mark?) { ((sign, sign), nil) }
      if left.sign == right.sign || left.sign.isNaN && right.sign.isNaN { return all(left.sign) }
      switch (left.kind, right.kind) {
      case (.inside, .inside):
        let crossing = marked(crossingTime(left, right), .touch)
        return ((left.sign, right.sign), crossing)
      // At a border and where it touches 0 the sign may be one of that time alone.
      case (.inside, _): return all(left.sign)
      case (_, .inside): return all(right.sign)
      default: return all(function.sign(at: left.time + 0.5 * (right.time - left.time)))
      }
    }

    /// The time between two neighboring numbers at which the sign changes: of the two the one with fewer digits.
    private mutating func crossingTime(_ left: Mark, _ right: Mark) -> Double {
      func kind(_ value: Double) -> Int { value.isNaN ? 2 : value > 0 ? 1 : value < 0 ? -1 : 0 }
      let (first, sign) = (left.time, kind(left.sign))
      var (low, high) = (first, right.time)
      while true {
        let middle = low + 0.5 * (high - low)
        if middle <= low || middle >= high { break }
        if kind(function.value(at: middle)) == sign { low = middle } else { high = middle }
      }
      return low == 0 || "\(low)".count < "\(high)".count ? low : high
    }
  }

  /// A time that is known but for rounding: a number with 14 digits if there is one.
  private static func plain(_ time: Double) -> Double {
    guard time != 0 else { return time }
    let scale = pow(10, 13 - log10(abs(time)).rounded(.down))
    let short = (time * scale).rounded() / scale
    return abs(short - time) <= 8 * time.ulp ? short : time
  }
}
