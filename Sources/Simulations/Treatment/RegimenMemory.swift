/// What the treatments of a run have changed in its equations: all that the stepper of the moment depends on besides the
/// run file.
package struct EquationChanges: Codable, Hashable, Sendable {
  /// Values of the parameters that were changed.
  package var parameters: [String: Double] = [:]
  /// Infusions under way, in the order in which they began.
  package var infusions: [OngoingInfusion] = []

  package init(parameters: [String: Double] = [:], infusions: [OngoingInfusion] = []) {
    self.parameters = parameters
    self.infusions = infusions
  }

  package var isEmpty: Bool { parameters.isEmpty && infusions.isEmpty }

  package struct OngoingInfusion: Codable, Hashable, Sendable {
    /// Name of the treatment.
    package let treatment: String
    package let start: Double
    package let end: Double
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
