import Fields
import Glibc

/// How accurate the solution shall be.
package struct Tolerance: Hashable, Sendable {
  /// Of each field: error of one step relative to its size.
  package let relative: [Double]
  /// Of each field: error of one step below which nothing more is asked for, in its unit.
  ///
  /// nil for 1e-6 of the largest size that the field has had in the run, or of the size that a field from next to nothing can reach
  /// (`startingSizes`), or of what it would change by in the whole run at its present rate where that is not known, times the relative
  /// tolerance. Without the latter two a field that starts empty would have to be followed from nothing, where every step makes it
  /// many times what it was.
  package let absolute: [Double?]

  /// Of the largest size of a field: times the relative tolerance its standard absolute one.
  static let uncounted = 1e-6

  /// The share of its largest size below which no error of a field counts by the standard absolute tolerance.
  package func uncountedShare(_ field: Int) -> Double { Tolerance.uncounted * relative[field] }

  package init(relative: [Double], absolute: [Double?]) {
    self.relative = relative
    self.absolute = absolute
  }
}

/// The error of a step in units of the tolerance: the largest over fields, and which field has it.
package struct StepError: Sendable {
  package let value: Double
  package let field: Int
  /// What holds back the growth of steps: less than the value where the error is that of a field that forgets it.
  package let growing: Double
  /// What such errors add up to in the run; nil where that is not measured.
  let sum: Double?

  /// - Parameters:
  ///   - value: not a number counts as infinite.
  ///   - growing: the value, if nothing is said.
  package init(value: Double, field: Int, growing: Double? = nil, sum: Double? = nil) {
    self.value = value.isNaN ? .infinity : value
    self.field = field
    self.growing = growing ?? self.value
    self.sum = sum
  }

  /// The worse of two errors of a step.
  package func maximum(with other: StepError) -> StepError {
    let worse = other.value > value ? other : self
    return StepError(
      value: worse.value, field: worse.field, growing: max(growing, other.growing),
      sum: [sum, other.sum].compactMap(\.self).max())
  }
}

/// The size of the error of a step.
///
/// `max_i RMS(e_i) / (a_i + r_i s_i)`, with the relative and absolute tolerances `r` and `a` of the fields and
/// `s_i = max(RMS(u_i), RMS(u_i new))`, the root mean squares taken over the tissue. A step is as accurate as was asked
/// for if it is at most 1.
package struct ErrorNorm: Sendable {
  package let tolerance: Tolerance
  /// Of the run.
  let duration: Double
  /// Of each field that starts from next to nothing the size that it can reach within its own time; 0 where none is known.
  private let startingSizes: [Double]
  /// Fields that are removed in a part of the domain for a while and grow again there from what is left, and the natural logarithm of
  /// the factor by which what is next to nothing of them can grow in the run.
  fileprivate let removed: [Int: Double]
  fileprivate let volumes: PointVolumes
  fileprivate let pool: WorkerPool

  package init(
    _ tolerance: Tolerance, duration: Double, startingSizes: [Double], removed: [Int: Double] = [:],
    volumes: PointVolumes, pool: WorkerPool
  ) {
    self.tolerance = tolerance
    self.startingSizes = startingSizes
    self.duration = duration
    self.removed = removed
    self.volumes = volumes
    self.pool = pool
  }

  /// The error of each field that is one tolerance, `a_i + r_i max_t RMS(u_i)`, in its unit.
  ///
  /// - Parameters:
  ///   - largest: the largest root mean square that each field has had.
  ///   - sizes: of the fields in the latest step.
  package func allowedErrors(largest: [Double], _ sizes: StepSizes) -> [Double] {
    largest.indices.map { allowed($0, ofSize: largest[$0], largest: largest, sizes) }
  }

  /// The error of a field of some size that counts as 1.
  fileprivate func allowed(_ field: Int, ofSize size: Double, largest: [Double], _ sizes: StepSizes) -> Double {
    let relative = tolerance.relative[field]
    return least(field, relative, largest: largest[field], sizes) + relative * size
  }

  /// The error of a step of a field that is accepted in any case.
  private func least(_ field: Int, _ relative: Double, largest: Double, _ sizes: StepSizes) -> Double {
    if let given = tolerance.absolute[field] { return given }
    let starting = startingSizes[field]
    return Tolerance.uncounted * relative
      * max(sizes.values[field], largest, starting > 0 ? starting : sizes.reach[field])
  }
}

