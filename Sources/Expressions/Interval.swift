import Glibc

/// The numbers from `low` to `high`, which may be infinite: what is known of a value before it is computed.
///
/// Operations give an interval that contains the result for all operands in theirs, wherever that is a number; ends are
/// rounded to nearest. `0 · ∞` counts as 0, the limit of what is there.
package struct Interval: Hashable, Sendable {
  package let low: Double
  package let high: Double

  package init(_ low: Double, _ high: Double) {
    self.low = low
    self.high = high
  }

  package static let all = Interval(-.infinity, .infinity)
  package static let nonNegative = Interval(0, .infinity)
  static let unit = Interval(0, 1)

  package var isNonNegative: Bool { low >= 0 }
  package var isNonPositive: Bool { high <= 0 }
  /// The only number in it, if there is but one.
  var single: Double? { low == high ? low : nil }

  func union(_ other: Interval) -> Interval { Interval(min(low, other.low), max(high, other.high)) }
  func intersection(_ other: Interval) -> Interval { Interval(max(low, other.low), min(high, other.high)) }

  /// The smallest interval with some numbers in it; NaN stands for "anything".
  private init(spanning ends: [Double]) {
    let isKnown = ends.allSatisfy { !$0.isNaN }
    self.init(isKnown ? ends.min() ?? 0 : -.infinity, isKnown ? ends.max() ?? 0 : .infinity)
  }

  /// The image under a function that does not fall.
  func mapped(_ rising: (Double) -> Double) -> Interval { Interval(spanning: [rising(low), rising(high)]) }

  static func + (a: Interval, b: Interval) -> Interval {
    let (low, high) = (a.low + b.low, a.high + b.high)
    // Infinities of both signs say nothing.
    return Interval(low.isNaN ? -.infinity : low, high.isNaN ? .infinity : high)
  }
  static prefix func - (a: Interval) -> Interval { Interval(-a.high, -a.low) }

  package static func * (a: Interval, b: Interval) -> Interval {
    func product(_ x: Double, _ y: Double) -> Double { x == 0 || y == 0 ? 0 : x * y }
    return Interval(
      spanning: [product(a.low, b.low), product(a.low, b.high), product(a.high, b.low), product(a.high, b.high)])
  }

  static func / (a: Interval, b: Interval) -> Interval {
    if b.low >= 0, b.high > 0 { return a * Interval(1 / b.high, b.low == 0 ? .infinity : 1 / b.low) }
    if b.high <= 0, b.low < 0 { return -(a / -b) }
    return .all
  }

  func power(_ exponent: Interval) -> Interval {
    guard let n = exponent.single else { return isNonNegative ? .nonNegative : .all }
    let isWhole = n.rounded() == n
    // The power of a negative number is one only for a whole exponent.
    if low < 0, !isWhole { return Interval(max(low, 0), max(high, 0)).power(exponent) }
    if n < 0 { return Interval(1, 1) / power(Interval(-n, -n)) }
    let raised = mapped { pow($0, n) }
    guard low < 0, n.truncatingRemainder(dividingBy: 2) == 0 else { return raised }
    let ends = Interval(spanning: [pow(low, n), pow(high, n)])
    return high > 0 ? Interval(0, ends.high) : ends
  }
}

extension Interval {
  init(_ operation: UnaryOperation, of a: Interval) {
    switch operation {
    case .negate: self = -a
    case .not: self = Interval(1, 1) + -a
    case .abs: self = a.isNonNegative ? a : a.isNonPositive ? -a : Interval(0, max(-a.low, a.high))
    case .sqrt, .log, .log10: self = Interval(max(a.low, 0), max(a.high, 0)).mapped { operation.value($0) }
    case .exp, .tanh, .erf, .floor: self = a.mapped { operation.value($0) }
    case .sin: self = Interval.wave(a, peak: 0.5 * .pi) { operation.value($0) }
    case .cos: self = Interval.wave(a, peak: 0) { operation.value($0) }
    // Poles lie where the cosine is 0.
    case .tan: self = a.contains(0.5 * .pi, period: .pi) ? .all : a.mapped { operation.value($0) }
    }
  }

  /// The values of a sine of period 2π with a peak at some place.
  private static func wave(_ a: Interval, peak: Double, _ value: (Double) -> Double) -> Interval {
    guard a.low.isFinite, a.high.isFinite else { return Interval(-1, 1) }
    let ends = (value(a.low), value(a.high))
    return Interval(
      a.contains(peak + .pi, period: 2 * .pi) ? -1 : Swift.min(ends.0, ends.1),
      a.contains(peak, period: 2 * .pi) ? 1 : Swift.max(ends.0, ends.1))
  }

  /// Whether it contains a place or one that is some periods away, or lies so near to one that rounding could not tell.
  private func contains(_ place: Double, period: Double) -> Bool {
    guard low.isFinite, high.isFinite else { return true }
    let margin = 8 * Swift.max(abs(low), abs(high), period).ulp
    return ((low - margin - place) / period).rounded(.up) <= ((high + margin - place) / period).rounded(.down)
  }

  init(_ operation: BinaryOperation, of a: Interval, _ b: Interval) {
    switch operation {
    case .add: self = a + b
    case .subtract: self = a + -b
    case .multiply: self = a * b
    case .divide: self = a / b
    case .power: self = a.power(b)
    case .min: self = Interval(Swift.min(a.low, b.low), Swift.min(a.high, b.high))
    case .max: self = Interval(Swift.max(a.low, b.low), Swift.max(a.high, b.high))
    case .less: self = Interval(always: a.high < b.low, never: a.low >= b.high)
    case .lessOrEqual: self = Interval(always: a.high <= b.low, never: a.low > b.high)
    case .greater: self = Interval(always: a.low > b.high, never: a.high <= b.low)
    case .greaterOrEqual: self = Interval(always: a.low >= b.high, never: a.high < b.low)
    case .equal: self = Interval(always: a.single != nil && a == b, never: a.high < b.low || b.high < a.low)
    case .notEqual: self = Interval(always: a.high < b.low || b.high < a.low, never: a.single != nil && a == b)
    case .and: self = Interval(Swift.min(a.low, b.low), Swift.min(a.high, b.high))
    case .or: self = Interval(Swift.max(a.low, b.low), Swift.max(a.high, b.high))
    }
  }

