extension Expression {
  /// The times at which some expressions jump or have a kink, because a condition on the time alone comes true or ceases to
  /// be, as in `heaviside(t - 5)`, `where(t < 10, a, b)`, `max(t - 5, 0)`, `abs(sin(t))` and `floor(t/7)`.
  ///
  /// Each is the first or the last number of a side: of the two neighbors between which the change is, the one with
  /// fewer digits. Changes of what is linear in time are found exactly, others by looking at
  /// `samples` times of the interval, and bisection; what changes and changes back between two of these is missed. A
  /// condition with more than `most` changes is left out.
  ///
  /// - Parameters:
  ///   - parameters: values of the symbols besides the time; what depends on others has no such times.
  ///   - start, end: both belong to the interval.
  ///   - singleTimes: whether the one time at which `t == 5` holds counts; nothing that is integrated jumps there.
  /// - Returns: in rising order.
  package static func switchTimes(
    of expressions: [Expression], parameters: [Symbol: Double], from start: Double, to end: Double,
    singleTimes: Bool = false
  ) -> [Double] {
    let constants = parameters.mapValues { Expression.constant($0) }
    var finder = SwitchFinder(start: start, end: end, singleTimes: singleTimes)
    for expression in expressions where expression.dependsOn(.time) {
      finder.add(expression.substituting(constants))
    }
    return finder.times.sorted()
  }

  /// As `switchTimes`, of one expression of the time alone, single times included; nil if something changes too often.
  func switchTimesIfFew(from start: Double, to end: Double) -> [Double]? {
    var finder = SwitchFinder(start: start, end: end, singleTimes: true)
    finder.add(self)
    return finder.leavesOut ? nil : finder.times.sorted()
  }
}

private struct SwitchFinder {
  let start: Double
  let end: Double
  private let singleTimes: Bool
  private(set) var times: Set<Double> = []
  /// Whether a condition that changes too often was left out.
  private(set) var leavesOut = false
  /// Of what has been looked at.
  private var known: [Expression: [Double]] = [:]

  static let samples = 8192
  static let most = 10_000

  init(start: Double, end: Double, singleTimes: Bool) {
    self.singleTimes = singleTimes
    self.start = start
    self.end = end
  }

  /// Finds the times of all parts of an expression.
  mutating func add(_ expression: Expression) { times.formUnion(times(of: expression)) }

  private mutating func times(of expression: Expression) -> Set<Double> {
    var graph = ExpressionGraph()
    _ = graph.insert(expression)
    var found: Set<Double> = []
    for number in graph.nodes.indices {
      guard let level = graph.level(number, singleTimes: singleTimes) else { continue }
      found.formUnion(times(ofLevel: level.value, linear: level.linear))
    }
    return found
  }

  /// The times at which a condition or a whole number changes.
  private mutating func times(ofLevel level: Expression, linear: Expression) -> [Double] {
    if let times = known[level] { return times }
    // Smooth parts lie between the times of what is inside.
    let inner = times(of: linear).sorted()
    let isLinear = linear.derivative(by: .time).constantValue != nil
    var samples: [Double] = []
    for (low, high) in zip([start] + inner, inner + [end]) where high > low {
      let parts = isLinear ? 1 : max(16, (Double(SwitchFinder.samples) * ((high - low) / (end - start))).rounded(.up))
      samples.append(low)
      // What changes at the ends of a part does so between these.
      samples.append(low.nextUp)
      for part in 1..<max(Int(parts), 1) { samples.append(low + (high - low) * (Double(part) / parts)) }
      samples.append(high.nextDown)
    }
    samples.append(end)
    samples.append(end.nextUp)
    var changes: [Double] = []
    for (low, high) in zip(samples, samples.dropFirst()) where low < high && changes.count <= SwitchFinder.most {
      find(level, low, level.at(low), high, level.at(high), &changes)
    }
    if changes.count > SwitchFinder.most { (changes, leavesOut) = ([], true) }
    known[level] = changes
    return changes
  }

  /// Halves an interval until the change is between two neighbors.
  private func find(
    _ level: Expression, _ low: Double, _ lowValue: Double, _ high: Double, _ highValue: Double,
    _ changes: inout [Double]
  ) {
    guard lowValue != highValue, changes.count <= SwitchFinder.most else { return }
    let middle = low + 0.5 * (high - low)
    if middle <= low || middle >= high {
      let time = low == 0 || "\(low)".count < "\(high)".count ? low : high
      if time <= end { changes.append(time) }
      return
    }
    let value = level.at(middle)
    find(level, low, lowValue, middle, value, &changes)
    find(level, middle, value, high, highValue, &changes)
  }
}

extension Expression {
  /// The value at a time; a number of its own where there is none.
  fileprivate func at(_ time: Double) -> Double {
    let value = value(at: [.time: time]) ?? .infinity
    return value.isNaN ? .infinity : value
  }
}

extension ExpressionGraph {
  /// What a node makes jump or bend, if it depends on the time alone: a condition or a whole number; and what that is linear
  /// in.
  fileprivate mutating func level(_ number: Int, singleTimes: Bool) -> (value: Expression, linear: Expression)? {
    let level: (Int, Int)?
    switch nodes[number] {
    // Between two times nobody meets the only one at which it holds.
    case .binary(.equal, let a, let b) where singleTimes, .binary(.notEqual, let a, let b) where singleTimes:
      level = (comparison(.less, a, b), difference(a, b))
    case .binary(let operation, let a, let b) where operation.isComparison: level = (number, difference(a, b))
    case .binary(.min, let a, let b), .binary(.max, let a, let b): level = (comparison(.less, a, b), difference(a, b))
    case .unary(.abs, let a): level = (comparison(.less, a, constant(0)), a)
    case .unary(.floor, let a): level = (number, a)
    default: level = nil
    }
    guard let level else { return nil }
    let value = expression(level.0)
    let isOfTime = value.nodes.allSatisfy { node in
      switch node {
      case .symbol(let symbol): symbol == .time
      case .functional, .lineFunctional, .convolution: false
      default: true
      }
    }
    return isOfTime && value.dependsOn(.time) ? (value, expression(level.1)) : nil
  }
}
