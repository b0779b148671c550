import Fields
import TimeStepping

/// An event inside of a step that was tried: where the step is to end in its place, and why.
package struct LocatedEvent {
  /// Since the start of the step, and as a time of the run.
  package let part, time: Double
  /// The events of conditions that happen.
  package let names: Set<String>
  /// Whether a state, at a time not before the event, shows that it is over.
  package let isPassed: (_ state: FieldSet, _ time: Double) -> Bool
}

/// Finds the first event inside of a step that was tried whose time follows from the state (root finding of SUNDIALS, `events` of
/// SciPy's `solve_ivp`, continuous callbacks of DifferentialEquations.jl).
///
/// There are two kinds: a condition comes true, or ceases to hold (`StateEvent`, found by `ConditionSearch`); a steady state has lasted for
/// long enough (`StopConditions.firstSteadyState`). Both bracket roots of functions of the state between samples along the step.
package struct EventLocator {
  var memory = EventMemory()

  package init() {}

  package mutating func firstEvent(
    in attempted: AttemptedStep, of events: [StateEvent], orOf stops: StopConditions
  ) throws -> LocatedEvent? {
    memory.forgetHappened()
    let steady = try stops.firstSteadyState(in: attempted)
    let condition = events.isEmpty ? nil : try firstCondition(in: attempted, of: events)
    guard let steady, steady.part < condition?.part ?? attempted.size else { return condition }
    return steady
  }

  /// One looks at the quarters of the step where the memory asks for that, and more closely where these say that there may be an
  /// event, by steps from the state before: what is found within a step is as accurate as the step, but not the same as a shorter one.
  private mutating func firstCondition(in attempted: AttemptedStep, of all: [StateEvent]) throws -> LocatedEvent? {
    let step = attempted.step
    // What the time alone changes has been seen at the start, and will be at the end.
    let starts = all.map { $0.values(of: attempted.start, at: step.start, .after) }
    let last = all.map { $0.values(of: attempted.end, at: step.end, .before) }
    // What is 0 at the start may have a sign from then on, with which nothing has happened.
    let isUnclear = starts.map { $0.hasHappened && $0.functions.contains(0) }
    var first = starts
    if isUnclear.contains(true), let later = try values(of: all, after: 1e-6 * step.size, in: attempted) {
      for index in all.indices where isUnclear[index] && !later[index].hasHappened { first[index] = later[index] }
    }
    let asks = memory.asksForALook(
      inStep: attempted.number, of: step.size, all.indices.map { (all[$0], first[$0], last[$0]) })
    let inside = asks ? try quarters(of: all, in: attempted, attempted.denseOutput() ?? attempted.state) : []
    let samples = [(part: 0, values: first)] + inside + [(part: step.size, values: last)]
    for (index, event) in all.enumerated() {
      memory.note(samples.map { ($0.part, $0.values[index]) }, of: event, isInside: inside.count == 3)
    }
    let open = all.indices.filter { !first[$0].hasHappened }
    guard asks, !open.isEmpty else { return nil }
    let events = open.map { all[$0] }
    let leaving = open.flatMap { index in starts[index].functions.map { isUnclear[index] && $0 == 0 } }
    func search(_ inside: [(part: Double, values: [StateEvent.Values])]) -> ConditionSearch {
      let samples = [samples[0]] + inside + [samples[samples.count - 1]]
      return ConditionSearch(
        events, size: step.size, precision: max(1e-12 * step.size, 2 * step.end.ulp),
        samples: samples.enumerated().map { number, sample in
          .init(
            sample.part, open.map { sample.values[$0] },
            touching: number == 0 ? Set(leaving.indices.filter { leaving[$0] }) : [])
        })
    }
    var conditions = search(inside)
    guard conditions.mayHaveEvent else { return nil }
    if attempted.denseOutput() != nil { conditions = search(try quarters(of: all, in: attempted, attempted.state)) }
    let found = try conditions.first { try values(of: events, after: $0, in: attempted) }
    return found.map { found in
      LocatedEvent(
        part: found.part, time: step.start + found.part, names: Set(found.events.map { events[$0].name }),
        isPassed: { state, time in found.isPassed(events.map { $0.values(of: state, at: time) }) })
    }
  }

  /// What events are at the quarters of a step, but where one cannot be reached.
  private func quarters(
    of events: [StateEvent], in attempted: AttemptedStep, _ state: (Double) throws -> FieldSet?
  ) throws -> [(part: Double, values: [StateEvent.Values])] {
    try [0.25, 0.5, 0.75].compactMap { quarter in
      let part = quarter * attempted.size
      return try state(part).map { found in
        (part, events.map { $0.values(of: found, at: attempted.step.start + part) })
      }
    }
  }

  /// What events are after a part of a step, by a step from its start; nil if that cannot be reached.
  private func values(
    of events: [StateEvent], after part: Double, in attempted: AttemptedStep
  ) throws -> [StateEvent.Values]? {
    try attempted.state(part).map { state in
      events.map { $0.values(of: state, at: attempted.step.start + part) }
    }
  }
}
