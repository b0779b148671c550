import Fields

/// Detects a population that recovers from extinction: from less than one cell, or from a share of its earlier
/// size that is below rounding.
///
/// A field is followed together with all that it can grow from by itself, which are traces at the same time; growth from
/// anything else, or after a dose, is none from a trace.
package struct TraceWatch: Codable, Hashable, Sendable {
  /// Numbers of the fields that grow from each other, the one to be named first.
  package let fields: [Int]
  /// All that a trace of these can be fed by, themselves included.
  package let sources: [Int]
  /// Whether all of these are numbers of cells per volume of the domain, so that their integrals are cells.
  package let countsCells: Bool

  /// The largest number of cells so far.
  private var mostCells = 0.0
  /// The lowest that the largest value of the field named first has been since all were traces, and when; nil if they are none.
  private var trough: Trough?
  private var isReported = false

  /// Below this share of its largest value so far a field is a trace.
  ///
  /// No error of it counts then. Nil in checkpoints of older versions.
  private let traceShare: Double?

  /// The share that rounding leaves.
  package static let leastShare = 1e-12
  /// From so many times the share of a trace on it has come back.
  private static let recovery = 1e3
  /// From so many cells on it has come back.
  package static let presentCells = 10.0

  package init(fields: [Int], sources: [Int], countsCells: Bool, traceShare: Double) {
    self.fields = fields
    self.sources = sources
    self.countsCells = countsCells
    self.traceShare = traceShare
  }

  /// A largest value of a field, and its time.
  package struct Trough: Codable, Hashable, Sendable {
    package let value: Double
    package let time: Double
  }

  func isOfSameFields(as other: TraceWatch) -> Bool { fields == other.fields && sources == other.sources }

  /// Continues where another watch of the same fields was.
  mutating func restore(_ other: TraceWatch) {
    (mostCells, trough, isReported) = (other.mostCells, other.trough, other.isReported)
  }

  /// Takes note of a discontinuous change of values or equations: what was added is no growth from a trace.
  mutating func jump(to state: FieldSet, at time: Double, sizes: [Double], largest: [Double], pointVolume: Double?) {
    if !isTrace(state, sizes, largest, pointVolume) { trough = nil }
    _ = look(at: state, time: time, sizes: sizes, largest: largest, pointVolume: pointVolume)
  }

  /// Looks at a state after a step.
  ///
  /// - Parameters:
  ///   - sizes: the largest value of each field, and what was the largest so far.
  /// - Returns: the lowest that the field named first has been at the end of a step, if it has come back from a trace for the
  ///   first time.
  mutating func look(
    at state: FieldSet, time: Double, sizes: [Double], largest: [Double], pointVolume: Double?
  ) -> Trough? {
    let cells = self.cells(of: state, sizes, pointVolume)
    // So many that one point has several: infinite counts as many.
    if let cells { mostCells = max(mostCells, cells) }
    if isTrace(state, sizes, largest, pointVolume) {
      let value = sizes[fields[0]]
      if value < trough?.value ?? .infinity { trough = Trough(value: value, time: time) }
      return nil
    }
    guard let trough, !isReported else { return nil }
    guard share(sizes, largest) > TraceWatch.recovery * (traceShare ?? TraceWatch.leastShare),
      cells.map({ $0 > TraceWatch.presentCells }) ?? true
    else {
      return nil
    }
    isReported = true
    return trough
  }

  /// The largest share of a field of what it was.
  private func share(_ sizes: [Double], _ largest: [Double]) -> Double {
    sources.reduce(0) { max($0, largest[$1] > 0 ? sizes[$1] / largest[$1] : 0) }
  }

  /// Whether nothing but traces is left of what was there.
  private func isTrace(_ state: FieldSet, _ sizes: [Double], _ largest: [Double], _ pointVolume: Double?) -> Bool {
    guard sources.contains(where: { largest[$0] > 0 }) else { return false }
    if share(sizes, largest) < traceShare ?? TraceWatch.leastShare { return true }
    return cells(of: state, sizes, pointVolume).map { $0 < 1 && mostCells > TraceWatch.presentCells } ?? false
  }

  /// All cells together; nil where they are no cells, or so many that one point has more than one.
  private func cells(of state: FieldSet, _ sizes: [Double], _ pointVolume: Double?) -> Double? {
    guard countsCells else { return nil }
    if let pointVolume, sources.contains(where: { sizes[$0] * pointVolume > TraceWatch.presentCells }) {
      return .infinity
    }
    return sources.reduce(0) { $0 + state.integral($1) }
  }
}
