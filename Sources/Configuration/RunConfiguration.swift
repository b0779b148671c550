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
  package internal(set) var model: Model
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
  /// Names of the fields that have negative values at the start, beyond rounding; known once there is a state.
  package internal(set) var negativeAtStart: Set<String> = []
  /// Of each field; empty before they are known.
  var sizesAtStart: [Double] = []
  /// Values of the parameters before the start; nil if they are those of the model.
  package internal(set) var parametersBeforeStart: [String: Double]?
  /// Before the start, by field; the others were as they are at the start.
  package let history: [String: Expression]
  /// Numbers of the quasi-steady fields, none before one that it depends on.
  let quasiSteadyOrder: [Int]
  package let startTime: Double
  package let endTime: Double
  package let steps: Steps
  /// Whether the temporal error of the last state is estimated when the run is complete.
  package let estimatesError: Bool
  /// As the run file says.
  package let askedScheme: Scheme
  /// The scheme in force, and why if the rule has chosen it; as asked until there is an assembly.
  package internal(set) var scheme: Scheme
  package internal(set) var schemeReason: String?
  /// Decay that the linear part of exponential schemes has besides what is constant, by the name of the field (`FastLossCheck`).
  package internal(set) var addedDecays: [String: Double] = [:]
  /// Distance of the times at which the paths of noise are drawn, before they are filled in between.
  package internal(set) var noiseInterval = 1.0
  /// Times at which the equations jump or bend.
  package internal(set) var jumps = JumpTimes()
  /// The longest steps that see how the equations depend on the time.
  package internal(set) var stepLimits = StepLimits()
  package let reactionMethod: ReactionMethod
  /// As the run file says; nil for the standard one.
  package let askedReactionTolerance: Double?
  /// Of each field; nil for the program's choice.
  package let requestedMethods: [PropagatorMethod?]
  package let symbol: DiffusionSymbol
  package let taxisFluxes: TaxisFluxes
  package let treatments: [Treatment]
  package let stops: [StopCondition]
  package let observables: [(name: String, expression: Expression, unit: String?)]
  package let directory: String
  package let fieldInterval: Double?
  package let observableInterval: Double?
  package let imageInterval: Double?
  /// Whether account is kept of what changes the masses.
  package let keepsLedger: Bool
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

  /// Whether steps are chosen by their errors.
  package var isControlled: Bool {
    if case .controlled = steps { return true }
    return false
  }

  /// The relative tolerance with which reactions are integrated.
  package var reactionTolerance: Double {
    askedReactionTolerance ?? RunFileReader.standardReactionTolerance(steps, scheme)
  }

  /// The first step of the run.
  package var firstStep: Clock.Step {
    var clock = Clock(start: startTime)
    let goal = knownTimes.next(after: startTime).time
    return switch steps {
    case .fixed(let step): clock.nextStep(to: goal, askedStep: step)
    case .controlled: clock.step(to: goal, size: steps.first)
    }
  }

  /// How long the steps are, as the run file says.
  package enum Steps: Hashable, Sendable {
    /// Equal, and at most this.
    case fixed(Double)
    /// Chosen by their errors.
    case controlled(Tolerance, StepSizeController.Bounds)

    /// The first step, or more where the end or something else is nearer.
    package var first: Double {
      switch self {
      case .fixed(let step): step
      case .controlled(_, let bounds): StepSizeController(bounds: bounds, errorOrder: 1).proposal
      }
    }
  }
}
