/// Seconds that a run has taken since it was started or resumed.
package struct RunSeconds: Sendable {
  /// Of the run altogether, without what came before: reading files, making plans and initial values.
  package internal(set) var total = 0.0
  /// Of output, steps to output times inside of steps included.
  package internal(set) var output = 0.0
  package internal(set) var checkpoints = 0.0

  /// What is left for the steps.
  package var steps: Double { max(0, total - output - checkpoints) }
}

extension RunSeconds {
  /// Adds the seconds that some work takes.
  static func adding<Result, Failure: Error>(
    to seconds: (Double) -> Void, _ work: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = ContinuousClock.now
    defer { seconds((ContinuousClock.now - start) / .seconds(1)) }
    return try work()
  }
}
