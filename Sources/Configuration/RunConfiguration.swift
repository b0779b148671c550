import Documents
import Expressions
import Fields
import Models
import Operators
import Reports
import Simulations
import TimeStepping

/// A run file that has been read and checked: every value in force, defaults included.
package struct RunConfiguration: Sendable {
  package let title: String
  package let model: Model
  package internal(set) var grid: Grid
  /// nil if all of the domain is tissue.
  package let mask: TissueMask?
  package let lengthUnit: String?
  package let timeUnit: String?
  /// Of each field.
  package let diffusivities: [FieldDiffusivity]
  /// Of each field.
  package let sides: [FieldSides]
  package let initial: [InitialValue]
  /// Numbers of the fields that are always in balance, none before one that it depends on.
  let quasiSteadyOrder: [Int]
  package let startTime: Double
  package let endTime: Double
  package let step: Double
  package let scheme: SplittingScheme
  package let reactionMethod: RungeKuttaPair
  package let reactionTolerance: Double
  /// Of each field; nil for the program's choice.
  package let requestedMethods: [PropagatorMethod?]
  package let symbol: DiffusionSymbol
  package let observables: [(name: String, expression: Expression)]
  package let directory: String
  package let fieldInterval: Double?
  package let observableInterval: Double?
  package let imageInterval: Double?
  package let colormap: Colormap
  package let checkpoints: CheckpointPolicy
  package let seed: UInt64
  package let threads: Int
  /// Doubtful things that do not keep a run from starting.
  package let warnings: Diagnostics
  /// The run file as it was given, without what was set from outside.
  package let sourceText: String
  /// What was set from outside, as given.
  package let overrides: [String]
  /// Expressions as they were written, to be written down again.
  package let document: JSONNode
}