  /// A condition, which is 1 where it holds and 0 where it does not.
  private init(always: Bool, never: Bool) { self.init(always ? 1 : 0, never ? 0 : 1) }
}

extension Expression {
  /// The interval of its values; symbols that are not given can have any value.
  package func interval(_ symbols: [Symbol: Interval]) -> Interval {
    var graph = ExpressionGraph()
    let root = graph.insert(self)
    var known: [Interval] = []
    for node in graph.nodes { known.append(graph.interval(of: node, known: known, symbols: symbols)) }
    return known[root]
  }
}

extension ExpressionGraph {
  /// The interval of a node whose operands have known ones.
  ///
  /// - Parameters:
  ///   - known: of the nodes so far.
  ///   - symbols: those that are not given can have any value.
  func interval(of node: Node, known: [Interval], symbols: [Symbol: Interval]) -> Interval {
    switch node {
    case .constant(let value): Interval(value, value)
    case .truth: .unit
    case .symbol(let symbol): symbols[symbol] ?? .all
    case .unary(let operation, let a): Interval(operation, of: known[a])
    case .binary(.divide, let a, let b) where isShare(a, of: b, known: known): (known[a] / known[b]).intersection(.unit)
    // A square.
    case .binary(.multiply, let a, let b) where a == b: known[a].power(Interval(2, 2))
    case .binary(let operation, let a, let b): Interval(operation, of: known[a], known[b])
    case .choice(let condition, let a, let b):
      switch known[condition].single {
      case 0: known[b]
      case nil:
        branch(a, where: condition, holds: true, known: known, symbols: symbols)
          .union(branch(b, where: condition, holds: false, known: known, symbols: symbols))
      default: known[a]
      }
    case .functional(.integral, let a), .lineFunctional(.integral, _, let a): known[a] * .nonNegative
    case .functional(_, let a), .lineFunctional(_, _, let a): known[a]
    case .convolution(let kernel, let a): known[kernel] * known[a] * .nonNegative
    // What depends on the time has other values in the past.
    case .delay(let a, _, _): expression(a).dependsOn(.time) ? .all : known[a]
    }
  }

  /// The interval of a branch of `where`, with what its condition says of the values in it: in `where(u > 0, u^3, 0)` the first
  /// branch is not negative.
  private func branch(
    _ number: Int, where condition: Int, holds: Bool, known: [Interval], symbols: [Symbol: Interval]
  ) -> Interval {
    var narrowed: [Int: Interval] = [:]
    narrow(condition, holds, known, &narrowed)
    guard !narrowed.isEmpty, let parts = nodesAtSamePoint(number), parts.contains(where: { narrowed[$0] != nil }) else {
      return known[number]
    }
    var inBranch = known
    for part in parts {
      let found = interval(of: self[part], known: inBranch, symbols: symbols)
      let both = known[part].intersection(found).intersection(narrowed[part] ?? .all)
      // No value has both: the branch is never taken.
      guard both.low <= both.high else { return known[number] }
      inBranch[part] = both
    }
    return inBranch[number]
  }

  /// What follows for the two sides of comparisons from a condition that holds, or does not.
  private func narrow(_ condition: Int, _ holds: Bool, _ known: [Interval], _ found: inout [Int: Interval]) {
    func limit(_ number: Int, to interval: Interval) {
      found[number] = (found[number] ?? .all).intersection(interval)
    }
    func order(_ smaller: Int, _ larger: Int) {
      limit(smaller, to: Interval(-.infinity, known[larger].high))
      limit(larger, to: Interval(known[smaller].low, .infinity))
    }
    switch self[condition] {
    case .unary(.not, let a): narrow(a, !holds, known, &found)
    case .binary(.and, let a, let b) where holds, .binary(.or, let a, let b) where !holds:
      narrow(a, holds, known, &found)
      narrow(b, holds, known, &found)
    case .binary(.less, let a, let b), .binary(.lessOrEqual, let a, let b): holds ? order(a, b) : order(b, a)
    case .binary(.greater, let a, let b), .binary(.greaterOrEqual, let a, let b): holds ? order(b, a) : order(a, b)
    case .binary(.equal, let a, let b) where holds:
      limit(a, to: known[b])
      limit(b, to: known[a])
    default: break
    }
  }

  /// A node and all that it is made of at the same point and time, operands first; nil if these are many.
  private func nodesAtSamePoint(_ number: Int) -> [Int]? {
    var (found, open) = (Set([number]), [number])
    while let next = open.popLast() {
      switch self[next] {
      case .functional, .lineFunctional, .convolution, .delay: break
      default: for operand in self[next].operands where found.insert(operand).inserted { open.append(operand) }
      }
      if found.count > 256 { return nil }
    }
    return found.sorted()
  }

  /// Whether `b` is the sum of `a` and something, neither of them negative, so that `a/b` is at most 1.
  private func isShare(_ a: Int, of b: Int, known: [Interval]) -> Bool {
    guard case .binary(.add, let x, let y) = self[b], known[x].isNonNegative, known[y].isNonNegative else {
      return false
    }
    return x == a || y == a
  }
}
