/// When checkpoints are taken, besides the end of a run and a request to stop.
package struct CheckpointPolicy: Hashable, Sendable {
  /// After each interval of simulated time.
  package let every: Double?
  /// After each interval of real time, in seconds.
  package let wallSeconds: Double?
  /// How many of the newest are kept; at least 1.
  package let keep: Int

  package init(every: Double?, wallSeconds: Double?, keep: Int) {
    self.every = every
    self.wallSeconds = wallSeconds
    self.keep = keep
  }
}
