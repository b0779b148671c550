import Fields
import Rates

/// The checks of the state after each accepted step.
///
/// - A value that is not finite ends the run.
/// - A field that was nowhere negative at first counts as a density. What falls below 0 by more than the tolerance times the
///   largest value that the field has had is a finding, or, if the model does not allow it and the scheme promises that it
///   cannot happen, ends the run.
/// - A front that the grid does not resolve is a finding, looked for in every sixteenth step, and so is a peak.
/// - A population that comes back from a trace that no cell is left in is a finding.
///
/// What is written of a time inside of a step is held to what the step is: it must be finite, and not fall below 0 where both ends of
/// the step do not. What cannot be had in that way is a finding.
///
/// Nothing here changes the state or the steps.
package final class HealthCheck {
  /// Something doubtful, reported once for each field.
  package struct Finding: Codable, Hashable, Sendable {
    package enum Kind: Codable, Hashable, Sendable {
      case negative
      /// Its width in points.
      case thinFront(points: Double)
      /// Its width at half of its height in points, and its height.
      case narrowPeak(points: Double, height: Double)
      /// The largest value that was left, and when.
      case regrowth(from: TraceWatch.Trough)
      /// What was written between two steps: a negative value, or one that is no number.
      case output(Double)
    }

    package let kind: Kind
    package let field: Int
    /// Step and time at the end of which it was seen first.
    package let step: Int
    package let time: Double
    package let row: Int
    package let column: Int
    /// Of a density below 0 its value there.
    package var value: Double?
  }

  /// Where and when a field had its lowest value at the end of a step.
  package struct Lowest: Codable, Hashable, Sendable {
    package let value: Double
    package let step: Int
    package let time: Double
    package let row: Int
    package let column: Int
  }

  /// Of each density that has fallen below 0 its lowest value so far.
  package internal(set) var lowestNegative: [Int: Lowest] = [:]
  package internal(set) var findings: [Finding] = []
  /// The smallest value of each field at the end of a step so far.
  package internal(set) var lowest: [Double]
  package internal(set) var largestSizes: [Double]
  var isDensity: [Bool]
  private let rules: [FieldRules]
  var fronts: [FrontResolution]
  var peaks: [PeakResolution]
  var traces: [TraceWatch]
  private let ranges: FieldRanges
  private let volumes: PointVolumes
  private let pool: WorkerPool

  /// Number of the latest step.
  private var step = 0

  /// What a value inside of a step may be below those at both ends, as a share of what the end of a step may be below 0.
  private static let shareBetweenSteps = 0.1

  /// Fronts are looked for whenever the number of the step is a multiple of this.
  static let frontInterval = 16

  /// What is known of a field, and asked of it.
  package struct FieldRules: Sendable {
    /// Relative to its largest value: how far below 0 a density may fall.
    let tolerance: Double
    /// Whether its equations keep it non-negative.
    let cannotBecomeNegative: Bool
    /// Whether its reactions keep it non-negative.
    let keepsSign: Bool
    /// Whether it may have either sign by its equations, so that it is no density.
    let isOfAnySign: Bool
    /// Whether a jump of it can travel: nothing travels between points that know nothing of each other.
    let hasFronts: Bool
    /// Whether it moves up gradients, so that peaks can form.
    let gathers: Bool

    package init(
      tolerance: Double, cannotBecomeNegative: Bool, keepsSign: Bool, isOfAnySign: Bool = false, hasFronts: Bool = true,
      gathers: Bool = false
    ) {
      self.tolerance = tolerance
      self.cannotBecomeNegative = cannotBecomeNegative
      self.keepsSign = keepsSign
      self.isOfAnySign = isOfAnySign
      self.hasFronts = hasFronts
      self.gathers = gathers
    }
  }

  /// - Parameters:
  ///   - state: at the start of the run, or where it is resumed.
  ///   - rules: of each field.
  ///   - traces: what can grow from traces by itself.
  package init(
    of state: FieldSet, rules: [FieldRules], traces: [TraceWatch] = [], volumes: PointVolumes, pool: WorkerPool
  ) {
    self.pool = pool
    self.rules = rules
    self.traces = traces
    self.volumes = volumes
    ranges = FieldRanges(grid: state.grid, count: state.count, pool: pool)
    let initial = ranges.ranges(of: state)
    lowest = initial.map(\.minimum)
    largestSizes = initial.map(\.size)
    isDensity = zip(initial, rules).map { $0.minimum >= 0 && !$1.isOfAnySign }
    fronts = initial.map { _ in FrontResolution() }
    peaks = initial.map { _ in PeakResolution() }
    lookAtPeaks(of: state, initial)
  }

  /// Looks at the state after a step.
  ///
  /// - Parameters:
  ///   - step: its number, the first being 1.
  ///   - isPromised: whether the scheme keeps densities non-negative whatever the step.
  package func check(_ state: FieldSet, step: Int, time: Double, isPromised: Bool) throws(NumericalFailure) {
    self.step = step
    let ranges = ranges.ranges(of: state)
    for (field, range) in ranges.enumerated() {
      guard range.isFinite else { throw HealthCheck.failure(state, field, time: time) }
      largestSizes[field] = max(largestSizes[field], range.size)
      lowest[field] = min(lowest[field], range.minimum)
      peaks[field].note(maximum: range.maximum)
      if isDensity[field], range.minimum < -rules[field].tolerance * largestSizes[field] {
        try negative(
          state, field, range.minimum, step: step, time: time,
          isPromised: isPromised && rules[field].cannotBecomeNegative)
      }
      if rules[field].hasFronts, step.isMultiple(of: HealthCheck.frontInterval),
        !findings.contains(where: { $0.isThinFront(of: field) }),
        let (points, face) = fronts[field].look(at: state, field, range: range, volumes: volumes)
      {
        findings.append(
          Finding(
            kind: .thinFront(points: points), field: field, step: step, time: time, row: face.row, column: face.column))
      }
    }
    if step.isMultiple(of: HealthCheck.frontInterval) {
      for (field, points, height, place) in lookAtPeaks(of: state, ranges)
      where !findings.contains(where: { $0.isNarrowPeak(of: field) }) {
        findings.append(
          Finding(
            kind: .narrowPeak(points: points, height: height), field: field, step: step, time: time, row: place.row,
            column: place.column))
      }
    }
    for index in traces.indices {
      guard
        let trough = traces[index].look(
          at: state, time: time, sizes: ranges.map(\.size), largest: largestSizes, pointVolume: volumes.uniform)
      else { continue }
      let field = traces[index].fields[0]
      let place = state.firstPoint(field) { $0 == ranges[field].maximum } ?? (0, 0)
      findings.append(
        Finding(
          kind: .regrowth(from: trough), field: field, step: step, time: time, row: place.0, column: place.1))
    }
  }

  /// Looks at the largest value of each field that gathers.
  ///
  /// - Returns: those that are not resolved.
  @discardableResult
  private func lookAtPeaks(
    of state: FieldSet, _ ranges: [FieldRanges.Range]
  ) -> [(field: Int, points: Double, height: Double, place: (row: Int, column: Int))] {
    rules.indices.filter { rules[$0].gathers }.compactMap { field in
      peaks[field].look(at: state, field, range: ranges[field], volumes: volumes).map {
        (field, $0.points, ranges[field].maximum, $0.place)
      }
    }
  }

  /// Takes note of a discontinuous change of fields or equations.
  func solutionHasJumped(to state: FieldSet, at time: Double) {
    guard !traces.isEmpty || rules.contains(where: \.gathers) else { return }
    let found = ranges.ranges(of: state)
    for field in peaks.indices { peaks[field].jump(to: found[field].maximum) }
    let sizes = found.map(\.size)
    for index in traces.indices {
      traces[index].jump(to: state, at: time, sizes: sizes, largest: largestSizes, pointVolume: volumes.uniform)
    }
  }

  private func negative(
    _ state: FieldSet, _ field: Int, _ value: Double, step: Int, time: Double, isPromised: Bool
  ) throws(NumericalFailure) {
    guard isPromised || value < lowestNegative[field]?.value ?? 0,
      let (row, column) = state.firstPoint(field, where: { $0 == value })
    else { return }
    if isPromised {
      throw NumericalFailure(
        problem: "is \(Float(value)), against the positivity guarantee of the scheme,", field: field, row: row,
        column: column,
        time: time, cause: .violatedInvariant)
    }
    lowestNegative[field] = Lowest(value: value, step: step, time: time, row: row, column: column)
    guard !findings.contains(where: { $0.kind == .negative && $0.field == field }) else { return }
    findings.append(
      Finding(kind: .negative, field: field, step: step, time: time, row: row, column: column, value: value))
  }

  // MARK: Between steps

  /// What a state inside of a step has that the end of a step must not have.
  enum Problem {
    case notFinite(field: Int)
    case negative(field: Int, value: Double)

    var isNotFinite: Bool { if case .notFinite = self { true } else { false } }
  }

  /// Looks at a state inside of the step that was checked last.
  func problem(in state: FieldSet, between start: FieldSet, _ end: FieldSet) -> Problem? {
    for (field, range) in ranges.ranges(of: state).enumerated() {
      guard range.isFinite else { return .notFinite(field: field) }
      let allowance = HealthCheck.shareBetweenSteps * rules[field].tolerance * largestSizes[field]
      guard isDensity[field], rules[field].keepsSign, range.minimum < -allowance else { continue }
      // What the equations make negative, or is so already, may be lower between two steps than at both.
      let ends = min(start.minimum(field), end.minimum(field))
      if ends >= -rules[field].tolerance * largestSizes[field], range.minimum < ends - allowance {
        return .negative(field: field, value: range.minimum)
      }
    }
    return nil
  }

  /// Takes note of a problem in what is written of a time inside of the step that was checked last, once for each field.
  func note(_ problem: Problem, inOutputAt time: Double, of state: FieldSet) {
    let (field, value) =
      switch problem {
      case .notFinite(let field): (field, Double.nan)
      case .negative(let field, let value): (field, value)
      }
    guard !findings.contains(where: { $0.isOutput(of: field) }) else { return }
    let point = state.firstPoint(field) { value.isNaN ? HealthCheck.isTooLarge($0) : $0 == value } ?? (0, 0)
    findings.append(
      Finding(kind: .output(value), field: field, step: step, time: time, row: point.row, column: point.column))
  }

  /// Whether two solutions agree within the tolerance of each field.
  func agree(_ one: FieldSet, _ other: FieldSet) -> Bool {
    (0..<one.count).allSatisfy { field in
      let sizes = one.errorSizes(field, against: other, old: one, volumes: volumes, pool: pool)
      return sizes.difference <= rules[field].tolerance * max(sizes.value, 1e-6 * largestSizes[field])
    }
  }

  private static func isTooLarge(_ value: Double) -> Bool { !(abs(value) <= FieldRanges.Range.largest) }

  /// Names the first value that is not finite, or too large for its square to be.
  private static func failure(_ state: FieldSet, _ field: Int, time: Double) -> NumericalFailure {
    let (row, column) = state.firstPoint(field, where: isTooLarge) ?? (0, 0)
    let value = state.pointer(field, row: row)[column]
    let count = state.pointCount(field, where: isTooLarge)
    let others = count > 1 ? ", first of \(count) points," : ""
    return NumericalFailure(
      problem: value.isNaN ? "is no number (NaN)\(others)" : "has overflowed\(others)", field: field,
      row: row, column: column, time: time, cause: .notFinite)
  }
}

extension HealthCheck.Finding {
  fileprivate func isOutput(of field: Int) -> Bool {
    if case .output = kind { return field == self.field }
    return false
  }

  func isNarrowPeak(of field: Int) -> Bool {
    if case .narrowPeak = kind { return field == self.field }
    return false
  }

  func isThinFront(of field: Int) -> Bool {
    if case .thinFront = kind { return field == self.field }
    return false
  }
}
