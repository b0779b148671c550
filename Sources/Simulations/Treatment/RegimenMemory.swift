/// What the run has changed in its equations so far: all that the stepper of the moment depends on besides the run file.
///
/// Treatments change parameters and begin infusions. Fields that become too sharp for a transform get positive propagators.
package struct EquationChanges: Codable, Hashable, Sendable {
  /// Values of the parameters that were changed.
  package var parameters: [String: Double] = [:]
  /// Infusions under way, in the order in which they began.
  package var infusions: [OngoingInfusion] = []
  /// The fields that have become too sharp for a transform, in the order in which that was found; nil if there are none.
  package var sharpFields: [SharpField]?
  /// The fields that were nowhere empty at the start and have become so, likewise.
  package var emptiedFields: [EmptiedField]?
  /// Decay that the linear part of exponential schemes has besides what is constant, by the name of the field; nil if there is none.
  package var decays: [String: Double]?

  package init(parameters: [String: Double] = [:], infusions: [OngoingInfusion] = []) {
    self.parameters = parameters
    self.infusions = infusions
  }

  package var isEmpty: Bool {
    parameters.isEmpty && infusions.isEmpty && sharpFields == nil && emptiedFields == nil && decays == nil
  }

  package struct OngoingInfusion: Codable, Hashable, Sendable {
    /// Name of the treatment.
    package let treatment: String
    package let start: Double
    package let end: Double
  }
}

/// A field that positive propagators move from some time on.
package struct SharpField: Codable, Hashable, Sendable {
  /// Its name.
  package let field: String
  /// The time from which on positive propagators move it, and the number of the step that begins there, the first being 1.
  package let time: Double
  package let step: Int
  /// The value with which the rejected step would have ended, and the bound that it is beyond.
  package let value: Double
  package let bound: Double
  /// How far a spectral transform takes the field beyond its bounds, relative to its largest value.
  package let overshoot: Double

  package init(field: String, time: Double, step: Int, value: Double, bound: Double, overshoot: Double) {
    (self.field, self.time, self.step) = (field, time, step)
    (self.value, self.bound, self.overshoot) = (value, bound, overshoot)
  }
}

/// A field that transforms have moved until it was nearly empty somewhere.
package struct EmptiedField: Codable, Hashable, Sendable {
  /// Its name.
  package let field: String
  /// The time from which on transforms do not move it, and the number of the step that begins there, the first being 1.
  package let time: Double
  package let step: Int
  /// Its lowest value, relative to the largest one.
  package let share: Double

  package init(field: String, time: Double, step: Int, share: Double) {
    (self.field, self.time, self.step, self.share) = (field, time, step, share)
  }
}

/// Where the treatments of a run stand, as a checkpoint keeps it.
///
/// Which dose comes next follows from the time, and from whether what is due at that time has been done.
package struct RegimenMemory: Codable, Hashable, Sendable {
  package var changes = EquationChanges()
  /// Of each treatment that waits for a condition, by its name.
  package var triggers: [String: TriggerMemory] = [:]
  /// Of each treatment whose condition has set off a course while an infusion of an earlier one lasted: when that was first.
  package var overlaps: [String: Double]?
  /// The doses that were given; nil where none was, and in checkpoints of older versions.
  package var given: GivenDoses?
  /// The latest time at which something was done; nil if nothing was.
  var carriedOut: CarriedOut?

  struct CarriedOut: Codable, Hashable, Sendable {
    let time: Double
    /// Names of those that were there: whatever they had to do at that time is done.
    let treatments: [String]
    /// Names of those of which a course has begun then: none begins twice at one time.
    var begun: [String]?
  }

  /// Forgets what treatments have made of some parameters.
  package mutating func forgetParameters(_ names: Set<String>) {
    changes.parameters = changes.parameters.filter { !names.contains($0.key) }
  }

  package struct TriggerMemory: Codable, Hashable, Sendable {
    /// When the course under way began.
    package var origin: Double?
    /// Whether the condition can set off a course.
    package var isArmed = true
    /// How many courses have begun.
    package var courses = 0
    /// Whether it holds together with what arms it since the end of its course; nil for no.
    var isHeld: Bool?
  }
}
