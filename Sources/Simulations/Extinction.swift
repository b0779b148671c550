import Fields

/// Sets densities below one individual to 0, at times that do not depend on the steps.
///
/// Without this a trace of 1e-40 cells per volume regrows as if it were a cell. After each step, however short, it would
/// take away whatever arrives within one step: no population could spread, and fewer the more accurate the run. Values
/// that are a little below 0, which are an error of the scheme, are removed too: they would grow like others.
package final class Extinction {
  /// What is taken away of a field.
  package struct Rule: TimeSequence, Hashable, Sendable {
    /// Smaller values are set to 0.
    package let threshold: Double
    /// At which times.
    package let times: Cadence

    package init(threshold: Double, times: Cadence) {
      self.threshold = threshold
      self.times = times
    }

    package func next(after time: Double) -> Double? { times.time(number(after: time)) }

    /// Number of the first time that is not yet reached; the start of the run counts as reached.
    fileprivate func number(after time: Double) -> Int {
      var index = max(1, Int(((time - times.start) / times.interval).rounded(.down)))
      while DoseTimes.isReached(times.time(index), at: time) { index += 1 }
      return index
    }
  }

  /// Of each field; nil where all values stay.
  private let rules: [Rule?]
  private let volumes: PointVolumes
  private let pool: WorkerPool
  /// Mass of each field that has been removed so far.
  package internal(set) var removed: [Double]

  /// - Parameter rules: of each field; nil where all values stay.
  package init(_ rules: [Rule?], volumes: PointVolumes, pool: WorkerPool) {
    self.rules = rules
    self.volumes = volumes
    self.pool = pool
    removed = rules.map { _ in 0 }
  }

  /// Adds the times at which something is taken away.
  func addTimes(to known: inout KnownTimes) {
    for rule in rules { rule.map { known.add(.extinction, $0) } }
  }

  /// Takes away what is to go by the end of a step.
  ///
  /// - Returns: the fields in which there was something to take.
  func apply(to state: FieldSet, from start: Double, to end: Double) -> [Int] {
    rules.indices.filter { field in
      guard let rule = rules[field], rule.number(after: start) < rule.number(after: end) else { return false }
      let taken = state.extinguish(field, below: rule.threshold, volumes: volumes, pool: pool)
      removed[field] += taken.mass
      return taken.points > 0
    }
  }
}
