/// All that a run remembers from step to step besides field values; what a checkpoint needs to continue it.
///
/// Which outputs are due next follows from the time, and is not remembered.
package struct SimulationMemory: Codable, Hashable, Sendable {
  package let clock: Clock
  /// Steps that the stepper's field memory holds.
  package let memorizedSteps: Int
  /// Size of the domain relative to that of the grid, where its boundary is free.
  package let scale: Double?
  /// What each observer has written so far.
  package let extents: [String: Int]
}
