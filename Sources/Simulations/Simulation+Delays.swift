extension Simulation {
  /// The end of the way to a goal: the goal, or a time before it at which a delay keeps the solution from being smooth.
  func goalBeforeBreaks(_ goal: Double) -> Double { regimen.equations.delays?.history.goal(before: goal) ?? goal }

  /// Takes note of the state at the end of a step, for those who look back on it.
  func recordHistory() throws {
    guard let delays = regimen.equations.delays, try delays.record(state, at: clock.time) else { return }
    // A delayed value jumps, and with it the rates; the solution itself does not.
    forgetSteps()
  }
}
