/// What keeps a steady state from being found although steps hardly change the solution any more.
package struct Unrest: Codable, Hashable, Sendable {
  package enum Kind: Codable, Hashable, Sendable {
    /// The steps leave the solution as it is, but the equations would change it: a stationary state of the scheme.
    case stationarySteps
    /// The rate of change falls no more, and most steps change the solution by less than they may be wrong by.
    case withinTolerance
  }

  package let kind: Kind
  /// Since when.
  package let since: Double
  /// The rate of change: of the equations, or the lowest in the steps.
  package fileprivate(set) var rate: Double
  /// The size of the latest step.
  package fileprivate(set) var step: Double
  fileprivate var steps = 0
  /// Steps since the latest that changed the solution by less than it may be wrong by.
  fileprivate var loudSteps = 0
  /// Whether it has lasted for long enough to be told.
  package fileprivate(set) var isTold = false
}

extension StopConditions {
  /// So many steps have to show the same.
  private static let leastSteps = 50
  /// So many steps in a row that change the solution by more than they may be wrong by are a movement.
  private static let mostLoudSteps = 100

  /// Takes note of what a step that counts says against a steady state to come.
  ///
  /// With fixed steps, that they leave as it is what the equations would change, for 50 steps and twice the time `for`. With a tolerance,
  /// that the lowest mean rate of change has not fallen to half for 50 steps within the tolerance, five times the time `for`, and four times
  /// as long as it took to fall so far: what decays by any power of the time has fallen to half by then.
  func noteUnrest(_ look: SteadyLook, _ change: StopMemory.Change, from start: Double, to end: Double) {
    let durations = zip(conditions, memory.steadySince).compactMap { condition, since -> Double? in
      if case .steady(_, let duration) = condition.kind, since == nil { duration } else { nil }
    }
    let begin = memory.began ?? start
    memory.began = begin
    // What is steady now need not last.
    guard let duration = durations.max() else { return }
    var unrest = memory.unrest
    var least = 2 * duration
    if let tolerance {
      let isQuiet = change.rate * (end - start) <= tolerance
      if isQuiet, change.rate < 0.5 * (unrest?.rate ?? .infinity) {
        unrest = Unrest(kind: .withinTolerance, since: start, rate: change.rate, step: end - start)
      }
      let loudSteps = isQuiet ? 0 : (unrest?.loudSteps ?? 0) + 1
      unrest?.loudSteps = loudSteps
      if loudSteps > StopConditions.mostLoudSteps { unrest = nil }
      unrest?.steps += isQuiet ? 1 : 0
      least = max(5 * duration, 4 * ((unrest?.since ?? start) - begin))
    } else if let rate = look.unexplainedRate {
      unrest = unrest ?? Unrest(kind: .stationarySteps, since: start, rate: rate, step: end - start)
      unrest?.rate = rate
      unrest?.step = end - start
      unrest?.steps += 1
    } else {
      unrest = nil
    }
    if let found = unrest, found.steps >= StopConditions.leastSteps, end - found.since >= least {
      unrest?.isTold = true
    }
    memory.unrest = unrest
  }
}
