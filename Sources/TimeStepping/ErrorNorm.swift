import Fields
import Glibc
import Synchronization

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
  func orWorse(_ other: StepError) -> StepError {
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
package final class ErrorNorm: Sendable {
  package let tolerance: Tolerance
  /// Of the run.
  let duration: Double
  /// Of each field that starts from next to nothing the size that it can reach within its own time; 0 where none is known.
  private let startingSizes: [Double]
  private let volumes: PointVolumes
  private let pool: WorkerPool
  private let sizes: Mutex<Sizes>

  private struct Sizes {
    var largest: [Double]
    var latest: [Double]

    /// What each field would change by in the whole run if it went on changing as in the latest step.
    var reach: [Double]

    /// The error of a step of a field that is accepted in any case; `given` if the user has said it.
    func absolute(_ field: Int, given: Double?, relative: Double, starting: Double) -> Double {
      if let given { return given }
      return 1e-6 * relative * max(latest[field], largest[field], starting > 0 ? starting : reach[field])
    }
  }

  package init(
    _ tolerance: Tolerance, duration: Double, startingSizes: [Double], volumes: PointVolumes, pool: WorkerPool
  ) {
    self.tolerance = tolerance
    self.startingSizes = startingSizes
    self.duration = duration
    self.volumes = volumes
    self.pool = pool
    let none = [Double](repeating: 0, count: tolerance.relative.count)
    sizes = Mutex(Sizes(largest: none, latest: none, reach: none))
  }

  /// The largest root mean square that each field has had after a step that counted, to be kept in a checkpoint.
  package var largestSizes: [Double] {
    get { sizes.withLock { $0.largest } }
    set { sizes.withLock { $0.largest = newValue } }
  }

  /// The error of each field that is one tolerance, `a_i + r_i max_t RMS(u_i)`, in its unit.
  package var allowedErrors: [Double] {
    sizes.withLock { sizes in sizes.largest.indices.map { allowed($0, ofSize: sizes.largest[$0], sizes) } }
  }

  /// Takes note that the step measured last counts.
  package func commit() {
    sizes.withLock { sizes in
      for field in sizes.latest.indices { sizes.largest[field] = max(sizes.largest[field], sizes.latest[field]) }
    }
  }

  /// The size of `weight · (state − other)`, two solutions after a step from `start`, for each field.
  fileprivate func errors(
    of state: FieldSet, against other: FieldSet, weight: Double, from start: FieldSet, during step: Double
  ) -> [Double] {
    // Where the boundary is free its place counts like the values.
    let displacement = weight * abs(state.scale - other.scale) / state.scale
    let found = (0..<state.count).map { sizes($0, of: state, against: other, from: start) }
    return errors(found, weight: weight, displacement: displacement, during: step)
  }

  /// The size of `state − other`, two solutions at a time, for each field; nothing is noted.
  fileprivate func differences(_ state: FieldSet, _ other: FieldSet) -> [Double] {
    let sizes = sizes.withLock { $0 }
    return (0..<state.count).map { field in
      let found = self.sizes(field, of: state, against: other, from: state)
      return found.difference == 0 ? 0 : found.difference / allowed(field, ofSize: found.value, sizes)
    }
  }

  fileprivate func sizes(
    _ field: Int, of state: FieldSet, against other: FieldSet, from start: FieldSet
  ) -> FieldSet.ErrorSizes {
    state.errorSizes(field, against: other, old: start, volumes: volumes, pool: pool)
  }

  /// The same from what has been measured of each field.
  fileprivate func errors(
    _ found: [FieldSet.ErrorSizes], weight: Double, displacement: Double = 0, during step: Double
  ) -> [Double] {
    errors(
      found.map { found in
        let size = max(found.value, found.old)
        let reach = abs(found.value - found.old) * duration / step
        return (max(weight * found.difference, displacement * size), size, reach)
      })
  }

  /// Errors that are known relative to the sizes measured last.
  fileprivate func errors(relative errors: [Double]) -> [Double] {
    let sizes = sizes.withLock { $0 }
    return errors.enumerated().map { field, error in
      error == 0 ? 0 : error * sizes.latest[field] / allowed(field, ofSize: sizes.latest[field], sizes)
    }
  }

  /// How far some fields have fallen below 0 in a step, as an error: tenfold the error allowed counts as 1, with the sizes
  /// measured last.
  ///
  /// What was there before the step does not count: no step is short enough to undo it.
  fileprivate func shortfall(of state: FieldSet, from start: FieldSet, in fields: [Int]) -> StepError {
    let sizes = sizes.withLock { $0 }
    var worst = StepError(value: 0, field: 0)
    for field in fields {
      let lowest = state.minimum(field, pool: pool)
      guard lowest < 0 else { continue }
      let value =
        0.1 * (min(start.minimum(field, pool: pool), 0) - lowest) / allowed(field, ofSize: sizes.latest[field], sizes)
      if value > worst.value { worst = StepError(value: value, field: field) }
    }
    return worst
  }

  /// The error of a field of some size that counts as 1.
  private func allowed(_ field: Int, ofSize size: Double, _ sizes: Sizes) -> Double {
    let relative = tolerance.relative[field]
    return sizes.absolute(
      field, given: tolerance.absolute[field], relative: relative, starting: startingSizes[field]) + relative * size
  }

  /// The sizes of errors of the fields from what they are, and from the sizes and changes of the values.
  private func errors(_ fields: [(error: Double, size: Double, reach: Double)]) -> [Double] {
    sizes.withLock { sizes in
      sizes.latest = fields.map(\.size)
      sizes.reach = fields.map(\.reach)
      return fields.enumerated().map { field, measured in
        measured.error == 0 ? 0 : measured.error / allowed(field, ofSize: measured.size, sizes)
      }
    }
  }
}

/// The error norm with the state at the start of the step that is measured.
package struct ErrorMeasure: Sendable {
  package let norm: ErrorNorm
  package let start: FieldSet
  private let forgettingRates: [Double]

  /// - Parameter forgettingRates: of each field, the rate at which an error of it decays at least, if all others are
  ///   exact; 0 if none is known.
  package init(_ norm: ErrorNorm, start: FieldSet, forgettingRates: [Double]) {
    self.norm = norm
    self.start = start
    self.forgettingRates = forgettingRates
  }

  /// The worst of the errors of the fields in a step of some length, as they count where they add up in some way.
  ///
  /// - Parameter transport: what becomes of them in later steps, where that is measured.
  func worst(
    of errors: [Double], during step: Double, accumulating accumulation: ErrorAccumulation,
    transport: ErrorTransport? = nil
  ) -> StepError {
    let sum = transport?.sum(step: step, duration: norm.duration)
    return errors.enumerated().reduce(StepError(value: 0, field: 0)) { worst, next in
      let remembered = -1 / expm1(-forgettingRates[next.offset] * step)
      let (counted, growing) = accumulation.count(
        next.element, relative: norm.tolerance.relative[next.offset], sum: sum,
        most: min(remembered, norm.duration / step))
      return worst.orWorse(
        StepError(value: counted, field: next.offset, growing: growing, sum: sum.map { $0 * next.element }))
    }
  }

  /// The error of each field in a step, as the difference from another solution, times a weight.
  func errors(of state: FieldSet, against other: FieldSet, weight: Double, during step: Double) -> [Double] {
    norm.errors(of: state, against: other, weight: weight, from: start, during: step)
  }

  /// That of each field from what has been measured of the difference between two solutions.
  func errors(_ found: [FieldSet.ErrorSizes], during step: Double) -> [Double] {
    norm.errors(found, weight: 1, during: step)
  }

  /// The size of the difference between two solutions, for each field; nothing is noted.
  func differences(_ state: FieldSet, _ other: FieldSet) -> [Double] { norm.differences(state, other) }

  /// What one field and its difference from another solution amount to at the points, from given values at the start.
  func sizes(_ field: Int, of state: FieldSet, against other: FieldSet, from start: FieldSet) -> FieldSet.ErrorSizes {
    norm.sizes(field, of: state, against: other, from: start)
  }

  /// That of each field from what it is relative to the sizes measured last.
  func errors(relative errors: [Double]) -> [Double] { norm.errors(relative: errors) }

  /// The larger of an error measured and of how far fields that cannot be negative have fallen below 0.
  func error(_ error: StepError, of state: FieldSet, nonNegative fields: [Int]) -> StepError {
    error.orWorse(norm.shortfall(of: state, from: start, in: fields))
  }
}