/// The sizes of the fields in a step.
package struct StepSizes: Sendable {
  /// The larger of the root mean squares at its start and end.
  package var values: [Double]
  /// What each field would change by in the whole run if it went on changing as in the step.
  var reach: [Double]

  /// Before the first step.
  package init(count: Int) {
    values = [Double](repeating: 0, count: count)
    reach = values
  }

  fileprivate init(_ found: [FieldSet.ErrorSizes], during step: Double, ofRun duration: Double) {
    values = found.map { max($0.value, $0.old) }
    reach = found.map { abs($0.value - $0.old) * duration / step }
  }
}

/// The errors of the fields in a step, in units of the tolerance.
struct FieldErrors {
  var values: [Double]
  /// Of the fields.
  let sizes: StepSizes
}

/// What the error of a step is measured with.
package struct ErrorMeasure: Sendable {
  package let norm: ErrorNorm
  /// The state at the start of the step.
  package let start: FieldSet
  /// The largest root mean square that each field has had after an accepted step.
  private let largestSizes: [Double]
  private let contractionRates: [Double]
  /// Whether the solution has jumped at the start of the step, so that all diffusion may be fast.
  let isAfterJump: Bool
  /// What is known of the errors of the run.
  package var estimator: GlobalErrorEstimator

  /// - Parameter contractionRates: of each field, the rate at which an error of it decays at least, if all others are
  ///   exact; 0 if none is known.
  package init(
    _ norm: ErrorNorm, start: FieldSet, largestSizes: [Double], contractionRates: [Double],
    estimator: GlobalErrorEstimator, isAfterJump: Bool = false
  ) {
    self.isAfterJump = isAfterJump
    self.norm = norm
    self.start = start
    self.largestSizes = largestSizes
    self.contractionRates = contractionRates
    self.estimator = estimator
  }

  /// The worst of the errors of the fields in a step of some length, as they count where they add up in some way.
  ///
  /// - Parameter propagation: what becomes of them in later steps, where that is measured.
  func worst(
    of errors: [Double], during step: Double, accumulating accumulation: ErrorAccumulation,
    propagation: ErrorPropagation? = nil
  ) -> StepError {
    let sum = propagation?.sum(step: step, duration: norm.duration)
    return errors.enumerated().reduce(StepError(value: 0, field: 0)) { worst, next in
      let remembered = -1 / expm1(-contractionRates[next.offset] * step)
      let (counted, growing) = accumulation.count(
        next.element, relative: norm.tolerance.relative[next.offset], sum: sum,
        most: min(remembered, norm.duration / step))
      return worst.maximum(
        with:
          StepError(value: counted, field: next.offset, growing: growing, sum: sum.map { $0 * next.element }))
    }
  }

  /// The error of each field in a step: the size of `weight · (state − other)`, two solutions after it.
  func errors(of state: FieldSet, against other: FieldSet, weight: Double, during step: Double) -> FieldErrors {
    // Where the boundary is free its place counts like the values.
    let displacement = weight * abs(state.scale - other.scale) / state.scale
    let found = (0..<state.count).map { sizes($0, of: state, against: other, from: start) }
    return errors(found, weight: weight, displacement: displacement, during: step)
  }

  /// The same from what has been measured of each field.
  func errors(
    _ found: [FieldSet.ErrorSizes], weight: Double = 1, displacement: Double = 0, during step: Double
  ) -> FieldErrors {
    let sizes = StepSizes(found, during: step, ofRun: norm.duration)
    let values = found.indices.map { field in
      let (size, error) = (sizes.values[field], weight * found[field].difference)
      return inUnits(field, max(error, displacement * size), ofSize: size, sizes)
    }
    return FieldErrors(values: values, sizes: sizes)
  }

  /// Errors that are known relative to the sizes of the fields.
  func errors(relative errors: [Double], _ sizes: StepSizes) -> [Double] {
    errors.enumerated().map { field, error in
      inUnits(field, error * sizes.values[field], ofSize: sizes.values[field], sizes)
    }
  }

  /// The size of the difference between two solutions at a time, for each field.
  func differences(_ state: FieldSet, _ other: FieldSet, _ sizes: StepSizes) -> [Double] {
    (0..<state.count).map { field in
      let found = self.sizes(field, of: state, against: other, from: state)
      return inUnits(field, found.difference, ofSize: found.value, sizes)
    }
  }

  /// An error of a field of some size, in units of the tolerance.
  private func inUnits(_ field: Int, _ error: Double, ofSize size: Double, _ sizes: StepSizes) -> Double {
    error == 0 ? 0 : error / norm.allowed(field, ofSize: size, largest: largestSizes, sizes)
  }

  /// What one field and its difference from another solution amount to at the points, from given values at the start.
  func sizes(_ field: Int, of state: FieldSet, against other: FieldSet, from start: FieldSet) -> FieldSet.ErrorSizes {
    state.errorSizes(field, against: other, old: start, volumes: norm.volumes, pool: norm.pool)
  }

  /// The error of the fields that are removed in a part of the domain, relative to what is left at each point, for a method that is told by
  /// two solutions `u` and `v`.
  ///
  /// What is left grows again, and its error with it. So
  ///
  ///     e = max_x w |u − v| / (|u| + r e^{−E} max_t RMS(u)),
  ///
  /// counts as 1 if it is `r`, or `√(10 r)` with local extrapolation, whose error is about `e²`. `w` is the weight of the difference,
  /// `r` the relative tolerance, `e^E` the growth of next to nothing in the run. The points are those where `|u|` does not rise by more than
  /// `e^{hE/T}` in the step of length `h` of a run of length `T`: what rises faster comes from elsewhere, and is large beside what was there
  /// whatever the step is.
  ///
  /// - Parameters:
  ///   - order: of the method whose error it is, in one step.
  ///   - controlled: the power of the step that the controller takes the error to be of.
  ///   - isTakenOff: whether the method extrapolates.
  func localError(
    of state: FieldSet, against other: FieldSet, weight: Double, during step: Double, order: Int, controlled: Int,
    isTakenOff: Bool
  ) -> StepError {
    norm.removed.keys.sorted().reduce(StepError(value: 0, field: 0)) { worst, field in
      let (relative, growth) = (norm.tolerance.relative[field], norm.removed[field] ?? 0)
      let least = max(relative * exp(-growth) * largestSizes[field], .leastNormalMagnitude)
      let found =
        weight
        * state.largestRelativeDifference(
          field, from: other, growing: start, atMost: exp(growth * step / norm.duration), least: least,
          volumes: norm.volumes, pool: norm.pool)
      let value = found / (isTakenOff ? (10 * relative).squareRoot() : relative)
      return worst.maximum(with: StepError(value: pow(value, Double(controlled) / Double(order)), field: field))
    }
  }

  /// How far some fields have fallen below 0 in a step, as an error: tenfold the error allowed counts as 1.
  ///
  /// What was there before the step does not count: no step is short enough to undo it.
  func negativityError(of state: FieldSet, in fields: [Int], _ sizes: StepSizes) -> StepError {
    var worst = StepError(value: 0, field: 0)
    for field in fields {
      let lowest = state.minimum(field, pool: norm.pool)
      guard lowest < 0 else { continue }
      let depth = min(start.minimum(field, pool: norm.pool), 0) - lowest
      let value =
        0.1 * depth / norm.allowed(field, ofSize: sizes.values[field], largest: largestSizes, sizes)
      if value > worst.value { worst = StepError(value: value, field: field) }
    }
    return worst
  }
}
