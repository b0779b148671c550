import Fields

/// Looks after a step whether transforms may still move the fields: whether it has ended beyond bounds that the exact solution
/// does not leave, or a field has become empty somewhere.
package protocol BoundsCheck: AnyObject {
  /// Finds the fields that are beyond their bounds.
  ///
  /// - Parameters:
  ///   - state: at the end of the step.
  ///   - previous: at its start.
  ///   - number: of the step, the first of the run being 1.
  func correction(
    of state: FieldSet, from previous: FieldSet, after step: Clock.Step, number: Int
  ) throws -> BoundsCorrection

  /// Cuts a field off at its bounds, if it has some, keeping its mass.
  func cut(_ state: FieldSet, field: Int)

  /// Does that with all fields of a state inside of a step that are beyond bounds of the exact solution by no more than the tolerance.
  func cutWithinTolerance(_ state: FieldSet)
}

extension BoundsCheck {
  /// Without bounds there is nothing to cut.
  package func cut(_ state: FieldSet, field: Int) {}
  package func cutWithinTolerance(_ state: FieldSet) {}
}

/// What is done where fields are beyond their bounds.
package struct BoundsCorrection {
  /// Numbers of the fields that are cut off at their bounds: at the end of the step, or at its start if it does not count.
  package var fields: [Int] = []
  /// Those of them that positive propagators move from the start of the step on, which then does not count.
  package var sharp: [SharpField] = []
  /// Those that are nearly empty somewhere at the start or end of the step, which then does not count.
  package var emptied: [EmptiedField] = []
  /// Decay that the linear part of a scheme is to have from the start of the step on, by the name of the field; the step then does not count.
  package var decays: [String: Double] = [:]

  /// Whether other propagators move some field from the start of the step on.
  var changesPropagators: Bool { !sharp.isEmpty || !emptied.isEmpty || !decays.isEmpty }

  package init() {}
}

extension Simulation {
  /// What is to be done about a step that was attempted.
  func correction(after step: Clock.Step, from previous: FieldSet) throws -> BoundsCorrection {
    try regimen.equations.boundsChecks.reduce(into: BoundsCorrection()) { all, check in
      let found = try check.correction(of: state, from: previous, after: step, number: clock.step + 1)
      all.fields += found.fields
      all.sharp += found.sharp
      all.emptied += found.emptied
      all.decays.merge(found.decays) { max($0, $1) }
    }
  }

  /// Goes back to the start of a step, from where on other propagators move what transforms must not move.
  func takeBack(_ correction: BoundsCorrection, to previous: FieldSet) throws {
    state.copy(from: previous, pool: pool)
    cut(correction)
    try regimen.changePropagators(correction, at: clock.time)
    forgetSteps()
    try regimen.equations.quasiSteady?.settle(state, time: jumps.after(clock.time))
  }

  /// Cuts fields off at their bounds.
  func cut(_ correction: BoundsCorrection) {
    guard !correction.fields.isEmpty else { return }
    let before = regimen.equations.account?.masses(of: state)
    for check in regimen.equations.boundsChecks {
      for field in correction.fields { check.cut(state, field: field) }
    }
    if let before, let after = regimen.equations.account?.masses(of: state) {
      ledger?.addToScheme(zip(after, before).map { $0 - $1 })
    }
  }
}
