import Rates
import TimeStepping

/// All that a run remembers from step to step besides field values; what a checkpoint needs to continue it.
///
/// Which outputs are due next follows from the time, and is not remembered.
package struct SimulationMemory: Codable, Hashable, Sendable {
  package let clock: Clock
  /// Name of the scheme in force; nil in checkpoints of older versions.
  package let scheme: String?
  /// What the stepper remembers besides field values.
  package let stepper: SavedStepperMemory
  /// Where steps are chosen by their error: what the choice depends on.
  package let control: Control?
  /// Size of the domain relative to that of the grid, where its boundary is free.
  package let scale: Double?
  /// Where the treatments stand.
  package var regimen: RegimenMemory?
  /// What the conditions that end the run remember.
  package var stops: StopMemory?
  /// Where fields have a threshold of extinction: the mass of each field that has been removed.
  package let extinguished: [Double]?
  /// What has changed the masses, where an account is kept.
  package let ledger: MassLedger.Memory?
  /// What each observer has written so far.
  package var extents: [String: Int]
  /// What each observer has seen and could not write; their field values lie in groups of the checkpoint.
  package var unwritten: [String: [Unwritten]]?
  /// Where something is delayed: the times of what is remembered.
  package let history: DelayHistory.Memory?
  /// How fast what is compared in conditions has changed; nil in checkpoints of older versions.
  var watches: EventMemory?
  /// What the checks of the state remember; nil in checkpoints of older versions.
  package var health: HealthCheck.Memory?

  package struct Unwritten: Codable, Hashable, Sendable {
    package let time: Double
    /// A row of a table.
    package let text: String?
    /// The group of the field values, and their size relative to that of the grid.
    package let group: String?
    package let scale: Double?

    package init(time: Double, text: String?, group: String?, scale: Double?) {
      (self.time, self.text, self.group, self.scale) = (time, text, group, scale)
    }
  }

  package struct Control: Codable, Hashable, Sendable {
    package let steps: StepSizeController.Memory
    /// The largest root mean square that each field has had.
    package let largestSizes: [Double]
  }
}
