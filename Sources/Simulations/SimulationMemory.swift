/// All that a run remembers from step to step besides field values; what a checkpoint needs to continue it.
package struct SimulationMemory: Codable, Hashable, Sendable {
  /// What one observer remembers.
  package struct ObserverMemory: Codable, Hashable, Sendable {
    /// Number of the next time at which it looks.
    package let next: Int
    /// What it has written so far.
    package let extent: Int
  }

  package let clock: Clock
  /// Steps that the stepper's field memory holds.
  package let memorizedSteps: Int
  package let observers: [String: ObserverMemory]
}
